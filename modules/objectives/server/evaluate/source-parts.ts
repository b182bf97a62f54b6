import { joinStretches, type Excluded } from '../../domain/correct.ts';
import type { Counts } from '../../domain/indicator.ts';
import { keyOfStretches, layered, othersOf } from '../../domain/left-out.ts';
import type { SliceRule } from './signals.ts';

/** One thing that is counted. Several indicators are composed slice by slice: bad where any of them is. */
export interface Source {
  readonly indicators: readonly number[];
  /** Null: events. */
  readonly rule: SliceRule | null;
  /** Time that does not count. Sources that leave out different times are read by statements of their own. */
  readonly excluded?: Excluded | null;
}

/**
 * A source as it is read: itself, unless corrections leave something out of some of its indicators only. Then it is read
 * outside of those stretches as it is, and within them by what stands for its indicators there; all of it added up.
 */
export const partsOf = (source: Source): readonly Source[] => {
  const { excluded, rule, indicators } = source;
  if (!excluded?.layers) return [source];
  const key = `${rule?.seconds ?? 0}/${rule?.targetPpm ?? ''} ${indicators.join(' ')}`;
  const known = partsByExcluded.get(excluded) ?? new Map<string, readonly Source[]>();
  partsByExcluded.set(excluded, known);
  const found = known.get(key) ?? cut(source, excluded);
  known.set(key, found);
  return found;
};
const partsByExcluded = new WeakMap<Excluded, Map<string, readonly Source[]>>();

const cut = ({ indicators, rule }: Source, excluded: Excluded): readonly Source[] => {
  const touching = excluded.layers!.filter(({ of }) => indicators.some((number) => of.has(number)));
  const time = excluded.stretches;
  const layers = layered(touching, Math.max(60, rule?.seconds ?? 60));
  const outside = joinStretches([...time, ...layers.flatMap(({ stretches }) => stretches)]);
  const parts: Source[] = [{ indicators, rule, excluded: outside.length === 0 ? null : timeOf(outside) }];
  for (const { stretches, of } of layers) {
    const standing = indicators.flatMap((number) => (of.has(number) ? (of.get(number) ?? []) : number));
    const left = joinStretches([...time, ...othersOf(stretches)]);
    if (standing.length > 0) parts.push({ indicators: standing, rule, excluded: timeOf(left) });
  }
  return parts;
};

const timeOf = (stretches: Excluded['stretches']): Excluded => ({ key: keyOfStretches(stretches), stretches });

/** Counts of a source from counts of its parts; minutes too. */
export const addedUp =
  <Window, Found extends Counts>(counted: (source: Source, window: Window) => Found) =>
  (source: Source, window: Window): Found => {
    if (!source.excluded?.layers) return counted(source, window);
    const [first, ...rest] = partsOf(source);
    const sum = { ...counted(first!, window) } as { -readonly [Key in keyof Found]: Found[Key] };
    for (const part of rest)
      for (const [key, value] of Object.entries(counted(part, window)))
        (sum as Record<string, number>)[key]! += value as number;
    return sum;
  };
