import { describe, expect, it } from 'vitest';
import { inSeconds, secondsUntil, trendOf } from './forecast.ts';
import { aRule } from './fixtures.ts';
import { readChange, readForecast } from './read-steps.ts';

/** Lines of least squares, against figures of R and closed forms. */
describe('a line through points', () => {
  it('is that of R', () => {
    // R: v <- c(10, 12.5, NA, 13, 17, 16.2, 19); t <- (0:6) * 60 - 360; m <- lm(v ~ t); coef(m)
    // predict(m, data.frame(t = 14400))
    const values = [10, 12.5, Number.NaN, 13, 17, 16.2, 19];
    const trend = trendOf(values, { firstEnd: 1_000, stepSeconds: 60 }, 1_360)!;
    expect(trend.points).toBe(6);
    expect(trend.perSecond).toBeCloseTo(0.0228467908902691, 15);
    expect(trend.now).toBeCloseTo(18.5006211180124218, 12);
    expect(inSeconds(trend, 14_400)).toBeCloseTo(347.494409937888, 9);
  });

  it('of points on a line is that line, however large the clock’s numbers are', () => {
    const now = 1_795_400_000;
    const values = Array.from({ length: 360 }, (_, index) => 3 + 0.25 * index);
    const trend = trendOf(values, { firstEnd: now - 359 * 60, stepSeconds: 60 }, now)!;
    expect(trend.now).toBeCloseTo(3 + 0.25 * 359, 9);
    expect(trend.perSecond).toBeCloseTo(0.25 / 60, 12);
    expect(secondsUntil(trend, 100)).toBeCloseTo(((100 - trend.now) / 0.25) * 60, 6);
    expect(secondsUntil(trend, 0)).toBeNull();
  });

  it('needs three points over a third of the stretch', () => {
    const none = Number.NaN;
    const of = (...values: number[]) => trendOf(values, { firstEnd: 0, stepSeconds: 60 }, 0);
    expect(of(1, 2)).toBeNull();
    expect(of(none, none, none, none, none, none, none, 1, 2, 3)).toBeNull();
    expect(of(none, none, none, none, none, none, 1, none, 2, 3)).not.toBeNull();
  });
});

describe('what a forecast judges', () => {
  const rule = aRule({ fire: { op: '>', value: 0.95 }, over: 'PT10M', forecast: { within: 'PT4H', from: 'PT6H' } });
  const rising = Array.from({ length: 36 }, (_, index) => 0.5 + index * 0.005);

  it('is the value in four hours, with when the threshold is reached', () => {
    const { reading, numbers } = readForecast(rule, rising, 600, 1_795_400_000);
    expect(reading.value).toBeCloseTo(0.675 + 24 * 0.005, 9);
    expect(numbers).toMatchObject({ now: 0.675, points: 36 });
    expect(numbers.perHour).toBeCloseTo(0.03, 9);
    const hours = (0.95 - 0.675) / 0.03;
    expect(Temporal.Instant.from(numbers.reachesAt!).epochMilliseconds / 1_000).toBeCloseTo(
      1_795_400_000 + hours * 3_600,
      0,
    );
  });

  it('is what is measured where that is beyond already', () => {
    const falling = rising.toReversed().map((value) => value + 0.46);
    expect(readForecast(rule, falling, 600, 0).reading).toEqual({ value: 0.96, why: 'measured' });
  });

  it('is nothing where the newest value is missing or there are too few', () => {
    expect(readForecast(rule, [...rising, Number.NaN], 600, 0).reading.why).toBe('nothing-measured');
    expect(
      readForecast(
        rule,
        rising.map((value, index) => (index > 33 ? value : Number.NaN)),
        600,
        0,
      ).reading.why,
    ).toBe('too-little-history');
  });
});

describe('a change against a week before', () => {
  it.each([
    [20, 10, 'ratio', 2],
    [20, 10, 'difference', 10],
    [20, 0, 'difference', 20],
  ] as const)('of %d and %d as %s is %d', (now, then, as, expected) => {
    expect(readChange(now, then, as)).toEqual({
      reading: { value: expected, why: 'measured' },
      numbers: { value: expected, now, then },
    });
  });

  it('is none where there was nothing', () => {
    expect(readChange(20, 0, 'ratio').reading.why).toBe('nothing-to-compare');
    expect(readChange(20, Number.NaN, 'difference').reading.why).toBe('nothing-to-compare');
    expect(readChange(Number.NaN, 20, 'difference').reading.why).toBe('nothing-measured');
  });
});
