import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getBudget, objectiveReport, objectivesList } from '../../contract.ts';
import type { BudgetingMethod, Objective, ObjectiveWindow } from '../../domain/objective.ts';
import { anObjective } from '../../fixtures.ts';
import { evaluationHouse, type EvaluationHouse } from '../evaluate/testing/house.ts';
import { addRandomTraffic, deriveCounts, makeRawTable } from '../evaluate/testing/traffic.ts';
import { budgetChart } from './chart.ts';
import { createOverview } from './list.ts';
import { reportOf } from './report.ts';

const now = '2026-11-22T12:34:56Z';
const second = (text: string): number => Date.parse(text) / 1_000;

let house: EvaluationHouse;
beforeAll(async () => {
  house = await evaluationHouse(now);
  await makeRawTable(house.clickhouse);
  // Both autumn changes of the clocks lie within: Berlin on October 25th, New York on November 1st.
  await addRandomTraffic(house.clickhouse, {
    indicators: 1,
    from: second('2026-08-25T00:00:00Z'),
    to: second(now),
    events: 150_000,
  });
  await deriveCounts(house.clickhouse, { revision: 1, tenSecondsFrom: second(now) - 7 * 3_600 });
});
afterAll(() => house.stop());

const rolling: ObjectiveWindow = { kind: 'rolling', minutes: 40_320 };
const calendar = (unit: 'day' | 'week' | 'month' | 'quarter', zone: string, startsOn: string): ObjectiveWindow => ({
  kind: 'calendar',
  unit,
  count: 1,
  startsOn,
  zone,
});
const berlinMonth = calendar('month', 'Europe/Berlin', '2026-01-01T00:00');
const newYorkDay = calendar('day', 'America/New_York', '2026-01-01T00:00');
const newYorkWeek = calendar('week', 'America/New_York', '2026-01-05T00:00');

/** Where each window stands, worked out by hand: `[from, to)`. */
const windows: [string, ObjectiveWindow, string, string, string][] = [
  ['28 days now', rolling, now, '2026-10-25T12:35:00Z', '2026-11-22T12:35:00Z'],
  ['28 days, three weeks ago', rolling, '2026-11-01T20:00:30Z', '2026-10-04T20:00:00Z', '2026-11-01T20:00:00Z'],
  ['month in Berlin now, after the change', berlinMonth, now, '2026-10-31T23:00:00Z', '2026-11-22T12:35:00Z'],
  [
    'month in Berlin over the change',
    berlinMonth,
    '2026-10-31T22:59:00Z',
    '2026-09-30T22:00:00Z',
    '2026-10-31T22:59:00Z',
  ],
  ['day of 25 hours in New York', newYorkDay, '2026-11-02T04:30:00Z', '2026-11-01T04:00:00Z', '2026-11-02T04:30:00Z'],
  ['the day after it', newYorkDay, '2026-11-02T05:30:00Z', '2026-11-02T05:00:00Z', '2026-11-02T05:30:00Z'],
  ['week in New York', newYorkWeek, now, '2026-11-16T05:00:00Z', '2026-11-22T12:35:00Z'],
];

const methods: [BudgetingMethod, Objective['timeSlice']][] = [
  ['Occurrences', null],
  ['Timeslices', { seconds: 300, targetPpm: 980_000 }],
  ['RatioTimeslices', { seconds: 60, targetPpm: null }],
];

type Plain = Record<'good' | 'bad' | 'slices' | 'poor' | 'missing' | 'minutes', string>;

