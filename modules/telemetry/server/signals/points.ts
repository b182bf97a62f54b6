import type { z } from 'zod';
import { Refusal } from '../../../../kernel/problem.ts';
import { decodeCursor, encodeCursor } from '../../../../platform/http/paging.ts';
import type { listMetricPoints, MetricPoint, MetricSeries } from '../../contract.ts';
import type { ReadRange } from '../../domain/read-range.ts';
import { exemplarsOf } from './point-exemplars.ts';
import { pointOf, rowsAfter, type After, type PointRow } from './point-rows.ts';
import { originsOf } from './origins.ts';
import { instantOfNs, readRange, type Reads } from './reads.ts';
import { addAttributes, addEqual, type Where } from './span-filter.ts';
import { valuesOf } from './stored-values.ts';

type Query = z.output<typeof listMetricPoints.query>;

/** Points of one metric in the order of their time, of all its series, with everything that was sent with them. */
export const metricPoints = async (
  reads: Reads,
  name: string,
  query: Query,
): Promise<z.input<typeof listMetricPoints.answer>> => {
  const cursor = query.cursor === undefined ? null : readCursor(query.cursor);
  const range = cursor?.range ?? readRange(reads, query);
  const where = seriesWhere(name, query, range);
  const rows = await rowsAfter(reads, where, range, cursor?.after ?? null, query.limit + 1);
  const page = rows.slice(0, query.limit);
  const [series, exemplars] =
    page.length === 0 ? [[], () => []] : await Promise.all([seriesOf(reads, where, page), exemplarsOf(reads, page)]);
  const places = new Map(series.map((each, index) => [each.id, index]));
  return {
    from: instantOfNs(range.fromNs),
    to: instantOfNs(range.toNs),
    series,
    items: page.map((row): MetricPoint => {
      const place = places.get(row.seriesId)!;
      return pointOf(row, place, series[place]!.kind, exemplars(row));
    }),
    next: rows.length > page.length ? nextCursor(range, page, cursor?.after ?? null) : null,
  };
};

const isAt = (row: PointRow, after: Pick<After, 'timeNs' | 'seriesId' | 'tie'>): boolean =>
  row.timeNs === after.timeNs && row.seriesId === after.seriesId && row.tie === after.tie;

const nextCursor = (range: ReadRange, page: readonly PointRow[], before: After | null): string => {
  const last = page.at(-1)!;
  const alike = page.filter((row) => isAt(row, last)).length + (before && isAt(last, before) ? before.shown : 0);
  return encodeCursor([
    range.fromNs.toString(),
    range.toNs.toString(),
    last.timeNs,
    last.seriesId,
    last.tie,
    String(alike),
  ]);
};

const readCursor = (text: string): { range: ReadRange; after: After } => {
  const parts = decodeCursor(text, 6).map(String);
  if (!parts.every((part) => /^\d{1,20}$/u.test(part))) {
    throw new Refusal({
      status: 400,
      code: 'http.bad-cursor',
      title: 'This cursor is not one of ours',
      errors: [{ path: 'query.cursor', message: 'not a cursor of this list' }],
    });
  }
  const [fromNs, toNs, timeNs, seriesId, tie, shown] = parts as [string, string, string, string, string, string];
  return {
    range: { fromNs: BigInt(fromNs), toNs: BigInt(toNs) },
    after: { timeNs, seriesId, tie, shown: Number(shown) },
  };
};

/** Which series are meant; they have a row for each day on which they had a point. */
const seriesWhere = (name: string, query: Query, range: ReadRange): Where => {
  const day = (ns: bigint): string => new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 10);
  const where: Where = {
    conditions: ['day BETWEEN {firstDay:Date} AND {lastDay:Date}', 'metric = {metric:String}'],
    params: { firstDay: day(range.fromNs), lastDay: day(range.toNs - 1n), metric: name },
  };
  addEqual(where, 'service', query.service);
  addEqual(where, 'environment', query.environment);
  if (query.kind !== undefined) {
    where.params['kind'] = query.kind.replace('_', '-');
    where.conditions.push('kind = {kind:String}');
  }
  addAttributes(where, query.attribute);
  return where;
};

interface SeriesRow {
  readonly id: string;
  readonly metric: string;
  readonly kind: string;
  readonly unit: string;
  readonly description: string;
  readonly temporality: MetricSeries['temporality'];
  readonly monotonic: number;
  readonly folded: number;
  readonly metadata: Record<string, string>;
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly attributes: Record<string, string>;
  readonly originId: string;
}

/** What the points of a page are points of, each once. */
const seriesOf = async (reads: Reads, where: Where, page: readonly PointRow[]): Promise<MetricSeries[]> => {
  const rows = await reads.engine.read<SeriesRow>(
    `-- Series of the points of a page; description and metadata are not part of what makes a series, so the newest are told.
     SELECT toString(series_id) AS id, any(metric) AS metric, any(kind) AS kind, any(unit) AS unit, argMax(description, day) AS description, any(temporality) AS temporality,
            any(is_monotonic) AS monotonic, max(is_folded) AS folded, argMax(metadata, day) AS metadata, any(service) AS service, any(environment) AS environment,
            any(version) AS version, any(attributes) AS attributes, toString(any(origin_id)) AS originId
     FROM telemetry_series WHERE ${where.conditions.join(' AND ')} AND series_id IN (SELECT toUInt64(arrayJoin({series:Array(String)})))
     GROUP BY series_id ORDER BY any(service), series_id
     SETTINGS prefer_column_name_to_alias = 1`,
    { ...where.params, series: [...new Set(page.map((row) => row.seriesId))] },
  );
  const originOf = await originsOf(
    reads,
    rows.map((row) => row.originId),
  );
  return rows.map((row): MetricSeries => ({
    id: row.id,
    name: row.metric,
    kind: row.kind.replace('-', '_') as MetricSeries['kind'],
    unit: row.unit,
    description: row.description,
    temporality: row.temporality,
    monotonic: row.monotonic === 1,
    metadata: valuesOf(row.metadata),
    service: row.service,
    environment: row.environment,
    version: row.version,
    attributes: valuesOf(row.attributes),
    folded: row.folded === 1,
    ...originOf(row.originId),
  }));
};
