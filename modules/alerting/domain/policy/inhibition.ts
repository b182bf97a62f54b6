import type { Labels } from '../alert.ts';
import { judgedLabels, type Judged } from './judged-labels.ts';
import { matchersText, valueOf, type Matching } from './matcher.ts';

/** While an alert that matches `source` fires, those that match `target` and agree in the labels of `equal` wake nobody. */
export interface Inhibition {
  readonly name: string;
  readonly source: Matching;
  readonly target: Matching;
  /** A label that both lack is equal too, as in Alertmanager. */
  readonly equal: readonly string[];
}

export interface Inhibited {
  /** Name of the rule. */
  readonly rule: string;
  /** Ids of alerts, at most `inhibitedByMax`. */
  readonly by: readonly string[];
  readonly reason: string;
}

export const inhibitedByMax = 20;

/** Alerts that fire, kept so that who is held back by them is found without looking at all of them. */
export interface Inhibitors {
  /** Takes note of an alert that fires. Alerts that are no rule's source cost nothing. */
  add(alert: Judged): void;
  /** It fires no longer. */
  remove(id: string): void;
  /** What holds the alert back now; null: nothing. */
  inhibits(alert: Judged): Inhibited | null;
}

/** Which rule holds an alert back, and by which of the alerts that fire; null: none. */
export const inhibitionsOf = (
  rules: readonly Inhibition[],
  alert: Judged,
  firing: Iterable<Judged>,
): Inhibited | null => {
  const inhibitors = inhibitorsOf(rules);
  for (const each of firing) inhibitors.add(each);
  return inhibitors.inhibits(alert);
};

/** True where an alert can hold others back by one of the rules. */
export const isSource = (rules: readonly Inhibition[], alert: Judged): boolean => {
  const labels = judgedLabels(alert);
  return rules.some(({ source }) => source.matches(labels));
};

export const inhibitorsOf = (rules: readonly Inhibition[]): Inhibitors => {
  const kept = rules.map((rule) => ({ rule, sources: new Map<string, Sources>() }));
  const places = new Map<string, Map<string, Source>[]>();
  return {
    add: (alert) => {
      const labels = judgedLabels(alert);
      for (const { rule, sources } of kept) {
        if (!rule.source.matches(labels)) continue;
        const key = equalKey(rule, labels);
        const there = sources.get(key) ?? { alone: new Map(), both: new Map() };
        sources.set(key, there);
        const side = rule.target.matches(labels) ? there.both : there.alone;
        side.set(alert.id, { id: alert.id, labels });
        places.set(alert.id, [...(places.get(alert.id) ?? []), side]);
      }
    },
    remove: (id) => {
      for (const side of places.get(id) ?? []) side.delete(id);
      places.delete(id);
    },
    inhibits: (alert) => {
      const labels = judgedLabels(alert);
      for (const { rule, sources } of kept) {
        if (!rule.target.matches(labels)) continue;
        const there = sources.get(equalKey(rule, labels));
        if (there === undefined) continue;
        // Alerts of both sides never hold each other back: else two of them would, and nobody would know.
        const sides = rule.source.matches(labels) ? [there.alone] : [there.alone, there.both];
        const by = firstOf(sides, alert.id);
        if (by.length > 0) return { rule: rule.name, by: by.map(({ id }) => id), reason: reasonOf(rule, by, labels) };
      }
      return null;
    },
  };
};

interface Source {
  readonly id: string;
  readonly labels: Labels;
}

/** Sources by id: those that the rule would never hold back, and those that it might. */
interface Sources {
  readonly alone: Map<string, Source>;
  readonly both: Map<string, Source>;
}

const firstOf = (sides: readonly Map<string, Source>[], but: string): Source[] => {
  const found: Source[] = [];
  for (const side of sides)
    for (const source of side.values()) {
      if (found.length >= inhibitedByMax) return found;
      if (source.id !== but) found.push(source);
    }
  return found;
};

const equalKey = ({ equal }: Inhibition, labels: Labels): string =>
  JSON.stringify(equal.map((name) => valueOf(labels, name)));

const reasonOf = ({ name, source, equal }: Inhibition, by: readonly Source[], labels: Labels): string => {
  const first = by[0]!;
  const called = valueOf(first.labels, 'alertname') || first.id;
  const same = equal.map((label) => `${label}=${JSON.stringify(valueOf(labels, label))}`).join(', ');
  const others = by.length > 1 ? ` and ${by.length - 1} more` : '';
  return `${called}${others} fires, which matches ${matchersText(source.matchers)} of the inhibition ${name}${same === '' ? '' : ` with the same ${same}`}`;
};
