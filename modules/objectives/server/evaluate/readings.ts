import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { slicesWithin, type Stretch } from '../../domain/method.ts';
import type { Objective } from '../../domain/objective.ts';
import {
  edgesPerReadMax,
  readSlices,
  readWindows,
  type ReadOptions,
  type SliceRule,
  type WindowSums,
} from './signals.ts';
import type { SettledSlices } from './settled-slices.ts';
import { addedUp, partsOf, type Source } from './source-parts.ts';
import { planWindows, windowEdge, type CountsSources } from './window-plan.ts';

export type { Source };

/** What was counted in one window. */
export interface Counted {
  readonly good: number;
  readonly bad: number;
  /** Minutes with any event; those of slices with any, for the methods of slices. */
  readonly minutes: number;
}

/** One window of it. `from` in epoch seconds, as asked for. */
export interface Asked {
  readonly source: Source;
  readonly from: number;
  /** False for a calendar period, which begins with the first whole slice in it. */
  readonly rolling: boolean;
}

/** Counts of many windows that all end at `to`. */
export interface Readings {
  readonly to: number;
  counted(source: Source, window: { readonly from: number; readonly rolling: boolean }): Counted;
}

const nothing: Counted = { good: 0, bad: 0, minutes: 0 };
/** Beyond this, all indicators are read and those that nobody asked for are left aside: a shorter statement. */
const namedIndicatorsMax = 500;

/** How an objective counts: null for events, else the rule of its slices. */
export const sliceRuleOf = ({ method, timeSlice }: Pick<Objective, 'method' | 'timeSlice'>): SliceRule | null => {
  if (method === 'Occurrences' || timeSlice === null) return null;
  return { seconds: timeSlice.seconds, targetPpm: method === 'Timeslices' ? timeSlice.targetPpm : null };
};

/** Sums of one rule and one excluded time: for each edge the statement that read it, and the place of the edge in it. */
type Batch = Map<number, { readonly sums: ReadonlyMap<number, WindowSums>; readonly index: number }>;

interface At {
  readonly to: number;
  readonly sources: CountsSources;
}

/**
 * Reads all windows that were asked for: one statement for all objectives that count events, one for each rule of slices,
 * and one for each set of excluded times.
 */
export const readAll = async (
  clickhouse: Pick<ClickHouse, 'query'>,
  all: readonly Asked[],
  at: At,
  options: ReadOptions = {},
  settled: SettledSlices | null = null,
): Promise<Readings> => {
  const batches = new Map<string, Batch>();
  const groups = new Groups();
  const parts = all.flatMap((each) => partsOf(each.source).map((source) => ({ ...each, source })));
  for (const [key, same] of Map.groupBy(parts, ({ source }) => batchKey(source))) {
    const wanted = new Map<number, Set<number>>();
    for (const { source, from, rolling } of same) {
      const edge = edgeOf(source.rule, { from, rolling }, at);
      const group = groups.numberOf(source);
      const wanting = wanted.get(edge);
      if (wanting) wanting.add(group);
      else wanted.set(edge, new Set([group]));
    }
    const { rule, excluded } = same[0]!.source;
    const batch = { rule, excluded: excluded?.stretches ?? [], wanted, groups };
    batches.set(key, await readBatch({ clickhouse, ...batch, at, options, settled }));
  }
  return {
    to: at.to,
    counted: addedUp((source: Source, window: Pick<Asked, 'from' | 'rolling'>) => {
      const place = batches.get(batchKey(source))?.get(edgeOf(source.rule, window, at));
      const sums = place?.sums.get(groups.numberOf(source));
      if (!place || !sums) return nothing;
      const [good, bad, filled] = [sums.good[place.index]!, sums.bad[place.index]!, sums.minutes[place.index]!];
      return { good, bad, minutes: source.rule === null ? filled : (filled * source.rule.seconds) / 60 };
    }),
  };
};

/** A single indicator goes by its own number, several composed ones by one from the other end. */
class Groups {
  readonly #numbers = new Map<string, number>();
  readonly #members = new Map<number, readonly number[]>();

  numberOf({ indicators }: Source): number {
    if (indicators.length === 1) return indicators[0]!;
    const key = indicators.join(' ');
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = 2 ** 32 - 1 - this.#numbers.size;
    this.#numbers.set(key, number);
    this.#members.set(number, indicators);
    return number;
  }

  membersOf(number: number): readonly number[] {
    return this.#members.get(number) ?? [number];
  }
}

/** `wanted`: who is asked for from each edge. */
const readBatch = async (given: {
  clickhouse: Pick<ClickHouse, 'query'>;
  rule: SliceRule | null;
  excluded: readonly Stretch[];
  wanted: ReadonlyMap<number, ReadonlySet<number>>;
  groups: Groups;
  at: At;
  options: ReadOptions;
  settled: SettledSlices | null;
}): Promise<Batch> => {
  const { clickhouse, rule, excluded, wanted, groups, at, options } = given;
  const settled = excluded.length === 0 ? given.settled : null;
  const batch: Batch = new Map();
  const ordered = [...wanted.keys()].filter((edge) => edge < at.to).sort((a, b) => a - b);
  for (let first = 0; first < ordered.length; first += edgesPerReadMax) {
    const edges = ordered.slice(first, first + edgesPerReadMax);
    const named = [...new Set(edges.flatMap((edge) => [...wanted.get(edge)!]))];
    let sums: Map<number, WindowSums>;
    if (rule === null) {
      const plan = planWindows(edges, at.to, at.sources, excluded);
      sums = await readWindows(clickhouse, plan, named.length > namedIndicatorsMax ? null : named, options);
    } else {
      // A slice is counted from all of its minutes, so hours serve only slices of whole hours; it counts once it is over.
      const sources = rule.seconds % 3_600 === 0 ? at.sources : { ...at.sources, hoursUntil: 0 };
      const over = Math.floor(at.to / rule.seconds) * rule.seconds;
      const composed = named.map((group) => ({ group, indicators: groups.membersOf(group) }));
      sums =
        (await settled?.read({ edges, over, sources, groups: composed, rule }, options)) ??
        (await readSlices(clickhouse, planWindows(edges, over, sources, excluded), composed, rule, options));
    }
    for (const [index, edge] of edges.entries()) batch.set(edge, { sums, index });
  }
  return batch;
};

/** Where a window of this rule begins. */
const edgeOf = (
  rule: SliceRule | null,
  { from, rolling }: { readonly from: number; readonly rolling: boolean },
  { to, sources }: At,
): number => (rule === null ? windowEdge(from, to, sources) : slicesWithin({ from, to }, rule.seconds, rolling).from);

/** Sources of one key can be read together. Asked for each window of each objective, so it is made once a source. */
export const batchKey = (source: Pick<Source, 'rule' | 'excluded'>): string => {
  const known = keys.get(source);
  if (known !== undefined) return known;
  const { rule, excluded } = source;
  const key = `${rule === null ? '' : `${rule.seconds}/${rule.targetPpm}`} ${excluded?.key ?? ''}`;
  keys.set(source, key);
  return key;
};
const keys = new WeakMap<object, string>();
