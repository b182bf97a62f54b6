import { countedStretch, type Stretch } from '../../domain/method.ts';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import type { Counts } from '../../domain/indicator.ts';
import { batchKey, type Source } from '../evaluate/readings.ts';
import { addedUp, partsOf } from '../evaluate/source-parts.ts';
import { readBuckets, readStretches, type ReadOptions, type SliceRule, type StretchSums } from '../evaluate/signals.ts';
import { planWindows, type CountsSources, type WindowPlan } from '../evaluate/window-plan.ts';

/** A stretch of time whose counts a chart asks for, whole seconds; `rolling`: it moves with its end. */
export interface AskedStretch extends Stretch {
  readonly rolling: boolean;
}

/** Counts of many stretches that may overlap. */
export interface Series {
  counted(source: Source, stretch: AskedStretch): Counts;
}

/** Statements hold so many edges at most; what asks for more is refused before. */
export const edgesMax = 8_000;

/**
 * Reads all stretches by one statement a rule: their ends cut time into pieces, each is read once, and a stretch is a
 * difference of running sums. Ends are taken to whole minutes where no ten seconds are kept.
 */
export const readSeries = async (
  clickhouse: Pick<ClickHouse, 'query' | 'queryBinary'>,
  sources: readonly Source[],
  stretches: readonly AskedStretch[],
  kept: CountsSources,
  options: ReadOptions = {},
): Promise<Series> => {
  const byRule = new Map<string, RuleSums>();
  for (const [key, same] of Map.groupBy(sources.flatMap(partsOf), batchKey))
    byRule.set(key, await readRule({ clickhouse, same, rule: same[0]!.rule, stretches, kept, options }));
  return {
    counted: addedUp((source: Source, asked: AskedStretch) => {
      const sums = byRule.get(batchKey(source));
      const running = sums?.running.get(groupKey(source));
      const { from, to } = really(asked, source.rule, kept);
      if (!sums || !running || from >= to) return { good: 0, bad: 0 };
      const [first, last] = [sums.place.get(from)!, sums.place.get(to)!];
      return { good: running.good[last]! - running.good[first]!, bad: running.bad[last]! - running.bad[first]! };
    }),
  };
};

interface RuleSums {
  readonly place: ReadonlyMap<number, number>;
  /** Sums of everything before each edge. */
  readonly running: ReadonlyMap<string, { readonly good: readonly number[]; readonly bad: readonly number[] }>;
}

const readRule = async (given: {
  clickhouse: Pick<ClickHouse, 'query' | 'queryBinary'>;
  same: readonly Source[];
  rule: SliceRule | null;
  stretches: readonly AskedStretch[];
  kept: CountsSources;
  options: ReadOptions;
}): Promise<RuleSums> => {
  const { clickhouse, same, rule, stretches, kept, options } = given;
  const ends = new Set<number>();
  for (const asked of stretches) {
    const { from, to } = really(asked, rule, kept);
    if (from < to) ends.add(from).add(to);
  }
  const edges = [...ends].sort((a, b) => a - b);
  if (edges.length > edgesMax) throw new RangeError(`more than ${edgesMax} edges in one chart`);
  const keys = [...new Set(same.map(groupKey))];
  const groups = keys.map((key) => {
    const { indicators } = same.find((each) => groupKey(each) === key)!;
    return { group: indicators.length === 1 ? indicators[0]! : 2 ** 32 - 1 - keys.indexOf(key), indicators, key };
  });
  const from = edges.slice(0, -1);
  const sources = rule === null || rule.seconds % 3_600 === 0 ? kept : { ...kept, hoursUntil: 0 };
  const plan = planWindows(from, edges.at(-1) ?? 0, sources, same[0]!.excluded?.stretches);
  const found =
    rule === null && groups.length <= bucketwiseMax
      ? await stretchesOfBuckets(
          clickhouse,
          plan,
          groups.flatMap(({ indicators }) => indicators),
          options,
        )
      : await readStretches(clickhouse, plan, groups, rule, options);
  const running = groups.map(({ key, group }) => {
    const sums = { good: [0], bad: [0] };
    for (const [index, edge] of from.entries()) {
      const stretch = found.get(group)?.get(edge);
      sums.good.push(sums.good[index]! + (stretch?.good ?? 0));
      sums.bad.push(sums.bad[index]! + (stretch?.bad ?? 0));
    }
    return [key, sums] as const;
  });
  return { place: new Map(edges.map((edge, index) => [edge, index])), running: new Map(running) };
};

/** So few indicators are read bucket by bucket and added up here; the engine adds up those of a whole list. */
const bucketwiseMax = 8;

const stretchesOfBuckets = async (
  clickhouse: Pick<ClickHouse, 'queryBinary'>,
  plan: WindowPlan,
  indicators: readonly number[],
  options: ReadOptions,
): Promise<ReadonlyMap<number, StretchSums>> => {
  const buckets = await readBuckets(clickhouse, plan.pieces, indicators, options);
  const found = new Map(indicators.map((indicator) => [indicator, new Map<number, { good: number; bad: number }>()]));
  for (const [row, start] of buckets.start.entries()) {
    const edge = plan.edges[lastAtMost(plan.edges, start)]!;
    const own = found.get(buckets.indicator[row]!)!;
    const sum = own.get(edge) ?? { good: 0, bad: 0 };
    own.set(edge, { good: sum.good + buckets.good[row]!, bad: sum.bad + buckets.bad[row]! });
  }
  return found;
};

/** Place of the last of ascending numbers that is at most `value`, which is not below the first. */
const lastAtMost = (ascending: readonly number[], value: number): number => {
  let [low, high] = [0, ascending.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (ascending[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
};

/** What a rule really counts of a stretch, on the grid of what is kept. */
const really = (asked: AskedStretch, rule: SliceRule | null, kept: CountsSources): Stretch => {
  if (rule !== null)
    return countedStretch(
      asked,
      { method: 'Timeslices', timeSlice: { seconds: rule.seconds, targetPpm: rule.targetPpm } },
      asked.rolling,
    );
  return { from: onGrid(asked.from, kept), to: onGrid(asked.to, kept) };
};

const onGrid = (second: number, kept: CountsSources): number => {
  const unit = second >= kept.tenSecondsFrom ? 10 : 60;
  return Math.floor(second / unit) * unit;
};

const groupKey = ({ indicators }: Source): string => indicators.join(' ');
