import { quote } from '../../../../platform/clickhouse/quote.ts';
import type { Indicator, MetricSelection, ThresholdOp } from '../../domain/indicator.ts';
import { seriesFilterSql } from './span-condition.ts';

export type MetricIndicator = Extract<Indicator, { kind: `metric-${string}` }>;

/** [from, to) in epoch seconds, whole minutes. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/**
 * How far back the point before the first one of a window is looked for: a counter that was silent for longer begins anew, its
 * growth meanwhile is not known by time.
 */
export const lookBackSeconds = 3_600;

const settings =
  'SETTINGS max_threads = 1, compile_expressions = 0, compile_aggregate_expressions = 0, use_variant_as_common_type = 0, prefer_column_name_to_alias = 1';

type Kind = 'counter' | 'gauge' | 'histogram';

const kinds: Readonly<Record<Kind, string>> = {
  counter: "kind = 'sum' AND is_monotonic",
  gauge: "(kind = 'gauge' OR (kind = 'sum' AND NOT is_monotonic))",
  histogram: "kind IN ('histogram', 'exponential-histogram')",
};

/**
 * Series of the metric that had points in the window, one row each; `wanted` are those of the selection. The others tell
 * whether a process had told of this metric before a series of the selection began.
 */
const seriesOf = (selection: MetricSelection, kind: Kind, { from, to }: Window): string => {
  const conditions = [
    `day BETWEEN toDate(toDateTime(${from - lookBackSeconds}, 'UTC')) AND toDate(toDateTime(${to}, 'UTC'))`,
    `metric = ${quote(selection.metric)}`,
    kinds[kind],
    ...(selection.service === null ? [] : [`service = ${quote(selection.service)}`]),
    ...(selection.environment === null ? [] : [`environment = ${quote(selection.environment)}`]),
  ];
  const wanted = selection.attributes.map(seriesFilterSql).join(' AND ') || '1';
  return `SELECT series_id, max(toUInt8(${wanted})) AS wanted, any(temporality) = 'delta' AS is_delta, max(is_folded) AS folded, any(origin_id) AS origin, any(telemetry_series.kind) AS series_kind FROM telemetry_series WHERE ${conditions.join(' AND ')} GROUP BY series_id`;
};

/** The first day (epoch seconds) on which there was such a metric. */
export const firstDay = (metric: string): string => `-- Since when a metric has been stored.
SELECT toUnixTimestamp(toDateTime(min(day), 'UTC')) AS first, count() AS days FROM telemetry_series WHERE metric = ${quote(metric)}
${settings}`;

/** How many series a selection has, of the right kind and of any. */
export const countSeries = (
  selection: MetricSelection,
  kind: Kind,
  window: Window,
): string => `-- Series of an indicator's selection; whether there is such a metric at all.
SELECT (SELECT count() FROM (${seriesOf(selection, kind, window)}) WHERE wanted) AS series,
  (SELECT count() FROM telemetry_series WHERE metric = ${quote(selection.metric)} AND day BETWEEN toDate(toDateTime(${window.from}, 'UTC')) AND toDate(toDateTime(${window.to}, 'UTC'))) AS named
${settings}`;

const inWindow = ({ from, to }: Window, back: number): string =>
  `bucket >= toStartOfInterval(toDateTime(${from - back}, 'UTC'), INTERVAL 2 HOUR) AND bucket < toDateTime(${to}, 'UTC') AND time >= toDateTime64(${from - back}, 9, 'UTC') AND time < toDateTime64(${to}, 9, 'UTC')`;

const tenSeconds = `toUInt32(intDiv(toUnixTimestamp64Nano(time), 10000000000) * 10)`;

/**
 * By how much a counter has grown at a point: the value itself where temporality is delta; else over the point before, from 0
 * where the counter began anew (its start moved on, or it fell). The first point of a series counts whole where the series
 * began within the look-back, or where its process had told of this metric before without it.
 */
const grown = (value: string): string =>
  `multiIf(is_delta, ${value}, has_before = 0, if((began > 0 AND began >= ${'{lookFrom}'}) OR origin_first < time, ${value}, 0), began > began_before AND began_before > 0, ${value}, ${value} >= before_${value}, ${value} - before_${value}, ${value})`;

