import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCycle } from './cycle.ts';
import { claimDue, keepDecisions } from './store.ts';
import type { RuleTables } from './tables.ts';
import { queueRule, startRulesWorld, type RulesWorld } from './testing/world.ts';
import { tellUnknown, tellWanted } from './tell.ts';

/** From stored telemetry to the receiver of the owner's webhook, by a rule. */
let world: RulesWorld;

beforeAll(async () => {
  world = await startRulesWorld();
});
afterAll(() => world?.stop());

/** One minute with these values, then everything that is due. */
const minute = async (values: Record<string, number>): Promise<void> => {
  await world.minutes(1);
  await world.gauge(values, 10);
  await world.cycle();
};
/** The mean of one queue alone. */
const ofQueue = (value: string) => ({
  metric: { name: 'queue.size', aggregate: 'avg', by: ['queue'], where: [{ key: 'queue', op: '=', value }] },
});
const remove = async (name: string): Promise<void> => {
  await world.call('ada', 'DELETE', `/api/v1/alert-rules/${name}`);
  await world.cycle();
};
const firing = async () =>
  (await world.alerts()).filter(({ status }) => status !== 'resolved').map(({ labels }) => labels['queue']);

describe('a rule', () => {
  it('pages the owner of the service for each group that fires, and that is over when it clears', async () => {
    expect((await world.put('queue-grows', queueRule({ labels: { area: 'mail' } }))).body).toMatchObject({
      outcome: 'created',
      rule: { state: 'waiting', firing: 0, origin: 'hand', changedBy: 'ada' },
    });
    await minute({ mail: 5, orders: 40 });
    const [alert, ...others] = await world.alerts();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ status: 'firing' });
    expect(alert!.summary).toBe('avg of queue.size (queue orders): 40; above 10');
    expect(alert!.labels).toMatchObject({
      alertname: 'queue-grows',
      queue: 'orders',
      area: 'mail',
      severity: 'error',
      service: 'shop/checkout',
    });
    await world.until(() => expect(world.told()).toEqual(['/p1']));
    const found = await world.get('queue-grows');
    expect(found.rule).toMatchObject({ state: 'firing', firing: 1 });
    expect(found.groups).toMatchObject([
      { group: { queue: 'orders' }, phase: 'firing', reason: 'held-long-enough', numbers: { value: 40 } },
      { group: { queue: 'mail' }, phase: 'ok', reason: 'within-threshold', numbers: { value: 5 } },
    ]);
    expect(found.changes).toMatchObject([{ group: { queue: 'orders' }, became: 'firing', numbers: { value: 40 } }]);
    await minute({ mail: 5, orders: 4 });
    expect((await world.alerts())[0]!.status).toBe('resolved');
    expect((await world.get('queue-grows')).rule.state).toBe('ok');
    await remove('queue-grows');
  });

  it('that fires is told again with what it says now, and another measure is another rule', async () => {
    await world.put('said', queueRule({ severity: 'warning' }));
    await minute({ mail: 50 });
    await world.put('said', queueRule({ severity: 'critical', title: 'Mails wait', labels: { area: 'mail' } }));
    await world.cycle();
    const [alert] = (await world.alerts()).filter(({ labels }) => labels['alertname'] === 'said');
    expect(alert).toMatchObject({ status: 'firing', labels: { severity: 'critical', area: 'mail', queue: 'mail' } });
    await world.put('said', queueRule({ measure: ofQueue('other') }));
    await world.cycle();
    expect(await firing()).toEqual([]);
    expect((await world.get('said')).rule.firing).toBe(0);
    await remove('said');
  });

  it('waits for `for` by the minutes that were measured, also while nobody was there to judge', async () => {
    await world.put('waits', queueRule({ for: 'PT3M' }));
    await minute({ mail: 20 });
    expect((await world.get('waits')).rule.state).toBe('pending');
    // Leadline is away for four minutes in which the queue stays full; what was measured meanwhile is judged minute by minute.
    for (let index = 0; index < 4; index++) {
      await world.minutes(1);
      await world.gauge({ mail: 20 }, 10);
    }
    await world.cycle();
    const { changes, rule } = await world.get('waits');
    expect(rule.state).toBe('firing');
    expect(changes).toHaveLength(1);
    expect(Date.parse(changes[0].decidedAt) - Date.parse(changes[0].at)).toBeGreaterThan(60_000);
    await remove('waits');
    expect(await firing()).toEqual([]);
  });

  it('counts data that come late in every window that is still to be judged', async () => {
    await world.put('late', queueRule({ over: 'PT5M', measure: ofQueue('slow') }));
    await minute({ slow: 1 });
    expect((await world.get('late')).rule.state).toBe('ok');
    await world.gauge({ slow: 100 }, 100);
    await world.minutes(1);
    await world.cycle();
    expect((await world.get('late')).rule.state).toBe('firing');
    await remove('late');
  });

  it('is decided once a step, however many processes are at it', async () => {
    for (let index = 0; index < 20; index++) await world.put(`many-${index}`, queueRule());
    await world.minutes(1);
    await world.gauge({ mail: 99 }, 10);
    await Promise.all(Array.from({ length: 6 }, () => runCycle(world.rules)));
    await Promise.all(Array.from({ length: 3 }, () => tellWanted(world.rules)));
    expect((await firing()).length).toBe(20);
    const { rows } = await world.postgres.pool.query(
      `SELECT rule, count(*)::int AS times FROM alerting.rule_change WHERE rule LIKE 'many-%' GROUP BY rule`,
    );
    expect(rows.map(({ times }) => times)).toEqual(Array(20).fill(1));
    for (let index = 0; index < 20; index++) await remove(`many-${index}`);
  });

  it('throws a decision away that was made from an older word or step', async () => {
    await world.put('changed', queueRule());
    await world.minutes(1);
    const db = world.postgres.tables<RuleTables>();
    const [claimed] = await claimDue(db, { most: 1, leaseSeconds: 30 });
    expect(await claimDue(db, { most: 1, leaseSeconds: 30 })).toEqual([]);
    await world.put('changed', queueRule({ severity: 'critical' }));
    const decided = {
      groups: [{ key: '["x"]', state: {} as never, wanted: 'trigger' as const, alert: null, gone: false }],
      changes: [],
      last: { groups: [], pending: 0 },
    };
    const decision = { rule: claimed!, decidedTo: await world.now(), due: await world.now(), decided };
    expect(await world.postgres.transaction<RuleTables, number>((tx) => keepDecisions(tx, [decision]))).toBe(0);
    expect((await world.get('changed')).rule).toMatchObject({ state: 'waiting', spec: { severity: 'critical' } });
    await remove('changed');
  });
});

