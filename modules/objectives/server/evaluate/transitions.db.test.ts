import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handleOn } from '../../../../platform/clickhouse/for-tests.ts';
import { anObjective } from '../../fixtures.ts';
import type { Objective } from '../../domain/objective.ts';
import { objectivesEvents } from '../../contract.ts';
import type { Cycle } from './cycle.ts';
import { evaluationHouse, type EvaluationHouse, type ToldEvent } from './testing/house.ts';

/** A whole hour, so that the outage begins with a bucket of every table. */
const start = Temporal.Instant.from('2026-11-22T12:00:00Z');
const startSecond = start.epochMilliseconds / 1_000;
const day = 86_400;

let house: EvaluationHouse;
beforeAll(async () => {
  house = await evaluationHouse(start.toString());
});
afterAll(() => house.stop());

/** Every objective counts an indicator of its own: the service tells them apart. */
const named = (name: string, overrides: Partial<Objective> = {}): Objective => {
  const base = anObjective({ name, ...overrides });
  const [component] = base.components;
  const definition = {
    kind: 'spans',
    of: { service: `shop/${name}`, environment: null, operation: null, attributes: [] },
    bad: [{ kind: 'error' }],
  } as const;
  return {
    ...base,
    alerts: { ...base.alerts, exhaustsWithinMinutes: null, ...overrides.alerts },
    components: overrides.components ?? [{ ...component!, indicator: { kind: 'indicator', number: 0, definition } }],
  };
};

const eventsOf = async (name: string): Promise<ToldEvent[]> => {
  const own = (await house.events()).filter(({ subject }) => subject === `objective:${name}`);
  for (const { kind, data } of own) objectivesEvents[kind as keyof typeof objectivesEvents].parse(data);
  return own;
};

/** Moves the clock second by second; the running ten seconds hold what has come so far. */
const live = async (
  name: string,
  cycles: readonly Cycle[],
  of: { seconds: number; everySeconds: number; bad: boolean; perSecond: number },
): Promise<void> => {
  const indicator = await house.indicatorOf(name);
  const from = Math.floor(house.clock.now().epochMilliseconds / 10_000) * 10;
  for (let passed = 0; passed < of.seconds; passed += of.everySeconds) {
    house.clock.advance({ seconds: of.everySeconds });
    const now = house.clock.now().epochMilliseconds / 1_000;
    const rows: [number, number, number][] = [];
    for (let at = Math.max(from, now - of.everySeconds - 9); at < now; at += 10) {
      const bucket = Math.floor(at / 10) * 10;
      const events = Math.min(10, now - bucket) * of.perSecond;
      if (events > 0) rows.push([bucket, of.bad ? 0 : events, of.bad ? events : 0]);
    }
    if (rows.length > 0) await house.count(indicator, rows);
    await Promise.all(cycles.map((cycle) => cycle.run()));
  }
};

