import type { Labels } from '../alert.ts';
import { judgedLabels, type Judged } from './judged-labels.ts';
import { matcherText, valueOf, type Matching } from './matcher.ts';

/** From when to when, half-open. */
export interface Stretch {
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
}

/** A silence made ready. */
export interface Silence {
  readonly id: string;
  readonly name: string | null;
  readonly matching: Matching;
  readonly who: string;
  readonly why: string;
  /** The stretch of its that holds at a time; null: it is silent about nothing then. */
  stretchAt(at: Temporal.Instant): Stretch | null;
}

export interface Silenced {
  /** Those that hold, in the order given. */
  readonly by: readonly string[];
  /** When the last of those that hold now ends. */
  readonly until: Temporal.Instant;
  readonly reason: string;
}

const namedMax = 5;

/** Which silences hold an alert back at a time; null: none. */
export const silencesOf = (silences: readonly Silence[], alert: Judged, at: Temporal.Instant): Silenced | null => {
  const labels = judgedLabels(alert);
  const holding = candidates(silences, labels).flatMap((silence) => {
    const stretch = silence.matching.matches(labels) ? silence.stretchAt(at) : null;
    return stretch === null ? [] : [{ silence, until: stretch.to }];
  });
  if (holding.length === 0) return null;
  const until = holding.map((each) => each.until).reduce((a, b) => (Temporal.Instant.compare(a, b) < 0 ? b : a));
  const words = holding.slice(0, namedMax).map(({ silence, until: end }) => {
    const matchers = silence.matching.matchers.map(matcherText).join(', ');
    return `${silence.who} silenced ${matchers} until ${end.round('second').toString()}: ${silence.why}`;
  });
  const more = holding.length > namedMax ? `; and ${holding.length - namedMax} more` : '';
  return { by: holding.map(({ silence }) => silence.id), until, reason: `${words.join('; ')}${more}` };
};

/** Silences that name one value of a label, by label and value, and all others. */
interface Index {
  readonly byValue: ReadonlyMap<string, ReadonlyMap<string, readonly Numbered[]>>;
  readonly others: readonly Numbered[];
}
type Numbered = readonly [number: number, silence: Silence];

/** Of thousands of silences most are about one instance each: those of other instances need not be looked at. */
const indexed = new WeakMap<readonly Silence[], Index>();

const candidates = (silences: readonly Silence[], labels: Labels): readonly Silence[] => {
  const index = indexed.get(silences) ?? indexOf(silences);
  indexed.set(silences, index);
  const found = [...index.others];
  for (const [name, byValue] of index.byValue) found.push(...(byValue.get(valueOf(labels, name)) ?? []));
  return found.toSorted(([one], [other]) => one - other).map(([, silence]) => silence);
};

const indexOf = (silences: readonly Silence[]): Index => {
  const byValue = new Map<string, Map<string, Numbered[]>>();
  const others: Numbered[] = [];
  for (const [number, silence] of silences.entries()) {
    const equal = silence.matching.matchers.find(({ op }) => op === '=');
    if (equal === undefined) {
      others.push([number, silence]);
      continue;
    }
    const values = byValue.get(equal.name) ?? new Map<string, Numbered[]>();
    byValue.set(equal.name, values);
    const same = values.get(equal.value) ?? [];
    values.set(equal.value, same);
    same.push([number, silence]);
  }
  return { byValue, others };
};

/** A silence's stretch where it holds once. */
export const once =
  ({ from, to }: Stretch): Silence['stretchAt'] =>
  (at) =>
    Temporal.Instant.compare(at, from) >= 0 && Temporal.Instant.compare(at, to) < 0 ? { from, to } : null;
