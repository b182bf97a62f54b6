import { otlpLimits } from './otlp-limits.ts';
import type { NoticeCode } from './otlp-notice.ts';

const secondsPerDay = 86_400;

/** Why a time cannot be stored, or null when it can. `what` in a message is the instant as text. */
export const refusalOfTime = (seconds: number, nowSeconds: number): NoticeCode | null => {
  if (seconds < otlpLimits.earliestSeconds) return seconds === 0 ? 'time-missing' : 'time-too-old';
  return seconds > nowSeconds + otlpLimits.futureSeconds ? 'time-in-future' : null;
};

/** True when the next clean-up will drop it: it is kept until then, with a notice. */
export const isBeyondRetention = (seconds: number, nowSeconds: number, retentionDays: number): boolean =>
  seconds < nowSeconds - retentionDays * secondsPerDay;

/** A time for a message: `2262-04-11T23:47:16Z`. */
export const instantText = (seconds: number): string => {
  const milliseconds = Math.min(seconds * 1_000, 8.64e15);
  return Temporal.Instant.fromEpochMilliseconds(milliseconds).toString();
};
