import { alertsLimits } from '../../contract/alerts.ts';
import { factNames } from '../../domain/policy/judged-labels.ts';
import { matcherText, matchingOf, type Matcher } from '../../domain/policy/matcher.ts';
import { parseAll } from '../../domain/policy/parse-matchers.ts';

type Labels = Readonly<Record<string, string>>;

/** Matchers that hold for exactly these labels. */
export const matchersOf = (labels: Labels): string[] =>
  Object.entries(labels)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => matcherText({ name, op: '=', value }));

const alternativesMax = 50;

/**
 * Matchers that hold for all of these: what they have alike, and of the labels that all of them have but not alike, which values. So
 * they hold for as few others as can be.
 */
export const matchersInCommon = (several: readonly Labels[]): string[] => {
  const [first] = several;
  if (!first) return [];
  return Object.keys(first).flatMap((name) => {
    const values = [...new Set(several.map((labels) => labels[name] ?? ''))];
    if (values.includes('') || values.length > alternativesMax) return [];
    const [value = ''] = values;
    if (values.length === 1) return [matcherText({ name, op: '=', value })];
    return [matcherText({ name, op: '=~', value: values.map(escaped).join('|') })];
  });
};

/** A text as a regular expression of RE2 that stands for itself. */
const escaped = (text: string): string => text.replaceAll(/[\\.+*?()|[\]{}^$]/gu, '\\$&');

/** What of the typed matchers cannot be read: the place of the first that is wrong, and why; null where all can. */
export const matcherFault = (texts: readonly string[]): { readonly index: number; readonly message: string } | null => {
  const parsed = parseAll(texts);
  if ('problem' in parsed) return { index: parsed.index, message: parsed.problem };
  for (const [index, text] of texts.entries()) {
    const one = parseAll([text]);
    if (!('matchers' in one)) continue;
    for (const { op, value } of one.matchers) {
      if (op === '=' || op === '!=') continue;
      try {
        browserPattern(value);
      } catch (error) {
        return { index, message: error instanceof Error ? error.message : String(error) };
      }
    }
  }
  return null;
};

/** For a preview: what differs between the browser's expressions and RE2's is refused by the server when it is saved. */
export const browserPattern = (pattern: string): ((text: string) => boolean) => {
  const expression = new RegExp(`^(?:${pattern})$`, 'u');
  return (text) => expression.test(text);
};

/** The matchers made ready, with those by which the API finds alerts (`name=value`). Null where they cannot be read. */
export const readMatchers = (texts: readonly string[]) => {
  const parsed = parseAll(texts.filter((text) => text.trim() !== ''));
  if ('problem' in parsed || parsed.matchers.length === 0) return null;
  try {
    const matching = matchingOf(parsed.matchers, browserPattern);
    const plain = parsed.matchers.filter((each) => isPlain(each));
    return { matching, plain: plain.map(({ name, value }) => `${name}=${value}`).slice(0, alertsLimits.labelFilters) };
  } catch {
    return null;
  }
};
/** What is matched like a label may be a fact that stands beside the labels, which the API does not find by label. */
const facts: ReadonlySet<string> = new Set(factNames);
const isPlain = ({ name, op, value }: Matcher): boolean => op === '=' && value !== '' && !facts.has(name);

export const lengths = [
  { value: 'PT30M', label: '30 minutes' },
  { value: 'PT1H', label: '1 hour' },
  { value: 'PT2H', label: '2 hours' },
  { value: 'PT4H', label: '4 hours' },
  { value: 'PT8H', label: '8 hours' },
  { value: 'PT24H', label: 'a day' },
  { value: 'PT168H', label: 'a week' },
] as const;
export const otherLength = 'until';

export const weekdays = [
  { value: 'MO', label: 'Mon', number: 1 },
  { value: 'TU', label: 'Tue', number: 2 },
  { value: 'WE', label: 'Wed', number: 3 },
  { value: 'TH', label: 'Thu', number: 4 },
  { value: 'FR', label: 'Fri', number: 5 },
  { value: 'SA', label: 'Sat', number: 6 },
  { value: 'SU', label: 'Sun', number: 7 },
] as const;
export type Weekday = (typeof weekdays)[number]['value'];

