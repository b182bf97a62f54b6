/**
 * A rule of repetition as RFC 5545 writes it (section 3.3.10), in the parts that maintenance needs. Parts that are not
 * understood are refused by name, never passed over: a rule that means something else than it says would excuse outages.
 */
export interface RecurrenceRule {
  readonly every: 'day' | 'week' | 'month' | 'year';
  readonly interval: number;
  /** How often in all, the first one counted; null without end. */
  readonly count: number | null;
  /** Inclusive: an instant (`…Z`), or a wall-clock time in the zone of the start; null without end. */
  readonly until: { readonly kind: 'instant' | 'local'; readonly text: string } | null;
  /** ISO weekday (1 is Monday) with its number within the month: 2 the second, -1 the last, 0 each. */
  readonly weekdays: readonly { readonly day: number; readonly nth: number }[];
  /** 1 to 31, or from the end: -1 is the last. */
  readonly monthDays: readonly number[];
  readonly months: readonly number[];
  /** Of the days of a period only these, by their number, from the end where negative. */
  readonly positions: readonly number[];
  /** ISO weekday with which a week begins. */
  readonly weekStart: number;
}

export const recurrenceLimits = { intervalMax: 1_000, countMax: 10_000 } as const;

/** The rule, or what is wrong with it and what to write, in words. */
export const parseRecurrence = (text: string): RecurrenceRule | { readonly problem: string } => {
  const parts = new Map<string, string>();
  for (const part of text.replace(/^RRULE:/i, '').split(';')) {
    const [name = '', value = ''] = part.split('=');
    if (!name || !value)
      return { problem: `"${part}" is no part of a rule: write NAME=VALUE, as in FREQ=WEEKLY;BYDAY=SU` };
    if (parts.has(name.toUpperCase())) return { problem: `${name} is said twice` };
    parts.set(name.toUpperCase(), value.toUpperCase());
  }
  try {
    return ruleOf(parts);
  } catch (error) {
    if (error instanceof Problem) return { problem: error.message };
    throw error;
  }
};

class Problem extends Error {}

const frequencies = { DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' } as const;
const names = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const understood = ['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'BYDAY', 'BYMONTHDAY', 'BYMONTH', 'BYSETPOS', 'WKST'];

const ruleOf = (parts: ReadonlyMap<string, string>): RecurrenceRule => {
  for (const name of parts.keys())
    if (!understood.includes(name)) throw new Problem(`${name} is not understood: ${understood.join(', ')} are`);
  const every = frequencies[parts.get('FREQ') as keyof typeof frequencies];
  if (!every) throw new Problem('FREQ is missing or not understood: write DAILY, WEEKLY, MONTHLY or YEARLY');
  if (parts.has('COUNT') && parts.has('UNTIL')) throw new Problem('COUNT and UNTIL exclude each other: keep one');
  const rule: RecurrenceRule = {
    every,
    interval: wholes(parts, 'INTERVAL', 1, recurrenceLimits.intervalMax)[0] ?? 1,
    count: wholes(parts, 'COUNT', 1, recurrenceLimits.countMax)[0] ?? null,
    until: untilOf(parts.get('UNTIL')),
    weekdays: (parts.get('BYDAY')?.split(',') ?? []).map((said) => weekdayOf(said, 'BYDAY')),
    monthDays: wholes(parts, 'BYMONTHDAY', -31, 31),
    months: wholes(parts, 'BYMONTH', 1, 12),
    positions: wholes(parts, 'BYSETPOS', -366, 366),
    weekStart: parts.has('WKST') ? weekdayOf(parts.get('WKST')!, 'WKST').day : 1,
  };
  checkTogether(rule);
  return rule;
};

/** What RFC 5545 forbids, and what we do not do. */
const checkTogether = (rule: RecurrenceRule): void => {
  if (rule.monthDays.includes(0) || rule.positions.includes(0)) throw new Problem('There is no day or position 0');
  if (rule.every === 'week' && rule.monthDays.length > 0) throw new Problem('BYMONTHDAY does not go with FREQ=WEEKLY');
  if (
    rule.weekdays.some(({ nth }) => nth !== 0) &&
    rule.every !== 'month' &&
    !(rule.every === 'year' && rule.months.length > 0)
  )
    throw new Problem('A numbered BYDAY (2TU) goes with FREQ=MONTHLY, or with FREQ=YEARLY and BYMONTH');
  if (rule.every === 'year' && rule.months.length === 0 && (rule.weekdays.length > 0 || rule.monthDays.length > 0))
    throw new Problem('FREQ=YEARLY with BYDAY or BYMONTHDAY needs BYMONTH');
  if (rule.positions.length > 0 && rule.weekdays.length + rule.monthDays.length === 0)
    throw new Problem('BYSETPOS needs BYDAY or BYMONTHDAY to choose from');
};

const wholes = (parts: ReadonlyMap<string, string>, name: string, least: number, most: number): number[] =>
  (parts.get(name)?.split(',') ?? []).map((said) => {
    const value = Number(said);
    if (!/^[+-]?\d+$/.test(said) || value < least || value > most)
      throw new Problem(`${name}=${said}: write a whole number from ${least} to ${most}`);
    return value;
  });

const weekdayOf = (said: string, part: string): { day: number; nth: number } => {
  const [, nth = '', name = ''] = /^([+-]?\d)?([A-Z]{2})$/.exec(said) ?? [];
  const day = names.indexOf(name) + 1;
  if (day === 0 || nth === '0' || Math.abs(Number(nth)) > 5 || (part === 'WKST' && nth !== ''))
    throw new Problem(
      `${part}=${said}: write ${names.join(', ')}${part === 'WKST' ? '' : ', with a number where needed: 2TU, -1SU'}`,
    );
  return { day, nth: Number(nth) };
};

const untilOf = (said: string | undefined): RecurrenceRule['until'] => {
  if (said === undefined) return null;
  const [, year, month, day, hour = '23', minute = '59', second = '59', zulu] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/.exec(said) ?? [];
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  try {
    Temporal.PlainDateTime.from(text, { overflow: 'reject' });
  } catch {
    throw new Problem(`UNTIL=${said}: write 20261231, 20261231T235959 or 20261231T235959Z`);
  }
  return zulu ? { kind: 'instant', text: `${text}Z` } : { kind: 'local', text };
};
