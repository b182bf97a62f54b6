import { minutesOf, parseDuration } from './duration.ts';
import { errorAt, type Finding, type Path } from './finding.ts';
import { isObject, textAt, valueAt } from './json.ts';
import { nearest } from './shape.ts';
import { targetOf } from './target.ts';

/** What Leadline adds to OpenSLO stands in annotations below this prefix, so that every document stays valid OpenSLO. */
export const prefix = 'leadline.dev/';

interface Annotation {
  /** Which kinds of documents may have it. */
  readonly kinds: readonly string[];
  readonly good: (value: string) => boolean;
  readonly write: string;
}

const slo = ['SLO'];
const alerts = ['AlertPolicy', 'AlertCondition'];
const anyText = (value: string): boolean => value.trim() !== '' && value.length <= 1_000;
const isCount = (value: string): boolean => /^[1-9]\d{0,6}$/.test(value);
const isDate = (value: string): boolean => {
  try {
    return Temporal.PlainDate.from(value, { overflow: 'reject' }).toString() === value;
  } catch {
    return false;
  }
};

/** Every annotation of ours, what it may say and what to write. */
export const annotations: Readonly<Record<string, Annotation>> = {
  service: { kinds: slo, good: anyText, write: 'the name of a service in the catalog: shop/checkout' },
  environment: { kinds: slo, good: anyText, write: 'an environment: production' },
  owner: {
    kinds: ['SLO', 'SLI', 'Service', 'DataSource', 'AlertNotificationTarget', ...alerts],
    good: anyText,
    write: 'the name of a team: payments',
  },
  goal: { kinds: slo, good: anyText, write: 'what the promise is for, in words' },
  'money-per-percent': {
    kinds: slo,
    good: (value) => moneyOf(value) !== null,
    write: 'what one percent of the budget is worth, with its currency: 1200 EUR',
  },
  'review-on': { kinds: slo, good: isDate, write: 'a date: 2027-03-31' },
  'budget-policy': { kinds: slo, good: anyText, write: 'the name of a budget policy: default' },
  'no-data-minutes': { kinds: slo, good: (value) => value === 'off' || isCount(value), write: 'minutes or off: 30' },
  'exhausts-within': {
    kinds: slo,
    good: (value) => value === 'off' || parseDuration(value) !== null,
    write: 'a duration or off: 1d',
  },
  'bad-events-min': { kinds: [...slo, ...alerts], good: isCount, write: 'a whole number: 5' },
  'young-bad-events-min': { kinds: slo, good: isCount, write: 'a whole number, 1 turns it off: 2' },
  alerts: {
    kinds: slo,
    good: (value) => ['default', 'page', 'ticket', 'off'].includes(value),
    write: 'default, page, ticket or off',
  },
  'composite-target': {
    kinds: slo,
    good: (value) => percentOf(value) !== null,
    write: 'the target of the whole composite in percent: 99.5',
  },
  'short-window': { kinds: alerts, good: (value) => parseDuration(value) !== null, write: 'a duration: 5m' },
  'budget-share': {
    kinds: alerts,
    good: (value) => shareOf(value) !== null,
    write: 'the share of the budget that may be gone, in percent: 2 %',
  },
  'imported-from': { kinds: [], good: anyText, write: 'where the document came from' },
  'not-carried-over': { kinds: [], good: () => true, write: 'what could not be carried over' },
};

/** Annotations of ours that do not exist, stand on the wrong kind or say what cannot be read. */
export const checkAnnotations = (metadata: unknown, kind: string, path: Path): Finding[] => {
  const said = valueAt(metadata, 'annotations');
  if (!isObject(said)) return [];
  return Object.entries(said).flatMap(([key, value]) => {
    if (!key.startsWith(prefix) || typeof value !== 'string') return [];
    const name = key.slice(prefix.length);
    const place = [...path, 'annotations', key];
    const known = Object.hasOwn(annotations, name) ? annotations[name] : undefined;
    if (!known) {
      const near = nearest(name, Object.keys(annotations));
      return [
        errorAt(place, `Leadline has no such annotation; write ${near ? prefix + near : 'one that its manual names'}`),
      ];
    }
    if (known.kinds.length > 0 && !known.kinds.includes(kind))
      return [errorAt(place, `means nothing on ${kind}; it belongs to ${known.kinds.join(', ')}`)];
    return known.good(value) ? [] : [errorAt(place, `\`${value.slice(0, 60)}\` cannot be read; write ${known.write}`)];
  });
};

/** The text of one of our annotations; null where it is not said. */
export const annotationOf = (metadata: unknown, name: string): string | null =>
  textAt(metadata, 'annotations', prefix + name);

/** `1200 EUR`. */
export const moneyOf = (text: string): { amount: number; currency: string } | null => {
  const match = /^(\d{1,12}(?:\.\d{1,2})?) ([A-Z]{3})$/.exec(text.trim());
  return match ? { amount: Number(match[1]), currency: match[2]! } : null;
};

/** `2 %` or `2`: a share of the budget in parts per million, more than nothing and at most all of it. */
export const shareOf = (text: string): number | null => {
  const match = /^(\d{1,3}(?:\.\d{1,4})?) ?%?$/.exec(text.trim());
  const ppm = match ? Math.round(Number(match[1]) * 10_000) : 0;
  return ppm > 0 && ppm <= 1_000_000 ? ppm : null;
};

/** `99.5` or `99.5 %`: a target in parts per million. */
export const percentOf = (text: string): number | null => {
  const match = /^(\d{1,3}(?:\.\d+)?) ?%?$/.exec(text.trim());
  const target = match ? targetOf(Number(match[1]), 100) : null;
  return target && 'ppm' in target ? target.ppm : null;
};

/** Minutes of an annotation that may be `off`: null is off, undefined is not said. */
export const minutesOrOff = (metadata: unknown, name: string): number | null | undefined => {
  const said = annotationOf(metadata, name);
  if (said === null) return undefined;
  if (said === 'off') return null;
  if (isCount(said)) return Number(said);
  const length = parseDuration(said);
  return length ? minutesOf(length) : undefined;
};
