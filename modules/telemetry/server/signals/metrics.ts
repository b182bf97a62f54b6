import type { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../../../platform/http/paging.ts';
import { telemetryLimits, type listMetrics, type Metric } from '../../contract.ts';
import { readRange, type Reads } from './reads.ts';
import { valuesOf } from './stored-values.ts';

interface MetricRow {
  readonly name: string;
  readonly kind: string;
  readonly unit: string;
  readonly description: string;
  readonly temporality: Metric['temporality'];
  readonly monotonic: number;
  readonly series: string | number;
  readonly services: string[];
  readonly lastDay: string;
}

interface AttributeRow {
  readonly metric: string;
  readonly kind: string;
  readonly unit: string;
  readonly name: string;
  readonly stored: string[];
  readonly different: string | number;
}

/** Metrics that were sent on the days of the range, without one on any day that is kept, by name: kind, unit, which services, which attributes. */
export const knownMetrics = async (
  reads: Reads,
  query: z.output<typeof listMetrics.query>,
): Promise<z.input<typeof listMetrics.answer>> => {
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor, 3).map(String);
  const params: Record<string, string | number | readonly string[]> = { limit: query.limit + 1 };
  const where = ['1'];
  if (query.from !== undefined || query.to !== undefined) {
    const range = readRange(reads, query);
    params['firstDay'] = new Date(Number(range.fromNs / 1_000_000n)).toISOString().slice(0, 10);
    params['lastDay'] = new Date(Number((range.toNs - 1n) / 1_000_000n)).toISOString().slice(0, 10);
    where.push('day BETWEEN {firstDay:Date} AND {lastDay:Date}');
  }
  if (query.service !== undefined) {
    params['service'] = query.service;
    where.push('service = {service:String}');
  }
  if (query.q !== undefined) {
    params['q'] = query.q;
    where.push(
      '(positionCaseInsensitiveUTF8(metric, {q:String}) > 0 OR positionCaseInsensitiveUTF8(description, {q:String}) > 0)',
    );
  }
  if (after) Object.assign(params, { name: after[0], kind: after[1], unit: after[2] });
  const rows = await reads.engine.read<MetricRow>(
    `-- Metrics by name, kind and unit.
     SELECT toString(metric) AS name, toString(kind) AS kind, toString(unit) AS unit, anyLast(description) AS description, anyLast(temporality) AS temporality,
            max(is_monotonic) AS monotonic, uniqExact(series_id) AS series, arraySort(groupUniqArray(50)(toString(service))) AS services, toString(max(day)) AS lastDay
     FROM telemetry_series WHERE ${where.join(' AND ')}
     GROUP BY metric, kind, unit ${after ? 'HAVING (toString(metric), toString(kind), toString(unit)) > ({name:String}, {kind:String}, {unit:String})' : ''}
     ORDER BY toString(metric), toString(kind), toString(unit) LIMIT {limit:UInt32}
     SETTINGS prefer_column_name_to_alias = 1`,
    params,
  );
  const page = rows.slice(0, query.limit);
  const attributes = page.length === 0 ? [] : await attributesOf(reads, params, where, page);
  const last = page.at(-1);
  return {
    items: page.map((row) => metricOf(row, attributes)),
    next: last && rows.length > page.length ? encodeCursor([last.name, last.kind, last.unit]) : null,
  };
};

const attributesOf = (
  reads: Reads,
  params: Record<string, string | number | readonly string[]>,
  where: readonly string[],
  page: readonly MetricRow[],
): Promise<AttributeRow[]> =>
  reads.engine.read<AttributeRow>(
    `-- Attribute names of the metrics of a page, with some values of each.
     SELECT toString(metric) AS metric, toString(kind) AS kind, toString(unit) AS unit, pair.1 AS name, arraySort(groupUniqArray({values:UInt32})(pair.2)) AS stored, uniq(pair.2) AS different
     FROM (SELECT metric, kind, unit, arrayJoin(arrayZip(mapKeys(attributes), mapValues(attributes))) AS pair FROM telemetry_series WHERE ${where.join(' AND ')} AND metric IN {names:Array(String)})
     GROUP BY metric, kind, unit, name ORDER BY name LIMIT {most:UInt32} BY metric, kind, unit`.replace(
      '{values:UInt32}',
      String(telemetryLimits.metricAttributeValues),
    ),
    { ...params, names: [...new Set(page.map((row) => row.name))], most: telemetryLimits.metricAttributes },
  );

const metricOf = (row: MetricRow, attributes: readonly AttributeRow[]): Metric => ({
  name: row.name,
  kind: row.kind.replace('-', '_') as Metric['kind'],
  unit: row.unit,
  description: row.description,
  temporality: row.temporality,
  monotonic: row.monotonic === 1,
  series: Number(row.series),
  services: row.services,
  attributes: attributes
    .filter((each) => each.metric === row.name && each.kind === row.kind && each.unit === row.unit)
    .map((each) => ({
      name: each.name,
      values: Object.values(valuesOf(Object.fromEntries(each.stored.map((json, index) => [`v${index}`, json])))),
      more: Number(each.different) > each.stored.length,
    })),
  lastDay: row.lastDay,
});
