import type { Reading } from './evaluate.ts';
import { inSeconds, secondsUntil, trendOf } from './forecast.ts';
import { isBeyond, type Rule } from './rule.ts';

/** What a step looked at beside the one number that it judges, to be told with the decision. */
export interface Numbers {
  /** The number that is judged; null where there is none. */
  readonly value: number | null;
  /** Of a change: now and then. */
  readonly now?: number;
  readonly then?: number;
  /** Of a forecast: as of now by the line, how it moves an hour, from how many points, and when the threshold is reached. */
  readonly trend?: number;
  readonly perHour?: number;
  readonly points?: number;
  readonly reachesAt?: string;
}

export interface Read {
  readonly reading: Reading;
  readonly numbers: Numbers;
}

const nothing = (why: Exclude<Reading, { why: 'measured' }>['why']): Read => ({
  reading: { value: null, why },
  numbers: { value: null },
});

const measured = (value: number, numbers: Omit<Numbers, 'value'> = {}): Read => ({
  reading: { value, why: 'measured' },
  numbers: { value, ...numbers },
});

/** The plain number of a step. */
export const readPlain = (value: number | undefined): Read =>
  value === undefined || Number.isNaN(value) ? nothing('nothing-measured') : measured(value);

/** Against the same time a day or a week before: how many times as much, or how much more. Nothing is so many times nothing. */
export const readChange = (now: number | undefined, then: number | undefined, as: 'ratio' | 'difference'): Read => {
  if (now === undefined || Number.isNaN(now)) return nothing('nothing-measured');
  if (then === undefined || Number.isNaN(then) || (as === 'ratio' && then === 0)) return nothing('nothing-to-compare');
  return measured(as === 'ratio' ? now / then : now - then, { now, then });
};

/**
 * The value that the line through `history` (one value each `stepSeconds`, the newest ends now) has `within` seconds from now; the
 * measured value itself where that is already beyond the threshold, because a line may have turned too late.
 */
export const readForecast = (rule: Rule, history: ArrayLike<number>, stepSeconds: number, end: number): Read => {
  const newest = history[history.length - 1];
  if (newest === undefined || Number.isNaN(newest)) return nothing('nothing-measured');
  const { op, value: threshold } = rule.spec.fire;
  const firstEnd = end - (history.length - 1) * stepSeconds;
  const trend = trendOf(history, { firstEnd, stepSeconds }, end);
  if (isBeyond(newest, op, threshold)) return measured(newest, { now: newest });
  if (trend === null) return nothing('too-little-history');
  const seconds = secondsUntil(trend, threshold);
  const reaches = seconds === null || seconds > reachSecondsMax ? {} : { reachesAt: instantOf(end + seconds) };
  return measured(inSeconds(trend, rule.forecast!.withinSeconds), {
    now: newest,
    trend: trend.now,
    perHour: trend.perSecond * 3_600,
    points: trend.points,
    ...reaches,
  });
};

/** Beyond ten years nobody asks for the day. */
const reachSecondsMax = 10 * 365 * 86_400;

const instantOf = (second: number): string =>
  Temporal.Instant.fromEpochMilliseconds(Math.round(second) * 1_000).toString();