describe('a full outage at steady traffic, 99.9 % over 30 days', () => {
  it('fires page-fast within the ten seconds of the formula, once with two processes, and ends by the short window', async () => {
    const name = 'outage';
    await house.keep(named(name));
    const indicator = await house.indicatorOf(name);
    await house.countEvenly([indicator], startSecond - 30 * day, startSecond, { good: 100, bad: 0 });
    const cycles = [house.cycle(), house.cycle()];
    await Promise.all(cycles.map((cycle) => cycle.run()));
    expect(await eventsOf(name)).toEqual([]);

    // 14.4 × 0.1 % of the hour that ends now: x ÷ 3,600 = 0.0144, x = 51.84 s of outage.
    await live(name, cycles, { seconds: 40, everySeconds: 10, bad: true, perSecond: 10 });
    await live(name, cycles, { seconds: 11, everySeconds: 1, bad: true, perSecond: 10 });
    expect(await eventsOf(name)).toEqual([]);
    await live(name, cycles, { seconds: 1, everySeconds: 1, bad: true, perSecond: 10 });
    const [fired, ...more] = await eventsOf(name);
    expect(more).toEqual([]);
    expect(fired).toMatchObject({
      kind: 'budget.burning',
      data: { tier: 'page-fast', urgency: 'page', longWindow: '1h', shortWindow: '5m', threshold: 14.4, bad: 520 },
    });
    expect(fired!.data['crossedAt']).toBe('2026-11-22T12:00:50Z');

    await live(name, cycles, { seconds: 8, everySeconds: 8, bad: true, perSecond: 10 });
    await live(name, cycles, { seconds: 540, everySeconds: 30, bad: true, perSecond: 10 });
    // 43 minutes of bad events would be the whole budget; ten minutes are 23 %.
    const firing = (await eventsOf(name)).map(({ kind, data }) => `${kind} ${data['tier']}`);
    expect(firing).toEqual([
      'budget.burning page-fast',
      'budget.burning page-slow',
      'budget.burning ticket-fast',
      'budget.burning ticket-slow',
    ]);

    const ended = house.clock.now();
    await live(name, cycles, { seconds: 270, everySeconds: 30, bad: false, perSecond: 10 });
    await live(name, cycles, { seconds: 10, everySeconds: 10, bad: false, perSecond: 10 });
    expect((await eventsOf(name)).length).toBe(4);
    await live(name, cycles, { seconds: 10, everySeconds: 10, bad: false, perSecond: 10 });
    const recovered = (await eventsOf(name)).slice(4);
    expect(recovered.map(({ kind, data }) => `${kind} ${data['tier']}`)).toEqual(['budget.recovered page-fast']);
    expect(recovered[0]!.data).toMatchObject({ firingSince: '2026-11-22T12:00:50Z' });
    // The long window alone would have held it for 54 minutes more.
    expect(house.clock.now().since(ended).total('seconds')).toBeLessThanOrEqual(296);
  }, 180_000);

  it('changes nothing when the clock goes back and forward again, and says so', async () => {
    const before = await house.events();
    const cycle = house.cycle();
    const now = house.clock.now();
    for (const jump of [now.subtract({ hours: 2 }), now.add({ hours: 6 }), now]) {
      house.clock.set(jump);
      expect(await cycle.run()).toMatchObject({ decided: false, reason: expect.stringContaining('clock jumped') });
    }
    // A process that starts while the clock is wrong has nothing to compare it with: rows that are newer stay as they are.
    house.clock.set(now.subtract({ hours: 2 }));
    expect(await house.cycle().run()).toMatchObject({ decided: true, transitions: [] });
    house.clock.set(now);
    expect(await house.cycle().run()).toMatchObject({ decided: true, transitions: [] });
    expect(await house.events()).toEqual(before);
  });

  it('decides nothing while the engine is away, and goes on with the same state when it is back', async () => {
    const before = await house.events();
    const away = house.cycle({ clickhouse: handleOn({ socket: '/nowhere/engine.sock' }, 'default') });
    expect(await away.run()).toMatchObject({ decided: false, reason: expect.stringContaining('away') });
    const { rows } = await house.postgres.pool.query('SELECT failure, decided_at FROM objectives.evaluation');
    expect(rows).toEqual([{ failure: expect.stringContaining('away'), decided_at: expect.any(Date) }]);
    expect(await house.cycle().run()).toMatchObject({ decided: true, transitions: [] });
    const after = await house.postgres.pool.query('SELECT failure FROM objectives.evaluation');
    expect(after.rows).toEqual([{ failure: null }]);
    expect(await house.events()).toEqual(before);
  });

  it('ends an alert whose tier the objective no longer has', async () => {
    const base = named('outage');
    await house.keep({ ...base, alerts: { ...base.alerts, tiers: base.alerts.tiers.slice(0, 3) } });
    await house.cycle().run();
    const last = (await eventsOf('outage')).at(-1);
    expect(last).toMatchObject({ kind: 'budget.recovered', data: { tier: 'ticket-slow' } });
    expect(last!.data['reason']).toContain('no longer has this tier');
  });
});

