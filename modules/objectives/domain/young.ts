import { minutesText } from './number-text.ts';

/**
 * A window that is younger than it is long holds little, and one bad event weighs as much as it never will again: one of the
 * first ten requests is 10 % errors, 100 times the budget of 99.9 %, and 14.4 times is reached by any one bad event while fewer
 * than 1 ÷ (14.4 × 0.1 %) = 69.4 events were counted (SRE workbook, chapter 5, "low-traffic services": at ten requests an hour a
 * single failure spends 13.9 % of a month). It fires, the next requests end it, the next bad one fires it again.
 *
 * The rule: until a window has been counted for its whole length, one bad event alone fires nothing and exhausts nothing; it takes
 * as many as the document says, two where it says nothing. A full outage is told with its second failed request. From then on
 * the window is what it claims to be and only `bad-events-min` holds.
 */
export const youngBadEventsMinDefault = 2;

/** Whether a window of this length reaches back before the first count. Epoch seconds; null: not known, taken for old. */
export const isYoung = (bornAt: number | null, windowMinutes: number, to: number): boolean =>
  bornAt !== null && to - bornAt < windowMinutes * 60;

/** Bad events that a window needs before it may fire or be exhausted. */
export const badEventsNeeded = (of: {
  readonly bornAt: number | null;
  readonly windowMinutes: number;
  readonly to: number;
  readonly badEventsMin: number;
  readonly youngBadEventsMin: number | undefined;
}): number =>
  isYoung(of.bornAt, of.windowMinutes, of.to)
    ? Math.max(of.badEventsMin, of.youngBadEventsMin ?? youngBadEventsMinDefault)
    : of.badEventsMin;

/** Why a young budget is not told as gone. */
export const youngText = (windowMinutes: number, needed: number): string =>
  `It has not been counted for its ${minutesText(windowMinutes)} yet; until then it takes ${needed} bad events to be gone.`;
