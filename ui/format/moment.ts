/** Instants for the eye, in the time zone of the person's browser. Input is RFC 3339 text or epoch milliseconds. */
type Moment = string | number | Date;

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayAndMinute = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

const toDate = (moment: Moment): Date => (moment instanceof Date ? moment : new Date(moment));

/** `14:02:11`, with the day before it when it is not today: `21 Nov 14:02:11`. */
export const formatTime = (moment: Moment, now: Date = new Date()): string => {
  const date = toDate(moment);
  const time = clock.format(date);
  return date.toDateString() === now.toDateString() ? time : `${shortDay.format(date)} ${time}`;
};

/** `14:02:11.421`: for log lines and spans. */
export const formatTimeMs = (moment: Moment, now: Date = new Date()): string => {
  const date = toDate(moment);
  return `${formatTime(date, now)}.${String(date.getMilliseconds()).padStart(3, '0')}`;
};

/** `22 Nov, 14:02`. */
export const formatDayAndMinute = (moment: Moment): string => dayAndMinute.format(toDate(moment));

/** How long ago, in one unit: `just now`, `8 s ago`, `5 min ago`, `3 h ago`, `2 d ago`. */
export const formatAgo = (moment: Moment, nowMs: number = Date.now()): string => {
  const seconds = Math.round((nowMs - toDate(moment).getTime()) / 1_000);
  if (seconds < 3) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
};

/** The instant with zone, for a tooltip and for `datetime`: `2026-11-22T14:02:11.421Z`. */
export const isoOf = (moment: Moment): string => {
  const date = toDate(moment);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
};
