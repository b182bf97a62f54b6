import { noValue } from '../../../ui/format/quantity.ts';
import { countText, percentText, ppmText, rateText, secondsText } from '../domain/number-text.ts';

/** Figures of budgets for the eye, in the words of the domain; a missing value is `–`, never 0. */

/** `99.95 %`. */
export const targetText = (ppm: number): string => ppmText(ppm);

/** `99.952 %`; never rounded up to the target that it misses. */
export const achievedText = (ppm: number | null): string => (ppm === null ? noValue : percentText(ppm / 1_000_000));

/** `61 %`, `−18 %`: whole percents, but a budget that is not gone never reads `0 %`, nor a touched one `100 %`. */
export const leftText = (remainingRatio: number | null): string => {
  if (remainingRatio === null) return noValue;
  const percent = remainingRatio * 100;
  const whole = Math.round(percent);
  const sign = percent < 0 ? '−' : '';
  if (whole === 100 && percent < 100) return `${Number(percent.toFixed(-Math.floor(Math.log10(100 - percent))))} %`;
  if (whole === 0 && percent !== 0) return `${sign}${Math.abs(Number(percent.toPrecision(2)))} %`;
  return `${sign}${countText(Math.abs(whole))} %`;
};

/** `61 % left`, `overspent by 18 %`, `nothing left`. */
export const standingText = (remainingRatio: number | null): string => {
  if (remainingRatio === null) return 'no data';
  if (remainingRatio === 0) return 'nothing left';
  return remainingRatio < 0 ? `overspent by ${leftText(-remainingRatio)}` : `${leftText(remainingRatio)} left`;
};

/** `2.3×`. */
export const burnText = (rate: number | null): string =>
  rate === null ? noValue : rateText(rate >= 10 ? Math.round(rate * 10) / 10 : Math.round(rate * 100) / 100);

const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** The day that a budget runs out, in words: `Runs out Mon 23 Nov at this rate`; with the hour where it is within two days. */
export const runsOutText = (exhaustsAt: string | null, nowMs: number): string | null => {
  if (exhaustsAt === null) return null;
  const at = new Date(exhaustsAt);
  const seconds = (at.getTime() - nowMs) / 1_000;
  if (seconds <= 0) return 'Runs out now';
  const when = day.format(at).replace(',', '');
  if (seconds < 3_600) return `Runs out in ${secondsText(seconds)} at this rate`;
  if (seconds < 2 * 86_400) return `Runs out ${when} at ${clock.format(at)} at this rate`;
  return `Runs out ${when} at this rate`;
};

/** When it will be gone in words, or that it is; null where it lasts. */
export const outlookText = (
  of: { readonly remainingRatio: number | null; readonly exhaustsAt: string | null },
  nowMs: number,
): string | null =>
  of.remainingRatio !== null && of.remainingRatio <= 0 ? 'The budget is gone' : runsOutText(of.exhaustsAt, nowMs);