const cumulated = (values: readonly string[], points: string, window: Window): string => {
  const before = values.map((value) => `lagInFrame(${value}) OVER w AS before_${value}`).join(', ');
  const all = values.map(
    (value) => `${grown(value).replaceAll('{lookFrom}', String(window.from - lookBackSeconds))} AS grown_${value}`,
  );
  return `SELECT ${tenSeconds} AS start, ${all.join(', ')}
FROM (
  SELECT *, lagInFrame(toUInt8(1), 1, toUInt8(0)) OVER w AS has_before, lagInFrame(began) OVER w AS began_before, ${before}, min(time) OVER (PARTITION BY origin) AS origin_first
  FROM (${points})
  WINDOW w AS (PARTITION BY series_id ORDER BY time ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
)
WHERE wanted AND time >= toDateTime64(${window.from}, 9, 'UTC')`;
};

/** Growth of counters by ten seconds. */
export const counterGrowth = (selection: MetricSelection, window: Window): string => {
  const points = `
    SELECT series_id, time, any(is_delta) AS is_delta, any(wanted) AS wanted, any(origin) AS origin, if(max(folded), sum(value), max(value)) AS value, toUnixTimestamp(max(started_at)) AS began
    FROM telemetry_samples INNER JOIN (${seriesOf(selection, 'counter', window)}) AS chosen USING (series_id)
    WHERE ${inWindow(window, lookBackSeconds)} AND bitAnd(flags, 1) = 0 AND isFinite(value) AND value >= 0
    GROUP BY series_id, time`;
  return `-- By how much the counters of an indicator grew, by ten seconds.
SELECT start, sum(grown_value) AS total
FROM (${cumulated(['value'], points, window)})
GROUP BY start ORDER BY start
${settings}`;
};

const operators: Readonly<Record<ThresholdOp, string>> = { lt: '<', lte: '<=', gt: '>', gte: '>=' };

/** Samples of gauges by ten seconds: all of them, and those that hold. */
export const gaugeSamples = (
  selection: MetricSelection,
  threshold: { readonly op: ThresholdOp; readonly bound: number },
  window: Window,
): string => `-- Samples of gauges, and how many of them hold, by ten seconds.
SELECT start, count() AS total, countIf(value ${operators[threshold.op]} ${threshold.bound}) AS good
FROM (
  SELECT ${tenSeconds} AS start, series_id, time, max(value) AS value
  FROM telemetry_samples
  WHERE series_id IN (SELECT series_id FROM (${seriesOf(selection, 'gauge', window)}) WHERE wanted) AND ${inWindow(window, 0)} AND bitAnd(flags, 1) = 0 AND NOT isNaN(value)
  GROUP BY start, series_id, time
)
GROUP BY start ORDER BY start
${settings}`;

/**
 * Values of histograms by ten seconds: all of them, and those at most `bound`. `inexact` are points of which that is not known,
 * because the bound lies within a bucket. Bounds are inclusive at their upper end, in both kinds
 * (https://opentelemetry.io/docs/specs/otel/metrics/data-model/#histogram); the i-th bucket of an exponential one reaches to
 * 2^((offset + i + 1) · 2^-scale).
 */
export const histogramValues = (selection: MetricSelection, bound: number, window: Window): string => {
  const edge = `(log2(${bound}) * exp2(scale))`;
  const explicit = `arraySum(arraySlice(bucket_counts, 1, indexOf(bounds, ${bound})))`;
  const exponential = `zero_count + arraySum(negative_counts) + arraySum(arrayFilter((n, i) -> positive_offset + i <= ${edge}, positive_counts, arrayEnumerate(positive_counts)))`;
  const points = `
    SELECT series_id, time, any(is_delta) AS is_delta, any(wanted) AS wanted, any(origin) AS origin, toFloat64(if(max(folded), sum(count), max(count))) AS value, toUnixTimestamp(max(started_at)) AS began,
      toFloat64(if(max(folded), sum(within), max(within))) AS good, max(blurred) AS blurred
    FROM (
      SELECT *, toUInt64(series_kind = 'histogram' ? ${explicit} : ${exponential}) AS within,
        series_kind = 'histogram' ? NOT has(bounds, ${bound}) : (${bound > 0 ? `abs(${edge} - round(${edge})) > 1e-9` : '1'}) AS blurred
      FROM telemetry_distributions INNER JOIN (${seriesOf(selection, 'histogram', window)}) AS chosen USING (series_id)
      WHERE ${inWindow(window, lookBackSeconds)} AND bitAnd(flags, 1) = 0
    )
    GROUP BY series_id, time`;
  const both = cumulated(['value', 'good'], points, window).replace('AS start,', 'AS start, blurred,');
  return `-- Values of the histograms of an indicator, and how many are within its bound, by ten seconds.
SELECT start, sum(grown_value) AS total, sum(grown_good) AS good, sum(blurred) AS inexact
FROM (${both})
GROUP BY start ORDER BY start
${settings}`;
};
