import { gathering, itemsIn, type Gathering, type Imported } from './gathered.ts';
import { listIn, objectIn, reading, type Note, type Reading } from './reading.ts';
import { repeatOf } from './rounds.ts';
import {
  clockOf,
  hoursOfWeek,
  instantOf,
  joinedDays,
  localOf,
  minutesText,
  turnOf,
  zoneOf,
  type HoursSaid,
} from './times.ts';

/** Fields of every object of PagerDuty's REST API v2 that mean nothing elsewhere. */
const plumbing = [
  'id',
  'type',
  'self',
  'html_url',
  'summary',
  'created_at',
  'updated_at',
  'web_cal_url',
  'http_cal_url',
  'personal_web_cal_url',
  'personal_http_cal_url',
  'final_schedule',
  'avatar_url',
  'invitation_sent',
  'color',
];
const containers = ['schedule', 'schedules', 'user', 'users', 'escalation_policy', 'escalation_policies'];

/**
 * Documents from answers of PagerDuty's REST API v2: `GET /schedules/{id}`, `/users?include[]=contact_methods&include[]=notification_rules`,
 * `/escalation_policies`. Which layer is the strongest is read
 * from the rendered entries where they are there (`since` and `until`); the API has answered in both orders.
 */
export const fromPagerDuty = (files: readonly unknown[]): Imported => {
  const gathered = gathering();
  const items = itemsIn(files, containers);
  const users = items.filter((item) => 'email' in item);
  const world: World = { gathered, people: new Map(), schedules: new Map() };
  for (const user of users) world.people.set(String(user['id']), personName(gathered, user));
  const schedules = items.filter((item) => 'schedule_layers' in item);
  for (const schedule of schedules)
    world.schedules.set(
      String(schedule['id']),
      gathered.nameOf('Schedule', String(schedule['name'] ?? schedule['summary']), String(schedule['id'])),
    );
  users.forEach((user) => person(world, user));
  schedules.forEach((each) => schedule(world, each));
  items.filter((item) => 'escalation_rules' in item).forEach((each) => policy(world, each));
  for (const item of items)
    if (!('email' in item) && !('schedule_layers' in item) && !('escalation_rules' in item))
      gathered.noteOf(
        `${String(item['type'] ?? 'object')} ${String(item['summary'] ?? item['name'] ?? item['id'] ?? '')}`,
      )('the whole object', 'it is no user, schedule with layers or escalation policy');
  return gathered.result();
};

interface World {
  readonly gathered: Gathering;
  readonly people: Map<string, string>;
  readonly schedules: Map<string, string>;
}

const personName = (gathered: Gathering, user: Record<string, unknown>): string =>
  gathered.nameOf('Person', String(user['email'] ?? user['summary']).split('@')[0]!, String(user['id']));

/** Who a reference means; somebody whose user was not given gets a name from what the reference says, and that is told. */
const referred = ({ gathered, people }: World, reference: unknown, note: Note): string | null => {
  const user = objectIn(reference);
  if (user === null) return null;
  const id = String(user['id']);
  const known = people.get(id);
  if (known !== undefined) return known;
  const words = String(user['email'] ?? user['summary'] ?? user['name'] ?? id);
  const name = gathered.nameOf('Person', words.split('@')[0]!, id);
  note(
    `${words} (${id})`,
    `this user is in none of the files; ${name} stands for them and must exist before this is applied`,
  );
  people.set(id, name);
  return name;
};

const schedule = (world: World, said: Record<string, unknown>): void => {
  const title = String(said['name'] ?? said['summary']);
  const note = world.gathered.noteOf(`schedule ${title}`);
  const of = reading(said, note);
  const zone = zoneOf(of.text('time_zone'), note);
  of.ignore(...plumbing, 'name', 'users', 'escalation_policies');
  const layers = strongestFirst(of, note).flatMap((each, index) => layer(world, each, { zone, index, title }));
  const overrides = of
    .list('overrides')
    .concat(overridesIn(of))
    .flatMap((each) => {
      const [person, from, to] = [
        referred(world, each['user'], note),
        instantOf(String(each['start']), zone),
        instantOf(String(each['end']), zone),
      ];
      if (person && from && to) return [{ person, from, to }];
      note(`override ${JSON.stringify(each).slice(0, 120)}`, 'it does not say who, from when and until when');
      return [];
    });
  of.list('teams').forEach((team) =>
    note(
      `team ${String(team['summary'] ?? team['name'])}`,
      'set `team` to one of yours, so that its editors may change the schedule',
    ),
  );
  const description = of.text('description') ?? '';
  of.tellRest();
  const name = world.schedules.get(String(said['id']))!;
  world.gathered.add('Schedule', name, { title, description, zone, layers, overrides });
};

