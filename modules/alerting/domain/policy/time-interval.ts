import { isZone } from '../../../../kernel/zone.ts';

/** Wall-clock time as it is written in a document; what is absent holds always. Each list holds where one of its entries does. */
export interface TimeInterval {
  /** `monday:friday`, `saturday`. */
  readonly weekdays?: readonly string[] | undefined;
  /** `1:5`, `-3:-1` from the month's end. */
  readonly daysOfMonth?: readonly string[] | undefined;
  /** `december`, `6:8`. */
  readonly months?: readonly string[] | undefined;
  /** `2026:2027`. */
  readonly years?: readonly string[] | undefined;
  /** Half-open, within one day; `24:00` is its end. */
  readonly times?: readonly { readonly from: string; readonly to: string }[] | undefined;
  /** IANA zone on whose clock all of it is read; UTC where it is absent. */
  readonly zone?: string | undefined;
}

type Range = readonly [begin: number, end: number];
interface Ranges {
  readonly weekdays: readonly Range[] | null;
  readonly daysOfMonth: readonly Range[] | null;
  readonly months: readonly Range[] | null;
  readonly years: readonly Range[] | null;
  readonly times: readonly Range[] | null;
  readonly zone: string;
}

/** A time interval made ready. Throws an Error for what `intervalProblems` would name. */
export const intervalOf = (interval: TimeInterval): ((at: Temporal.Instant) => boolean) => {
  const { ranges, problems } = read(interval);
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('; '));
  return (at) => holds(ranges, at);
};

/** What of an interval cannot be read, each with its field. */
export const intervalProblems = (interval: TimeInterval): readonly IntervalProblem[] => read(interval).problems;

export interface IntervalProblem {
  /** `weekdays.0`, `zone`. */
  readonly field: string;
  readonly message: string;
}

const holds = ({ zone, ...ranges }: Ranges, at: Temporal.Instant): boolean => {
  const local = at.toZonedDateTimeISO(zone);
  const minute = local.hour * 60 + local.minute;
  const within = (list: readonly Range[] | null, value: number): boolean =>
    list === null || list.some(([begin, end]) => value >= begin && value <= end);
  return (
    (ranges.times === null || ranges.times.some(([from, to]) => minute >= from && minute < to)) &&
    isDayOfMonth(ranges.daysOfMonth, local) &&
    within(ranges.months, local.month) &&
    // Sunday is 0, as weeks are written in Alertmanager: `sunday:saturday` is all of it.
    within(ranges.weekdays, local.dayOfWeek % 7) &&
    within(ranges.years, local.year)
  );
};

/** Days from the end are of this month; what lies beyond it ends with it, and a range that begins beyond it is none. */
const isDayOfMonth = (ranges: readonly Range[] | null, { day, daysInMonth }: Temporal.ZonedDateTime): boolean => {
  if (ranges === null) return true;
  const fromEnd = (value: number): number => (value < 0 ? daysInMonth + value + 1 : value);
  return ranges.some(([begin, end]) => {
    const first = fromEnd(begin);
    return first <= daysInMonth && day >= first && day <= Math.min(fromEnd(end), daysInMonth);
  });
};

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

const read = (interval: TimeInterval): { ranges: Ranges; problems: readonly IntervalProblem[] } => {
  const problems: IntervalProblem[] = [];
  const list = <Entry>(
    field: string,
    said: readonly Entry[] | undefined,
    readOne: (entry: Entry) => Range | string,
  ): Range[] | null => {
    if (said === undefined) return null;
    return said.flatMap((entry, index) => {
      const range = readOne(entry);
      if (typeof range !== 'string') return [range];
      problems.push({ field: `${field}.${index}`, message: range });
      return [];
    });
  };
  const ranges = {
    weekdays: list('weekdays', interval.weekdays, (text) =>
      rangeOf(
        text,
        (word) => nameIn(weekdays, word),
        `a weekday or two, such as monday:friday, from sunday to saturday`,
      ),
    ),
    daysOfMonth: list('daysOfMonth', interval.daysOfMonth, daysOfMonthOf),
    months: list('months', interval.months, (text) =>
      rangeOf(text, monthOf, 'a month or two, such as december or 6:8, in the order of the year'),
    ),
    years: list('years', interval.years, (text) =>
      rangeOf(text, (word) => numberIn(word, 0, 9_999), 'a year or two, such as 2026:2027'),
    ),
    times: list('times', interval.times, timesOf),
    zone: interval.zone ?? 'UTC',
  };
  if (interval.zone !== undefined && !isZone(interval.zone))
    problems.push({ field: 'zone', message: `${interval.zone} is no time zone; say one such as Europe/Berlin` });
  return { ranges, problems };
};

const rangeOf = (text: string, member: (word: string) => number | null, expected: string): Range | string => {
  const words = text.toLowerCase().split(':');
  const [begin, end] = [member(words[0]!.trim()), member((words[1] ?? words[0]!).trim())];
  return words.length > 2 || begin === null || end === null || begin > end
    ? `${text} is not ${expected}`
    : [begin, end];
};

const nameIn = (names: readonly string[], word: string): number | null => {
  const found = names.indexOf(word);
  return found < 0 ? null : found;
};

const monthOf = (word: string): number | null => {
  const named = nameIn(months, word);
  return named === null ? numberIn(word, 1, 12) : named + 1;
};

const numberIn = (word: string, least: number, most: number): number | null => {
  const value = /^-?\d{1,4}$/u.test(word) ? Number(word) : Number.NaN;
  return value >= least && value <= most ? value : null;
};

const daysOfMonthOf = (text: string): Range | string => {
  const wrong = `${text} is not a day of the month or two, such as 1:5 or -3:-1, the first before the last in every month`;
  const words = text.split(':');
  const day = (word: string): number | null => (word.trim() === '0' ? null : numberIn(word.trim(), -31, 31));
  const [begin, end] = [day(words[0]!), day(words[1] ?? words[0]!)];
  if (words.length > 2 || begin === null || end === null || begin === 0 || end === 0) return wrong;
  if (begin < 0 && end > 0) return wrong;
  // February is the shortest: what is the wrong way round there at best is always so.
  const inFebruary = (value: number): number => (value < 0 ? 28 + value : value);
  return inFebruary(begin) > inFebruary(end) ? wrong : [begin, end];
};

const timesOf = ({ from, to }: { readonly from: string; readonly to: string }): Range | string => {
  const [begin, end] = [minuteOf(from), minuteOf(to)];
  if (begin === null || end === null) return `${from} to ${to} are not times of a day, such as 09:00 and 24:00`;
  return begin < end
    ? [begin, end]
    : `${from} is not before ${to}; say a night as two: ${from} to 24:00 and 00:00 to ${to}`;
};

const minuteOf = (text: string): number | null => {
  const found = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/u.exec(text);
  if (!found) return null;
  return found[1] === undefined ? 1_440 : Number(found[1]) * 60 + Number(found[2]);
};
