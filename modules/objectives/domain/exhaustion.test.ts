import { describe, expect, it } from 'vitest';
import { projectExhaustion, type Outlook } from './exhaustion.ts';
import type { Bucket } from './method.ts';

const now = Temporal.Instant.from('2026-11-22T12:00:00Z');
const nowSeconds = now.epochMilliseconds / 1_000;
const rolling = (minutes: number) => ({
  from: now.subtract({ minutes }),
  to: now,
  endsAt: null,
  periodMinutes: minutes,
});
const secondsUntil = (outlook: Outlook) => {
  const { exhaustsAt } = projectExhaustion(outlook);
  return exhaustsAt === null ? null : exhaustsAt.epochMilliseconds / 1_000 - nowSeconds;
};

/** Half of the budget of 30 days is spent, a thousand requests a minute. */
const halfSpent = { good: 43_200_000 - 21_600, bad: 21_600 };

describe('When a budget runs out', () => {
  it.each([
    // Closed form of the workbook: remaining share × period ÷ burn, 30 days at 99.9 %.
    [1_000, (0.5 * 43_200 * 60) / 1_000],
    [14.4, (0.5 * 43_200 * 60) / 14.4],
    [1, 0.5 * 43_200 * 60],
  ])('rolling at %d times', (burn, seconds) => {
    const bad = 60 * burn;
    const recent = { good: 60_000 - bad, bad };
    expect(
      secondsUntil({ counts: halfSpent, targetPpm: 999_000, window: rolling(43_200), recent, recentMinutes: 60 }),
    ).toBe(Math.ceil(seconds));
  });
  it('never at a rate that takes longer than the window remembers', () => {
    const recent = { good: 60_000 - 24, bad: 24 };
    const answer = projectExhaustion({
      counts: halfSpent,
      targetPpm: 999_000,
      window: rolling(43_200),
      recent,
      recentMinutes: 60,
    });
    expect(answer).toMatchObject({ exhaustsAt: null, reason: 'burns-slower-than-earned' });
  });
  it('a window that is not full yet has a smaller budget, which grows', () => {
    // Two days of 30: 2,880 of 2,880,000 allowed, half of them spent; ten times enters 10 a minute and earns 1.
    const counts = { good: 2_880_000 - 1_440, bad: 1_440 };
    const recent = { good: 60_000 - 600, bad: 600 };
    const outlook = { counts, targetPpm: 999_000, window: rolling(43_200), recent, recentMinutes: 60 };
    expect(secondsUntil({ ...outlook, filledMinutes: 2_880 })).toBe((1_440 / 9) * 60);
    expect(secondsUntil({ ...outlook, filledMinutes: 43_000 })).toBe(Math.ceil((0.5 * 43_200 * 60) / 10));
  });
  it('in a calendar period: what is left over what burns beyond the earned, or the end of the period first', () => {
    const window = {
      from: now.subtract({ minutes: 14_400 }),
      to: now,
      endsAt: now.add({ hours: 480 }),
      periodMinutes: 43_200,
    };
    const counts = { good: 14_400_000 - 7_200, bad: 7_200 };
    // 7,200 bad events are left; 10 times burns 10 a minute and earns 1.
    const ten = { good: 60_000 - 600, bad: 600 };
    expect(secondsUntil({ counts, targetPpm: 999_000, window, recent: ten, recentMinutes: 60 })).toBe((7_200 / 9) * 60);
    const slow = { good: 60_000 - 66, bad: 66 };
    expect(projectExhaustion({ counts, targetPpm: 999_000, window, recent: slow, recentMinutes: 60 })).toMatchObject({
      exhaustsAt: null,
      reason: 'period-ends-first',
    });
  });
  it.each([
    [{ good: 0, bad: 0 }, { good: 0, bad: 0 }, 'no-data'],
    [{ good: 999, bad: 1 }, { good: 1, bad: 0 }, 'gone-already'],
    [{ good: 9_999, bad: 1 }, { good: 0, bad: 0 }, 'no-recent-data'],
  ])('%j with %j lately: %s', (counts, recent, reason) => {
    expect(
      projectExhaustion({ counts, targetPpm: 999_000, window: rolling(43_200), recent, recentMinutes: 60 }).reason,
    ).toBe(reason);
  });
});

describe('What leaves a rolling window is reckoned with', () => {
  const stepSeconds = 60;
  const minutes = 240;
  /** Second by second: throws out what is older than the window, adds what comes, and looks. */
  const bySeconds = (buckets: readonly Bucket[], recent: { good: number; bad: number }, budget: number) => {
    const from = nowSeconds - minutes * 60;
    let good = 0;
    let bad = 0;
    for (const each of buckets) [good, bad] = [good + each.good, bad + each.bad];
    for (let second = 1; second <= minutes * 60; second++) {
      const leaving = buckets.find((each) => each.at <= from + second - 1 && from + second - 1 < each.at + stepSeconds);
      good += recent.good / 3_600 - (leaving?.good ?? 0) / stepSeconds;
      bad += recent.bad / 3_600 - (leaving?.bad ?? 0) / stepSeconds;
      if (bad >= budget * (good + bad) - 1e-7) return second;
    }
    return null;
  };
  const history = (bad: (index: number) => number, total: (index: number) => number): Bucket[] =>
    Array.from({ length: minutes }, (_, index) => ({
      at: nowSeconds - (minutes - index) * 60,
      good: total(index) - bad(index),
      bad: bad(index),
    })).filter((each) => each.good + each.bad > 0);
  it.each<[string, Bucket[], { good: number; bad: number }]>([
    [
      'steady traffic, clean past',
      history(
        () => 0,
        () => 1_000,
      ),
      { good: 60_000 - 180, bad: 180 },
    ],
    [
      'an old incident leaves first and gives back',
      history(
        (index) => (index < 20 ? 9 : 0),
        () => 1_000,
      ),
      { good: 60_000 - 120, bad: 120 },
    ],
    [
      'an incident in the middle: too late to help',
      history(
        (index) => (index > 100 && index < 130 ? 7 : 0),
        () => 1_000,
      ),
      { good: 60_000 - 100, bad: 100 },
    ],
    [
      'traffic falls: the budget shrinks with it',
      history(
        (index) => (index > 200 ? 4 : 0),
        (index) => (index < 120 ? 5_000 : 100),
      ),
      { good: 6_000 - 4, bad: 4 },
    ],
    [
      'silence at night',
      history(
        (index) => (index % 7 ? 0 : 1),
        (index) => (index > 50 && index < 150 ? 0 : 900),
      ),
      { good: 54_000 - 300, bad: 300 },
    ],
    [
      'lasts',
      history(
        () => 0,
        () => 1_000,
      ),
      { good: 60_000 - 30, bad: 30 },
    ],
  ])('%s', (_, buckets, recent) => {
    const counts = buckets.reduce((sum, each) => ({ good: sum.good + each.good, bad: sum.bad + each.bad }), {
      good: 0,
      bad: 0,
    });
    const expected = bySeconds(buckets, recent, 0.001);
    const found = secondsUntil({
      counts,
      targetPpm: 999_000,
      window: rolling(minutes),
      recent,
      recentMinutes: 60,
      history: { buckets, stepSeconds },
    });
    if (expected === null) expect(found).toBeNull();
    else expect(Math.abs(found! - expected)).toBeLessThanOrEqual(1);
  });
});
