import { bucketQuantile, type Bucket } from '../../domain/bucket-quantile.ts';
import {
  across,
  overTime,
  piecesOf,
  quantileOfSorted,
  type Across,
  type MeasureGrid,
  type OverTime,
} from '../../domain/measure-grid.ts';
import { readHistograms, readValues } from './measure-values.ts';
import { readPoints, type PointsRead } from './measure-points.ts';
import type { createSeriesLookUp, ChosenSeries, SeriesSelection } from './measure-series.ts';
import { measuredSeriesMax } from './measure-series.ts';
import type { Reads } from './reads.ts';

/** One number of a stored metric for each group of its series. */
export interface MetricMeasure extends SeriesSelection {
  readonly aggregate: OverTime | { readonly quantile: number };
  /** How several series of a group become one number; a quantile takes the points of all together. */
  readonly across: Across;
}

/** Numbers of one group: its values of `by`, in their order, and one number for each window; NaN where nothing was seen. */
export interface MeasuredGroup {
  readonly group: readonly string[];
  readonly values: Float64Array;
}

/** Groups of one measure, or in words why they cannot be told. */
export type Measured = { readonly groups: readonly MeasuredGroup[] } | { readonly trouble: string };

/** Measures of many metrics at once; what can be read by one statement is. */
export const measureMetrics = async (
  reads: Reads,
  lookUp: ReturnType<typeof createSeriesLookUp>,
  of: readonly MetricMeasure[],
  grid: MeasureGrid,
): Promise<Measured[]> => {
  const pieces = piecesOf(grid);
  const selections = of.map(({ metric, service, environment, where, by }) => ({
    metric,
    service,
    environment,
    where,
    by,
  }));
  const chosen = await lookUp(selections, { from: pieces.from, to: pieces.to });
  const asked = of.map((measure, index) => ({ measure, ...readOf(measure, chosen[index]!) }));
  const found = new Map<PointsRead, Awaited<ReturnType<typeof readPoints>>>();
  for (const what of ['levels', 'growth', 'distribution-counts', 'distribution-means'] as const)
    found.set(
      what,
      await readPoints(
        reads,
        asked.flatMap((each) => (each.what === what ? each.series : [])),
        grid,
        what,
      ),
    );
  const answers: Measured[] = [];
  for (const { measure, series, what, trouble } of asked) {
    if (trouble !== null) answers.push({ trouble });
    else if (what === 'quantile') answers.push(await quantiles(reads, measure, series, grid));
    else answers.push({ groups: grouped(measure, series, found.get(what)!, grid) });
  }
  return answers;
};

interface Asked {
  readonly series: readonly ChosenSeries[];
  readonly what: PointsRead | 'quantile';
  readonly trouble: string | null;
}

const isDistribution = ({ kind }: ChosenSeries): boolean => kind === 'histogram' || kind === 'exponential-histogram';

/** What has to be read for an aggregate; of the wrong kind of metric it says so, for a number of something else would mislead. */
const readOf = ({ metric, aggregate }: MetricMeasure, chosen: readonly ChosenSeries[] | null): Asked => {
  const none = { series: [], what: 'levels' as const };
  if (chosen === null)
    return { ...none, trouble: `${metric} has more than ${measuredSeriesMax} such series: narrow it by attributes` };
  const series = chosen.filter(({ kind }) => kind !== 'summary');
  if (chosen.length > 0 && series.length === 0)
    return { ...none, trouble: `${metric} is a summary, which has no counts` };
  if (typeof aggregate === 'object') return { series, what: 'quantile', trouble: null };
  const distributions = series.filter(isDistribution);
  const grows = aggregate === 'rate' || aggregate === 'increase';
  if (distributions.length > 0) {
    if (grows) return { series: distributions, what: 'distribution-counts', trouble: null };
    if (aggregate === 'avg') return { series: distributions, what: 'distribution-means', trouble: null };
    return {
      ...none,
      trouble: `${metric} is a histogram: it has a rate, an increase, an average and quantiles, no ${aggregate}`,
    };
  }
  if (!grows) return { series, what: 'levels', trouble: null };
  const counters = series.filter(({ kind, isMonotonic }) => kind === 'sum' && isMonotonic);
  return series.length > 0 && counters.length === 0
    ? { ...none, trouble: `${metric} is no counter, so it has no ${aggregate}` }
    : { series: counters, what: 'growth', trouble: null };
};

const groupsOf = (series: readonly ChosenSeries[]): (readonly ChosenSeries[])[] => [
  ...Map.groupBy(series, ({ group }) => JSON.stringify(group)).values(),
];

const grouped = (
  measure: MetricMeasure,
  series: readonly ChosenSeries[],
  points: Awaited<ReturnType<typeof readPoints>>,
  grid: MeasureGrid,
): MeasuredGroup[] =>
  groupsOf(series).flatMap((members) => {
    const seen = members.map(({ id }) => points.get(id)).filter((each) => each !== undefined);
    const values = seen.map((each) => overTime(each, measure.aggregate as OverTime, grid));
    return values.length === 0 ? [] : [{ group: members[0]!.group, values: across(values, measure.across) }];
  });

/** Points that one quantile looks at; more would be read for minutes. */
const quantilePointsMax = 400_000;

const quantiles = async (
  reads: Reads,
  { metric, aggregate }: MetricMeasure,
  series: readonly ChosenSeries[],
  grid: MeasureGrid,
): Promise<Measured> => {
  const { quantile } = aggregate as { readonly quantile: number };
  const distributions = series.filter(isDistribution);
  const pieces = piecesOf(grid);
  const perWindow = Math.round(grid.windowSeconds / pieces.seconds);
  const perStep = Math.round(grid.stepSeconds / pieces.seconds);
  const over = <Item>(members: ReadonlyMap<number, readonly Item[]>, tell: (items: Item[]) => number): Float64Array =>
    new Float64Array(grid.count).map((_, step) => {
      const items: Item[] = [];
      for (let piece = step * perStep; piece < step * perStep + perWindow; piece++)
        items.push(...(members.get(piece) ?? []));
      return tell(items);
    });
  const tooMany = {
    trouble: `${metric} has too many points for a quantile over this time: narrow it, or shorten the window`,
  };
  if (distributions.length > 0) {
    const found = await readHistograms(reads, distributions, grid, quantilePointsMax);
    if (found === null) return tooMany;
    return {
      groups: groupsOf(distributions).map((members) => ({
        group: members[0]!.group,
        values: over(byPiece<Bucket>(members, found), (buckets) => bucketQuantile(buckets, quantile)),
      })),
    };
  }
  const found = await readValues(reads, series, grid, quantilePointsMax);
  if (found === null) return tooMany;
  return {
    groups: groupsOf(series).map((members) => ({
      group: members[0]!.group,
      values: over(byPiece<number>(members, found), (values) =>
        quantileOfSorted(
          values.sort((a, b) => a - b),
          quantile,
        ),
      ),
    })),
  };
};

/** What the members of a group have in each piece, together. */
const byPiece = <Item>(
  members: readonly ChosenSeries[],
  found: ReadonlyMap<string, ReadonlyMap<number, readonly Item[]>>,
): Map<number, Item[]> => {
  const together = new Map<number, Item[]>();
  for (const { id } of members)
    for (const [piece, items] of found.get(id) ?? []) {
      const known = together.get(piece);
      if (known) known.push(...items);
      else together.set(piece, [...items]);
    }
  return together;
};