describe('without data', () => {
  it('alerts, keeps or is well, as the rule says', async () => {
    for (const then of ['alert', 'keep', 'ok'])
      await world.put(`then-${then}`, queueRule({ noData: { then, after: 'PT2M' } }));
    await minute({ mail: 50 });
    expect((await firing()).length).toBe(3);
    await world.minutes(4);
    await world.cycle();
    const states = await Promise.all(
      ['alert', 'keep', 'ok'].map(async (then) => (await world.get(`then-${then}`)).rule.state),
    );
    expect(states).toEqual(['firing', 'firing', 'ok']);
    for (const then of ['alert', 'keep', 'ok']) await remove(`then-${then}`);
  });

  it('from the first is told where the rule says so, and over when something comes', async () => {
    const measure = { metric: { name: 'never.sent', by: ['queue'], aggregate: 'avg' } };
    await world.put('never', queueRule({ measure, noData: { then: 'alert', after: 'PT2M' } }));
    await world.cycle();
    await world.minutes(3);
    await world.cycle();
    expect((await world.alerts()).at(-1)).toMatchObject({ status: 'firing', labels: { alertname: 'never' } });
    await remove('never');
    expect((await world.alerts()).at(-1)).toMatchObject({ status: 'resolved' });
  });
});

describe('while the engine is away', () => {
  it('nothing is taken for well: it cannot be known, is told after five minutes, and is caught up with', async () => {
    await world.put('away', queueRule());
    await minute({ mail: 1 });
    world.setAway(true);
    await world.minutes(1);
    await world.gauge({ mail: 77 }, 10);
    await world.cycle();
    expect((await world.get('away')).rule).toMatchObject({
      state: 'unknown',
      unknown: { reason: 'The telemetry engine is away.' },
    });
    const before = (await world.alerts()).length;
    await world.minutes(6);
    await world.cycle();
    expect((await world.alerts()).slice(before)).toMatchObject([
      { status: 'firing', labels: { alertname: 'alert-rules-unknown', severity: 'critical' } },
    ]);
    world.setAway(false);
    await world.minutes(1);
    await world.cycle();
    await tellUnknown(world.rules);
    await tellWanted(world.rules);
    const found = await world.get('away');
    // It had fired in the minute that nobody saw; later nothing was measured, and what was decided stays.
    expect(found.rule.state).toBe('firing');
    expect(found.changes).toMatchObject([{ became: 'firing', numbers: { value: 77 } }]);
    expect((await world.alerts()).filter(({ labels }) => labels['alertname'] === 'alert-rules-unknown')).toMatchObject([
      { status: 'resolved' },
    ]);
    await remove('away');
  });

  it('one rule that cannot be judged is told alone, and the others are judged', async () => {
    await world.gauge({ mail: 50 }, 10);
    await world.put('well', queueRule());
    await world.put('broken', queueRule());
    await world.postgres.pool.query(
      `UPDATE alerting.rule SET spec = jsonb_set(spec, '{measure,metric,where}', '[{"key": "queue", "op": "=~", "value": "(("}]') WHERE name = 'broken'`,
    );
    await world.minutes(1);
    await world.cycle();
    expect((await world.get('broken')).rule.state).toBe('unknown');
    expect((await world.get('well')).rule.state).not.toBe('unknown');
    await world.minutes(6);
    await world.cycle();
    expect((await world.alerts()).at(-1)).toMatchObject({
      labels: { alertname: 'alert-rule-unknown', rule: 'broken' },
    });
    await remove('broken');
    await remove('well');
    expect(await firing()).toEqual([]);
  });
});

