import type { IncomingAlert } from '../../domain/alert.ts';

/** A sender's clock may be so much ahead of ours before it is told. */
const aheadMs = 5 * 60_000;
/** What ended so long ago and was never open here was told by a clock that is behind: Prometheus repeats ends for 15 minutes. */
const behindMs = 60 * 60_000;

/** Whether a time lies further ahead than clocks differ. Asked of every alert, so in milliseconds: adding to an instant costs as much as reading one alert. */
export const isAhead = (at: Temporal.Instant, now: Temporal.Instant): boolean =>
  at.epochMilliseconds > now.epochMilliseconds + aheadMs;

export const isLongOver = (endsAt: Temporal.Instant, now: Temporal.Instant): boolean =>
  endsAt.epochMilliseconds < now.epochMilliseconds - behindMs;

/** What is said of a clock that is ahead. */
export const aheadWords = (at: Temporal.Instant, now: Temporal.Instant): string =>
  `The sender's clock is ${Math.round(at.since(now).total('minutes'))} minutes ahead of ours: what it says began at ${at.toString()} began now.`;

/** An alert of tomorrow began now: the sender's clock is wrong, and what it said is kept beside it. */
export const inTime = (
  alert: IncomingAlert,
  now: Temporal.Instant,
): { readonly alert: IncomingAlert; readonly note: string | null } => {
  const { startsAt } = alert;
  if (startsAt === null || !isAhead(startsAt, now)) return { alert, note: null };
  const note = aheadWords(startsAt, now);
  return {
    alert: { ...alert, startsAt: null, annotations: { ...alert.annotations, sender_clock: note } },
    note,
  };
};
