import type { z } from 'zod';
import { Refusal } from '../../../../kernel/problem.ts';
import { decodeCursor, encodeCursor } from '../../../../platform/http/paging.ts';
import { telemetryLimits, type listLogs, type LogRecord } from '../../contract.ts';
import { stepFor, type ReadRange } from '../../domain/read-range.ts';
import { originsOf, type Origin } from './origins.ts';
import { instantOf, instantOfNs, readRange, type Reads } from './reads.ts';
import { addAttributes, addEqual, addTime, addWords, type Where } from './span-filter.ts';
import { idOrNull, instantNs, valueOf, valuesOf } from './stored-values.ts';

type Query = z.output<typeof listLogs.query>;
export type LogFilter = Pick<Query, 'service' | 'environment' | 'q' | 'severity' | 'traceId' | 'spanId' | 'attribute'>;

export interface LogRow {
  readonly timeNs: string;
  readonly timeSource: LogRecord['atSource'];
  readonly tie: string;
  readonly observedNs: string;
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly eventName: string;
  readonly bodyKind: LogRecord['bodyType'];
  readonly body: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: number;
  readonly attributes: Record<string, string>;
  readonly droppedAttributes: number;
  readonly originId: string;
}

/** Bars of the histogram over the asked range. */
const bars = 60;

/** Records of the range that meet the filter, the newest first, with counts by severity, service and environment. */
export const searchLogs = async (reads: Reads, query: Query): Promise<z.input<typeof listLogs.answer>> => {
  const cursor = query.cursor === undefined ? null : readCursor(query.cursor);
  const range = cursor ?? (await rangeOfTrace(reads, query)) ?? readRange(reads, query);
  const [rows, counts] = await Promise.all([
    newestRows(reads, query, range, cursor),
    query.facets ? countsOf(reads, query, range) : null,
  ]);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const next =
    last && rows.length > page.length
      ? encodeCursor([range.fromNs.toString(), range.toNs.toString(), last.timeNs, last.tie])
      : null;
  return {
    from: instantOfNs(range.fromNs),
    to: instantOfNs(range.toNs),
    items: await recordsOf(reads, page),
    next,
    facets: counts?.facets ?? null,
    histogram: counts?.histogram ?? null,
  };
};

/** Where a trace is named and no time, the time of its records: who has only an id from a page or a mail knows no range. */
const rangeOfTrace = async (reads: Reads, { traceId, from, to }: Query): Promise<ReadRange | null> => {
  if (traceId === undefined || from !== undefined || to !== undefined) return null;
  const [row] = await reads.engine.read<{ records: string; first: string; last: string }>(
    `-- When the records of one trace were; the bloom filter of the ids keeps this from reading every day.
     SELECT toString(count()) AS records, toString(toUnixTimestamp64Nano(min(time))) AS first, toString(toUnixTimestamp64Nano(max(time))) AS last
     FROM telemetry_logs PREWHERE trace_id = toFixedString(unhex({id:String}), 16)`,
    { id: traceId },
  );
  if (row === undefined || row.records === '0') return null;
  return { fromNs: BigInt(row.first), toNs: BigInt(row.last) + 1n };
};

interface Cursor extends ReadRange {
  readonly timeNs: string;
  readonly tie: string;
}

const readCursor = (text: string): Cursor => {
  const parts = decodeCursor(text, 4).map(String);
  if (!parts.every((part) => /^\d{1,20}$/u.test(part))) {
    throw new Refusal({
      status: 400,
      code: 'http.bad-cursor',
      title: 'This cursor is not one of ours',
      errors: [{ path: 'query.cursor', message: 'not a cursor of this list' }],
    });
  }
  const [fromNs, toNs, timeNs, tie] = parts as [string, string, string, string];
  return { fromNs: BigInt(fromNs), toNs: BigInt(toNs), timeNs, tie };
};

/** Tells rows of one nanosecond apart, the same at every read. */
const tie =
  'cityHash64(service, environment, severity_number, event_name, body, trace_id, span_id, toString(attributes), origin_id, segment)';

export const logColumns = `toString(toUnixTimestamp64Nano(time)) AS timeNs, time_source AS timeSource, toString(${tie}) AS tie, toString(toUnixTimestamp64Nano(observed_at)) AS observedNs, service, environment, version,
  severity_number AS severityNumber, severity_text AS severityText, event_name AS eventName, body_kind AS bodyKind, body, lower(hex(trace_id)) AS traceId,
  lower(hex(span_id)) AS spanId, flags, attributes, dropped_attributes AS droppedAttributes, toString(origin_id) AS originId`;

const firstWindowNs = 300_000_000_000n;

/** The newest rows: a window that ends with the range grows until the page is full. */
const newestRows = async (reads: Reads, query: Query, range: ReadRange, cursor: Cursor | null): Promise<LogRow[]> => {
  const toNs = cursor ? BigInt(cursor.timeNs) + 1n : range.toNs;
  for (let window = firstWindowNs; ; window *= 8n) {
    const fromNs = toNs - window > range.fromNs ? toNs - window : range.fromNs;
    const where = whereOfLogs(query, { fromNs, toNs });
    if (cursor) {
      Object.assign(where.params, { cursorNs: cursor.timeNs, cursorTie: cursor.tie });
      where.conditions.push(`(toUnixTimestamp64Nano(time), ${tie}) < ({cursorNs:Int64}, {cursorTie:UInt64})`);
    }
    const rows = await reads.engine.read<LogRow>(
      `-- Log records that meet the filter, the newest first.
       SELECT ${logColumns} FROM telemetry_logs WHERE ${where.conditions.join(' AND ')}
       ORDER BY time DESC, ${tie} DESC LIMIT {limit:UInt32}`,
      { ...where.params, limit: query.limit + 1 },
    );
    if (rows.length > query.limit || fromNs === range.fromNs) return rows;
  }
};