describe('a budget', () => {
  it('that is gone is told once, and told again when something is left', async () => {
    const now = house.clock.now().epochMilliseconds / 1_000;
    const tiers = anObjective().alerts.tiers.slice(0, 0);
    await house.keep(
      named('gone', {
        window: { kind: 'rolling', minutes: 60 },
        alerts: { tiers, noDataMinutes: null, exhaustsWithinMinutes: null },
      }),
    );
    const indicator = await house.indicatorOf('gone');
    // One bad event of a thousand is all that 99.9 % allow: as many as allowed is exhausted.
    await house.count(indicator, [[Math.floor(now / 10) * 10 - 60, 999, 1]]);
    const cycle = house.cycle();
    await cycle.run();
    await cycle.run();
    expect(await eventsOf('gone')).toMatchObject([
      { kind: 'budget.exhausted', data: { allowed: 1, spent: 1, total: 1_000, forecast: false, exhaustsAt: null } },
    ]);
    await house.count(indicator, [[Math.floor(now / 10) * 10 - 50, 1, 0]]);
    await cycle.run();
    await cycle.run();
    expect((await eventsOf('gone')).slice(1)).toMatchObject([
      { kind: 'budget.restored', data: { allowed: 1.001, spent: 1, total: 1_001, forecast: false } },
    ]);
  });

  it('that will be gone within the stated time is told, and withdrawn when it will not', async () => {
    const now = Math.floor(house.clock.now().epochMilliseconds / 10_000) * 10;
    await house.keep(
      named('soon', {
        window: { kind: 'rolling', minutes: 1_440 },
        alerts: { tiers: [], noDataMinutes: null, exhaustsWithinMinutes: 720 },
      }),
    );
    const indicator = await house.indicatorOf('soon');
    const hour = Math.floor(now / 3_600) * 3_600;
    await house.countEvenly([indicator], hour - day, hour, { good: 100, bad: 0 });
    // In the last hour 216 of 63,000 fail, 3.4 times the budget's rate: three quarters of the day's budget last 5.3 hours.
    await house.count(indicator, [[now - 600, 35_784, 216]]);
    const cycle = house.cycle();
    await cycle.run();
    await cycle.run();
    const [told, ...more] = await eventsOf('soon');
    expect(more).toEqual([]);
    expect(told).toMatchObject({ kind: 'budget.exhausted', data: { forecast: true } });
    const hours = Temporal.Instant.from(told!.data['exhaustsAt']).since(house.clock.now()).total('hours');
    expect(hours).toBeGreaterThan(5);
    expect(hours).toBeLessThan(6);
    house.clock.advance({ hours: 2 });
    const later = Math.floor(house.clock.now().epochMilliseconds / 10_000) * 10;
    await house.count(indicator, [[later - 600, 36_000, 0]]);
    await cycle.run();
    expect((await eventsOf('soon')).slice(1)).toMatchObject([{ kind: 'budget.restored', data: { forecast: true } }]);
  });
});

