import { formatDayAndMinute } from '../../../../ui/format/moment.ts';
import type { Status } from '../../../../ui/status.ts';
import type { SilenceAnswer } from '../../contract/silences.ts';
import { lastDay, ordinals, weekdays } from './silence-times.ts';

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

/** `1st`, `2nd`, `23rd`. */
const ordinal = (number: number): string => {
  const isTeen = number % 100 >= 11 && number % 100 <= 13;
  const ending = isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${ending}`;
};

const dayName = (day: string): string | undefined => weekdays.find(({ value }) => value === day)?.name;

/** A rule as people say it where it is one of the usual ones; else the rule. */
export const ruleText = (rrule: string): string => {
  const { FREQ, ...rest } = Object.fromEntries(rrule.split(';').map((part) => part.split('=') as [string, string]));
  const [only, ...others] = Object.entries(rest);
  if (others.length > 0) return rrule;
  if (only === undefined) return FREQ === 'DAILY' ? 'every day' : rrule;
  const [by, value] = only;
  if (FREQ === 'WEEKLY' && by === 'BYDAY') return everyWeek(value) ?? rrule;
  if (FREQ === 'MONTHLY' && by === 'BYMONTHDAY') return everyMonth(value) ?? rrule;
  if (FREQ === 'MONTHLY' && by === 'BYDAY') return everyMonthOn(value) ?? rrule;
  return rrule;
};

const everyWeek = (value: string): string | null => {
  const names = value.split(',').map(dayName);
  if (names.includes(undefined)) return null;
  return names.length === weekdays.length ? 'every day' : `every ${names.join(', ')}`;
};

const everyMonth = (value: string): string | null => {
  if (value === lastDay) return 'the last day of every month';
  return /^\d{1,2}$/u.test(value) ? `the ${ordinal(Number(value))} of every month` : null;
};

const everyMonthOn = (value: string): string | null => {
  const [, which, day] = /^(-?\d)([A-Z]{2})$/u.exec(value) ?? [];
  const said = ordinals.find((each) => each.value === which)?.label;
  const name = dayName(day ?? '');
  return said === undefined || name === undefined ? null : `the ${said} ${name} of every month`;
};