/** Least severity number of each name: https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const severityFrom = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 } as const;

/** The conditions of a filter; without a range for the live tail, which bounds the time itself. */
export const whereOfLogs = (filter: LogFilter, range: ReadRange | null): Where => {
  const where: Where = { conditions: [], params: {} };
  if (range) addTime(where, 'time', range);
  addEqual(where, 'service', filter.service);
  addEqual(where, 'environment', filter.environment);
  if (filter.severity !== undefined) {
    where.params['severity'] = severityFrom[filter.severity];
    where.conditions.push('severity_number >= {severity:UInt8}');
  }
  if (filter.traceId !== undefined) {
    where.params['traceId'] = filter.traceId;
    where.conditions.push('trace_id = toFixedString(unhex({traceId:String}), 16)');
  }
  if (filter.spanId !== undefined) {
    where.params['spanId'] = filter.spanId;
    where.conditions.push('span_id = toFixedString(unhex({spanId:String}), 8)');
  }
  addWords(where, filter.q, ['body', 'toString(event_name)']);
  addAttributes(where, filter.attribute);
  return where;
};

const severityName = `multiIf(severity_number = 0, 'unset', severity_number < 5, 'trace', severity_number < 9, 'debug', severity_number < 13, 'info', severity_number < 17, 'warn', severity_number < 21, 'error', 'fatal')`;

interface CountRow {
  readonly kind: 'severity' | 'service' | 'environment' | 'bar' | 'total';
  readonly value: string;
  readonly start: number;
  readonly count: string | number;
}

const countsOf = async (reads: Reads, query: Query, range: ReadRange) => {
  const where = whereOfLogs(query, range);
  const step = stepFor(range, bars);
  const rows = await reads.engine.read<CountRow>(
    `-- Records by severity, by service, by environment, by bar of the histogram, and all together, in one pass.
     SELECT multiIf(grouping(level, start) = 0, 'bar', grouping(level) = 0, 'severity', grouping(service) = 0, 'service', grouping(environment) = 0, 'environment', 'total') AS kind,
            multiIf(grouping(level) = 0, level, grouping(service) = 0, service, environment) AS value, start, count() AS count
     FROM (SELECT ${severityName} AS level, toString(service) AS service, toString(environment) AS environment,
                  toUInt32(intDiv(toUnixTimestamp(toDateTime(time, 'UTC')), {step:UInt32}) * {step:UInt32}) AS start
           FROM telemetry_logs WHERE ${where.conditions.join(' AND ')})
     GROUP BY GROUPING SETS ((level, start), (level), (service), (environment), ())
     ORDER BY kind, count DESC, value LIMIT {most:UInt32} BY kind`,
    { ...where.params, step, most: bars * 8 },
  );
  const facet = (kind: CountRow['kind']) =>
    rows
      .filter((row) => row.kind === kind && Number(row.count) > 0)
      .slice(0, telemetryLimits.facetValues)
      .map((row) => ({ value: row.value, count: Number(row.count) }));
  const bar = rows
    .filter((row) => row.kind === 'bar')
    .sort((a, b) => a.start - b.start || (a.value < b.value ? -1 : 1));
  return {
    facets: {
      severity: facet('severity'),
      service: facet('service'),
      environment: facet('environment'),
      total: Number(rows.find((row) => row.kind === 'total')?.count ?? 0),
    },
    histogram: {
      stepSeconds: step,
      bars: bar.map((row) => ({ at: instantOf(row.start), severity: row.value, count: Number(row.count) })),
    },
  };
};

/** Rows as the contract's records, with the resource and scope they came from. */
export const recordsOf = async (reads: Reads, rows: readonly LogRow[]): Promise<LogRecord[]> => {
  if (rows.length === 0) return [];
  const originOf = await originsOf(
    reads,
    rows.map((row) => row.originId),
  );
  return rows.map((row) => recordOf(row, originOf(row.originId)));
};

const recordOf = (row: LogRow, origin: Origin): LogRecord => ({
  id: `${row.timeNs}-${row.tie}`,
  at: instantNs(BigInt(row.timeNs)),
  atSource: row.timeSource,
  observedAt: row.observedNs === '0' ? null : instantNs(BigInt(row.observedNs)),
  service: row.service,
  environment: row.environment,
  version: row.version,
  severityNumber: row.severityNumber,
  severity: severityOf(row.severityNumber),
  severityText: row.severityText,
  eventName: row.eventName,
  body: bodyOf(row),
  bodyType: row.bodyKind,
  traceId: idOrNull(row.traceId),
  spanId: idOrNull(row.spanId),
  flags: row.flags,
  attributes: valuesOf(row.attributes),
  ...origin,
  droppedAttributesCount: row.droppedAttributes,
});

const severityOf = (number: number): LogRecord['severity'] => {
  const found = Object.entries(severityFrom).findLast(([, from]) => number >= from);
  return found ? (found[0] as LogRecord['severity']) : 'unset';
};

const bodyOf = (row: LogRow): unknown =>
  row.bodyKind === 'none' ? null : row.bodyKind === 'string' ? row.body : valueOf(row.body);
