import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../platform/postgres/eventually.ts';
import type { AlertTables } from '../intake/tables.ts';
import { startAlertmanagerWorld, type AlertmanagerWorld } from '../sources/testing/alertmanager-world.ts';

/** What was said and answered holds for what comes after it, though a round of the engine had begun before. */
let world: AlertmanagerWorld;
beforeAll(async () => {
  world = await startAlertmanagerWorld();
});
afterAll(() => world?.stop());
beforeEach(() => world.clear());

const ada = { 'x-who': 'ada' };
const post = async (alertname: string): Promise<void> =>
  expect(await world.ask('POST', '/api/v2/alerts', [{ labels: { alertname } }])).toEqual({ status: 200, body: '' });
const silence = async (alertname: string): Promise<void> => {
  const said = {
    matchers: [{ name: 'alertname', value: alertname, isRegex: false }],
    startsAt: world.now().toString(),
    endsAt: world.now().add({ minutes: 2 }).toString(),
    createdBy: 'ada',
    comment: 'test',
  };
  expect((await world.ask('POST', '/api/v2/silences', said, ada)).status).toBe(200);
};
const hook = (path: string, more: object = {}): Promise<void> =>
  world.route(path, { to: [{ webhook: { url: `${world.hooks.url}/${path}` } }], ...more });
const called = (): string[] => world.hooks.seen.map(({ path }) => path);
/** Runs it in the middle of a round, and everything after it to its end. */
const inARound = async (act: () => Promise<void>): Promise<void> => {
  const done = new Promise<void>((resolve, reject) => {
    world.meanwhile(() => act().then(resolve, reject));
  });
  await done;
  await world.settled();
};

describe('said before an alert came', () => {
  it('a silence holds it back', async () => {
    await hook('told');
    await world.settled();
    await inARound(async () => {
      await silence('Silenced');
      await post('Silenced');
    });
    expect(called()).toEqual([]);
    const [alert] = (await world.ask('GET', '/api/v2/alerts', undefined, ada)).body;
    expect(alert.status.state).toBe('suppressed');
  });

  it('a route takes it, and who was told before is not', async () => {
    await hook('before', { order: 2 });
    await world.settled();
    await inARound(async () => {
      await hook('after', { order: 1 });
      await post('Routed');
    });
    expect(called()).toEqual(['/after']);
  });

  it('a time in which nobody is told keeps it', async () => {
    const always = { times: [{ from: '00:00', to: '24:00' }] };
    await hook('told');
    await world.settled();
    await inARound(async () => {
      await hook('told', { times: { never: ['always'] }, timeIntervals: { always: [always] } });
      await post('Muted');
    });
    expect(called()).toEqual([]);
    const [group] = (await world.ask('GET', '/api/v2/alerts/groups', undefined, ada)).body;
    expect(group.alerts[0].status).toMatchObject({ state: 'suppressed', mutedBy: ['always'] });
  });
});

describe('said while an alert waits in its group', () => {
  const waiting = async (): Promise<void> => {
    await hook('told', { group: { wait: 'PT30S' } });
    await post('Grouped');
    await world.settled();
    expect(called()).toEqual([]);
  };

  it('a silence holds it back, even at the moment at which it would be told', async () => {
    await waiting();
    await inARound(async () => {
      await silence('Grouped');
      await world.move(31);
    });
    expect(called()).toEqual([]);
    // Its group waits again before it is told.
    await world.pass(2 * 60);
    await world.pass(31);
    expect(called()).toEqual(['/told']);
  });

  it('it is told all the same when what is in force cannot be looked at', async () => {
    await waiting();
    const { pool } = world.people.postgres;
    const holder = await pool.connect();
    try {
      // Whoever judges stands still at this row.
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM alerting.alert FOR NO KEY UPDATE');
      await silence('Grouped');
      const told = world.pass(31);
      await eventually(() => expect(called()).toEqual(['/told']));
      await holder.query('ROLLBACK');
      await told;
    } finally {
      holder.release();
    }
    expect(called()).toEqual(['/told']);
  });
});

it('a change waits for whoever is just judging by what was before: another engine would pass over those alerts', async () => {
  const { postgres } = world.people;
  const policy = await world.inForce();
  const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  const [isStill, said] = await postgres.transaction<AlertTables, readonly [boolean, Promise<void>]>(async (tx) => {
    const stands = await policy.standsUntilEnd(tx);
    const silenced = silence('Judged');
    await eventually(async () => expect((await postgres.pool.query(waiting)).rows.length).toBeGreaterThan(0));
    return [stands && (await policy.stands(tx)), silenced] as const;
  });
  await said;
  expect([isStill, await policy.stands(postgres.tables<AlertTables>())]).toEqual([true, false]);
});
