import { weekdays } from '../../domain/schedule/schedule.ts';
import { gathering, itemsIn, type Gathering, type Imported } from './gathered.ts';
import { objectIn, reading, slug, type Note } from './reading.ts';
import { repeatOf } from './rounds.ts';
import { clockOf, hoursOfWeek, instantOf, joinedDays, localOf, minutesText, zoneOf, type HoursSaid } from './times.ts';

const plumbing = ['id', '_parent', 'links', 'createdAt', 'updatedAt', 'enabled'];
const dayNames = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const weekMinutes = 10_080;

interface World {
  readonly gathered: Gathering;
  readonly people: Map<string, string>;
  readonly schedules: Map<string, string>;
}

/**
 * Documents from answers of Opsgenie's REST API v2: `GET /schedules?expand=rotation`, `/schedules/{id}/overrides`, `/escalations`,
 * `/users/{id}?expand=contact`.
 */
export const fromOpsgenie = (files: readonly unknown[]): Imported => {
  const gathered = gathering();
  const items = itemsIn(files, ['data', 'schedules', 'users', 'escalations', 'overrides']);
  const world: World = { gathered, people: new Map(), schedules: new Map() };
  const users = items.filter((item) => 'username' in item && 'fullName' in item);
  const schedules = items.filter((item) => 'rotations' in item && !('user' in item));
  const overrides = items.filter((item) => 'user' in item && 'startDate' in item);
  const escalations = items.filter((item) => 'rules' in item);
  const known = new Set([...users, ...schedules, ...overrides, ...escalations]);
  for (const user of users) nameOf(world, user);
  for (const said of schedules)
    world.schedules.set(String(said['id']), gathered.nameOf('Schedule', String(said['name']), String(said['id'])));
  users.forEach((user) => person(world, user));
  for (const said of schedules)
    schedule(
      world,
      said,
      overrides.filter((each) => objectIn(each['_parent'])?.['id'] === said['id']),
    );
  for (const each of overrides)
    if (!world.schedules.has(String(objectIn(each['_parent'])?.['id'])))
      gathered.noteOf(`override ${String(each['alias'])}`)(
        'the whole override',
        'its schedule (`_parent`) is in none of the files',
      );
  escalations.forEach((each) => escalation(world, each));
  for (const item of items)
    if (!known.has(item))
      gathered.noteOf(`object ${String(item['name'] ?? item['id'] ?? '')}`)(
        'the whole object',
        'it is no user, schedule with rotations, override or escalation',
      );
  return gathered.result();
};

/** Opsgenie knows people by their e-mail address, `username`. */
const nameOf = ({ gathered, people }: World, user: Record<string, unknown>): string => {
  const [key, address] = [
    String(user['id'] ?? user['username']),
    String(user['username'] ?? user['name'] ?? user['id']),
  ];
  const known = people.get(key) ?? people.get(address);
  if (known !== undefined) return known;
  const name = gathered.nameOf('Person', address.split('@')[0]!, key);
  people.set(key, name).set(address, name);
  return name;
};

const referred = (world: World, user: Record<string, unknown>, note: Note): string => {
  const words = String(user['username'] ?? user['name'] ?? user['id']);
  if (!world.people.has(String(user['id'])) && !world.people.has(words))
    note(words, 'this user is in none of the files; somebody of that name must exist before this is applied');
  return nameOf(world, user);
};

const schedule = (world: World, said: Record<string, unknown>, overrides: readonly Record<string, unknown>[]): void => {
  const title = String(said['name']);
  const note = world.gathered.noteOf(`schedule ${title}`);
  const of = reading(said, note);
  of.ignore(...plumbing, 'name');
  if (said['enabled'] === false)
    note('enabled: false', 'schedules here are always at work; do not apply it if nobody needs it');
  const zone = zoneOf(of.text('timezone'), note);
  const layers = of.list('rotations').flatMap((each, index) => rotation(world, each, { zone, index, title }));
  if (layers.length > 1)
    note(
      `${layers.length} rotations`,
      'all of them are on call at once there; here the first counts and the others fill its gaps: make schedules of them where you mean both',
    );
  const team = objectIn(of.get('ownerTeam'))?.['name'];
  if (team !== undefined)
    note(`team ${String(team)}`, 'set `team` to one of yours, so that its editors may change the schedule');
  const description = of.text('description') ?? '';
  of.tellRest();
  world.gathered.add('Schedule', world.schedules.get(String(said['id']))!, {
    title,
    description,
    zone,
    layers,
    overrides: overrides.flatMap((each) => override(world, each, zone, layers, note)),
  });
};

