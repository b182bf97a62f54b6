import { describe, expect, it } from 'vitest';
import { scoreAlerts } from './score.ts';
import { seriesByMethod, seriesOf } from './series.ts';
import type { RaisedAlert } from './simulate.ts';

const anAlert = (burningFrom: number, firedAt: number, clearedAt: number | null): RaisedAlert => ({
  tier: 'page-fast',
  urgency: 'page',
  firedAt,
  clearedAt,
  cleared: clearedAt === null ? null : 'short-window-recovered',
  burningFrom,
  burningTo: firedAt,
  longTotal: 100,
  longBad: 50,
  shortTotal: 10,
  shortBad: 5,
});

describe('Alerts against the periods that a person marked', () => {
  const periods = [
    { from: 1_000, to: 2_000 },
    { from: 10_000, to: 11_000 },
    { from: 50_000, to: 51_000 },
  ];
  it('precision is the share of right alerts, recall that of found periods', () => {
    const score = scoreAlerts(
      [
        anAlert(1_000, 1_120, 2_300),
        // A second alert of the same incident, fired after it: late, not wrong.
        anAlert(1_900, 2_100, 4_000),
        // Noise.
        anAlert(30_000, 30_100, 30_400),
        // Began before the marked start, goes on to the end of the history.
        anAlert(49_000, 49_500, null),
      ],
      periods,
    );
    expect(score).toMatchObject({ alerts: 4, rightAlerts: 3, periods: 3, foundPeriods: 2, precision: 0.75 });
    expect(score.recall).toBeCloseTo(2 / 3, 12);
    expect(score.byPeriod.map((each) => [each.detectionSeconds, each.resetSeconds])).toEqual([
      [120, 2_000],
      [null, null],
      [0, null],
    ]);
  });
  it('an alert that only comes long after is right about it but did not find it', () => {
    const score = scoreAlerts([anAlert(1_900, 9_000, 9_100)], [periods[0]!], 3_600);
    expect(score).toMatchObject({ rightAlerts: 1, foundPeriods: 0, precision: 1, recall: 0 });
  });
  it('has no ratio where there is nothing to divide by', () => {
    expect(scoreAlerts([], [])).toMatchObject({ precision: null, recall: null });
    expect(scoreAlerts([], periods)).toMatchObject({ precision: null, recall: 0 });
    expect(scoreAlerts([anAlert(1, 2, 3)], [])).toMatchObject({ precision: 0, recall: null });
  });
});

describe('A series for a back-test', () => {
  it('has a step for each stretch, empty ones too, and leaves out what lies outside', () => {
    const series = seriesOf(
      [
        { at: 60, good: 1, bad: 0 },
        { at: 70, good: 2, bad: 1 },
        { at: 180, good: 5, bad: 5 },
        { at: 0, good: 9, bad: 9 },
        { at: 300, good: 9, bad: 9 },
      ],
      { startsAt: 60, stepSeconds: 60, steps: 4 },
    );
    expect([...series.good]).toEqual([3, 0, 5, 0]);
    expect([...series.bad]).toEqual([1, 0, 5, 0]);
  });
  it('in slices: each one good or bad, or empty', () => {
    const events = {
      startsAt: 0,
      stepSeconds: 60,
      good: Float64Array.of(9, 0, 8, 3, 7),
      bad: Float64Array.of(1, 0, 2, 2, 0),
    };
    const sliced = seriesByMethod(events, { method: 'Timeslices', timeSlice: { seconds: 120, targetPpm: 800_000 } });
    // Nine of ten; eleven of fifteen (73 %); the last slice is not over.
    expect([[...sliced.good], [...sliced.bad], sliced.stepSeconds]).toEqual([[1, 0], [0, 1], 120]);
    const ratios = seriesByMethod(events, { method: 'RatioTimeslices', timeSlice: { seconds: 60, targetPpm: null } });
    expect([...ratios.bad]).toEqual([100_000_000, 0, 200_000_000, 400_000_000, 0]);
    expect([...ratios.good]).toEqual([900_000_000, 0, 800_000_000, 600_000_000, 1_000_000_000]);
  });
});
