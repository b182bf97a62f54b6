import { joinStretches, type Layer } from './correct.ts';
import type { Stretch } from './method.ts';

/**
 * Layers cut into stretches that do not overlap, each with everything that holds in it; where two speak of one indicator,
 * nothing wins over another. `unitSeconds`: stretches are taken outwards to multiples of it, so that no slice is counted in two halves.
 */
export const layered = (layers: readonly Layer[], unitSeconds = 60): Layer[] => {
  const rounded = layers.map(({ stretches, of }) => ({ of, stretches: outwards(stretches, unitSeconds) }));
  const edges = [...new Set(rounded.flatMap(({ stretches }) => stretches.flatMap(({ from, to }) => [from, to])))];
  edges.sort((a, b) => a - b);
  const found = new Map<string, { stretches: Stretch[]; of: Map<number, number | null> }>();
  for (const [index, from] of edges.entries()) {
    const to = edges[index + 1];
    if (to === undefined) break;
    const holding = rounded.filter(({ stretches }) => stretches.some((each) => each.from <= from && from < each.to));
    if (holding.length === 0) continue;
    const of = merged(holding);
    const key = [...of].map(([indicator, by]) => `${indicator}:${by}`).join(' ');
    const same = found.get(key);
    if (same) same.stretches.push({ from, to });
    else found.set(key, { stretches: [{ from, to }], of });
  }
  return [...found.values()].map(({ stretches, of }) => ({ of, stretches: joinStretches(stretches) }));
};

const merged = (layers: readonly Layer[]): Map<number, number | null> => {
  const of = new Map<number, number | null>();
  for (const layer of layers)
    for (const [indicator, by] of layer.of) if (by === null || !of.has(indicator)) of.set(indicator, by);
  return new Map([...of].sort(([a], [b]) => a - b));
};

const outwards = (stretches: readonly Stretch[], unit: number): Stretch[] =>
  joinStretches(
    stretches.map(({ from, to }) => ({ from: Math.floor(from / unit) * unit, to: Math.ceil(to / unit) * unit })),
  );

/** After any instant that a budget may hold, whole minutes. */
const endOfTime = 4_102_444_800;

/** Everything but these stretches. They are in order, none touching another. */
export const othersOf = (stretches: readonly Stretch[]): Stretch[] => {
  const found: Stretch[] = [];
  let from = 0;
  for (const each of stretches) {
    if (each.from > from) found.push({ from, to: each.from });
    from = Math.max(from, each.to);
  }
  return [...found, { from, to: endOfTime }];
};

/** The key of stretches: equal for equal ones. */
export const keyOfStretches = (stretches: readonly Stretch[]): string =>
  stretches.map(({ from, to }) => `${from}-${to}`).join(' ');

/** Whether a traffic correction may be told apart by whole slices: both its ends stand on their multiples. */
export const standsOnSlices = ({ from, to }: Stretch, sliceSeconds: number): boolean =>
  from % sliceSeconds === 0 && to % sliceSeconds === 0;
