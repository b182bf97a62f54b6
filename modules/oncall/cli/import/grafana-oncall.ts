import { weekdays, type Weekday } from '../../domain/schedule/schedule.ts';
import { gathering, itemsIn, type Gathering, type Imported } from './gathered.ts';
import { reading, type Note } from './reading.ts';
import { repeatOf } from './rounds.ts';
import { clockOf, hoursOfWeek, instantOf, joinedDays, localOf, minutesText, zoneOf, type HoursSaid } from './times.ts';

const plumbing = [
  'id',
  'team_id',
  'on_call_now',
  'slack',
  'source',
  'ical_url_primary',
  'ical_url_overrides',
  'enable_web_overrides',
];
const dayCodes = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const unitSeconds = { hourly: 3_600, daily: 86_400, weekly: 604_800, monthly: 28 * 86_400 } as const;
const units = { hourly: 'hour', daily: 'day', weekly: 'week', monthly: 'month' } as const;

interface World {
  readonly gathered: Gathering;
  readonly people: Map<string, string>;
  readonly schedules: Map<string, string>;
}

type Said = Record<string, unknown>;

/** Documents from answers of Grafana OnCall's public API v1: `/schedules`, `/on_call_shifts`, `/escalation_chains`, `/escalation_policies`, `/users`. */
export const fromGrafanaOncall = (files: readonly unknown[]): Imported => {
  const gathered = gathering();
  const items = itemsIn(files, ['results']);
  const world: World = { gathered, people: new Map(), schedules: new Map() };
  const users = items.filter((item) => 'username' in item);
  const shifts = new Map(
    items.filter((item) => 'start' in item && 'type' in item).map((item) => [String(item['id']), item]),
  );
  const steps = items.filter((item) => 'escalation_chain_id' in item && 'position' in item);
  const schedules = items.filter((item) => 'time_zone' in item && !('start' in item) && !('username' in item));
  const known = new Set([...users, ...shifts.values(), ...steps, ...schedules]);
  // What is left has a name and nothing else: a chain.
  const chains = items.filter(
    (item) => !known.has(item) && 'name' in item && steps.some((step) => step['escalation_chain_id'] === item['id']),
  );
  for (const user of users)
    world.people.set(
      String(user['id']),
      gathered.nameOf('Person', String(user['username'] ?? user['email']).split('@')[0]!, String(user['id'])),
    );
  for (const each of schedules)
    world.schedules.set(String(each['id']), gathered.nameOf('Schedule', String(each['name']), String(each['id'])));
  users.forEach((user) => person(world, user));
  const used = new Set<string>();
  for (const each of schedules) schedule(world, each, shifts, used);
  for (const [id, shift] of shifts)
    if (!used.has(id))
      gathered.noteOf(`shift ${String(shift['name'])}`)('the whole shift', 'no schedule in the files has it');
  for (const chain of chains)
    policy(
      world,
      chain,
      steps.filter((step) => step['escalation_chain_id'] === chain['id']),
    );
  for (const step of steps)
    if (!chains.some((chain) => chain['id'] === step['escalation_chain_id']))
      gathered.noteOf(`escalation policy ${String(step['id'])}`)('the whole step', 'its chain is in none of the files');
  for (const item of items)
    if (!known.has(item) && !chains.includes(item))
      gathered.noteOf(`object ${String(item['name'] ?? item['id'] ?? '')}`)(
        'the whole object',
        'it is no user, schedule, shift, escalation chain with steps, or step',
      );
  return gathered.result();
};

const referred = ({ gathered, people }: World, id: unknown, note: Note): string => {
  const known = people.get(String(id));
  if (known !== undefined) return known;
  const name = gathered.nameOf('Person', String(id), String(id));
  note(
    `user ${String(id)}`,
    `this user is in none of the files; ${name} stands for them and must exist before this is applied`,
  );
  people.set(String(id), name);
  return name;
};

const schedule = (world: World, said: Said, shifts: ReadonlyMap<string, Said>, used: Set<string>): void => {
  const title = String(said['name']);
  const note = world.gathered.noteOf(`schedule ${title}`);
  const of = reading(said, note);
  const zone = zoneOf(of.text('time_zone'), note);
  of.ignore(...plumbing, 'name', 'type');
  const name = world.schedules.get(String(said['id']))!;
  const ids = Array.isArray(said['shifts']) ? said['shifts'].map(String) : [];
  of.ignore('shifts');
  const own = ids.flatMap((id) => {
    used.add(id);
    const shift = shifts.get(id);
    if (shift === undefined) note(`shift ${id}`, 'it is in none of the files');
    return shift === undefined ? [] : [shift];
  });
  if (typeof said['ical_url_overrides'] === 'string')
    note('ical_url_overrides', 'a calendar is a layer here, not an override: say those overrides by hand');
  if (said['team_id'] != null)
    note(
      `team_id ${String(said['team_id'])}`,
      'set `team` to one of yours, so that its editors may change the schedule',
    );
  of.tellRest();
  const calendar =
    typeof said['ical_url_primary'] === 'string'
      ? [{ name: 'calendar', calendar: { url: said['ical_url_primary'] } }]
      : [];
  // The highest level counts first there, the first layer here.
  const sorted = own
    .filter(isRotation)
    .toSorted((one, other) => Number(other['level'] ?? 0) - Number(one['level'] ?? 0));
  const layers = [...calendar, ...sorted.flatMap((shift) => layer(world, shift, zone, title))];
  if (sorted.some((shift, index) => index > 0 && (shift['level'] ?? 0) === (sorted[index - 1]!['level'] ?? 0)))
    note('shifts of the same level', 'they are on call at once there where they overlap; here the first counts');
  const overrides = own.filter((shift) => !isRotation(shift)).flatMap((shift) => override(world, shift, zone, title));
  world.gathered.add('Schedule', name, { title, zone, layers, overrides });
};

