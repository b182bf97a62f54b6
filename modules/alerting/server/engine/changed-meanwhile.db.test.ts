import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../platform/postgres/eventually.ts';
import { countUp, removeNamed } from '../policy/store.ts';
import type { PolicyTables } from '../policy/tables.ts';
import { startAlertmanagerWorld, type AlertmanagerWorld } from '../sources/testing/alertmanager-world.ts';
import type { PolicyInForce } from './in-force.ts';
import { judgeBatch } from './judge-batch.ts';
import { rememberOwners } from './owners.ts';
import { reconsider } from './reconsider.ts';
import { tellNext, type Told } from './tell.ts';

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
});

it('what comes is told while something is changed without pause, as an import does', async () => {
  await hook('told');
  await world.settled();
  let goesOn = true;
  const importing = (async () => {
    for (let count = 0; goesOn; count += 1) await silence(`Other ${count}`);
  })();
  await post('Told');
  await eventually(() => expect(called()).toEqual(['/told'])).finally(() => {
    goesOn = false;
  });
  await importing;
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
    const holder = await world.people.postgres.pool.connect();
    try {
      // Whoever judges stands still at this row.
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM alerting.alert FOR NO KEY UPDATE');
      await silence('Grouped');
      await world.move(31);
      await eventually(() => expect(called()).toEqual(['/told']));
    } finally {
      holder.release(true);
    }
    await world.settled();
    expect(called()).toEqual(['/told']);
  });
});

describe('in the middle of the work of one engine', () => {
  const rows = async (text: string): Promise<string[]> =>
    (await world.people.postgres.pool.query<{ is: string }>(text)).rows.map((row) => row.is);
  const decided = (): Promise<string[]> =>
    rows('SELECT decision AS is FROM alerting.alert_decision JOIN alerting.alert ON alert.id = alert_id ORDER BY at');
  const judge = (known: PolicyInForce): Promise<number> =>
    judgeBatch(
      world.alerting,
      known,
      rememberOwners(world.alerting.catalog, () => performance.now()),
    );
  const tell = (known: PolicyInForce, waits: boolean): Promise<Told> =>
    tellNext(world.alerting, { from: 'oldest', policy: known, key: null, passed: new Set(), waits: () => waits });
  /** A route is there and known, an alert waits, and no engine runs. */
  const ready = async (): Promise<PolicyInForce> => {
    await world.restart();
    await hook('told');
    await world.settled();
    await world.standStill();
    const known = await world.inForce();
    await post('Waits');
    return known;
  };

  it('whoever judges waits for a change that is being made, and judges by it', async () => {
    const known = await ready();
    const waits = `SELECT 'advisory' AS is FROM pg_locks WHERE NOT granted AND locktype = 'advisory'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    const judging = await world.people.postgres.transaction<PolicyTables, readonly Promise<number>[]>(async (tx) => {
      await removeNamed(tx, 'alerting.route', 'told');
      await countUp(tx);
      const begun = judge(known);
      await eventually(async () => expect(await rows(waits)).toEqual(['advisory']));
      return [begun];
    });
    expect(await judging[0]).toBe(1);
    expect(await rows('SELECT route AS is FROM alerting.alert_group')).toEqual(['default']);
  });

  it('whoever tells keeps to times that were said after it had read what is in force', async () => {
    const known = await ready();
    await judge(known);
    const always = { times: [{ from: '00:00', to: '24:00' }] };
    await hook('told', { times: { never: ['always'] }, timeIntervals: { always: [always] } });
    expect(await tell(known, false)).toEqual({ looked: 1, waiting: [] });
    expect(await decided()).toEqual(['muted']);
  });

  it('what is due waits until it was put up and judged by what is in force', async () => {
    const known = await ready();
    await judge(known);
    const [group] = await rows('SELECT id AS is FROM alerting.alert_group');
    await silence('Waits');
    expect(await tell(known, true)).toEqual({ looked: 1, waiting: [group] });
    expect(await reconsider(world.alerting, known)).toBe(false);
    const present = await world.inForce();
    expect(await reconsider(world.alerting, present)).toBe(true);
    expect(await tell(present, true)).toEqual({ looked: 1, waiting: [group] });
    expect(await judge(present)).toBe(1);
    expect(await tell(present, true)).toEqual({ looked: 1, waiting: [] });
    expect(await decided()).toEqual(['silenced']);
  });
});
