export const lengths: readonly { readonly value: string; readonly label: string }[] = [
  { value: 'PT30M', label: '30 minutes' },
  { value: 'PT1H', label: '1 hour' },
  { value: 'PT2H', label: '2 hours' },
  { value: 'PT4H', label: '4 hours' },
  { value: 'PT8H', label: '8 hours' },
  { value: 'PT24H', label: 'a day' },
  { value: 'PT168H', label: 'a week' },
];

export const weekdays = [
  { value: 'MO', label: 'Mon', name: 'Monday' },
  { value: 'TU', label: 'Tue', name: 'Tuesday' },
  { value: 'WE', label: 'Wed', name: 'Wednesday' },
  { value: 'TH', label: 'Thu', name: 'Thursday' },
  { value: 'FR', label: 'Fri', name: 'Friday' },
  { value: 'SA', label: 'Sat', name: 'Saturday' },
  { value: 'SU', label: 'Sun', name: 'Sunday' },
] as const;
export type Weekday = (typeof weekdays)[number]['value'];

export const ordinals = [
  { value: '1', label: 'first' },
  { value: '2', label: 'second' },
  { value: '3', label: 'third' },
  { value: '4', label: 'fourth' },
  { value: '-1', label: 'last' },
] as const;
export type Ordinal = (typeof ordinals)[number]['value'];

export const lastDay = '-1';

/** How a silence comes again, as a person says it. Times are on the clock of `zone`. */
export interface AgainForm {
  readonly kind: 'daily' | 'weekly' | 'monthly' | 'rule';
  /** Each week: on which days. */
  readonly days: readonly Weekday[];
  /** Each month: on a day of it, or on a weekday of it. */
  readonly monthlyOn: 'day' | 'weekday';
  /** `1` to `31`, or `-1` for the last. */
  readonly dayOfMonth: string;
  readonly ordinal: Ordinal;
  readonly weekday: Weekday;
  /** RFC 5545. */
  readonly rule: string;
  /** `2026-12-01`; '' is from now on. */
  readonly firstDay: string;
  /** `02:00`. */
  readonly time: string;
  readonly zone: string;
  readonly length: string;
}

/** The rule of RFC 5545 that says it. */
export const ruleOf = (form: AgainForm): string => {
  switch (form.kind) {
    case 'daily':
      return 'FREQ=DAILY';
    case 'weekly':
      return `FREQ=WEEKLY;BYDAY=${weekdays.flatMap(({ value }) => (form.days.includes(value) ? [value] : [])).join(',')}`;
    case 'monthly':
      return form.monthlyOn === 'day'
        ? `FREQ=MONTHLY;BYMONTHDAY=${form.dayOfMonth}`
        : `FREQ=MONTHLY;BYDAY=${form.ordinal}${form.weekday}`;
    case 'rule':
      return form.rule.trim().replace(/^RRULE:/u, '');
  }
};

/** The longest of `lengths`: a time that began that long ago may hold still. */
const daysBack = 7;

/**
 * When it comes again, as the API takes it; null while a day or a time is missing. Where no first day is said it is counted from a week
 * ago, so that the time that holds now is among them; a rule that a person writes may count, and begins today.
 */
export const againAsked = (form: AgainForm, now: Temporal.Instant) => {
  if (Object.keys(againFaults(form)).length > 0) return null;
  try {
    const time = Temporal.PlainTime.from(form.time);
    const today = now.toZonedDateTimeISO(form.zone).toPlainDate();
    const begun = form.kind === 'rule' ? today : today.subtract({ days: daysBack });
    const day = form.firstDay === '' ? begun : Temporal.PlainDate.from(form.firstDay);
    const from = day.toZonedDateTime({ timeZone: form.zone, plainTime: time }).toInstant().toString();
    return { from, duration: form.length, rrule: ruleOf(form), zone: form.zone };
  } catch {
    return null;
  }
};

/** The same for the silence itself: it begins with the first of the times that it has; one that counts them, where it was said. */
export const againBegun = (
  asked: NonNullable<ReturnType<typeof againAsked>>,
  next: readonly { readonly from: string }[],
) => ({ ...asked, from: /(^|;)COUNT=/u.test(asked.rrule) ? asked.from : (next[0]?.from ?? asked.from) });

/** What is missing, by field; whether a rule is one, the server says. */
export const againFaults = (form: AgainForm): Record<string, string> => ({
  ...(form.kind === 'weekly' && form.days.length === 0 ? { days: 'Choose at least one day.' } : {}),
  ...(form.kind === 'rule' && form.rule.trim() === '' ? { rrule: 'Write a rule such as FREQ=MONTHLY;BYDAY=2TU.' } : {}),
  ...(/^\d\d:\d\d/u.test(form.time) ? {} : { time: 'Give a time of the day.' }),
  ...(isZone(form.zone) ? {} : { zone: 'Give a zone such as Europe/Berlin.' }),
});

const isZone = (zone: string): boolean => {
  try {
    return Temporal.Now.instant().toZonedDateTimeISO(zone).timeZoneId !== '';
  } catch {
    return false;
  }
};
