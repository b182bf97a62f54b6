import { quote } from '../../../../platform/clickhouse/quote.ts';
import type { Reads } from './reads.ts';
import { attributeSql, seriesFilterSql, type SeriesFilter } from './series-filter.ts';
import { valueOf } from './stored-values.ts';

/** Series of one metric, narrowed, and by which attributes they are told apart. */
export interface SeriesSelection {
  readonly metric: string;
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
  readonly where: readonly SeriesFilter[];
  /** Attributes (of the series or its resource), or `service`, `environment`, `version`. */
  readonly by: readonly string[];
}

export interface ChosenSeries {
  readonly id: string;
  readonly kind: 'gauge' | 'sum' | 'histogram' | 'exponential-histogram' | 'summary';
  readonly isDelta: boolean;
  readonly isMonotonic: boolean;
  /** Several series are folded into it: its points of one time are added. */
  readonly isFolded: boolean;
  /** Values of `by` as texts; '' where there is no such attribute. */
  readonly group: readonly string[];
}

/** Series of one selection; more are refused, because a judgement of some of them would be one of none. */
export const measuredSeriesMax = 2_000;
/** Selections of one statement. */
const selectionsMax = 40;
/** A new series is seen after this at the latest. */
const keptMs = 30_000;
const keptMax = 20_000;
const bounded = { timeoutMs: 20_000, lane: 'background' } as const;

interface Row {
  readonly selection: number;
  readonly id: string;
  readonly kind: ChosenSeries['kind'];
  readonly isDelta: number;
  readonly isMonotonic: number;
  readonly isFolded: number;
  readonly group: readonly string[];
}

/** Looks up series by selection and remembers them for a while, because many measures ask for the same again and again. */
export const createSeriesLookUp = (reads: Reads) => {
  const kept = new Map<string, { readonly until: number; readonly series: readonly ChosenSeries[] }>();
  /** In the order of `of`; a selection of too many series is told as null. */
  return async (
    of: readonly SeriesSelection[],
    { from, to }: { readonly from: number; readonly to: number },
  ): Promise<(readonly ChosenSeries[] | null)[]> => {
    const days = `'${dayOf(from)}' AND '${dayOf(to)}'`;
    const now = reads.clock.now().epochMilliseconds;
    const keys = of.map((selection) => `${days} ${JSON.stringify(selection)}`);
    const missing = new Map<string, SeriesSelection>();
    for (const [index, key] of keys.entries()) {
      const known = kept.get(key);
      if (!known || known.until <= now || known.until > now + keptMs) missing.set(key, of[index]!);
    }
    if (kept.size + missing.size > keptMax) kept.clear();
    const asked = [...missing];
    const looked = new Map<string, readonly ChosenSeries[]>();
    for (let at = 0; at < asked.length; at += selectionsMax) {
      const part = asked.slice(at, at + selectionsMax);
      const sql = sqlOf(
        part.map(([, selection]) => selection),
        days,
      );
      const found = Map.groupBy(await reads.engine.read<Row>(sql, {}, bounded), (row) => row.selection);
      for (const [index, [key]] of part.entries()) looked.set(key, (found.get(index) ?? []).map(seriesOf));
    }
    // What has none yet is looked for again each time: whoever just sent it waits for it.
    for (const [key, series] of looked) if (series.length > 0) kept.set(key, { until: now + keptMs, series });
    return keys.map((key) => {
      const series = looked.get(key) ?? kept.get(key)?.series ?? [];
      return series.length > measuredSeriesMax ? null : series;
    });
  };
};

const dayOf = (second: number): string => new Date(second * 1_000).toISOString().slice(0, 10);

const seriesOf = (row: Row): ChosenSeries => ({
  id: row.id,
  kind: row.kind,
  isDelta: row.isDelta === 1,
  isMonotonic: row.isMonotonic === 1,
  isFolded: row.isFolded === 1,
  group: row.group.map(textOf),
});

const textOf = (json: string): string => {
  if (json === '') return '';
  const value = valueOf(json);
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const columns = ['service', 'environment', 'version'];

const sqlOf = (of: readonly SeriesSelection[], days: string): string => `-- Series of each selection.
  ${of.map((selection, index) => branchOf(selection, index, days)).join('\nUNION ALL\n')}
  SETTINGS prefer_column_name_to_alias = 1`;

const branchOf = (
  { metric, service, environment, where, by }: SeriesSelection,
  index: number,
  days: string,
): string => {
  const conditions = [
    `day BETWEEN ${days}`,
    `metric = ${quote(metric)}`,
    ...(service === undefined ? [] : [`service = ${quote(service)}`]),
    ...(environment === undefined ? [] : [`environment = ${quote(environment)}`]),
    ...where.map(seriesFilterSql),
  ];
  const group = by.map((key) => `any(${columns.includes(key) ? `toJSONString(toString(${key}))` : attributeSql(key)})`);
  return `SELECT toUInt32(${index}) AS selection, toString(series_id) AS id, toString(any(kind)) AS kind, toUInt8(any(temporality) = 'delta') AS isDelta,
    toUInt8(max(is_monotonic)) AS isMonotonic, toUInt8(max(is_folded)) AS isFolded, CAST([${group.join(', ')}], 'Array(String)') AS group
    FROM telemetry_series WHERE ${conditions.join(' AND ')} GROUP BY series_id LIMIT ${measuredSeriesMax + 1}`;
};