describe('who may', () => {
  it('change a rule: editors of its team or of the organisation', async () => {
    const owned = queueRule({ team: 'payments' });
    expect((await world.put('owned', owned, 'cy')).status).toBe(403);
    expect((await world.put('owned', owned)).status).toBe(200);
    expect((await world.call('cy', 'DELETE', '/api/v1/alert-rules/owned')).status).toBe(403);
    expect((await world.call('cy', 'GET', '/api/v1/alert-rules/owned')).status).toBe(200);
    expect((await world.call('ada', 'GET', '/api/v1/alert-rules?team=payments')).body.items).toHaveLength(1);
    expect((await world.put('owned', owned)).body.outcome).toBe('unchanged');
    await remove('owned');
    expect((await world.call('ada', 'GET', '/api/v1/alert-rules/owned')).status).toBe(404);
  });

  it.each<[string, object, string]>([
    ['a team that there is not', { team: 'ghosts' }, 'body.spec.team'],
    [
      'a pattern that is none',
      { measure: { metric: { name: 'x', aggregate: 'avg', where: [{ key: 'a', op: '=~', value: '((' }] } } },
      'body.spec.measure',
    ],
    [
      'a rate of what does not count',
      { measure: { metric: { name: 'queue.size', aggregate: 'rate' } } },
      'body.spec.measure',
    ],
    ['a threshold to clear on the wrong side', { clear: { value: 11 } }, 'body.spec.clear.value'],
    ['a second', { every: 'PT1S' }, 'body.spec.every'],
    [
      'a forecast from two values',
      { forecast: { within: 'PT4H', from: 'PT10M' }, over: 'PT5M' },
      'body.spec.forecast.from',
    ],
    ['nothing to measure', { measure: {} }, 'body.spec.measure'],
    [
      'saturation of nothing',
      { measure: { signal: { of: 'saturation', service: 'a/b' } } },
      'body.spec.measure.signal.resource',
    ],
  ])('is refused with %s, at its place', async (_, said, path) => {
    await world.gauge({ mail: 1 }, 70);
    const { status, body } = await world.put('wrong', queueRule(said));
    expect([400, 422]).toContain(status);
    expect(body.errors.map((each: any) => each.path)).toContain(path);
  });
});
