import { evaluate, firstState, type GroupState, type RuleReason } from './evaluate.ts';
import type { Numbers, Read } from './read-steps.ts';
import type { Rule } from './rule.ts';

/** One time that a rule would have fired; `to` null: it would still. Seconds since 1970. */
export interface FiredSpan {
  readonly from: number;
  readonly to: number | null;
  readonly reason: RuleReason;
  readonly numbers: Numbers;
}

/** What a rule would have decided of one group over steps of the past, by the same function that decides now. */
export const replay = (rule: Rule, steps: readonly number[], reads: readonly Read[]): readonly FiredSpan[] => {
  const fired: FiredSpan[] = [];
  let state: GroupState = firstState(steps[0] ?? 0);
  for (const [index, at] of steps.entries()) {
    const { reading, numbers } = reads[index]!;
    const outcome = evaluate(rule, state, reading, at);
    state = outcome.state;
    if (outcome.became === 'firing') fired.push({ from: at, to: null, reason: outcome.reason, numbers });
    else if (outcome.became === 'cleared') fired.push({ ...fired.pop()!, to: at });
  }
  return fired;
};

/** Steps that one point of a picture of at most `most` points stands for. */
export const thinnedBy = (steps: number, most: number): number => Math.max(1, Math.ceil(steps / most));

/**
 * One point for each `width` steps, at the first of them, with the value that lies farthest on the bad side: a short crossing of the
 * threshold must not vanish from the picture.
 */
export const thinned = (
  points: readonly (readonly [number, number | null])[],
  op: Rule['spec']['fire']['op'],
  width: number,
): (readonly [number, number | null])[] => {
  const worst = op.startsWith('>') ? Math.max : Math.min;
  const kept: (readonly [number, number | null])[] = [];
  for (let at = 0; at < points.length; at += width) {
    const values = points.slice(at, at + width).flatMap(([, value]) => (value === null ? [] : [value]));
    kept.push([points[at]![0], values.length === 0 ? null : worst(...values)]);
  }
  return kept;
};
