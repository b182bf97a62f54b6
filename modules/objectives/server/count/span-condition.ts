import type { AttributeFilter, BadSpan } from '../../domain/indicator.ts';
import { quote } from '../../../../platform/clickhouse/quote.ts';

/**
 * ClickHouse condition of a filter on a row that has `attributes` and `origin_id`: the row's own attribute where it has one,
 * else that of its resource. `!=` and `!~` are the opposites of `=` and `=~`, so they also hold where there is no such attribute.
 */
export const spanFilterSql = (filter: AttributeFilter): string => {
  const own = `mapContains(attributes, ${quote(filter.key)})`;
  const positive = (holds: (text: string) => string): string =>
    `((${own} AND ${holds(`attributes[${quote(filter.key)}]`)}) OR (NOT ${own} AND origin_id IN (SELECT origin_id FROM telemetry_origins WHERE mapContains(resource, ${quote(filter.key)}) AND ${holds(`resource[${quote(filter.key)}]`)})))`;
  return filterSql(filter, positive);
};

/** The same for a row that has both `attributes` and `resource`: a metric series. */
export const seriesFilterSql = (filter: AttributeFilter): string => {
  const key = quote(filter.key);
  return filterSql(
    filter,
    (holds) =>
      `((mapContains(attributes, ${key}) AND ${holds(`attributes[${key}]`)}) OR (NOT mapContains(attributes, ${key}) AND mapContains(resource, ${key}) AND ${holds(`resource[${key}]`)}))`,
  );
};

const opposites: Readonly<Record<string, '=' | '=~'>> = { '!=': '=', '!~': '=~' };

const filterSql = ({ op, value }: AttributeFilter, positive: (holds: (json: string) => string) => string): string => {
  const opposite = opposites[op];
  const holds = valueHolds(opposite ?? op, value);
  return opposite ? `NOT ${positive(holds)}` : positive(holds);
};

/** Values are stored as JSON: `"GET"`, `200`, `true`. */
const valueHolds =
  (op: AttributeFilter['op'], value: string) =>
  (json: string): string => {
    const text = `if(startsWith(${json}, '"'), JSONExtractString(${json}), ${json})`;
    const number = value.trim() === '' ? Number.NaN : Number(value);
    if (op === '=~') return `match(${text}, ${quote(`^(?:${value})$`)})`;
    if (op === '=') {
      const same = `${json} IN (${quote(JSON.stringify(value))}, ${quote(value)})`;
      return Number.isFinite(number) ? `(${same} OR toFloat64OrNull(${text}) = ${number})` : same;
    }
    if (!Number.isFinite(number)) return `${text} ${op} ${quote(value)}`;
    return `ifNull(toFloat64OrNull(${text}) ${op} ${number}, 0)`;
  };

/** Condition that a request is bad, over the columns `is_error`, `duration` (nanoseconds), `attributes` and `origin_id`. */
export const badSpanSql = (conditions: readonly BadSpan[]): string => {
  if (conditions.length === 0) return '0';
  const each = conditions.map((condition) => {
    if (condition.kind === 'error') return 'is_error';
    if (condition.kind === 'slower-than') return `duration > ${Math.round(condition.ms * 1e6)}`;
    return spanFilterSql(condition.filter);
  });
  return `(${each.join(' OR ')})`;
};
