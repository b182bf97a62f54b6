import { describe, expect, it } from 'vitest';
import { isReviewDue, judgeTarget } from './review.ts';

/** A window of a million requests. */
const window = (bad: number, pages = 0) => ({ counts: { good: 1_000_000 - bad, bad }, pages });
const none = { counts: { good: 0, bad: 0 }, pages: 0 };

describe('A review says whether a target fits, with its numbers', () => {
  it.each([
    ['spent half each time', [window(500), window(400)], 'right', null],
    ['gone once in three', [window(1_100), window(400), window(300)], 'right', null],
    // 0.11 and 0.12 %: 99.8 % allows 2,000, of which 40 % stay.
    ['gone in half of them', [window(1_100), window(1_200), none, window(400), window(300)], 'too-tight', 998_000],
    ['gone each time, far', [window(300_000)], 'too-tight', null],
    // 0.002 %: 99.995 % allows 50, of which 60 % stay; 99.999 % is not tried, 99.99 % is looser.
    ['hardly touched', [window(20), window(15)], 'too-loose', 999_950],
    // At 100 times fewer requests even 99.95 % has a budget of five events only: nothing tighter can be proposed.
    ['hardly touched, but little traffic', [{ counts: { good: 10_000, bad: 0 }, pages: 0 }], 'right', null],
    ['nothing seen', [none], 'no-data', null],
    ['no window yet', [], 'no-data', null],
  ] as const)('%s', (_, windows, verdict, proposedTargetPpm) => {
    expect(judgeTarget(windows, { targetPpm: 999_000 })).toMatchObject({ verdict, proposedTargetPpm });
  });
  it('in words', () => {
    expect(judgeTarget([window(500, 2), window(1_100, 1), window(300)], { targetPpm: 999_000 }).text).toBe(
      'In 3 full windows: 99.89 % to 99.97 % achieved, -10 % to 70 % of the budget left, gone in 1, 3 pages. The target fits.',
    );
  });
  it('is due from its day on', () => {
    expect(['2026-11-21', '2026-11-22', '2026-11-23', null].map((on) => isReviewDue(on, '2026-11-22'))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