const isRotation = ({ type }: Said): boolean => type === 'rolling_users' || type === 'recurrent_event';

const layer = (world: World, said: Said, scheduleZone: string, title: string): Said[] => {
  const name = String(said['name'] ?? said['id']);
  const note = world.gathered.noteOf(`schedule ${title}, shift ${name}`);
  const of = reading(said, note);
  of.ignore(...plumbing, 'name', 'type', 'level', 'rotation_start');
  const zone = of.text('time_zone') === null ? scheduleZone : zoneOf(of.text('time_zone'), note);
  const frequency = (of.text('frequency') ?? 'weekly') as keyof typeof units;
  const length = of.number('interval') ?? 1;
  const begin = localOf(of.text('start'), zone);
  const people = membersOf(world, of, note);
  const until = of.text('until');
  const duration = of.number('duration') ?? 0;
  const days = (Array.isArray(of.get('by_day')) ? (of.get('by_day') as string[]) : []).flatMap((code): Weekday[] => {
    const index = dayCodes.indexOf(String(code));
    return index < 0 ? [] : [weekdays[index]!];
  });
  const weekStart = dayCodes.indexOf(of.text('week_start') ?? 'MO');
  of.tellRest();
  const lack =
    until !== null
      ? `it ends at ${until}, and layers here have no end`
      : begin === null
        ? 'it has no beginning'
        : !Object.hasOwn(units, frequency)
          ? `the frequency ${frequency} is not known`
          : people.length === 0
            ? 'nobody is in it'
            : null;
  if (lack !== null) return (note('the whole shift', lack), []);
  const restrictions = restrictionsOf({ frequency, duration, days, begin: begin!, length }, note);
  return [
    {
      name,
      ...(zone === scheduleZone ? {} : { zone }),
      rotation: {
        unit: units[frequency],
        length,
        start: days.length > 0 ? firstDay(begin!, { days, frequency, weekStart: Math.max(0, weekStart) }) : begin!.date,
        handoffAt: begin!.time,
        // Days that are not named count for nobody's turn there.
        ...(frequency === 'daily' && days.length > 0 ? { days } : {}),
      },
      people,
      ...(restrictions.length > 0 ? { restrictions } : {}),
    },
  ];
};

/**
 * The day on which turns begin to count where a shift names days: the first one named, in the order of their weeks, where it begins on
 * another. Turns of weeks change with their week there, whatever day the first one began on.
 */
const firstDay = (
  begin: { readonly date: string; readonly weekday: number },
  of: { readonly days: readonly Weekday[]; readonly frequency: string; readonly weekStart: number },
): string => {
  const inWeek = (day: number): number => (day - of.weekStart + 7) % 7;
  const named = of.days.map((day) => weekdays.indexOf(day)).toSorted((one, other) => inWeek(one) - inWeek(other));
  const first = named.includes(begin.weekday) ? begin.weekday : named[0]!;
  const date = Temporal.PlainDate.from(begin.date).add({ days: (first - begin.weekday + 7) % 7 });
  return (of.frequency === 'weekly' ? date.subtract({ days: inWeek(first) }) : date).toString();
};

const membersOf = (world: World, of: ReturnType<typeof reading>, note: Note): string[] => {
  const groups = Array.isArray(of.get('rolling_users')) ? (of.get('rolling_users') as unknown[][]) : [];
  const users = Array.isArray(of.get('users')) ? (of.get('users') as unknown[]) : [];
  const index = of.number('start_rotation_from_user_index') ?? 0;
  const all = groups.length > 0 ? groups : users.length > 0 ? [users] : [];
  const turned = [...all.slice(index), ...all.slice(0, index)];
  return turned.flatMap((group) => {
    const [first, ...others] = Array.isArray(group) ? group : [group];
    if (first === undefined) return [];
    if (others.length > 0)
      note(
        `${others.length} more in one turn (${others.map((id) => referred(world, id, note)).join(', ')})`,
        'one person has a turn here; add a second schedule for the others',
      );
    return [referred(world, first, note)];
  });
};