const override = (
  world: World,
  said: Record<string, unknown>,
  zone: string,
  layers: readonly Record<string, unknown>[],
  note: Note,
): Record<string, unknown>[] => {
  const user = objectIn(said['user']);
  const [from, to] = [instantOf(String(said['startDate']), zone), instantOf(String(said['endDate']), zone)];
  if (user === null || (user['type'] ?? 'user') !== 'user' || from === null || to === null) {
    note(`override ${String(said['alias'])}`, 'it is of no single person, or has no beginning or end');
    return [];
  }
  const of = Array.isArray(said['rotations'])
    ? (said['rotations'] as Record<string, unknown>[]).map(({ name }) => String(name))
    : [];
  const whole = of.length === 0 || of.length === layers.length;
  const named = whole ? [null] : of.filter((name) => layers.some((layer) => layer['name'] === name));
  if (named.length === 0) note(`override ${String(said['alias'])}`, 'its rotation was not carried over');
  return named.map((layer) => ({
    person: referred(world, user, note),
    from,
    to,
    ...(layer === null ? {} : { layer }),
  }));
};

const rotation = (
  world: World,
  said: Record<string, unknown>,
  { zone, index, title }: { readonly zone: string; readonly index: number; readonly title: string },
): Record<string, unknown>[] => {
  const name = typeof said['name'] === 'string' && said['name'] !== '' ? said['name'] : `rotation ${index + 1}`;
  const note = world.gathered.noteOf(`schedule ${title}, ${name}`);
  const of = reading(said, note);
  of.ignore(...plumbing, 'name');
  const unit = { hourly: 'hour', daily: 'day', weekly: 'week' }[of.text('type') ?? 'weekly'];
  const begin = localOf(of.text('startDate'), zone);
  const end = of.text('endDate');
  const people = of.list('participants').flatMap((each): (string | null)[] => {
    const type = String(each['type'] ?? 'user');
    if (type === 'none') return [null];
    if (type === 'user') return [referred(world, each, note)];
    note(
      `participant ${type} ${String(each['name'] ?? each['id'])}`,
      'only people have turns here; its turns are left empty',
    );
    return [null];
  });
  const restrictions = restrictionsOf(of.object('timeRestriction'), note);
  const length = of.number('length') ?? 1;
  of.tellRest();
  const lack =
    end !== null
      ? `it ends at ${end}, and layers here have no end`
      : begin === null
        ? 'it has no beginning'
        : unit === undefined
          ? 'its type is not known'
          : null;
  if (lack === null && people.some((each) => each !== null))
    return [
      {
        name,
        rotation: { unit, length, start: begin!.date, handoffAt: begin!.time },
        people,
        ...(restrictions.length > 0 ? { restrictions } : {}),
      },
    ];
  note('the whole rotation', lack ?? 'no person is in it');
  return [];
};

const restrictionsOf = (said: Record<string, unknown> | null, note: Note): HoursSaid[] => {
  if (said === null) return [];
  const of = reading(said, note);
  const daily = of.text('type') === 'time-of-day';
  const one = of.object('restriction');
  const several = of.list('restrictions');
  of.tellRest();
  const minutes = (each: Record<string, unknown>, end: 'start' | 'end'): number =>
    Number(each[`${end}Hour`] ?? 0) * 60 + Number(each[`${end}Min`] ?? 0);
  if (daily && one !== null)
    return [{ days: [], from: clockOf(minutes(one, 'start')), to: clockOf(minutes(one, 'end')) }];
  const hours = several.flatMap((each) => {
    const [first, last] = [
      dayNames.indexOf(String(each['startDay']).toLowerCase()),
      dayNames.indexOf(String(each['endDay']).toLowerCase()),
    ];
    if (first < 0 || last < 0) {
      note(`restriction ${JSON.stringify(each)}`, 'it names no days');
      return [];
    }
    const begin = first * 1_440 + minutes(each, 'start');
    const span = (last * 1_440 + minutes(each, 'end') - begin + weekMinutes) % weekMinutes;
    return hoursOfWeek(begin, span === 0 ? weekMinutes : span);
  });
  return joinedDays(hours).filter(({ days }) => days.length <= weekdays.length);
};

