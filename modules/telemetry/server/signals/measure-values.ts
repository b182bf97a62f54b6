import type { Bucket } from '../../domain/bucket-quantile.ts';
import { histogramGrowth, type HistogramPoint } from '../../domain/histogram-growth.ts';
import { piecesOf, type GridPieces, type MeasureGrid } from '../../domain/measure-grid.ts';
import { isOneOf, lookBackSeconds, onePoint, within } from './measure-points.ts';
import type { ChosenSeries } from './measure-series.ts';
import type { Reads } from './reads.ts';

const bounded = { timeoutMs: 20_000, lane: 'background' } as const;

/** By series and piece of the grid. */
type ByPiece<Item> = Map<string, Map<number, Item[]>>;

const add = <Item>(to: ByPiece<Item>, id: string, piece: number, items: readonly Item[]): void => {
  let pieces = to.get(id);
  if (pieces === undefined) to.set(id, (pieces = new Map()));
  const known = pieces.get(piece);
  if (known) known.push(...items);
  else pieces.set(piece, [...items]);
};

const pieceOf = (second: number, { from, seconds }: GridPieces): number => Math.floor((second - from) / seconds);

/** Every value of some series by piece of time; null where there are more than `most`. */
export const readValues = async (
  reads: Reads,
  series: readonly ChosenSeries[],
  grid: MeasureGrid,
  most: number,
): Promise<ByPiece<number> | null> => {
  const found: ByPiece<number> = new Map();
  if (series.length === 0) return found;
  const pieces = piecesOf(grid);
  const ids = series.map(({ id }) => id);
  const folded = series.filter(({ isFolded }) => isFolded).map(({ id }) => id);
  const rows = await reads.engine.read<{ id: string; piece: number; values: number[] }>(
    `-- Every value of each series in each piece of time.
     SELECT toString(series_id) AS id, toUInt32(intDiv(toUnixTimestamp64Nano(time) - ${pieces.from}000000000, ${pieces.seconds}000000000)) AS piece, groupArray(point) AS values
     FROM (
       SELECT series_id, time, ${onePoint('value', { ids, delta: [], folded })} AS point FROM telemetry_samples
       WHERE ${isOneOf(ids)} AND ${within(pieces, 0)} AND isFinite(value) GROUP BY series_id, time LIMIT ${most + 1}
     ) GROUP BY series_id, piece`,
    {},
    bounded,
  );
  let count = 0;
  for (const { id, piece, values } of rows) {
    add(found, id, piece, values);
    count += values.length;
  }
  return count > most ? null : found;
};

interface HistogramRow extends Omit<HistogramPoint, 'counts' | 'positive' | 'negative' | 'zeroCount'> {
  readonly id: string;
  readonly counts: readonly (string | number)[];
  readonly positive: readonly (string | number)[];
  readonly negative: readonly (string | number)[];
  readonly zeroCount: string | number;
}

/** What came to some histograms, bucket by bucket and piece by piece; null where there are more points than `most`. */
export const readHistograms = async (
  reads: Reads,
  series: readonly ChosenSeries[],
  grid: MeasureGrid,
  most: number,
): Promise<ByPiece<Bucket> | null> => {
  const found: ByPiece<Bucket> = new Map();
  const pieces = piecesOf(grid);
  const rows = await reads.engine.read<HistogramRow>(
    `-- Points of histograms in the order of their time, from the look-back before the first window on.
     SELECT toString(series_id) AS id, toUnixTimestamp64Milli(toDateTime64(time, 3, 'UTC')) / 1000 AS second, toUnixTimestamp(started_at) AS began, bounds, bucket_counts AS counts,
       scale, zero_count AS zeroCount, positive_offset AS positiveOffset, positive_counts AS positive, negative_offset AS negativeOffset, negative_counts AS negative
     FROM telemetry_distributions WHERE ${isOneOf(series.map(({ id }) => id))} AND ${within(pieces, lookBackSeconds)}
     ORDER BY series_id, time LIMIT 1 BY series_id, time LIMIT ${most + 1}`,
    {},
    bounded,
  );
  if (rows.length > most) return null;
  const points = Map.groupBy(rows, ({ id }) => id);
  for (const { id, isDelta } of series)
    for (const { second, buckets } of histogramGrowth((points.get(id) ?? []).map(pointOf), {
      isDelta,
      knownFrom: pieces.from - lookBackSeconds,
    }))
      if (second >= pieces.from) add(found, id, pieceOf(second, pieces), buckets);
  return found;
};

const pointOf = (row: HistogramRow): HistogramPoint => ({
  ...row,
  counts: row.counts.map(Number),
  positive: row.positive.map(Number),
  negative: row.negative.map(Number),
  zeroCount: Number(row.zeroCount),
});
