import { formatDayAndMinute } from '../../../../ui/format/moment.ts';
import type { Status } from '../../../../ui/status.ts';
import type { SilenceAnswer } from '../../contract/silences.ts';

const weekdayAndTime = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** `Sun, 29 Nov, 02:00 to 04:00`, on this browser's clock. */
export const stretchText = (from: string, to: string): string => {
  const [begin, end] = [new Date(from), new Date(to)];
  const isSameDay = begin.toDateString() === end.toDateString();
  return `${weekdayAndTime.format(begin)} to ${isSameDay ? time.format(end) : weekdayAndTime.format(end)}`;
};

export const statusOfSilence: Readonly<Record<SilenceAnswer['state'], Status>> = {
  active: 'warn',
  pending: 'none',
  expired: 'none',
};
export const wordOfSilence: Readonly<Record<SilenceAnswer['state'], string>> = {
  active: 'Active',
  pending: 'Pending',
  expired: 'Expired',
};

/** When it holds, or did. */
export const whenText = (
  silence: Pick<SilenceAnswer, 'state' | 'next' | 'from' | 'endsAt' | 'to' | 'expiredAt'>,
): string => {
  const [next] = silence.next;
  if (silence.state === 'expired')
    return `ended ${formatDayAndMinute(silence.expiredAt ?? silence.endsAt ?? silence.to)}`;
  if (next === undefined) return '';
  return silence.state === 'active' ? `until ${formatDayAndMinute(next.to)}` : `from ${formatDayAndMinute(next.from)}`;
};

const days: Readonly<Record<string, string>> = {
  MO: 'Monday',
  TU: 'Tuesday',
  WE: 'Wednesday',
  TH: 'Thursday',
  FR: 'Friday',
  SA: 'Saturday',
  SU: 'Sunday',
};

/** A rule as people say it where it is one of the usual ones; else the rule. */
export const ruleText = (rrule: string): string => {
  const parts = new Map(rrule.split(';').map((part) => part.split('=') as [string, string]));
  const byDay =
    parts
      .get('BYDAY')
      ?.split(',')
      .map((day) => days[day]) ?? [];
  if (parts.size === 1 && parts.get('FREQ') === 'DAILY') return 'every day';
  if (parts.size !== 2 || parts.get('FREQ') !== 'WEEKLY' || byDay.length === 0 || byDay.includes(undefined))
    return rrule;
  return byDay.length === 7 ? 'every day' : `every ${byDay.join(', ')}`;
};