/** The layers in the order in which they count, the strongest first: that in which each final entry is of the first layer that has one. */
const strongestFirst = (of: Reading, note: Note): readonly Record<string, unknown>[] => {
  const layers = of.list('schedule_layers');
  const final = entriesOf(of.object('final_schedule'));
  if (layers.length < 2) return layers;
  const wrongIn = (order: readonly Record<string, unknown>[]): number =>
    final.filter(({ user, start }) => {
      const first = order
        .flatMap((each) => entriesOf(each).filter((one) => one.start <= start && start < one.end))
        .at(0);
      return first !== undefined && first.user !== user;
    }).length;
  const turned = layers.toReversed();
  const [asGiven, reversed] = [wrongIn(layers), wrongIn(turned)];
  if (asGiven === reversed)
    note(
      `${layers.length} layers`,
      `no rendered entry says which is the strongest, so ${String(layers[0]!['name'])} is; ask the API with \`since\` and \`until\`, or turn the list round`,
    );
  return reversed < asGiven ? turned : layers;
};

const entriesOf = (of: Record<string, unknown> | null): { user: string; start: number; end: number }[] =>
  listIn(of?.['rendered_schedule_entries']).map((each) => ({
    user: String(objectIn(each['user'])?.['id']),
    start: Date.parse(String(each['start'])),
    end: Date.parse(String(each['end'])),
  }));

const overridesIn = (of: Reading): readonly Record<string, unknown>[] => {
  const sub = of.object('overrides_subschedule');
  return Array.isArray(sub?.['rendered_schedule_entries'])
    ? (sub['rendered_schedule_entries'] as Record<string, unknown>[])
    : [];
};

const layer = (
  world: World,
  said: Record<string, unknown>,
  { zone, index, title }: { readonly zone: string; readonly index: number; readonly title: string },
): Record<string, unknown>[] => {
  const name = typeof said['name'] === 'string' && said['name'] !== '' ? said['name'] : `layer ${index + 1}`;
  const note = world.gathered.noteOf(`schedule ${title}, ${name}`);
  const of = reading(said, note);
  of.ignore(...plumbing, 'name', 'rendered_schedule_entries', 'rendered_coverage_percentage');
  const begin = localOf(of.text('rotation_virtual_start') ?? of.text('start'), zone);
  const seconds = of.number('rotation_turn_length_seconds') ?? 0;
  const turn = turnOf(seconds);
  const people = of
    .list('users')
    .map((each) => referred(world, each['user'] ?? each, note))
    .filter((each) => each !== null);
  const end = of.text('end');
  of.ignore('start');
  if (end !== null) {
    note(`end ${end}`, 'layers here have no end: the layer is left out; take it from the other product until then');
    return [];
  }
  if (begin === null || turn === null || people.length === 0) {
    note(
      'the whole layer',
      people.length === 0 ? 'nobody is in it' : `a turn of ${seconds} seconds is no whole number of hours`,
    );
    return [];
  }
  const restrictions = joinedDays(of.list('restrictions').flatMap((each) => restriction(each, note)));
  of.tellRest();
  return [
    {
      name,
      rotation: { ...turn, start: begin.date, handoffAt: begin.time },
      people,
      ...(restrictions.length > 0 ? { restrictions } : {}),
    },
  ];
};

const restriction = (said: Record<string, unknown>, note: Note): HoursSaid[] => {
  const of = reading(said, note);
  const [hour = 0, minute = 0, second = 0] = (of.text('start_time_of_day') ?? '00:00:00').split(':').map(Number);
  const seconds = of.number('duration_seconds') ?? 0;
  const day = of.number('start_day_of_week');
  const weekly = of.text('type') === 'weekly_restriction';
  of.tellRest();
  if (second !== 0 || seconds % 60 !== 0)
    note(`restriction ${JSON.stringify(said)}`, 'times here have minutes, so its seconds are cut off');
  const begin = hour * 60 + minute;
  const minutes = Math.floor(seconds / 60);
  if (weekly) return hoursOfWeek(((day ?? 1) - 1) * 1_440 + begin, minutes);
  return [{ days: [], from: clockOf(begin), to: clockOf(begin + Math.min(minutes, 1_440)) }];
};

