import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../../platform/postgres/eventually.ts';
import { newId } from '../../../../platform/clock/id.ts';
import { startPeople } from '../people/start.ts';
import { startPeopleWorld, startReceiver, type PeopleWorld } from '../people/testing.ts';
import { startSchedules } from '../schedules/start.ts';
import { lookForCaps } from './cap-watch.ts';
import { startLoad } from './start.ts';

/**
 * Load over twelve weeks of a real schedule with pages in the tables, compared with sums that PostgreSQL makes itself, minute by minute
 * and by its own time zones.
 */
let world: PeopleWorld;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
const zones = { l1: 'Europe/Berlin', l2: 'America/New_York', l3: 'Asia/Kolkata' } as const;
const weeks = 12;
let from: Temporal.Instant;
let to: Temporal.Instant;

beforeAll(async () => {
  receiver = await startReceiver();
  world = await startPeopleWorld((given) => {
    startPeople(given.ground, given);
    startSchedules(given.ground, given);
    startLoad(given);
  });
  // Schedules hold from when they are made: the clock begins twelve weeks ago.
  to = world.clock.now().round({ smallestUnit: 'hour', roundingMode: 'floor' });
  from = to.subtract({ hours: weeks * 7 * 24 });
  world.clock.set(from.subtract({ hours: 24 }));
  for (const [name, zone] of Object.entries(zones))
    await world.call('ada', 'PUT', `/api/v1/people/${name}`, {
      email: `${name}@example.org`,
      zone,
      contactMethods: [{ name: 'hook', channel: 'webhook', address: `${receiver.url}/${name}` }],
      rules: [{ after: 'PT0S', contactMethod: 'hook' }],
    });
  await world.call('ada', 'PUT', '/api/v1/people/ada', {
    email: 'ada@example.org',
    zone: 'UTC',
    contactMethods: [{ name: 'hook', channel: 'webhook', address: `${receiver.url}/ada` }],
    rules: [{ after: 'PT0S', contactMethod: 'hook' }],
  });
  const start = from.subtract({ hours: 24 }).toZonedDateTimeISO('UTC').toPlainDate().toString();
  const made = await world.call('ada', 'PUT', '/api/v1/schedules/payments', {
    zone: 'Europe/Berlin',
    team: 'payments',
    layers: [
      { name: 'primary', rotation: { unit: 'week', length: 1, start, handoffAt: '09:00' }, people: Object.keys(zones) },
    ],
  });
  if (made.status !== 200) throw new Error(JSON.stringify(made.body));
  world.clock.set(to);
  await somePages();
});
afterAll(async () => {
  await world?.stop();
  await receiver?.stop();
});

/** Pages all over the twelve weeks, each told to whoever is on call; the numbers come from a fixed sequence. */
const somePages = async (): Promise<void> => {
  const shifts = await shiftsOf();
  let seed = 7;
  const dice = (most: number): number => (seed = (seed * 48_271) % 2_147_483_647) % most;
  for (let index = 0; index < 300; index += 1) {
    const at = from.add({ minutes: dice(weeks * 7 * 24 * 60) });
    const shift = shifts.find((each) => each.from <= at.toString() && at.toString() < each.to);
    if (!shift) continue;
    const length = dice(240) + 1;
    const answered = dice(3) > 0;
    await aPage({
      at,
      person: shift.person,
      urgency: dice(4) > 0 ? 'high' : 'low',
      minutes: length,
      by: answered ? shift.person : 'ada',
    });
  }
};

const shiftsOf = async (): Promise<{ person: string; from: string; to: string }[]> =>
  (await world.call('ada', 'GET', `/api/v1/schedules/payments/shifts?from=${from}&to=${to}`)).body.items;

