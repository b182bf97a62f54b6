import { epochDayOf } from './day-rows.ts';
import type { DecodeContext } from './decode-context.ts';
import { secondsOfNanos } from './instant64.ts';
import { otlpLimits } from './otlp-limits.ts';
import { instantText, isBeyondRetention, refusalOfTime } from './time-window.ts';

/**
 * The UTC day that an item of this time is stored under, or -1 where the time is refused (which is noted). Days older
 * than the retention are bounded over all requests, because each is a partition of its own in the store.
 */
export const dayOfItem = (context: DecodeContext, low: number, high: number): number => {
  const { tally, nowSeconds, retentionDays, oldDays } = context;
  const seconds = secondsOfNanos(low, high);
  const refusal = refusalOfTime(seconds, nowSeconds);
  if (refusal !== null) {
    tally.add(refusal, instantText(seconds));
    return -1;
  }
  const day = epochDayOf(seconds);
  if (!isBeyondRetention(seconds, nowSeconds, retentionDays)) return day;
  if (!oldDays.has(day)) {
    if (oldDays.size >= otlpLimits.oldDays) {
      tally.add('too-many-days', instantText(seconds));
      return -1;
    }
    oldDays.add(day);
  }
  tally.add('older-than-retention', instantText(seconds));
  return day;
};
