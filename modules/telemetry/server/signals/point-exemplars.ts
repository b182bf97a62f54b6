import type { MetricPoint } from '../../contract.ts';
import { otlpLimits } from '../../domain/otlp-limits.ts';
import { measuredOf, type PointKey } from './point-rows.ts';
import type { Reads } from './reads.ts';
import { idOrNull, instantNs, valuesOf } from './stored-values.ts';

interface ExemplarRow extends PointKey {
  readonly segment: string;
  readonly atNs: string;
  readonly value: string;
  readonly isInteger: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Record<string, string>;
}

type Place = PointKey & { readonly segment: string };

/**
 * The exemplars of the points of a page, by point. Where one request had several points of one series and time (a folded
 * series), nothing says whose they are: the first gets them.
 */
export const exemplarsOf = async (
  reads: Reads,
  page: readonly Place[],
): Promise<(row: Place) => MetricPoint['exemplars']> => {
  const rows = await reads.engine.read<ExemplarRow>(
    `-- Exemplars of the points of a page.
     SELECT toString(toUnixTimestamp64Nano(point_time)) AS timeNs, toString(series_id) AS seriesId, toString(segment) AS segment, toString(toUnixTimestamp64Nano(time)) AS atNs,
            toString(value) AS value, is_integer AS isInteger, lower(hex(trace_id)) AS traceId, lower(hex(span_id)) AS spanId, attributes
     FROM telemetry_exemplars
     WHERE series_id IN (SELECT toUInt64(arrayJoin({series:Array(String)})))
       AND bucket >= toStartOfInterval(toDateTime(fromUnixTimestamp64Nano({fromNs:Int64}, 'UTC'), 'UTC'), INTERVAL 2 HOUR) AND bucket <= fromUnixTimestamp64Nano({toNs:Int64}, 'UTC')
       AND toUnixTimestamp64Nano(point_time) IN (SELECT toInt64(arrayJoin({times:Array(String)})))
     ORDER BY point_time, series_id, time, telemetry_exemplars.value LIMIT {most:UInt32}`,
    {
      series: [...new Set(page.map((row) => row.seriesId))],
      times: [...new Set(page.map((row) => row.timeNs))],
      fromNs: page[0]!.timeNs,
      toNs: page.at(-1)!.timeNs,
      most: page.length * otlpLimits.exemplarsPerPoint,
    },
  );
  const byPlace = Map.groupBy(rows, placeOf);
  const firstOf = new Map(page.toReversed().map((row) => [placeOf(row), row]));
  return (row) => (firstOf.get(placeOf(row)) === row ? (byPlace.get(placeOf(row)) ?? []).map(exemplarOf) : []);
};

const placeOf = (row: Place): string => `${row.seriesId} ${row.timeNs} ${row.segment}`;

const exemplarOf = (row: ExemplarRow): MetricPoint['exemplars'][number] => ({
  at: instantNs(BigInt(row.atNs)),
  measured: measuredOf(row),
  traceId: idOrNull(row.traceId),
  spanId: idOrNull(row.spanId),
  filteredAttributes: valuesOf(row.attributes),
});
