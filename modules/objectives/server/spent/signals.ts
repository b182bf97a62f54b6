import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { quote } from '../../../../platform/clickhouse/quote.ts';
import type { Indicator } from '../../domain/indicator.ts';
import { badSpanSql, spanFilterSql } from '../count/span-condition.ts';

type SpanIndicator = Extract<Indicator, { kind: 'spans' }>;

/** Counts of one value of an attribute, and of its key as a whole. */
export interface AttributeRow {
  readonly key: string;
  /** As JSON: `"GET"`, `200`. */
  readonly value: string;
  readonly good: number;
  readonly bad: number;
  /** Different values of the key, and all their events. */
  readonly values: number;
  readonly keyGood: number;
  readonly keyBad: number;
}

/** Which spans are looked at, epoch seconds; `fives` are starts of five minutes, null all of them. */
export interface SpanStretch {
  readonly from: number;
  readonly to: number;
  readonly fives: readonly number[] | null;
}

const valuesPerKey = 20;
const rowsMax = 4_000;
const options = { timeoutMs: 10_000, memoryBytesMax: 768 * 1024 * 1024 } as const;

/**
 * Good and bad requests of an indicator by the values of their attributes (those of the spans and of their resources), the values
 * with the most bad ones first; `columns` adds operation, version and environment as keys of these names.
 */
export const readAttributes = async (
  clickhouse: Pick<ClickHouse, 'query'>,
  definition: SpanIndicator,
  stretch: SpanStretch,
  columns: boolean,
): Promise<AttributeRow[]> => {
  const own = columns
    ? `arrayConcat([(${quote(columnKeys.operation)}, toJSONString(toString(name))), (${quote(columnKeys.version)}, toJSONString(toString(version))), (${quote(columnKeys.environment)}, toJSONString(toString(environment)))], ${pairs('attributes')})`
    : pairs('attributes');
  const requests = requestsSql(definition, stretch);
  const bySpan = `SELECT pair.1 AS key, pair.2 AS value, toUInt64(count()) AS seen, countIf(failed) AS lost FROM (SELECT arrayJoin(${own}) AS pair, failed FROM (${requests})) GROUP BY key, value`;
  const byOrigin = `SELECT pair.1 AS key, pair.2 AS value, toUInt64(sum(seen)) AS seen, toUInt64(sum(lost)) AS lost FROM (
      SELECT arrayJoin(${pairs('resource')}) AS pair, seen, lost
      FROM (SELECT origin_id, count() AS seen, countIf(failed) AS lost FROM (${requests}) GROUP BY origin_id) AS spans
      INNER JOIN (SELECT origin_id, any(resource) AS resource FROM telemetry_origins GROUP BY origin_id) AS origins USING (origin_id)
    ) GROUP BY key, value`;
  const rows = await clickhouse.query<Record<keyof AttributeRow, string>>(
    `-- Requests of one indicator by the values of their attributes and of those of their resources.
     SELECT key, value, toFloat64(allLost) AS bad, toFloat64(allSeen - allLost) AS good, toFloat64(count() OVER each) AS values,
       toFloat64(sum(allLost) OVER each) AS keyBad, toFloat64(sum(allSeen - allLost) OVER each) AS keyGood
     FROM (SELECT key, value, sum(seen) AS allSeen, sum(lost) AS allLost FROM (${bySpan} UNION ALL ${byOrigin}) GROUP BY key, value)
     WINDOW each AS (PARTITION BY key)
     ORDER BY bad DESC, good DESC, key, value LIMIT ${valuesPerKey} BY key LIMIT ${rowsMax}`,
    options,
  );
  return rows.map(({ key, value, ...row }) => ({
    key,
    value,
    good: Number(row.good),
    bad: Number(row.bad),
    values: Number(row.values),
    keyGood: Number(row.keyGood),
    keyBad: Number(row.keyBad),
  }));
};

/** Keys under which the columns of a span stand; no attribute begins with a blank. */
export const columnKeys = { operation: ' operation', version: ' version', environment: ' environment' } as const;

const pairs = (map: string): string => `CAST(${map}, 'Array(Tuple(String, String))')`;

/** The requests that the indicator counts, each with whether it is bad, as counting decides it. */
const requestsSql = ({ of, bad }: SpanIndicator, { from, to, fives }: SpanStretch): string => {
  const narrowed = [
    ...(of.environment === null ? [] : [`environment = ${quote(of.environment)}`]),
    ...(of.operation === null ? [] : [`name = ${quote(of.operation)}`]),
    ...of.attributes.map(spanFilterSql),
  ];
  const when =
    fives === null
      ? `bucket >= toDateTime(${Math.floor(from / 300) * 300}, 'UTC') AND bucket < toDateTime(${to}, 'UTC')`
      : `bucket IN (${fives.join(', ')})`;
  return `SELECT name, version, environment, attributes, origin_id, ${badSpanSql(bad)} AS failed FROM (
      SELECT name, version, environment, is_error, toUInt64(greatest(duration_ns, 0)) AS duration, attributes, origin_id FROM telemetry_spans
      WHERE is_request AND service = ${quote(of.service)} AND ${when}
        AND ended_at >= toDateTime64(${from}, 9, 'UTC') AND ended_at < toDateTime64(${to}, 9, 'UTC')
    )${narrowed.length === 0 ? '' : ` WHERE ${narrowed.join(' AND ')}`}`;
};