describe('missing data', () => {
  it('is told after the stated time with the last event, and told again when data comes', async () => {
    const now = Math.floor(house.clock.now().epochMilliseconds / 10_000) * 10;
    await house.keep(named('silent', { alerts: { tiers: [], noDataMinutes: 10, exhaustsWithinMinutes: null } }));
    const indicator = await house.indicatorOf('silent');
    await house.count(indicator, [[now - 300, 10, 0]]);
    const cycle = house.cycle();
    await cycle.run();
    house.clock.advance({ minutes: 4 });
    await cycle.run();
    expect(await eventsOf('silent')).toEqual([]);
    house.clock.advance({ minutes: 2 });
    await cycle.run();
    await cycle.run();
    const since = Temporal.Instant.fromEpochMilliseconds((now - 290) * 1_000).toString();
    expect(await eventsOf('silent')).toMatchObject([{ kind: 'objective.no-data', data: { since, minutes: 11 } }]);
    const again = Math.floor(house.clock.now().epochMilliseconds / 10_000) * 10;
    await house.count(indicator, [[again, 1, 0]]);
    await cycle.run();
    expect((await eventsOf('silent')).slice(1)).toMatchObject([{ kind: 'objective.data-again', data: { since } }]);
  });

  it('says why the source gives nothing', async () => {
    await house.keep(named('source-down', { alerts: { tiers: [], noDataMinutes: 10, exhaustsWithinMinutes: null } }));
    await house.postgres.pool.query(
      "INSERT INTO objectives.source_state (indicator, state, reason, since) VALUES ($1, 'no-data', 'Prometheus answers 503.', now())",
      [await house.indicatorOf('source-down')],
    );
    house.clock.advance({ minutes: 11 });
    await house.cycle().run();
    const [told] = await eventsOf('source-down');
    expect(told).toMatchObject({ kind: 'objective.no-data' });
    expect(told!.data['reason']).toMatch(/^Prometheus answers 503\. Nothing was ever counted/);
  });

  it('is not claimed while counts may be late: after a start, and after the engine was away', async () => {
    await house.keep(named('late', { alerts: { tiers: [], noDataMinutes: 10, exhaustsWithinMinutes: null } }));
    house.clock.advance({ hours: 1 });
    const { createCycle } = await import('./cycle.ts');
    const cycle = createCycle(house.ground);
    await cycle.run();
    expect(await eventsOf('late')).toEqual([]);
    house.clock.advance({ minutes: 3 });
    await cycle.run();
    expect(await eventsOf('late')).toMatchObject([{ kind: 'objective.no-data' }]);
  });
});

it('an objective that was changed or deleted while it was decided on is not written', async () => {
  const { writeTransitions } = await import('./store.ts');
  const id = await house.keep(named('changed'));
  const transition = {
    objective: id,
    definedAt: house.clock.now().subtract({ seconds: 1 }),
    what: 'page-fast',
    before: null,
    after: { holds: true, since: house.clock.now(), decision: {} },
    event: null,
  };
  expect(await writeTransitions(house.ground, [transition])).toEqual([]);
  const fresh = { ...transition, definedAt: house.clock.now() };
  expect(await writeTransitions(house.ground, [fresh])).toEqual([fresh]);
  expect(await writeTransitions(house.ground, [fresh])).toEqual([]);
  const unknown = { ...fresh, objective: '018f0000-0000-7000-8000-000000000000' };
  expect(await writeTransitions(house.ground, [unknown])).toEqual([]);
});

describe('a promise in its first minutes', () => {
  it('is not told by one bad event alone, but by the second; and by one once it has been counted for as long as it looks back', async () => {
    const tier = {
      name: 'page-fast',
      urgency: 'page',
      budgetSharePpm: 20_000,
      longMinutes: 60,
      shortMinutes: 5,
      rateMillionths: 14_400_000,
      badEventsMin: 1,
      adapted: null,
    } as const;
    const alerts = { tiers: [tier], noDataMinutes: null, exhaustsWithinMinutes: null };
    const now = Math.floor(house.clock.now().epochMilliseconds / 10_000) * 10;
    const keepBorn = async (name: string, second: number): Promise<number> => {
      await house.keep(named(name, { alerts }));
      const indicator = await house.indicatorOf(name);
      const born = [new Date(second * 1_000), indicator];
      await house.postgres.pool.query('UPDATE objectives.indicator SET counted_from = $1 WHERE number = $2', born);
      return indicator;
    };
    const young = await keepBorn('young', now - 60);
    const cycle = house.cycle();
    // One of ten is 100 times the budget, and all of it: what any first failure looks like.
    await house.count(young, [[now - 60, 9, 1]]);
    await cycle.run();
    expect(await eventsOf('young')).toEqual([]);
    await house.count(young, [[now - 50, 9, 1]]);
    await cycle.run();
    expect((await eventsOf('young')).map(({ kind }) => kind)).toEqual(['budget.burning', 'budget.exhausted']);

    const grown = await keepBorn('grown', now - 3_600);
    await house.count(grown, [[now - 60, 9, 1]]);
    await cycle.run();
    // The hour is old enough, the thirty days of the budget are not.
    expect((await eventsOf('grown')).map(({ kind }) => kind)).toEqual(['budget.burning']);
  });
});