const aPage = async (told: {
  at: Temporal.Instant;
  person: string;
  urgency: 'high' | 'low';
  minutes: number;
  by: string;
}) => {
  const page = newId();
  const over = told.at.add({ minutes: told.minutes });
  await world.postgres.pool.query(
    `INSERT INTO oncall.page (id, summary, details, urgency, route, team, source, plan, state, raised_at, raised_by, last_raised_at,
       acknowledged_at, acknowledged_by, resolved_at, resolved_by)
     VALUES ($1, 'Page', '', $2, 'team:payments', 'payments', 'test', '{"steps":[]}', 'resolved', $3, 'test', $3, $4, $5, $6, $5)`,
    [page, told.urgency, told.at.toString(), told.at.add({ minutes: 1 }).toString(), told.by, over.toString()],
  );
  const { rows } = await world.postgres.pool.query('SELECT id FROM identity.person WHERE name = $1', [told.person]);
  for (const [rule, later] of [0, 2].entries())
    await world.postgres.pool.query(
      `INSERT INTO oncall.notification (id, page_id, kind, step, round, person_id, person, method, channel, address, rule, why, owed_at, state, handed_at)
       VALUES ($1, $2, 'page', 0, 0, $3, $4, 'hook', 'webhook', 'x', $5, 'on call', $6, 'handed', $6)`,
      [newId(), page, rows[0].id, told.person, rule, told.at.add({ minutes: later }).toString()],
    );
};

const readLoad = async (query = ''): Promise<any> =>
  (await world.call('cy', 'GET', `/api/v1/load?from=${from}&to=${to}${query}`)).body;

describe('load over twelve weeks', () => {
  it('is what PostgreSQL counts minute by minute', async () => {
    const shifts = await shiftsOf();
    const load = await readLoad();
    for (const [name, zone] of Object.entries(zones)) {
      const own = shifts.filter((each) => each.person === name);
      const { rows } = await world.postgres.pool.query(
        `SELECT count(*) AS all, count(*) FILTER (WHERE dow BETWEEN 1 AND 5 AND NOT night) AS ordinary,
           count(*) FILTER (WHERE dow BETWEEN 1 AND 5 AND night) AS night, count(*) FILTER (WHERE dow NOT BETWEEN 1 AND 5) AS weekend,
           count(DISTINCT day - (dow::int - 6 + 7) % 7) FILTER (WHERE dow NOT BETWEEN 1 AND 5) AS weekends
         FROM (SELECT extract(isodow FROM local) AS dow, local::date AS day, extract(hour FROM local) NOT BETWEEN 6 AND 21 AS night
           FROM unnest($1::timestamptz[], $2::timestamptz[]) AS s (a, b), generate_series(a, b - interval '1 minute', '1 minute') AS m,
             LATERAL (SELECT m AT TIME ZONE $3 AS local) l) minutes`,
        [own.map((each) => each.from), own.map((each) => each.to), zone],
      );
      const hours = (minutes: string): number => Math.round((Number(minutes) / 60) * 100) / 100;
      const expected = rows[0];
      expect(load.people.find((each: any) => each.person === name)).toMatchObject({
        zone,
        shifts: own.length,
        hoursOnCall: hours(expected.all),
        hoursOrdinary: hours(expected.ordinary),
        hoursNight: hours(expected.night),
        hoursWeekend: hours(expected.weekend),
        weekends: Number(expected.weekends),
      });
    }
  });

  it('counts pages at night and hours awake as PostgreSQL does', async () => {
    const load = await readLoad();
    for (const [name, zone] of Object.entries(zones)) {
      const { rows } = await world.postgres.pool.query(
        `WITH told AS (SELECT n.page_id, min(n.handed_at) AS at,
             CASE WHEN p.acknowledged_by <> $1 THEN p.acknowledged_at ELSE p.resolved_at END AS until, p.urgency
           FROM oncall.notification n JOIN oncall.page p ON p.id = n.page_id WHERE n.person = $1 GROUP BY n.page_id, p.id),
         awake AS (SELECT DISTINCT m FROM told, generate_series(at, least(until, at + interval '6 hours') - interval '1 minute', '1 minute') AS m
           WHERE extract(hour FROM m AT TIME ZONE $2) NOT BETWEEN 6 AND 21)
         SELECT count(*) AS interrupts, count(*) FILTER (WHERE urgency = 'high') AS high,
           count(*) FILTER (WHERE extract(hour FROM at AT TIME ZONE $2) NOT BETWEEN 6 AND 21) AS at_night,
           count(*) FILTER (WHERE extract(isodow FROM at AT TIME ZONE $2) > 5) AS on_weekends, (SELECT count(*) FROM awake) AS awake FROM told`,
        [name, zone],
      );
      const expected = rows[0];
      const found = load.people.find((each: any) => each.person === name);
      expect(found).toMatchObject({
        interrupts: Number(expected.interrupts),
        interruptsHigh: Number(expected.high),
        pagesAtNight: Number(expected.at_night),
        pagesOnWeekends: Number(expected.on_weekends),
      });
      expect(found.interrupts).toBeGreaterThan(50);
      expect(found.hoursAwake).toBeCloseTo(Number(expected.awake) / 60, 1);
      expect(found.hoursAwake).toBeGreaterThan(5);
    }
  });

  it('is fair as far as Jain’s index says, by an independent sum', async () => {
    const load = await readLoad('&schedule=payments');
    const hours = load.people.map((each: any) => each.hoursOnCall) as number[];
    const { rows } = await world.postgres.pool.query(
      'SELECT power(sum(x), 2) / (count(*) * sum(power(x, 2))) AS index FROM unnest($1::float8[]) AS x',
      [hours],
    );
    expect(load.schedules[0].fairness.hoursOnCall).toBeCloseTo(rows[0].index, 10);
    expect(load.schedules[0].teamSize).toMatchObject({
      verdict: 'too-few',
      sites: [{ zone: 'Europe/Berlin', people: 3, recommended: 8 }],
    });
    expect(load.measure.name).toBe("Jain's fairness index");
    expect(load.teams).toMatchObject([{ team: 'payments', people: 3 }]);
    expect((await readLoad('&team=search')).schedules).toEqual([]);
  });

  it('refuses windows that cannot be', async () => {
    for (const query of [`from=${to}&to=${from}`, `from=2020-01-01T00:00:00Z&to=${to}`])
      expect((await world.call('cy', 'GET', `/api/v1/load?${query}`)).body.code).toBe('oncall.bad-window');
  });
});

