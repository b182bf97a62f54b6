import type { JudgedAlert, Labels } from '../../domain/alert.ts';
import { factNames, judgedLabels } from '../../domain/policy/judged-labels.ts';
import { valueOf } from '../../domain/policy/matcher.ts';
import type { PolicyInForce } from './in-force.ts';

/** Labels of which one set must be borne by whatever new sources of inhibitions may hold back; more sets than this become all. */
const setsMax = 200;

/**
 * Labels that an alert must bear to be held back by one of these alerts, one set a rule and alert. What only a look at the alert can
 * decide (patterns, facts that are no labels) is left out: who bears them is judged, not yet held back.
 */
export const mayBeHeldBy = (policy: PolicyInForce, sources: readonly JudgedAlert[]): readonly Labels[] => {
  const sets = new Map<string, Labels>();
  for (const source of sources) {
    const labels = judgedLabels(source);
    for (const rule of policy.inhibitions) {
      if (!rule.source.matches(labels)) continue;
      const exact = rule.target.matchers.filter(({ op, value }) => op === '=' && value !== '');
      const equal = rule.equal.filter((name) => valueOf(labels, name) !== '');
      const pairs = [
        ...exact.map(({ name, value }) => [name, value] as const),
        ...equal.map((name) => [name, valueOf(labels, name)] as const),
      ].filter(([name]) => !(factNames as readonly string[]).includes(name));
      const set = Object.fromEntries(pairs.toSorted(([one], [other]) => (one < other ? -1 : 1)));
      sets.set(JSON.stringify(set), set);
    }
  }
  return sets.size > setsMax ? [{}] : [...sets.values()];
};
