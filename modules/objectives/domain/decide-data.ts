import { minutesText, secondsText } from './number-text.ts';

/** Whether data is missing, since when, and why that is said or not. */
export interface DataDecision {
  readonly noData: boolean;
  readonly reason: 'off' | 'events-seen' | 'silent-shortly' | 'silent' | 'never-seen';
  /** Since when nothing was counted; null while events are seen. */
  readonly since: Temporal.Instant | null;
  readonly text: string;
}

/**
 * No data: nothing was counted for `noDataMinutes`. `lastSeenAt` is the end of the newest stretch that held an event, null where
 * none ever did: then silence runs from `watchedFrom`, when the objective began to be counted, so that a new objective is not
 * missed at once. Asked only while the counts can be read: an engine that is away is not silence.
 */
export const decideData = (given: {
  lastSeenAt: Temporal.Instant | null;
  watchedFrom: Temporal.Instant;
  now: Temporal.Instant;
  noDataMinutes: number | null;
  /** Of the silence so far, what corrections leave out: it is not missed. */
  excludedSeconds?: number;
}): DataDecision => {
  const { lastSeenAt, watchedFrom, now, noDataMinutes, excludedSeconds = 0 } = given;
  if (noDataMinutes === null) return { noData: false, reason: 'off', since: null, text: 'Missing data is not told.' };
  const since = lastSeenAt ?? watchedFrom;
  const seconds = Math.max(0, (now.epochMilliseconds - since.epochMilliseconds) / 1_000);
  if (seconds === 0) return { noData: false, reason: 'events-seen', since: null, text: 'Events are being counted.' };
  const left = excludedSeconds > 0 ? ` (${secondsText(excludedSeconds)} of it excluded by corrections)` : '';
  const silence =
    lastSeenAt === null
      ? `Nothing was ever counted, for ${secondsText(seconds)} now${left}`
      : `Nothing was counted for ${secondsText(seconds)}${left}`;
  if (seconds - excludedSeconds < noDataMinutes * 60)
    return {
      noData: false,
      reason: 'silent-shortly',
      since,
      text: `${silence}; told from ${minutesText(noDataMinutes)} on.`,
    };
  return {
    noData: true,
    reason: lastSeenAt === null ? 'never-seen' : 'silent',
    since,
    text: `${silence}, at least ${minutesText(noDataMinutes)}.`,
  };
};

/** Share of a window's minutes so far in which nothing was counted, 0 to 1; a window that has just begun has none. */
export const noDataRatio = (minutesWithData: number, minutesSoFar: number): number =>
  minutesSoFar <= 0 ? 0 : Math.min(1, Math.max(0, (minutesSoFar - minutesWithData) / minutesSoFar));
