import type { MetricPoint, MetricSeries } from '../../contract.ts';
import type { ReadRange } from '../../domain/read-range.ts';
import type { Reads } from './reads.ts';
import type { Where } from './span-filter.ts';
import { doubleOf, instantNs, wholeNumberOf } from './stored-values.ts';

export interface PointKey {
  readonly timeNs: string;
  readonly seriesId: string;
}

/** The last point of a page; of points that are alike in everything, how many were shown. */
export interface After extends PointKey {
  readonly tie: string;
  readonly shown: number;
}

interface Common extends PointKey {
  readonly tie: string;
  readonly segment: string;
  readonly startedNs: string;
  readonly flags: number;
}

/** 64-bit integers and doubles as text: the engine's JSON has no form for all of them. */
interface Sample extends Common {
  readonly table: 'samples';
  readonly value: string;
  readonly isInteger: number;
}

interface Distribution extends Common {
  readonly table: 'distributions';
  readonly count: string;
  readonly sum: string | null;
  readonly min: string | null;
  readonly max: string | null;
  readonly bounds: readonly string[];
  readonly counts: readonly string[];
  readonly scale: number;
  readonly zeroCount: string;
  readonly zeroThreshold: string;
  readonly positiveOffset: number;
  readonly positiveCounts: readonly string[];
  readonly negativeOffset: number;
  readonly negativeCounts: readonly string[];
  readonly quantiles: readonly string[];
  readonly quantileValues: readonly string[];
}

export type PointRow = Sample | Distribution;

/** At most `most` points after the given one, by time and series; both tables are asked, because one name may stand for several kinds. */
export const rowsAfter = async (
  reads: Reads,
  series: Where,
  range: ReadRange,
  after: After | null,
  most: number,
): Promise<PointRow[]> => {
  const [samples, distributions] = await Promise.all([
    read<Sample>(reads, 'samples', sampleColumns, series, range, after, most),
    read<Distribution>(reads, 'distributions', distributionColumns, series, range, after, most),
  ]);
  return [...samples, ...distributions].toSorted(inOrder).slice(after?.shown ?? 0, (after?.shown ?? 0) + most);
};

const sampleColumns = {
  tie: 'value, is_integer',
  shown: 'toString(value) AS value, is_integer AS isInteger',
};

const texts = (column: string): string => `arrayMap(each -> toString(each), ${column})`;
const distributionColumns = {
  tie: 'count, sum, min, max, bounds, bucket_counts, scale, zero_count, zero_threshold, positive_offset, positive_counts, negative_offset, negative_counts, quantiles, quantile_values',
  shown: `toString(count) AS count, toString(sum) AS sum, toString(min) AS min, toString(max) AS max, ${texts('bounds')} AS bounds, ${texts('bucket_counts')} AS counts, scale,
    toString(zero_count) AS zeroCount, toString(zero_threshold) AS zeroThreshold, positive_offset AS positiveOffset, ${texts('positive_counts')} AS positiveCounts,
    negative_offset AS negativeOffset, ${texts('negative_counts')} AS negativeCounts, ${texts('quantiles')} AS quantiles, ${texts('quantile_values')} AS quantileValues`,
};

