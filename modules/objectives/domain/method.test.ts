import { describe, expect, it } from 'vitest';
import { budgetOf } from './budget.ts';
import { countByMethod, isGoodSlice, slicePartsOfRatio, slicesWithin, type Bucket } from './method.ts';
import type { BudgetingMethod, ObjectiveWindow, TimeSlice } from './objective.ts';
import { windowAt } from './window.ts';

const slice = (seconds: number, targetPpm: number | null): TimeSlice => ({ seconds, targetPpm });
const minutes = (count: number, of: (index: number) => { good: number; bad: number }): Bucket[] =>
  Array.from({ length: count }, (_, index) => ({ at: index * 60, ...of(index) }));

describe('The published examples of OpenSLO come out', () => {
  // examples/treat-low-traffic-as-equally-important: a week at 99.95 % holds 5 minutes 2.4 seconds.
  it('a week of good minutes at 99.95 % may hold 5 minutes and 2.4 seconds of bad ones', () => {
    const counts = countByMethod(
      minutes(10_080, () => ({ good: 3, bad: 0 })),
      { from: 0, to: 10_080 * 60 },
      { method: 'Timeslices', timeSlice: slice(60, 950_000) },
      true,
    );
    expect(counts).toEqual({ good: 10_080, bad: 0 });
    expect(budgetOf(counts, 999_500).allowed * 60).toBeCloseTo(5 * 60 + 2.4, 9);
  });
  it('a minute is bad when five fail and the total is less than a hundred', () => {
    expect(isGoodSlice({ good: 94, bad: 5 }, 950_000)).toBe(false);
    expect(isGoodSlice({ good: 95, bad: 5 }, 950_000)).toBe(true);
  });
  // examples/budgeting-method: two weeks, 95 %, an attack that leaves 1 % available.
  const attack = (length: number) =>
    minutes(20_160, (index) => (index < length ? { good: 10, bad: 990 } : { good: 99, bad: 1 }));
  const spent = (method: BudgetingMethod, length: number) =>
    budgetOf(
      countByMethod(attack(length), { from: 0, to: 20_160 * 60 }, { method, timeSlice: slice(60, 950_000) }, true),
      950_000,
    ).remainingRatio!;
  it('Timeslices: 16 hours and 48 minutes burn the whole budget', () => {
    expect(spent('Timeslices', 16 * 60 + 48)).toBe(0);
    expect(spent('Timeslices', 16 * 60 + 47)).toBeGreaterThan(0);
  });
  it('RatioTimeslices: about 13 hours and 45 minutes do; exactly, 0.01 × 20,160 + 0.98 × m = 1,008', () => {
    const length = (1_008 - 201.6) / 0.98;
    expect(length / 60).toBeCloseTo(13.71, 2);
    expect(spent('RatioTimeslices', Math.floor(length))).toBeGreaterThan(0);
    expect(spent('RatioTimeslices', Math.ceil(length))).toBeLessThan(0);
  });
  it('RatioTimeslices weighs a slice with one request like one with a million', () => {
    const counts = countByMethod(
      [
        { at: 0, good: 0, bad: 1 },
        { at: 60, good: 1_000_000, bad: 0 },
      ],
      { from: 0, to: 120 },
      { method: 'RatioTimeslices', timeSlice: slice(60, null) },
      true,
    );
    expect([counts.good / slicePartsOfRatio, counts.bad / slicePartsOfRatio]).toEqual([1, 1]);
  });
});

describe('Slices', () => {
  it('without events are no data, neither good nor bad', () => {
    const by = { method: 'Timeslices' as const, timeSlice: slice(60, 990_000) };
    expect(countByMethod([{ at: 0, good: 1, bad: 0 }], { from: 0, to: 6_000 }, by, true)).toEqual({ good: 1, bad: 0 });
    expect(countByMethod([], { from: 0, to: 6_000 }, by, true)).toEqual({ good: 0, bad: 0 });
  });
  it.each([
    // A rolling window holds the same number at every instant, only slices that are over.
    [{ from: 5, to: 3_605 }, 60, true, { from: 0, to: 3_600 }],
    [{ from: 59, to: 3_659 }, 60, true, { from: 0, to: 3_600 }],
    [{ from: 60, to: 3_660 }, 60, true, { from: 60, to: 3_660 }],
    // Shorter than a slice: the last one.
    [{ from: 3_000, to: 3_300 }, 600, true, { from: 2_400, to: 3_000 }],
    // A calendar period: those that begin in it.
    [{ from: 1_800, to: 9_000 }, 3_600, false, { from: 3_600, to: 7_200 }],
    [{ from: 3_600, to: 3_700 }, 3_600, false, { from: 3_600, to: 3_600 }],
  ])('%j of %i seconds, rolling %s', (of, seconds, rolling, expected) => {
    expect(slicesWithin(of, seconds, rolling)).toEqual(expected);
  });
});

/** One request of the naive count: when it came, seconds, and whether it kept the promise. */
interface Request {
  readonly second: number;
  readonly good: boolean;
}

