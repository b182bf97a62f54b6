import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anObjective } from '../../fixtures.ts';
import type { Objective } from '../../domain/objective.ts';
import { governedHouse, type GovernedHouse } from '../testing/governed-house.ts';
import { addCorrectionRoutes } from './routes.ts';

/** Two days of even traffic: 60 requests a minute, of which a load test makes 24 and fails with half of them for one hour. */
const now = '2026-11-22T12:00:00Z';
const second = (text: string): number => Date.parse(text) / 1_000;
const load = { from: '2026-11-22T02:00:00Z', to: '2026-11-22T03:00:00Z' };
const reason = 'The load test of the new checkout';
const traffic = { operation: 'POST /pay', attributes: [{ key: 'load.test', op: '=', value: 'true' }] };

let house: GovernedHouse;
const spans = (name: string, service: string, given: Partial<Objective> = {}): Objective => {
  const base = anObjective({ name, owner: 'payments', service, window: { kind: 'rolling', minutes: 2 * 1_440 } });
  const definition = {
    kind: 'spans',
    of: { service, environment: null, operation: null, attributes: [] },
    bad: [{ kind: 'error' }],
  } as const;
  const indicator = { kind: 'indicator', number: 0, definition } as const;
  return { ...base, components: [{ ...base.components[0]!, indicator }], ...given };
};
const journey = (name: string, ...parts: string[]): Objective => {
  const base = spans(name, 'shop/journey');
  const components = parts.map((part) => ({
    displayName: part,
    indicator: { kind: 'objective', name: part } as const,
    weight: 1,
    targetPpm: 999_000,
  }));
  return { ...base, components };
};

beforeAll(async () => {
  house = await governedHouse(now, (ground, doors) => addCorrectionRoutes(ground, doors));
  await house.keep(spans('pay', 'shop/pay'));
  await house.keep(
    spans('slices', 'shop/pay', { method: 'Timeslices', timeSlice: { seconds: 600, targetPpm: 900_000 } }),
  );
  await house.keep(spans('ship', 'shop/ship'));
  await house.keep(journey('buy', 'pay', 'ship'));
  const [pay, ship] = [await house.indicatorOf('pay'), await house.indicatorOf('ship')];
  await house.countEvenly([pay, ship], second(now) - 2 * 86_400, second(now), { good: 10, bad: 0 });
  await house.countEvenly([pay], second(load.from), second(load.to), { good: 8, bad: 2 });
});
afterAll(() => house?.stop());

const propose = (said: object) => house.call('POST', '/api/v1/corrections', { reason, ...load, ...said });
const report = async (name: string) => (await house.call('GET', `/api/v1/objectives/${name}`)).body;
const remaining = async (): Promise<{ remaining: number; definition: any }[]> =>
  (
    await house.postgres.pool.query(
      `SELECT DISTINCT remaining, definition FROM objectives.remaining_traffic JOIN objectives.indicator ON number = remaining`,
    )
  ).rows;

describe('Excluded traffic', () => {
  it('is refused where it cannot be told apart, with every reason', async () => {
    const refused = async (said: object): Promise<string> => (await propose({ traffic, ...said })).body.detail;
    expect(await refused({ objectives: ['pay'], traffic: {} })).toContain('names nothing');
    expect(await refused({ objectives: ['buy'] })).toContain('buy counts none itself');
    expect(await refused({ objectives: ['slices'], from: '2026-11-22T02:05:00Z' })).toContain(
      'whole slices of slices, 10 min',
    );
    expect(await refused({ objectives: ['pay'], from: '2026-11-01T00:00:00Z' })).toContain(
      'spans are kept for (8 days)',
    );
    const pattern = { attributes: [{ key: 'a', op: '=~', value: '(' }] };
    expect(await refused({ objectives: ['pay'], traffic: pattern })).toContain('no regular expression');
  });

  it('goes once what remains is counted: exactly that, with and without', async () => {
    const made = await propose({ objectives: ['pay', 'slices'], traffic, kind: 'test-traffic' });
    expect(made.body).toMatchObject({ state: 'in-force', trafficCounted: false, traffic: { operation: 'POST /pay' } });
    expect(await report('pay')).toMatchObject({ bad: 720, uncorrected: null });
    const [stands, ...others] = await remaining();
    expect(others).toEqual([]);
    expect(stands!.definition).toMatchObject({
      of: { service: 'shop/pay' },
      without: { environment: null, operation: 'POST /pay', attributes: [{ key: 'load.test' }] },
    });
    // As the counting of spans writes it: without the load test, 6 requests in ten seconds, none of them bad.
    const at = second(now);
    await house.countEvenly([stands!.remaining], at - 2 * 86_400, at, { good: 6, bad: 0 });
    await house.postgres.pool.query('UPDATE objectives.indicator SET counted_from = $1 WHERE number = $2', [
      new Date((at - 2 * 86_400) * 1_000),
      stands!.remaining,
    ]);
    const hours = 48;
    expect(await report('pay')).toMatchObject({
      good: (hours - 1) * 3_600 + 2_160,
      bad: 0,
      noDataRatio: 0,
      uncorrected: { good: (hours - 1) * 3_600 + 2_880, bad: 720 },
    });
    // An hour of six slices with a fifth of bad requests at 90 %: bad with the load test, good without.
    expect(await report('slices')).toMatchObject({ bad: 0, total: 288, uncorrected: { bad: 6 } });
    const { body } = await house.call('GET', '/api/v1/objectives/pay/budget?step=21600');
    expect(body.points.at(-1).remainingRatio).toBe(1);
    expect(body.points.at(-1).uncorrected).toBeCloseTo(1 - 720 / 172.8, 9);
    const listed = await house.call('GET', '/api/v1/corrections?objective=pay');
    expect(listed.body.items[0]).toMatchObject({ trafficCounted: true });
  });

  it('is not left out twice in one time', async () => {
    const again = await propose({ objectives: ['pay'], traffic: { environment: 'staging' } });
    expect(again.status).toBe(422);
    expect(again.body.detail).toContain('overlaps the times of correction');
  });

  it('reaches the journey over it, and ends with its correction', async () => {
    // Both parts count 60 a minute: the journey counts what its parts count, corrected.
    const counted = await report('buy');
    expect(counted).toMatchObject({ bad: 0, total: 2 * 48 * 3_600 - 1_440 });
    expect(counted.uncorrected.bad).toBeGreaterThan(0);
    const { items } = (await house.call('GET', '/api/v1/corrections?objective=pay')).body;
    await house.call('POST', `/api/v1/corrections/${items[0].id}/decision`, { decision: 'withdraw' });
    expect(await report('buy')).toMatchObject({ uncorrected: null, total: 2 * 48 * 3_600 });
    expect(await remaining()).toEqual([]);
    const { rows } = await house.postgres.pool.query(
      'SELECT count(*) FROM objectives.indicator WHERE unused_since IS NOT NULL',
    );
    expect(Number(rows[0].count)).toBe(1);
  });
});

describe('Time left out of a part', () => {
  it('is left out of the journey as far as that part goes, and is no missing data', async () => {
    await propose({ objectives: ['pay'] });
    expect(await report('buy')).toMatchObject({ bad: 0, total: 2 * 48 * 3_600 - 3_600, noDataRatio: 0 });
    expect(await report('ship')).toMatchObject({ total: 48 * 3_600, uncorrected: null });
  });
});