const read = <Row extends PointRow>(
  reads: Reads,
  table: Row['table'],
  columns: { readonly tie: string; readonly shown: string },
  series: Where,
  range: ReadRange,
  after: After | null,
  most: number,
): Promise<Row[]> => {
  const place = `time, series_id, cityHash64(toString((${columns.tie}, started_at, flags, segment)))`;
  return reads.engine.read<Row>(
    `-- Points of the series that are meant, in order; those that a page before showed are skipped by what they hold.
     SELECT '${table}' AS table, toString(toUnixTimestamp64Nano(time)) AS timeNs, toString(series_id) AS seriesId, toString(place.3) AS tie, toString(segment) AS segment,
            toString(toUnixTimestamp64Nano(started_at)) AS startedNs, flags, ${columns.shown}, (${place}) AS place
     FROM telemetry_${table}
     WHERE bucket >= toStartOfInterval(toDateTime(fromUnixTimestamp64Nano({startNs:Int64}, 'UTC'), 'UTC'), INTERVAL 2 HOUR) AND bucket <= fromUnixTimestamp64Nano({toNs:Int64}, 'UTC')
       AND time >= fromUnixTimestamp64Nano({startNs:Int64}, 'UTC') AND time < fromUnixTimestamp64Nano({toNs:Int64}, 'UTC')
       AND series_id IN (SELECT series_id FROM telemetry_series WHERE ${series.conditions.join(' AND ')})
       ${after ? "AND place >= (fromUnixTimestamp64Nano({startNs:Int64}, 'UTC'), {afterSeries:UInt64}, {afterTie:UInt64})" : ''}
     ORDER BY place LIMIT {most:UInt32}
     SETTINGS prefer_column_name_to_alias = 1`,
    {
      ...series.params,
      startNs: after?.timeNs ?? range.fromNs.toString(),
      toNs: range.toNs.toString(),
      most: most + (after?.shown ?? 0),
      ...(after ? { afterSeries: after.seriesId, afterTie: after.tie } : {}),
    },
  );
};

const compare = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
const inOrder = (a: PointRow, b: PointRow): number =>
  compare(a.timeNs, b.timeNs) || compare(a.seriesId, b.seriesId) || compare(a.tie, b.tie);

/** OTLP's flag DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK. */
const noRecordedValue = 1;

/** A row as the contract's point; `series` is its place in the answer. */
export const pointOf = (
  row: PointRow,
  series: number,
  kind: MetricSeries['kind'],
  exemplars: MetricPoint['exemplars'],
): MetricPoint => ({
  series,
  at: instantNs(BigInt(row.timeNs)),
  startedAt: row.startedNs === '0' ? null : instantNs(BigInt(row.startedNs)),
  flags: row.flags,
  noRecordedValue: (row.flags & noRecordedValue) === noRecordedValue,
  measured:
    row.table === 'samples' && !(row.value === 'nan' && (row.flags & noRecordedValue) !== 0) ? measuredOf(row) : null,
  histogram: row.table === 'distributions' && kind === 'histogram' ? histogramOf(row) : null,
  exponentialHistogram: row.table === 'distributions' && kind === 'exponential_histogram' ? exponentialOf(row) : null,
  summary: row.table === 'distributions' && kind === 'summary' ? summaryOf(row) : null,
  exemplars,
});

export const measuredOf = (row: {
  readonly value: string;
  readonly isInteger: number;
}): NonNullable<MetricPoint['measured']> =>
  row.isInteger === 1
    ? { type: 'int', value: wholeNumberOf(BigInt(Number(row.value)).toString()) }
    : { type: 'double', value: doubleOf(row.value) };

const doubleOrNull = (text: string | null) => (text === null ? null : doubleOf(text));

const spreadOf = (row: Distribution) => ({
  count: wholeNumberOf(row.count),
  sum: doubleOrNull(row.sum),
  min: doubleOrNull(row.min),
  max: doubleOrNull(row.max),
});

const histogramOf = (row: Distribution): NonNullable<MetricPoint['histogram']> => ({
  ...spreadOf(row),
  bounds: row.bounds.map(doubleOf),
  counts: row.counts.map(wholeNumberOf),
});

const exponentialOf = (row: Distribution): NonNullable<MetricPoint['exponentialHistogram']> => ({
  ...spreadOf(row),
  scale: row.scale,
  zeroCount: wholeNumberOf(row.zeroCount),
  zeroThreshold: doubleOf(row.zeroThreshold),
  positive: { offset: row.positiveOffset, counts: row.positiveCounts.map(wholeNumberOf) },
  negative: { offset: row.negativeOffset, counts: row.negativeCounts.map(wholeNumberOf) },
});

const summaryOf = (row: Distribution): NonNullable<MetricPoint['summary']> => ({
  count: wholeNumberOf(row.count),
  sum: doubleOrNull(row.sum),
  quantiles: row.quantiles.map((quantile, index) => ({
    quantile: doubleOf(quantile),
    value: doubleOf(row.quantileValues[index]!),
  })),
});