interface Times {
  readonly frequency: keyof typeof units;
  readonly duration: number;
  readonly days: readonly Weekday[];
  readonly begin: { readonly time: string; readonly weekday: number };
  readonly length: number;
}

/** When within a turn somebody is on call: the event's own length, on the days that it names. */
const restrictionsOf = ({ frequency, duration, days, begin, length }: Times, note: Note): HoursSaid[] => {
  const minutes = Math.floor(duration / 60);
  const [hour = 0, minute = 0] = begin.time.split(':').map(Number);
  const at = hour * 60 + minute;
  if (days.length > 0)
    return joinedDays(days.flatMap((day) => hoursOfWeek(weekdays.indexOf(day) * 1_440 + at, minutes)));
  if (duration >= unitSeconds[frequency]) return [];
  if (length > 1)
    note('duration', `somebody is on call only at the beginning of ${length} periods there; here in each of them`);
  if (frequency === 'daily') return [{ days: [], from: begin.time, to: clockOf(at + minutes) }];
  if (frequency === 'weekly') return joinedDays(hoursOfWeek(begin.weekday * 1_440 + at, minutes));
  note(
    `duration ${duration} s of a ${frequency} shift`,
    'such a part of a turn cannot be said here, so it lasts the whole turn',
  );
  return [];
};

const override = (world: World, said: Said, zone: string, title: string): Said[] => {
  const note = world.gathered.noteOf(`schedule ${title}, shift ${String(said['name'])}`);
  const of = reading(said, note);
  of.ignore(...plumbing, 'name', 'type', 'level', 'rotation_start');
  const own = of.text('time_zone') === null ? zone : zoneOf(of.text('time_zone'), note);
  const from = instantOf(of.text('start'), own);
  const seconds = of.number('duration');
  const [person] = membersOf(world, of, note);
  of.tellRest();
  if (from === null || seconds === null || person === undefined)
    return (note('the whole shift', 'it does not say who, from when and how long'), []);
  return [
    { person, from, to: Temporal.Instant.from(from).add({ seconds }).toString(), note: String(said['name'] ?? '') },
  ];
};

const policy = (world: World, chain: Said, said: readonly Said[]): void => {
  const title = String(chain['name']);
  const note = world.gathered.noteOf(`escalation chain ${title}`);
  const steps: Said[] = [];
  let wait = 0;
  let repeat = 0;
  for (const each of said.toSorted((one, other) => Number(one['position']) - Number(other['position']))) {
    const of = reading(each, note);
    of.ignore('id', 'escalation_chain_id', 'position');
    const type = of.text('type');
    const notify: Said[] = [];
    if (type === 'wait') wait += (of.number('duration') ?? 60) / 60;
    else if (type === 'repeat_escalation') repeat = 5;
    else if (type === 'notify_persons' || type === 'notify_person_next_each_time') {
      const people = of.get('persons_to_notify') ?? of.get('persons_to_notify_next_each_time');
      if (Array.isArray(people)) notify.push(...people.map((id) => ({ person: referred(world, id, note) })));
    } else if (type === 'notify_on_call_from_schedule') {
      const name = world.schedules.get(String(of.get('notify_on_call_from_schedule')));
      if (name === undefined)
        note(`schedule ${String(each['notify_on_call_from_schedule'])}`, 'this schedule is in none of the files');
      else notify.push({ schedule: name });
    } else note(`step ${type ?? 'without type'}`, 'there is no such step here');
    if (of.get('important') === true)
      note('important', 'the urgency of a page says which of their rules people get here');
    of.tellRest();
    if (notify.length === 0) continue;
    steps.push({
      after: minutesText(wait),
      notify,
      ...(type === 'notify_person_next_each_time' ? { roundRobin: true } : {}),
    });
    wait = 0;
  }
  const name = world.gathered.nameOf('EscalationPolicy', title, String(chain['id']));
  world.gathered.add('EscalationPolicy', name, {
    title,
    steps,
    repeat: repeatOf(repeat, wait, note),
    ...(wait > 0 ? { otherwise: { after: minutesText(wait) } } : {}),
  });
};

const person = (world: World, said: Said): void => {
  const email = String(said['email']);
  const note = world.gathered.noteOf(`user ${String(said['username'])}`);
  const of = reading(said, note);
  of.ignore(...plumbing, 'email', 'username', 'role', 'teams', 'pk', 'grafana_id');
  if (of.get('is_phone_number_verified') === true)
    note('phone number', 'the API does not give it: each person adds their own');
  note('notification rules', 'each person says their own (`leadline contact`)');
  const zone = zoneOf(of.text('timezone'), note);
  const displayName = of.text('name');
  of.tellRest();
  world.gathered.add('Person', world.people.get(String(said['id']))!, {
    email,
    zone,
    ...(displayName ? { displayName } : {}),
  });
};
