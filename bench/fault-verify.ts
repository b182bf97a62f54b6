import { join } from 'node:path';
import { createTalk, type Talk } from '../platform/clickhouse/client.ts';
import { socketIn } from '../platform/clickhouse/start.ts';
import { spansPerRequest, type SentLog } from './fault-senders.ts';

/** What is wrong between the senders' log, the spans and the counts; empty when all agree. */
export const wrongs = async (
  data: string,
  log: SentLog,
  { allowedLoss = 0, withObjectives = false } = {},
): Promise<string[]> => {
  const talk = createTalk({ socket: socketIn(join(data, 'clickhouse')) }, { embedded: true });
  try {
    return [
      ...(await wrongSpans(talk, log, allowedLoss)),
      ...(await wrongCounts(talk)),
      ...(withObjectives ? await wrongObjectives(talk) : []),
      ...(await wrongEdges(talk)),
    ];
  } finally {
    await talk.close();
  }
};

const wrongSpans = async (talk: Talk, log: SentLog, allowedLoss: number): Promise<string[]> => {
  const stored = new Map<string, { spans: number; distinct: number }>();
  for (let connection = 0; connection < 64; connection += 1) {
    const rows = await talk.query<{ number: number; spans: string; distinct: string }>(
      `-- Spans of each request of one connection, by the senders' span ids.
       SELECT toUInt32(reinterpretAsUInt32(reverse(unhex(substring(hex(span_id), 5, 8))))) AS number, count() AS spans, uniqExact(span_id) AS distinct
       FROM telemetry_spans WHERE startsWith(service, 'fault-') AND startsWith(hex(span_id), upper({connection:String})) GROUP BY number`,
      { params: { connection: (connection + 1).toString(16).padStart(4, '0') }, timeoutMs: 60_000 },
    );
    for (const { number, spans, distinct } of rows)
      stored.set(`${connection}/${number}`, { spans: Number(spans), distinct: Number(distinct) });
  }
  const found: string[] = [];
  let missing = 0;
  for (const id of log.acknowledged) {
    const there = stored.get(id);
    if (there === undefined) missing += 1;
    if (
      there === undefined
        ? missing > allowedLoss
        : there.spans !== spansPerRequest || there.distinct !== spansPerRequest
    )
      found.push(
        `acknowledged request ${id}: ${there?.spans ?? 0} spans, ${there?.distinct ?? 0} distinct, sent ${spansPerRequest}`,
      );
  }
  const known = new Set([...log.acknowledged, ...log.unknown]);
  for (const [id, { spans, distinct }] of stored) {
    if (!known.has(id)) found.push(`spans of a request that nobody sent: ${id}`);
    else if (spans !== distinct) found.push(`request ${id}: ${spans} spans, ${distinct} distinct`);
  }
  return found;
};

/** Every bucket of every rollup against the spans that it counts. */
const wrongCounts = async (talk: Talk): Promise<string[]> => {
  const found: string[] = [];
  for (const [level, start] of [
    ['10s', 'toStartOfInterval(ended_at, INTERVAL 10 SECOND)'],
    ['minute', 'toStartOfMinute(ended_at)'],
    ['hour', 'toStartOfHour(ended_at)'],
  ] as const) {
    for (const [table, key] of [
      ['operations', 'service, operation'],
      ['services', 'service'],
    ] as const) {
      const spanKey = key.replace('operation', 'name AS operation');
      const rows = await talk.query<Record<string, string>>(
        `-- Buckets whose counts are not those of the spans.
         SELECT * FROM (
           SELECT bucket, ${key}, sum(counted) AS counted, sum(failed) AS failed, sum(took) AS took, sum(spans) AS spans, sum(wrong) AS wrong, sum(spent) AS spent FROM (
             SELECT bucket, ${key}, requests AS counted, errors AS failed, duration_ns_sum AS took, 0 AS spans, 0 AS wrong, 0 AS spent FROM telemetry_${table}_${level} FINAL
             UNION ALL
             SELECT toDateTime(${start}) AS bucket, ${spanKey}, 0, 0, 0, 1, is_error, duration_ns FROM telemetry_spans WHERE is_request
           ) GROUP BY bucket, ${key}
         ) WHERE counted != spans OR failed != wrong OR took != spent LIMIT 20`,
        { timeoutMs: 120_000, memoryBytesMax: 2_000_000_000 },
      );
      for (const row of rows) found.push(`telemetry_${table}_${level}: ${JSON.stringify(row)}`);
    }
  }
  return found;
};

/** Counts of objectives, all indicators together (one a service), against the spans. */
const wrongObjectives = async (talk: Talk): Promise<string[]> => {
  const found: string[] = [];
  for (const [level, start] of [
    ['10s', 'toStartOfInterval(ended_at, INTERVAL 10 SECOND)'],
    ['minute', 'toStartOfMinute(ended_at)'],
    ['hour', 'toStartOfHour(ended_at)'],
  ] as const) {
    const rows = await talk.query<Record<string, string>>(
      `-- Buckets in which objectives counted otherwise than the spans say.
       SELECT * FROM (
         SELECT bucket, sum(good + bad) AS counted, sum(bad) AS failed, sum(spans) AS spans, sum(wrong) AS wrong FROM (
           SELECT bucket, good, bad, 0 AS spans, 0 AS wrong FROM objectives_counts_${level} FINAL
           UNION ALL
           SELECT toDateTime(${start}) AS bucket, 0, 0, 1, is_error FROM telemetry_spans WHERE is_request AND startsWith(service, 'fault-')
         ) GROUP BY bucket
       ) WHERE (counted != spans OR failed != wrong) LIMIT 20`,
      { timeoutMs: 120_000, memoryBytesMax: 2_000_000_000 },
    );
    for (const row of rows) found.push(`objectives_counts_${level}: ${JSON.stringify(row)}`);
  }
  return found;
};

/** Every call that a span tells of is in exactly one edge. */
const wrongEdges = async (talk: Talk): Promise<string[]> => {
  const found: string[] = [];
  const [spans] = await talk.query<{ calls: string; errors: string }>(
    "-- Calls by the spans of callers.\nSELECT count() AS calls, countIf(is_error) AS errors FROM telemetry_spans WHERE kind = 'client' AND startsWith(service, 'fault-')",
  );
  for (const level of ['10s', 'minute', 'hour']) {
    const [edges] = await talk.query<{ calls: string; errors: string }>(
      `-- Calls by edges.\nSELECT sum(calls) AS calls, sum(errors) AS errors FROM telemetry_edges_${level} FINAL WHERE startsWith(caller, 'fault-')`,
    );
    if (edges!.calls !== spans!.calls || edges!.errors !== spans!.errors)
      found.push(`telemetry_edges_${level}: ${JSON.stringify(edges)}, by spans ${JSON.stringify(spans)}`);
  }
  return found;
};
