import { epochDayOf } from './day-rows.ts';
import type { DecodeContext } from './decode-context.ts';
import { secondsOfNanos } from './instant64.ts';
import { instantText, isBeyondRetention, refusalOfTime } from './time-window.ts';

/** The UTC day of a data point, or -1 where its time is refused (which is noted). */
export const dayOfPoint = (context: DecodeContext, low: number, high: number): number => {
  const { tally, nowSeconds, retentionDays } = context;
  const seconds = secondsOfNanos(low, high);
  const refusal = refusalOfTime(seconds, nowSeconds);
  if (refusal !== null) {
    tally.add(refusal, instantText(seconds));
    return -1;
  }
  if (isBeyondRetention(seconds, nowSeconds, retentionDays)) tally.add('older-than-retention', instantText(seconds));
  return epochDayOf(seconds);
};