/** What a person says of a silence. */
export interface SilenceForm {
  matchers: string[];
  kind: 'once' | 'again';
  /** '' is now; else as a `datetime-local` field says it. */
  from: string;
  length: string;
  /** Where the length is `until`. */
  to: string;
  /** Of one that comes again: on which days, at what time of the zone's clock. */
  days: Weekday[];
  time: string;
  zone: string;
  why: string;
}

/** What `POST /api/v1/silences` takes; the times of the form are on the clock of this browser, those of one that comes again on the zone's. */
export const silenceBody = (form: SilenceForm, now: Temporal.Instant) => {
  const match = form.matchers.map((text) => text.trim()).filter((text) => text !== '');
  const why = form.why.trim();
  if (form.kind === 'again') {
    const [first] = nextTimes(form, now, 1);
    return {
      match,
      why,
      rrule: `FREQ=WEEKLY;BYDAY=${weekdays
        .filter(({ value }) => form.days.includes(value))
        .map(({ value }) => value)
        .join(',')}`,
      zone: form.zone,
      duration: form.length,
      ...(first === undefined ? {} : { from: first.from.toString() }),
    };
  }
  return {
    match,
    why,
    ...(form.from === '' ? {} : { from: localInstant(form.from) }),
    ...(form.length === otherLength ? { to: localInstant(form.to) } : { duration: form.length }),
  };
};

/** RFC 3339 of a `datetime-local` text on this browser's clock; the text itself where it is no time, for the server to refuse. */
export const localInstant = (text: string): string => {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date.toISOString();
};

const daysAhead = 28;

/** The next times of a silence that comes again, the one that runs first. Exact through daylight saving, on the zone's clock. */
export const nextTimes = (
  form: Pick<SilenceForm, 'days' | 'time' | 'zone' | 'length'>,
  now: Temporal.Instant,
  count: number,
): { readonly from: Temporal.Instant; readonly to: Temporal.Instant }[] => {
  const numbers = weekdays.filter(({ value }) => form.days.includes(value)).map(({ number }) => number as number);
  const found: { from: Temporal.Instant; to: Temporal.Instant }[] = [];
  try {
    const time = Temporal.PlainTime.from(form.time);
    const length = Temporal.Duration.from(form.length);
    const today = now.toZonedDateTimeISO(form.zone).toPlainDate();
    for (let ahead = -7; ahead <= daysAhead && found.length < count; ahead += 1) {
      const day = today.add({ days: ahead });
      if (!numbers.includes(day.dayOfWeek)) continue;
      const from = day.toZonedDateTime({ timeZone: form.zone, plainTime: time }).toInstant();
      const to = from.add(length);
      if (Temporal.Instant.compare(to, now) > 0) found.push({ from, to });
    }
    return found;
  } catch {
    return [];
  }
};

/** What of the form is missing, by field. */
export const silenceFaults = (form: SilenceForm, now: Temporal.Instant): Record<string, string> => {
  const texts = form.matchers.filter((text) => text.trim() !== '');
  const fault = matcherFault(texts);
  return {
    ...(texts.length === 0 ? { match: 'Say which alerts: one matcher at least.' } : {}),
    ...(fault === null ? {} : { match: fault.message }),
    ...(form.why.trim() === '' ? { why: 'Say why: others read it when they ask why nobody was told.' } : {}),
    ...(form.kind === 'again' && form.days.length === 0 ? { days: 'Choose at least one day.' } : {}),
    ...(form.kind === 'again' && nextTimes(form, now, 1).length === 0 && form.days.length > 0
      ? { time: 'Give a time and a zone such as Europe/Berlin.' }
      : {}),
    ...(form.kind === 'once' && form.length === otherLength && Number.isNaN(Date.parse(form.to))
      ? { to: 'Give a day and a time.' }
      : {}),
  };
};
