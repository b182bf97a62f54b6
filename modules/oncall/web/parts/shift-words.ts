import { formatDayAndMinute } from '../../../../ui/format/moment.ts';

const weekdayAndTime = new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit', minute: '2-digit' });
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** When a shift begins or ends, as people say it: `17:00` today, `Mon 09:00` within a week, else `5 Jan, 09:00`. */
export const shiftMoment = (instant: string, nowMs: number): string => {
  const date = new Date(instant);
  const ahead = Math.abs(date.getTime() - nowMs);
  if (date.toDateString() === new Date(nowMs).toDateString()) return time.format(date);
  return ahead < 6 * 86_400_000 ? weekdayAndTime.format(date) : formatDayAndMinute(instant);
};

export const kindWord = {
  rotation: '',
  override: 'override',
  cover: 'covers',
  shadow: 'goes along',
} as const;
