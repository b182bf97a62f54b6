import { alertsLimits } from '../../contract/alerts.ts';
import { factNames } from '../../domain/policy/judged-labels.ts';
import { matcherText, matchingOf, type Matcher } from '../../domain/policy/matcher.ts';
import { parseAll } from '../../domain/policy/parse-matchers.ts';
import { againFaults, type AgainForm, type againBegun } from './silence-times.ts';

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

export const otherLength = 'until';

type Writable<Form> = { -readonly [Name in keyof Form]: Form[Name] };

/** What a person says of a silence. */
export interface SilenceForm extends Writable<Omit<AgainForm, 'kind'>> {
  matchers: string[];
  kind: 'once' | AgainForm['kind'];
  /** Of one that holds once: '' is now; else as a `datetime-local` field says it. */
  from: string;
  /** Where the length is `until`. */
  to: string;
  why: string;
}

/** The part that says when it comes again; null for one that holds once. */
export const againOf = (form: SilenceForm): AgainForm | null => {
  const { kind } = form;
  return kind === 'once' ? null : { ...form, kind };
};

/** What `POST /api/v1/silences` takes; the times of one that holds once are on the clock of this browser. */
export const silenceBody = (form: SilenceForm, again: ReturnType<typeof againBegun> | null) => ({
  match: form.matchers.map((text) => text.trim()).filter((text) => text !== ''),
  why: form.why.trim(),
  ...(again ?? {
    ...(form.from === '' ? {} : { from: localInstant(form.from) }),
    ...(form.length === otherLength ? { to: localInstant(form.to) } : { duration: form.length }),
  }),
});

/** RFC 3339 of a `datetime-local` text on this browser's clock; the text itself where it is no time, for the server to refuse. */
export const localInstant = (text: string): string => {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date.toISOString();
};

/** What of the form is missing, by field. */
export const silenceFaults = (form: SilenceForm): Record<string, string> => {
  const again = againOf(form);
  const texts = form.matchers.filter((text) => text.trim() !== '');
  const fault = matcherFault(texts);
  return {
    ...(texts.length === 0 ? { match: 'Say which alerts: one matcher at least.' } : {}),
    ...(fault === null ? {} : { match: fault.message }),
    ...(form.why.trim() === '' ? { why: 'Say why: others read it when they ask why nobody was told.' } : {}),
    ...(again === null ? {} : againFaults(again)),
    ...(form.kind === 'once' && form.length === otherLength && Number.isNaN(Date.parse(form.to))
      ? { to: 'Give a day and a time.' }
      : {}),
  };
};
