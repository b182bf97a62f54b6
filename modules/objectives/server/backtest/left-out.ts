import type { Excluded } from '../../domain/correct.ts';
import type { Stretch } from '../../domain/method.ts';
import type { StepCounts, Steps } from './signals.ts';

/** Numbers of what stands for indicators where traffic is left out: they are read beside them. */
export const standingFor = (excluded: Excluded | null): number[] =>
  (excluded?.layers ?? []).flatMap(({ of }) => [...of.values()].filter((number) => number !== null));

/**
 * Counts of one indicator as corrections leave them, a copy; the counts themselves where nothing is left out. A step that a
 * correction touches is left out whole: by the hour that is more than was meant.
 */
export const leftCounts = (
  counts: ReadonlyMap<number, StepCounts>,
  indicator: number,
  excluded: Excluded | null,
  within: Steps,
): StepCounts | undefined => {
  const own = counts.get(indicator);
  if (!own || excluded === null) return own;
  const left = { good: own.good.slice(), bad: own.bad.slice() };
  for (const { stretches, of } of excluded.layers ?? []) {
    if (!of.has(indicator)) continue;
    const standing = counts.get(of.get(indicator) ?? -1);
    for (const step of stepsOf(stretches, within)) {
      left.good[step] = standing?.good[step] ?? 0;
      left.bad[step] = standing?.bad[step] ?? 0;
    }
  }
  for (const step of stepsOf(excluded.stretches, within)) left.good[step] = left.bad[step] = 0;
  return left;
};

function* stepsOf(stretches: readonly Stretch[], { from, to, stepSeconds }: Steps): Generator<number> {
  for (const each of stretches) {
    const last = Math.ceil((Math.min(each.to, to) - from) / stepSeconds);
    for (let step = Math.max(0, Math.floor((each.from - from) / stepSeconds)); step < last; step += 1) yield step;
  }
}
