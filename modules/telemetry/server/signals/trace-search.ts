import type { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../../../platform/http/paging.ts';
import { Refusal } from '../../../../kernel/problem.ts';
import type { listTraces, TraceSummary } from '../../contract.ts';
import type { ReadRange } from '../../domain/read-range.ts';
import { instantOfNs, readRange, type Reads } from './reads.ts';
import { addAttributes, addEqual, addTime, addWords, type Where } from './span-filter.ts';

type Query = z.output<typeof listTraces.query>;

/** A trace's best match, before its whole is known. Times in nanoseconds as text. */
interface Match {
  readonly traceId: string;
  readonly spanId: string;
  readonly service: string;
  readonly environment: string;
  readonly operation: string;
  readonly endedNs: string;
  readonly durationNs: string;
  readonly failed: number;
  readonly message: string;
  readonly newestNs: string;
  readonly longestNs: string;
}

/** Traces with a span that meets the filter: the newest first, or the slowest. */
export const searchTraces = async (reads: Reads, query: Query): Promise<z.input<typeof listTraces.answer>> => {
  const cursor = query.cursor === undefined ? null : readCursor(query.cursor);
  const range = readRange(reads, { from: query.from, to: query.to });
  const pinned = cursor ? { fromNs: cursor.fromNs, toNs: cursor.toNs } : range;
  const found =
    query.sort === 'slowest'
      ? await matches(reads, query, pinned, cursor)
      : await newestMatches(reads, query, pinned, cursor);
  const page = found.slice(0, query.limit);
  const last = page.at(-1);
  const next =
    last && found.length > page.length
      ? encodeCursor([
          pinned.fromNs.toString(),
          pinned.toNs.toString(),
          query.sort === 'slowest' ? last.longestNs : last.newestNs,
          last.traceId,
        ])
      : null;
  return { from: instantOfNs(pinned.fromNs), to: instantOfNs(pinned.toNs), items: await summaries(reads, page), next };
};

interface Cursor extends ReadRange {
  readonly key: string;
  readonly traceId: string;
}

const readCursor = (text: string): Cursor => {
  const parts = decodeCursor(text, 4).map(String);
  const [fromNs, toNs, key, traceId] = parts as [string, string, string, string];
  if (parts.slice(0, 3).every((part) => /^\d{1,19}$/u.test(part)) && /^[0-9a-f]{32}$/u.test(traceId))
    return { fromNs: BigInt(fromNs), toNs: BigInt(toNs), key, traceId };
  throw new Refusal({
    status: 400,
    code: 'http.bad-cursor',
    title: 'This cursor is not one of ours',
    errors: [{ path: 'query.cursor', message: 'not a cursor of this list' }],
  });
};

/** Five minutes at first, then four times as much: a busy hour is not read whole for the fifty newest of its traces. */
const firstWindowNs = 300_000_000_000n;

/**
 * The newest traces. A trace's newest match decides its place, so what is found in a window that ends with the range is
 * right for every trace whose newest match lies in it; the window grows until the page is full.
 */
const newestMatches = async (reads: Reads, query: Query, range: ReadRange, cursor: Cursor | null): Promise<Match[]> => {
  const reach = cursor ? range.toNs - BigInt(cursor.key) : 0n;
  for (let window = reach + firstWindowNs; ; window *= 4n) {
    const fromNs = range.toNs - window > range.fromNs ? range.toNs - window : range.fromNs;
    const found = await matches(reads, query, { fromNs, toNs: range.toNs }, cursor);
    if (found.length > query.limit || fromNs === range.fromNs) return found;
  }
};

const matches = async (reads: Reads, query: Query, range: ReadRange, cursor: Cursor | null): Promise<Match[]> => {
  const where = whereOf(query, range);
  const key = query.sort === 'slowest' ? 'longestNs' : 'newestNs';
  const having = cursor ? `HAVING (${key}, traceId) < ({key:Int64}, {traceId:String})` : '';
  return reads.engine.read<Match>(
    `-- Traces with a span that meets the filter, each with the longest such span.
     SELECT lower(hex(trace_id)) AS traceId, lower(hex(argMax(span_id, duration_ns))) AS spanId,
            toString(argMax(service, duration_ns)) AS service, toString(argMax(environment, duration_ns)) AS environment,
            toString(argMax(name, duration_ns)) AS operation, toString(toUnixTimestamp64Nano(argMax(ended_at, duration_ns))) AS endedNs,
            toString(max(duration_ns)) AS durationNs, max(is_error) AS failed, argMax(status_message, (is_error, duration_ns)) AS message,
            max(toUnixTimestamp64Nano(ended_at)) AS newestNs, max(duration_ns) AS longestNs
     FROM telemetry_spans
     WHERE ${where.conditions.join(' AND ')}
     GROUP BY trace_id ${having}
     ORDER BY ${key} DESC, traceId DESC LIMIT {limit:UInt32}
     SETTINGS prefer_column_name_to_alias = 1`,
    { ...where.params, limit: query.limit + 1, ...(cursor ? { key: cursor.key, traceId: cursor.traceId } : {}) },
  );
};

const whereOf = (query: Query, range: ReadRange): Where => {
  const where: Where = { conditions: [], params: {} };
  addTime(where, 'ended_at', range);
  addEqual(where, 'service', query.service);
  addEqual(where, 'environment', query.environment);
  addEqual(where, 'version', query.version);
  addEqual(where, 'name', query.operation);
  if (query.minDurationMs !== undefined) {
    where.params['shortest'] = Math.round(query.minDurationMs * 1e6);
    where.conditions.push('duration_ns >= {shortest:Int64}');
  }
  if (query.maxDurationMs !== undefined) {
    where.params['longest'] = Math.round(query.maxDurationMs * 1e6);
    where.conditions.push('duration_ns <= {longest:Int64}');
  }
  if (query.status !== undefined) where.conditions.push(query.status === 'error' ? 'is_error = 1' : 'is_error = 0');
  const traceId = /^[0-9a-f]{32}$/iu.exec(query.q?.trim() ?? '')?.[0];
  if (traceId) {
    where.params['wanted'] = traceId;
    where.conditions.push('trace_id = toFixedString(unhex({wanted:String}), 16)');
  } else addWords(where, query.q, ['toString(name)', 'status_message']);
  addAttributes(where, query.attribute);
  return where;
};

interface Whole {
  readonly traceId: string;
  readonly spans: string | number;
  readonly errors: string | number;
  readonly services: string[];
  readonly rooted: number;
  readonly rootService: string;
  readonly rootOperation: string;
  readonly rootNs: string;
}

/** Spans of one trace may end this long before or after the one that was found. */
const aroundNs = 300_000_000_000n;

const summaries = async (reads: Reads, page: readonly Match[]): Promise<TraceSummary[]> => {
  if (page.length === 0) return [];
  const ends = page.map((match) => BigInt(match.endedNs));
  const starts = page.map((match) => BigInt(match.endedNs) - BigInt(match.durationNs));
  const range = { fromNs: smallest(starts) - aroundNs, toNs: -smallest(ends.map((end) => -end)) + aroundNs };
  const where: Where = { conditions: [], params: { ids: page.map((match) => match.traceId) } };
  addTime(where, 'ended_at', { fromNs: range.fromNs < 0n ? 0n : range.fromNs, toNs: range.toNs });
  const found = await reads.engine.read<Whole>(
    `-- How large each trace of the page is, who took part, and where it began.
     SELECT lower(hex(trace_id)) AS traceId, count() AS spans, countIf(is_error = 1) AS errors, arraySort(groupUniqArray(50)(toString(service))) AS services,
            toUInt8(max(parent_span_id = toFixedString('', 8))) AS rooted, toString(argMaxIf(service, duration_ns, parent_span_id = toFixedString('', 8))) AS rootService,
            toString(argMaxIf(name, duration_ns, parent_span_id = toFixedString('', 8))) AS rootOperation,
            toString(maxIf(duration_ns, parent_span_id = toFixedString('', 8))) AS rootNs
     FROM telemetry_spans
     PREWHERE trace_id IN (SELECT toFixedString(unhex(arrayJoin({ids:Array(String)})), 16))
     WHERE ${where.conditions.join(' AND ')}
     GROUP BY trace_id SETTINGS prefer_column_name_to_alias = 1`,
    where.params,
  );
  const byId = new Map(found.map((row) => [row.traceId, row]));
  return page.map((match) => summaryOf(match, byId.get(match.traceId)));
};

const smallest = (values: readonly bigint[]): bigint =>
  values.reduce((least, value) => (value < least ? value : least));

const summaryOf = (match: Match, whole: Whole | undefined): TraceSummary => ({
  traceId: match.traceId,
  spanId: match.spanId,
  service: match.service,
  environment: match.environment,
  operation: match.operation,
  startedAt: instantOfNs(BigInt(match.endedNs) - BigInt(match.durationNs)),
  durationMs: Number(match.durationNs) / 1e6,
  status: match.failed === 1 ? 'error' : 'ok',
  statusMessage: match.message,
  root:
    whole?.rooted === 1
      ? { service: whole.rootService, operation: whole.rootOperation, durationMs: Number(whole.rootNs) / 1e6 }
      : null,
  spans: Number(whole?.spans ?? 1),
  errors: Number(whole?.errors ?? match.failed),
  services: whole?.services ?? [match.service],
});
