import { describe, expect, it } from 'vitest';
import { someFigures } from '../fixtures.ts';
import { compareWorst, judgeHealth, type Ranked } from './health.ts';
import { goldenFiguresOf, lastMinutes } from './figures.ts';

const sparklines = (p99Ms: (number | null)[]) => ({ ...someFigures().sparklines, p99Ms });
const raised = [...Array<number>(22).fill(40), ...Array<number>(8).fill(120)];

describe('A service is judged by its figures, with the reason', () => {
  it.each([
    ['the engine is away', null, 'unknown', 'figures-away'],
    ['nothing was seen', someFigures({ requests: null, errors: null, errorRatio: null }), 'quiet', 'no-requests'],
    ['all is well', someFigures(), 'good', 'nothing-wrong'],
    ['one in ten fails', someFigures({ errors: 360, errorRatio: 0.1 }), 'critical', 'errors-high'],
    ['one in fifty fails', someFigures({ errors: 72, errorRatio: 0.02 }), 'warning', 'errors-raised'],
    [
      'two of four fail, which says nothing',
      someFigures({ requests: 4, errors: 2, errorRatio: 0.5 }),
      'good',
      'nothing-wrong',
    ],
    [
      'the newest quarter is three times as slow',
      someFigures({ sparklines: sparklines(raised) }),
      'warning',
      'latency-raised',
    ],
    [
      '1 ms became 3 ms, which nobody feels',
      someFigures({ sparklines: sparklines(raised.map((ms) => ms / 40)) }),
      'good',
      'nothing-wrong',
    ],
    [
      'too little before to compare with',
      someFigures({ sparklines: sparklines([...Array<null>(24).fill(null), ...Array<number>(6).fill(900)]) }),
      'good',
      'nothing-wrong',
    ],
  ])('%s', (_name, figures, level, reason) => expect(judgeHealth(figures)).toEqual({ level, reason }));

  it('stands worst first: level, tier, share of errors, traffic, name', () => {
    const row = (name: string, over: Partial<Ranked>): Ranked => ({
      name,
      environment: '',
      tier: null,
      health: { level: 'good', reason: 'nothing-wrong' },
      figures: { errorRatio: 0, requestsPerSecond: 1 },
      ...over,
    });
    const rows = [
      row('b-quiet', { health: { level: 'quiet', reason: 'no-requests' } }),
      row('a-good', {}),
      row('busy-good', { figures: { errorRatio: 0, requestsPerSecond: 9 } }),
      row('tier-1-good', { tier: 1 }),
      row('bad', {
        health: { level: 'critical', reason: 'errors-high' },
        figures: { errorRatio: 0.1, requestsPerSecond: 1 },
      }),
      row('worse', {
        health: { level: 'critical', reason: 'errors-high' },
        figures: { errorRatio: 0.3, requestsPerSecond: 1 },
      }),
    ];
    expect(rows.toSorted(compareWorst).map((each) => each.name)).toEqual([
      'worse',
      'bad',
      'tier-1-good',
      'busy-good',
      'a-good',
      'b-quiet',
    ]);
  });
});

describe('Figures of the last minutes', () => {
  const now = 1_795_370_645;
  it('end with the step that holds the present and have at most thirty of them', () => {
    for (const minutes of [1, 5, 60, 180, 360, 1_440]) {
      const { fromSecond, toSecond, stepSeconds } = lastMinutes(now, minutes);
      expect((toSecond - fromSecond) % stepSeconds).toBe(0);
      expect((toSecond - fromSecond) / stepSeconds).toBeLessThanOrEqual(30);
      expect(toSecond > now && fromSecond <= now - minutes * 60 + stepSeconds + 3_600).toBe(true);
    }
  });
  it('are null, not 0, where nothing was seen', () => {
    const shown = goldenFiguresOf(lastMinutes(now, 60), null);
    expect([shown.requests, shown.errors, shown.requestsPerSecond, shown.errorRatio, shown.p99Ms]).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(shown.sparklines.requestsPerSecond.every((value) => value === null)).toBe(true);
  });
  it('do not dip in the step that still runs', () => {
    const stretch = lastMinutes(now, 60);
    const last = stretch.toSecond - stretch.stepSeconds;
    const shown = goldenFiguresOf(stretch, {
      requests: now - last,
      errors: 0,
      p50Ms: 1,
      p99Ms: 1,
      steps: [{ second: last, requests: now - last, errors: 0, p99Ms: 1 }],
    });
    expect(shown.sparklines.requestsPerSecond.at(-1)).toBe(1);
  });
  it('tell the rate of a young service over the time since it was first seen', () => {
    const stretch = lastMinutes(now, 60);
    const seen = { requests: 600, errors: 0, p50Ms: 1, p99Ms: 1, steps: [] };
    const rate = (firstSecond: number | null) => goldenFiguresOf(stretch, seen, firstSecond).requestsPerSecond;
    expect(rate(now - 300)).toBe(2);
    expect(rate(now - 86_400)).toBe(rate(null));
    expect(rate(null)).toBe(600 / (now - stretch.fromSecond));
    // The first request is no spike.
    expect(rate(now - 1)).toBe(60);
  });
});