const escalation = (world: World, said: Record<string, unknown>): void => {
  const title = String(said['name']);
  const note = world.gathered.noteOf(`escalation ${title}`);
  const of = reading(said, note);
  of.ignore(...plumbing, 'name');
  const rules = of.list('rules').toSorted((one, other) => delayOf(one) - delayOf(other));
  const steps: { after: string; notify: Record<string, string>[] }[] = [];
  let before = 0;
  for (const rule of rules) {
    const one = reading(rule, note);
    one.ignore('id', 'delay');
    const condition = one.text('condition');
    if (condition === 'if-not-closed') note('condition if-not-closed', 'an acknowledged page escalates no more here');
    const notify = targetOf(world, one.object('recipient') ?? {}, one.text('notifyType') ?? 'default', note);
    one.tellRest();
    if (notify.length === 0) continue;
    const delay = delayOf(rule);
    // Delays there count from the alert, here from the step before.
    if (steps.length > 0 && delay === before) steps.at(-1)!.notify.push(...notify);
    else steps.push({ after: minutesText(delay - before), notify });
    before = delay;
  }
  const repeat = of.object('repeat');
  if (repeat?.['closeAlertAfterAll'] === true)
    note('closeAlertAfterAll', 'a page that nobody answers is never closed here; the admins are told');
  if (repeat?.['resetRecipientStates'] === true)
    note('resetRecipientStates', 'an acknowledged page escalates no more here');
  const team = objectIn(of.get('ownerTeam'))?.['name'];
  if (team !== undefined) note(`team ${String(team)}`, 'set `team` to one of yours');
  const wait = Number(repeat?.['waitInterval'] ?? 0);
  const repeats = repeatOf(Number(repeat?.['count'] ?? 0), wait, note);
  if (of.text('description') !== null)
    note(`description: ${of.text('description')}`, 'policies here have a title only');
  of.tellRest();
  const name = world.gathered.nameOf('EscalationPolicy', title, String(said['id']));
  world.gathered.add('EscalationPolicy', name, {
    title,
    steps,
    repeat: repeats,
    ...(wait > 0 ? { otherwise: { after: minutesText(wait) } } : {}),
  });
};

const unitMinutes: Readonly<Record<string, number>> = { minutes: 1, hours: 60, days: 1_440, seconds: 1 / 60 };

const delayOf = (rule: Record<string, unknown>): number => {
  const delay = objectIn(rule['delay']);
  return Number(delay?.['timeAmount'] ?? 0) * (unitMinutes[String(delay?.['timeUnit'] ?? 'minutes')] ?? 1);
};

const targetOf = (
  world: World,
  recipient: Record<string, unknown>,
  notifyType: string,
  note: Note,
): Record<string, string>[] => {
  const words = String(recipient['username'] ?? recipient['name'] ?? recipient['id']);
  switch (String(recipient['type'])) {
    case 'user':
      return [{ person: referred(world, recipient, note) }];
    case 'team':
      if (notifyType !== 'default' && notifyType !== 'all')
        note(`team ${words}: ${notifyType}`, 'a team as a whole is told here');
      note(`team ${words}`, 'a team of that name must exist before this is applied');
      return [{ team: slug(words) }];
    case 'schedule': {
      const name =
        world.schedules.get(String(recipient['id'])) ?? [...world.schedules.values()].find((each) => each === words);
      if (name === undefined) note(`schedule ${words}`, 'this schedule is in none of the files');
      else if (notifyType === 'next') return [{ next: name }];
      else if (notifyType !== 'default') note(`schedule ${words}: ${notifyType}`, 'whoever is on call is told here');
      return name === undefined ? [] : [{ schedule: name }];
    }
    default:
      note(`recipient ${String(recipient['type'])} ${words}`, 'there is no such target here');
      return [];
  }
};

const person = (world: World, said: Record<string, unknown>): void => {
  const email = String(said['username']);
  const note = world.gathered.noteOf(`user ${email}`);
  const of = reading(said, note);
  of.ignore(
    ...plumbing,
    'username',
    'role',
    'locale',
    'verified',
    'userAddress',
    'lastLogin',
    'invitationDisabled',
    'mutedUntil',
    'skypeUsername',
  );
  if (of.get('blocked') === true) note('blocked', 'disable the person here after the import');
  const contacts = of.list('userContacts');
  const contactMethods = contacts.flatMap((each, index) => {
    const [channel, to] = [String(each['contactMethod']), String(each['to'] ?? '')];
    if (objectIn(each['status'])?.['enabled'] === false) return (note(`contact ${channel}`, 'it was not at work'), []);
    if (channel === 'email') return [{ name: `email-${index + 1}`, channel, address: to }];
    if (channel === 'sms' || channel === 'voice')
      return [{ name: `${channel}-${index + 1}`, channel, address: `+${to.replaceAll(/\D/gu, '')}` }];
    return (
      note(
        `contact ${channel}`,
        channel === 'mobile'
          ? 'an app of the other product; install this one and add Web Push'
          : 'there is no such channel here',
      ),
      []
    );
  });
  note('notification rules', 'they are in none of these answers: each person says their own (`leadline contact`)');
  const zone = zoneOf(of.text('timeZone'), note);
  const displayName = of.text('fullName');
  of.tellRest();
  world.gathered.add('Person', nameOf(world, said), {
    email,
    zone,
    ...(displayName ? { displayName } : {}),
    contactMethods,
  });
};