const policy = (world: World, said: Record<string, unknown>): void => {
  const title = String(said['name'] ?? said['summary']);
  const note = world.gathered.noteOf(`escalation policy ${title}`);
  const of = reading(said, note);
  of.ignore(...plumbing, 'name', 'services', 'on_call_handoff_notifications');
  let wait = 0;
  const steps: Record<string, unknown>[] = [];
  for (const rule of of.list('escalation_rules')) {
    const one = reading(rule, note);
    one.ignore(...plumbing);
    const strategy = objectIn(one.get('escalation_rule_assignment_strategy'))?.['type'];
    const notify = one.list('targets').flatMap((target) => targetOf(world, target, note));
    if (notify.length > 0)
      steps.push({ after: minutesText(wait), notify, ...(strategy === 'round_robin' ? { roundRobin: true } : {}) });
    else
      note(
        `step ${steps.length + 1}`,
        'nobody in it could be carried over, so the step is left out; its time still counts',
      );
    wait = (notify.length > 0 ? 0 : wait) + (one.number('escalation_delay_in_minutes') ?? 30);
    one.tellRest();
  }
  of.list('teams').forEach((team) =>
    note(`team ${String(team['summary'] ?? team['name'])}`, 'set `team` to one of yours'),
  );
  const repeat = repeatOf(of.number('num_loops') ?? 0, wait, note);
  of.get('description') === undefined ||
    note(`description: ${String(of.get('description'))}`, 'policies here have a title only');
  of.tellRest();
  const name = world.gathered.nameOf('EscalationPolicy', title, String(said['id']));
  world.gathered.add('EscalationPolicy', name, { title, steps, repeat, otherwise: { after: minutesText(wait) } });
};

const targetOf = (world: World, target: Record<string, unknown>, note: Note): Record<string, string>[] => {
  const type = String(target['type']).replace('_reference', '');
  if (type === 'user') return [{ person: referred(world, target, note)! }];
  if (type === 'schedule') {
    const name = world.schedules.get(String(target['id']));
    if (name !== undefined) return [{ schedule: name }];
    note(`schedule ${String(target['summary'] ?? target['id'])}`, 'this schedule is in none of the files');
    return [];
  }
  note(`target ${type} ${String(target['summary'] ?? target['id'])}`, 'there is no such target here');
  return [];
};

const person = (world: World, said: Record<string, unknown>): void => {
  const email = String(said['email']);
  const note = world.gathered.noteOf(`user ${email}`);
  const of = reading(said, note);
  of.ignore(...plumbing, 'email', 'role', 'teams', 'billed', 'job_title', 'coordinated_incidents', 'license');
  const used = new Map<string, string>();
  const contactMethods = of.list('contact_methods').flatMap((each) => {
    const method = methodOf(each, used.size + 1, note);
    if (method) used.set(String(each['id']), method.name);
    return method ? [method] : [];
  });
  const rules = of.list('notification_rules').flatMap((each) => {
    const method = used.get(String(objectIn(each['contact_method'])?.['id']));
    if (method === undefined) {
      note(`notification rule ${JSON.stringify(each).slice(0, 100)}`, 'its contact method was not carried over');
      return [];
    }
    const { urgency } = each;
    return [
      {
        after: minutesText(Number(each['start_delay_in_minutes'] ?? 0)),
        contactMethod: method,
        ...(urgency === 'high' || urgency === 'low' ? { urgency } : {}),
      },
    ];
  });
  const zone = zoneOf(of.text('time_zone'), note);
  const displayName = of.text('name');
  of.tellRest();
  world.gathered.add('Person', world.people.get(String(said['id']))!, {
    email,
    zone,
    ...(displayName ? { displayName } : {}),
    contactMethods,
    rules,
  });
};

const methodOf = (
  said: Record<string, unknown>,
  number: number,
  note: Note,
): { name: string; channel: string; address: string } | null => {
  const type = String(said['type']).replace('_contact_method', '').replace('_reference', '');
  const address = String(said['address'] ?? '');
  if (type === 'email') return { name: `email-${number}`, channel: 'email', address };
  if (type === 'sms' || type === 'phone')
    return {
      name: `${type}-${number}`,
      channel: type === 'sms' ? 'sms' : 'voice',
      address: `+${String(said['country_code'] ?? 1)}${address.replaceAll(/\D/gu, '')}`,
    };
  note(
    `contact method ${type}`,
    type.startsWith('push')
      ? 'an app of the other product; install this one and add Web Push'
      : 'there is no such channel here',
  );
  return null;
};