/** The naive count, straight from OpenSLO's sentences: maps of slices, plain fractions, no buckets, none of the functions under test. */
const naive = (requests: readonly Request[], from: number, to: number, method: BudgetingMethod, of: TimeSlice) => {
  if (method === 'Occurrences') {
    const within = requests.filter((each) => each.second >= from && each.second < to);
    return { good: within.filter((each) => each.good).length, bad: within.filter((each) => !each.good).length };
  }
  const slices = new Map<number, { good: number; total: number }>();
  for (const each of requests) {
    const index = Math.floor(each.second / of.seconds);
    if (index * of.seconds < from || (index + 1) * of.seconds > to) continue;
    const found = slices.get(index) ?? { good: 0, total: 0 };
    slices.set(index, { good: found.good + (each.good ? 1 : 0), total: found.total + 1 });
  }
  const ratios = [...slices.values()].map((each) => each.good / each.total);
  if (method === 'Timeslices') {
    const good = ratios.filter((ratio) => ratio >= of.targetPpm! / 1_000_000).length;
    return { good, bad: ratios.length - good };
  }
  const good = ratios.reduce((sum, ratio) => sum + ratio, 0);
  return { good, bad: ratios.length - good };
};

/** The same numbers in every run (Park and Miller's generator). */
const dice = (seed: number) => {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
};

/** Nine days about the change of the clocks: a request every three minutes or so, a night of silence, an hour of trouble at the change. */
const requestsAbout = (change: number, seed: number): Request[] => {
  const next = dice(seed);
  const requests: Request[] = [];
  for (let second = change - 5 * 86_400; second < change + 4 * 86_400; second += 1 + Math.floor(next() * 360)) {
    const trouble = Math.abs(second - change) < 1_800;
    const silent = second > change + 86_400 && second < change + 86_400 + 6 * 3_600;
    if (!silent) requests.push({ second, good: next() > (trouble ? 0.4 : 0.004) });
  }
  return requests;
};

const bucketsOf = (requests: readonly Request[], seconds: number): Bucket[] => {
  const found = new Map<number, { good: number; bad: number }>();
  for (const { second, good } of requests) {
    const at = Math.floor(second / seconds) * seconds;
    const bucket = found.get(at) ?? { good: 0, bad: 0 };
    found.set(at, { good: bucket.good + (good ? 1 : 0), bad: bucket.bad + (good ? 0 : 1) });
  }
  return [...found].sort(([a], [b]) => a - b).map(([at, counts]) => ({ at, ...counts }));
};

describe('Budgets equal a naive count over the requests, over the change of the clocks', () => {
  const windows = (zone: string): ObjectiveWindow[] => [
    { kind: 'rolling', minutes: 3 * 1_440 },
    { kind: 'rolling', minutes: 60 },
    ...(['day', 'week', 'month'] as const).map((unit) => ({
      kind: 'calendar' as const,
      unit,
      count: 1,
      startsOn: '2026-01-05T00:00',
      zone,
    })),
  ];
  // Instants of the changes from the IANA database by `zdump -v`.
  const changes = [
    ['Europe/Berlin', '2026-03-29T01:00:00Z'],
    ['Europe/Berlin', '2026-10-25T01:00:00Z'],
    ['America/New_York', '2026-03-08T07:00:00Z'],
    ['America/New_York', '2026-11-01T06:00:00Z'],
  ] as const;
  const methods = [
    ['Occurrences', 60],
    ['Timeslices', 60],
    ['Timeslices', 600],
    ['RatioTimeslices', 60],
    ['RatioTimeslices', 3_600],
  ] as const;
  const cases = changes.flatMap(([zone, change]) =>
    methods.map(([method, seconds]) => [zone, change, method, seconds] as const),
  );
  it.each(cases)('%s %s: %s of %i seconds', (zone, change, method, seconds) => {
    const at = Temporal.Instant.from(change).epochMilliseconds / 1_000;
    const requests = requestsAbout(at, 7);
    const buckets = bucketsOf(requests, 10);
    const timeSlice = slice(seconds, 900_000);
    let compared = 0;
    for (const window of windows(zone))
      for (const offset of [-7_210, -3_600, -10, 0, 10, 3_600, 43_270, 86_400, 200_000]) {
        const now = Temporal.Instant.fromEpochMilliseconds((at + offset) * 1_000);
        const found = windowAt(window, now);
        const from = found.from.epochMilliseconds / 1_000;
        const to = at + offset;
        const rolling = window.kind === 'rolling';
        const counts = countByMethod(buckets, { from, to }, { method, timeSlice }, rolling);
        const shift = rolling && method !== 'Occurrences' ? to % seconds : 0;
        const expected = naive(requests, from - shift, to - shift, method, timeSlice);
        const parts = method === 'RatioTimeslices' ? slicePartsOfRatio : 1;
        // A slice's ratio is kept in billionths: half of one each is all that may be lost.
        const lost = method === 'RatioTimeslices' ? (expected.good + expected.bad) * 0.5e-9 + 1e-9 : 0;
        expect(Math.abs(counts.good / parts - expected.good)).toBeLessThanOrEqual(lost);
        expect(Math.abs(counts.bad / parts - expected.bad)).toBeLessThanOrEqual(lost);
        const total = expected.good + expected.bad;
        expect(budgetOf(counts, 995_000).allowed / parts).toBeCloseTo(total * 0.005, 6);
        expect(budgetOf(counts, 995_000).spent / parts).toBeCloseTo(expected.bad, 6);
        compared += total;
      }
    expect(compared).toBeGreaterThan(300);
  });
});