/** A plain count over the raw events: events, or slices that are over. */
const plain = async (method: BudgetingMethod, seconds: number, from: string, to: string, moves: boolean) => {
  const bounds = { from: second(from), to: second(to) };
  if (method !== 'Occurrences') {
    const over = Math.floor(bounds.to / seconds) * seconds;
    bounds.from = moves
      ? over - Math.round((bounds.to - bounds.from) / seconds) * seconds
      : Math.ceil(bounds.from / seconds) * seconds;
    bounds.to = over;
  }
  const [row] = await house.clickhouse.query<Plain>(
    `-- Everything that the three methods may be asked about.
     SELECT sum(g) AS good, sum(b) AS bad, count() AS slices, countIf(b / (g + b) > 0.02) AS poor, sum(round(1000000000 * b / (g + b))) AS missing, sum(m) AS minutes
     FROM (SELECT countIf(bad = 0) AS g, countIf(bad = 1) AS b, uniqExact(intDiv(toUInt32(at), 60)) AS m FROM raw_events
       WHERE indicator = 1 AND at >= toDateTime(${bounds.from}, 'UTC') AND at < toDateTime(${bounds.to}, 'UTC') GROUP BY intDiv(toUInt32(at), ${seconds}))`,
  );
  const number = (name: keyof Plain): number => Number(row![name]);
  const minutesSoFar = (second(to) - second(from)) / 60;
  if (method === 'Occurrences')
    return { good: number('good'), bad: number('bad'), missing: 1 - number('minutes') / minutesSoFar };
  const missing = 1 - (number('slices') * seconds) / 60 / minutesSoFar;
  if (method === 'Timeslices') return { good: number('slices') - number('poor'), bad: number('poor'), missing };
  return { good: number('slices') - number('missing') / 1e9, bad: number('missing') / 1e9, missing };
};

describe.each(methods)('%s', (method, timeSlice) => {
  it.each(windows)('over %s equals a plain count over the raw events', async (name, window, at, from, to) => {
    const slug = `${method.toLowerCase()}-${name.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}`
      .slice(0, 63)
      .replace(/-$/, '');
    await house.keep(anObjective({ name: slug, window, method, timeSlice, targetPpm: 970_000 }));
    const report = objectiveReport.parse(await reportOf(house.ground, slug, at));
    const expected = await plain(method, timeSlice?.seconds ?? 60, from, to, window.kind === 'rolling');
    const total = expected.good + expected.bad;
    expect({ from: report.from, to: report.to }).toEqual({ from, to });
    expect(report.good).toBeCloseTo(expected.good, 6);
    expect(report.bad).toBeCloseTo(expected.bad, 6);
    expect(report.budget.allowed).toBeCloseTo(total * 0.03, 6);
    expect(report.budget.remaining).toBeCloseTo(total * 0.03 - expected.bad, 6);
    expect(report.budget.remainingRatio).toBeCloseTo(1 - expected.bad / (total * 0.03), 9);
    expect(report.achievedPpm).toBeCloseTo((expected.good / total) * 1e6, 3);
    expect(report.noDataRatio).toBeCloseTo(Math.max(0, expected.missing), 9);
  });
});

it('a chart of 30 days holds every event once, and at each point the budget of the window that ends there', async () => {
  await house.keep(anObjective({ name: 'chart', window: rolling, targetPpm: 970_000 }));
  const query = getBudget.query.parse({});
  const chart = getBudget.answer.parse(await budgetChart(house.ground, 'chart', query));
  expect(chart.stepSeconds).toBe(21_600);
  const report = await reportOf(house.ground, 'chart', undefined);
  const sum = (of: 'good' | 'bad'): number => chart.points.reduce((all, point) => all + point[of], 0);
  expect({ good: sum('good'), bad: sum('bad') }).toEqual({ good: report.good, bad: report.bad });
  for (const point of [chart.points[0]!, chart.points[40]!, chart.points.at(-1)!]) {
    const from = Temporal.Instant.from(point.at).subtract({ hours: 672 }).toString();
    const { good, bad } = await plain('Occurrences', 60, from, point.at, true);
    expect(point.remainingRatio).toBeCloseTo(1 - bad / ((good + bad) * 0.03), 9);
  }
  const fine = getBudget.answer.parse(
    await budgetChart(house.ground, 'chart', getBudget.query.parse({ from: '2026-11-22T10:00:00Z', step: 600 })),
  );
  expect(fine.points.length).toBe(16);
  await expect(
    budgetChart(house.ground, 'chart', getBudget.query.parse({ from: '2026-01-01T00:00:00Z', step: 60 })),
  ).rejects.toThrow('more than');
});

