import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { quote } from '../../../../platform/clickhouse/quote.ts';
import type { Indicator } from '../../domain/indicator.ts';
import type { Series } from '../../domain/series.ts';
import { badSpanSql, spanFilterSql } from '../count/span-condition.ts';

const options = { timeoutMs: 10_000, memoryBytesMax: 512 * 1024 * 1024 } as const;

/** Good and bad requests of an indicator by the minute, counted from the spans themselves: for one that nothing counts yet. */
export const minutesFromSpans = async (
  clickhouse: Pick<ClickHouse, 'query'>,
  { of, bad }: Extract<Indicator, { kind: 'spans' }>,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Series> => {
  const narrowed = [
    ...(of.environment === null ? [] : [`environment = ${quote(of.environment)}`]),
    ...(of.operation === null ? [] : [`name = ${quote(of.operation)}`]),
    ...of.attributes.map(spanFilterSql),
  ];
  const rows = await clickhouse.query<{ step: number; total: number; lost: number }>(
    `-- Requests that a promise which is being written would count, by the minute.
     SELECT step, toFloat64(count()) AS total, toFloat64(countIf(${badSpanSql(bad)})) AS lost FROM (
       SELECT toUInt32(intDiv(toUnixTimestamp64Nano(ended_at) - ${from}000000000, 60000000000)) AS step, environment, name, is_error, toUInt64(greatest(duration_ns, 0)) AS duration, attributes, origin_id
       FROM telemetry_spans
       WHERE is_request AND service = ${quote(of.service)} AND bucket >= toDateTime(${Math.floor(from / 300) * 300}, 'UTC') AND bucket < toDateTime(${to}, 'UTC')
         AND ended_at >= toDateTime64(${from}, 9, 'UTC') AND ended_at < toDateTime64(${to}, 9, 'UTC')
     )${narrowed.length === 0 ? '' : ` WHERE ${narrowed.join(' AND ')}`} GROUP BY step`,
    options,
  );
  const steps = Math.ceil((to - from) / 60);
  const series = { startsAt: from, stepSeconds: 60, good: new Float64Array(steps), bad: new Float64Array(steps) };
  for (const { step, total, lost } of rows) {
    series.good[step] = total - lost;
    series.bad[step] = lost;
  }
  return series;
};