describe('what a team says about load', () => {
  const rules = {
    unit: 'EUR',
    perHourOrdinary: 1,
    perHourNight: 2,
    perHourWeekend: 3,
    perPageAtNight: 10,
    perHourAwake: 5,
  };
  it('is the default until an admin of it says otherwise, and makes the sheet', async () => {
    const url = '/api/v1/teams/payments/load-policy';
    expect((await world.call('cy', 'GET', url)).body).toMatchObject({
      isDefault: true,
      cap: { incidents: 2, hours: 12, then: 'warn' },
    });
    const wanted = { cap: { incidents: 2, hours: 12, then: 'hand-on' }, compensation: rules };
    expect((await world.call('bo', 'PUT', url, wanted)).status).toBe(403);
    expect((await world.call('cy', 'PUT', url, wanted)).status).toBe(403);
    expect((await world.call('ada', 'PUT', url, wanted)).body).toEqual({ isDefault: false, ...wanted });
    expect((await world.call('ada', 'PUT', '/api/v1/teams/ghosts/load-policy', wanted)).status).toBe(404);
    await world.call('ada', 'PUT', url, wanted);
    expect(await world.events('load-policy.changed')).toHaveLength(1);
    const query = `?from=${from}&to=${to}`;
    expect((await world.call('cy', 'GET', `/api/v1/teams/payments/compensation.csv${query}`)).status).toBe(403);
    const sheet = await world.http.fastify.inject({
      url: `/api/v1/teams/payments/compensation.csv${query}`,
      headers: { 'x-who': 'ada' },
    });
    expect(sheet.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(sheet.headers['content-disposition']).toContain('attachment');
    const [head, ...lines] = sheet.body
      .trim()
      .split('\r\n')
      .map((line) => line.split(','));
    const table = lines.map((line) => Object.fromEntries(line.map((cell, index) => [head![index], cell])));
    const load = await readLoad('&team=payments');
    for (const [name, zone] of Object.entries(zones)) {
      const { hoursOrdinary, hoursNight, hoursWeekend, pagesAtNight, hoursAwake } = load.people.find(
        (each: any) => each.person === name,
      );
      const sum = hoursOrdinary + 2 * hoursNight + 3 * hoursWeekend + 10 * pagesAtNight + 5 * hoursAwake;
      const line = table.find((each) => each['person'] === name)!;
      expect(line['zone']).toBe(zone);
      expect(Number(line['compensation'])).toBeCloseTo(sum, 2);
    }
  });
});

describe('more than the cap', () => {
  it('is told to the lead once a shift', async () => {
    const before = (await world.events('load.cap-exceeded')).length;
    const shift = (await shiftsOf()).at(-1)!;
    for (const minutes of [30, 90, 150]) {
      await aPage({
        at: to.subtract({ minutes }),
        person: shift.person,
        urgency: 'high',
        minutes: 5,
        by: shift.person,
      });
    }
    await Promise.all([lookForCaps(world), lookForCaps(world)]);
    await lookForCaps(world);
    const events = (await world.events('load.cap-exceeded')).slice(before);
    const ofShift = events.filter(
      ({ data }) => Date.parse(data.shift.to) >= to.epochMilliseconds && data.name === shift.person,
    );
    expect(ofShift).toHaveLength(1);
    expect(ofShift[0]!.data).toMatchObject({
      schedule: 'payments',
      team: 'payments',
      cap: { incidents: 2, hours: 12 },
    });
    expect(ofShift[0]!.data.count).toBeGreaterThanOrEqual(3);
    await eventually(() =>
      expect(
        receiver.received.some(({ body }) => body.data?.count !== undefined && body.data?.name === shift.person),
      ).toBe(true),
    );
  });
});

describe('a hand-over note', () => {
  it('begins from what happened, is written, sent to the next and accepted', async () => {
    const shift = (await shiftsOf()).at(-1)!;
    const author = await asPerson(shift.person);
    const begun = await world.call(author, 'POST', '/api/v1/hand-overs', { schedule: 'payments' });
    expect(begun.body).toMatchObject({ state: 'begun', author: shift.person, receiver: null });
    expect(begun.body.text).toContain('## Still open');
    expect(begun.body.text).toContain('Page');
    expect((await world.call(author, 'POST', '/api/v1/hand-overs', { schedule: 'payments' })).body.id).toBe(
      begun.body.id,
    );
    const at = `/api/v1/hand-overs/${begun.body.id}`;
    const text = `${begun.body.text}The disks of the ledger are full on Friday.`;
    expect((await world.call('cy', 'PUT', at, { text })).body.code).toBe('oncall.not-your-hand-over');
    expect((await world.call(author, 'PUT', at, { text })).body.text).toBe(text);
    expect((await world.call('cy', 'POST', `${at}/send`)).status).toBe(403);
    const sent = await world.call(author, 'POST', `${at}/send`);
    expect(sent.body).toMatchObject({ state: 'sent' });
    expect(sent.body.receiver).not.toBe(shift.person);
    await eventually(() => {
      const arrived = receiver.received.find(({ body }) => body.data?.handOver === begun.body.id);
      expect(arrived?.body.data).toMatchObject({ receiver: sent.body.receiver, text });
    });
    expect((await world.call(author, 'PUT', at, { text: 'other' })).body.code).toBe('oncall.hand-over-sent');
    expect((await world.call(author, 'POST', `${at}/accept`)).status).toBe(403);
    const receiverName = await asPerson(sent.body.receiver);
    expect((await world.call(receiverName, 'POST', `${at}/accept`)).body.state).toBe('accepted');
    expect((await world.call(receiverName, 'POST', `${at}/accept`)).body.state).toBe('accepted');
    expect(await world.events('hand-over.accepted')).toHaveLength(1);
    expect(
      (await world.call('cy', 'GET', '/api/v1/hand-overs?schedule=payments&state=accepted')).body.items,
    ).toHaveLength(1);
    expect((await world.call('cy', 'POST', '/api/v1/hand-overs', { schedule: 'payments' })).body.code).toBe(
      'oncall.no-shift-to-hand-over',
    );
  });

  /** Makes an actor of a person from a file, and gives back what `x-who` names them by. */
  const asPerson = async (name: string): Promise<string> => {
    const { id } = (await world.identity.personByName(name))!;
    world.actors[name] = { kind: 'person', id, name, role: 'viewer', teams: {}, scopes: ['api'] };
    return name;
  };
});