it('a target that changed is the one that was promised then', async () => {
  const id = await house.keep(anObjective({ name: 'changed', targetPpm: 970_000, window: rolling }));
  await house.postgres.pool.query("UPDATE objectives.version SET since = '2026-10-01' WHERE objective = $1", [id]);
  house.clock.advance({ seconds: 1 });
  await house.keep(anObjective({ name: 'changed', targetPpm: 990_000, window: rolling }));
  expect((await reportOf(house.ground, 'changed', undefined)).targetPpm).toBe(990_000);
  expect((await reportOf(house.ground, 'changed', '2026-11-20T00:00:00Z')).targetPpm).toBe(970_000);
  const chart = await budgetChart(house.ground, 'changed', getBudget.query.parse({}));
  const first = await reportOf(house.ground, 'changed', chart.points[0]!.at);
  expect(chart.points[0]!.remainingRatio).toBeCloseTo(first.budget.remainingRatio!, 9);
  const last = await reportOf(house.ground, 'changed', undefined);
  expect(chart.points.at(-1)!.remainingRatio).toBeCloseTo(last.budget.remainingRatio!, 9);
});

it('the list shows the endangered first, filters, pages, and says the same as each report', async () => {
  const overview = createOverview(house.ground);
  const query = { limit: 50, sort: 'endangered' } as const;
  const list = objectivesList.parse(await overview.page(query));
  expect(list.total).toBe(list.items.length);
  expect(list.counts.ok + list.counts.burning + list.counts.exhausted + list.counts.noData).toBe(list.total);
  for (const item of list.items.slice(0, 5)) {
    const report = await reportOf(house.ground, item.name, undefined);
    expect(item).toMatchObject({
      state: report.state,
      remainingRatio: report.budget.remainingRatio,
      achievedPpm: report.achievedPpm,
      noDataRatio: report.noDataRatio,
    });
    expect(item.sparkline.at(-1)).toBe(report.budget.remainingRatio);
    expect(item.sparkline.length).toBeLessThanOrEqual(30);
  }
  const order = list.items.map(({ state }) => ['exhausted', 'burning', 'no-data', 'ok'].indexOf(state));
  expect(order).toEqual([...order].sort((a, b) => a - b));
  const first = await overview.page({ ...query, limit: 10 });
  const second = await overview.page({ ...query, limit: 10, cursor: first.next! });
  expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(
    list.items.slice(0, 20).map(({ name }) => name),
  );
  expect((await overview.page({ ...query, q: 'ratiotimeslices' })).total).toBe(windows.length);
  expect((await overview.page({ ...query, service: 'shop/other' })).total).toBe(0);
});

it('what was just written is in the list at once, and what was deleted is gone from it', async () => {
  const overview = createOverview(house.ground);
  const named = async (): Promise<number> =>
    (await overview.page({ limit: 8, sort: 'endangered', q: 'just-written' })).total;
  expect(await named()).toBe(0);
  const id = await house.keep(anObjective({ name: 'just-written', targetPpm: 990_000, window: rolling }));
  expect(await named()).toBe(1);
  await house.postgres.pool.query('DELETE FROM objectives.objective WHERE id = $1', [id]);
  expect(await named()).toBe(0);
});

it('an unknown objective and an instant to come are refused', async () => {
  await expect(reportOf(house.ground, 'nowhere', undefined)).rejects.toThrow('no such objective');
  await expect(reportOf(house.ground, 'chart', '2027-01-01T00:00:00Z')).rejects.toThrow('yet to come');
});

it('a journey adds up what its parts burn, each against its own target', async () => {
  const parts = ['28-days-now', 'week-in-new-york'].map((name) => `occurrences-${name}`);
  const component = (name: string) =>
    ({ displayName: name, indicator: { kind: 'objective', name }, weight: 1, targetPpm: 970_000 }) as const;
  await house.keep(
    anObjective({ name: 'journey', targetPpm: 950_000, window: rolling, components: parts.map(component) }),
  );
  const journey = objectiveReport.parse(await reportOf(house.ground, 'journey', undefined));
  const part = await reportOf(house.ground, parts[0]!, undefined);
  // Both parts measure the same events, each burns at bad ÷ total ÷ 3 %; the journey's budget of 5 % burns at their sum.
  const burn = part.bad! / part.total! / 0.03;
  expect(journey.components.map(({ good, bad }) => ({ good, bad }))).toEqual([
    { good: part.good, bad: part.bad },
    { good: part.good, bad: part.bad },
  ]);
  expect(journey.bad! / journey.total! / 0.05).toBeCloseTo(2 * burn, 6);
});
