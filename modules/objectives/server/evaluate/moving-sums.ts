import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import type { Stretch } from '../../domain/method.ts';
import { readAtoms, type ReadOptions } from './signals.ts';
import type { CountsSources } from './window-plan.ts';

/** Where the counts of each indicator lie in a column. */
export interface Slots {
  readonly indicators: readonly number[];
  /** By the indicator's number; -1 where there is none. */
  readonly of: Int32Array;
}

export const slotsOf = (indicators: readonly number[]): Slots => {
  const of = new Int32Array(indicators.reduce((most, each) => Math.max(most, each), 0) + 1).fill(-1);
  for (const [slot, indicator] of indicators.entries()) of[indicator] = slot;
  return { indicators, of };
};

/** Sums of several windows of all indicators; those of window `w` and slot `s` stand at `w × slots + s`. 28 bytes each. */
export interface Sums {
  readonly good: Float64Array;
  readonly bad: Float64Array;
  /** Minutes with any event. */
  readonly minutes: Float64Array;
  /** Minutes that were seen in part: a bit each, so that none counts twice. */
  readonly loose: Uint32Array;
}

export const emptySums = (windows: number, { indicators: { length } }: Slots): Sums => ({
  good: new Float64Array(windows * length),
  bad: new Float64Array(windows * length),
  minutes: new Float64Array(windows * length),
  loose: new Uint32Array(windows * length),
});

/** What was counted in a stretch comes to a window, or goes from it. */
export interface Change extends Stretch {
  readonly window: number;
  readonly sign: 1 | -1;
}

/** Indicators that are asked for by name; more of them are read with all others: a shorter statement. */
const namedMax = 500;

/** Applies all changes by one statement: their ends cut time into atoms, each of which is read once. */
export const applyChanges = async (
  clickhouse: Pick<ClickHouse, 'queryBinary'>,
  changes: readonly Change[],
  of: { readonly slots: Slots; readonly sums: Sums; readonly sources: CountsSources },
  options: ReadOptions,
): Promise<void> => {
  const { slots, sums, sources } = of;
  const atoms = atomsOf(changes.filter(({ from, to }) => from < to));
  if (atoms.length === 0 || slots.indicators.length === 0) return;
  const named = slots.indicators.length > namedMax ? null : slots.indicators;
  const rows = await readAtoms(clickhouse, atoms, sources, named, options);
  const changesOf = new Map(atoms.map((atom) => [atom.from, atom.changes]));
  const count = slots.indicators.length;
  rows.each((indicator, from, good, bad, minutes, loose) => {
    const slot = slots.of[indicator] ?? -1;
    if (slot < 0) return;
    for (const { window, sign } of changesOf.get(from)!) {
      const at = window * count + slot;
      sums.good[at]! += sign * good;
      sums.bad[at]! += sign * bad;
      sums.minutes[at]! += sign * minutes;
      sums.loose[at]! |= loose;
    }
  });
};

interface Atom extends Stretch {
  readonly changes: readonly Change[];
}

const atomsOf = (changes: readonly Change[]): Atom[] => {
  const ends = [...new Set(changes.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  return ends.flatMap((from, index) => {
    const to = ends[index + 1];
    if (to === undefined) return [];
    const within = changes.filter((change) => change.from <= from && to <= change.to);
    return within.length === 0 ? [] : [{ from, to, changes: within }];
  });
};

/** Sums that move with their windows: only what comes and what goes is read. Stretches begin and end on whole minutes. */
export interface MovingSums {
  /** `mark` stands for everything that must be as it was for the sums to hold. */
  read(
    asked: {
      readonly stretches: readonly Stretch[];
      readonly slots: Slots;
      readonly sources: CountsSources;
      readonly mark: string;
    },
    options: ReadOptions,
  ): Promise<Sums>;
}

interface Known {
  readonly slots: Slots;
  readonly mark: string;
  readonly stretches: readonly Stretch[];
  readonly sums: Sums;
}

export const createMovingSums = (clickhouse: Pick<ClickHouse, 'queryBinary'>): MovingSums => {
  let known: Known | null = null;
  return {
    read: async ({ stretches, slots, sources, mark }, options) => {
      const holds = known !== null && known.slots === slots && known.mark === mark;
      const moves = holds ? movesOf(known!.stretches, stretches) : null;
      const sums = moves === null ? emptySums(stretches.length, slots) : known!.sums;
      const changes = moves ?? stretches.map((each, window) => ({ ...each, window, sign: 1 as const }));
      await applyChanges(clickhouse, changes, { slots, sums, sources }, options);
      known = { slots, mark, stretches, sums };
      return sums;
    },
  };
};

/** What moves by more than this is not followed: the minutes at the old beginning may be gone by now. */
const moveSecondsMax = 6 * 3_600;

/** From one set of stretches to the next; null where they do not meet or move far, and everything is read anew. */
const movesOf = (before: readonly Stretch[], after: readonly Stretch[]): Change[] | null => {
  if (before.length !== after.length) return null;
  const moves: Change[] = [];
  for (const [window, next] of after.entries()) {
    const last = before[window]!;
    const [had, has] = [last.from < last.to, next.from < next.to];
    if (had && has && (next.from > last.to || next.to < last.from)) return null;
    if (!had || !has) {
      if (had) moves.push({ ...last, window, sign: -1 });
      if (has) moves.push({ ...next, window, sign: 1 });
      continue;
    }
    if (next.from > last.from) moves.push({ from: last.from, to: next.from, window, sign: -1 });
    if (next.from < last.from) moves.push({ from: next.from, to: last.from, window, sign: 1 });
    if (next.to > last.to) moves.push({ from: last.to, to: next.to, window, sign: 1 });
    if (next.to < last.to) moves.push({ from: next.to, to: last.to, window, sign: -1 });
  }
  return moves.every(({ from, to }) => to - from <= moveSecondsMax) ? moves : null;
};
