import { Refusal } from '../../../kernel/problem.ts';
import { repeatUntil, type EventStream } from './event-streams.ts';
import { logColumns, recordsOf, whereOfLogs, type LogFilter, type LogRow } from './signals/logs.ts';
import type { Reads } from './signals/reads.ts';

const pauseMs = 1_000;
/** Records that one look sends; of more the newest are sent and the rest counted. */
const recordsMax = 200;
/** A segment may be delivered this much after one that was begun later. */
const overlapMs = 20_000;
/** Records whose own time is older than this do not belong to a live view. */
const oldMs = 15 * 60_000;
/** Where the milliseconds stand in the id of a segment (keep/segment-id.ts). */
const segmentShift = 22n;

/**
 * Sends the records that arrive from now on and meet the filter. Arrival is told by the segment of the write-ahead log that
 * brought a record; looks overlap, and what was sent is not sent again.
 */
export const tailLogs = (reads: Reads, filter: LogFilter, stream: EventStream, log: (error: unknown) => void): void => {
  const began = reads.clock.now().epochMilliseconds;
  let sent = new Map<string, number>();
  void repeatUntil(
    stream.closed,
    pauseMs,
    async () => {
      const now = reads.clock.now().epochMilliseconds;
      const rows = await arrivedSince(reads, filter, Math.max(began, now - overlapMs), now);
      const fresh = rows.filter((row) => !sent.has(keyOf(row)));
      for (const row of fresh) sent.set(keyOf(row), now);
      sent = new Map([...sent].filter(([, at]) => at >= now - 2 * overlapMs));
      const records = await recordsOf(reads, fresh.slice(0, recordsMax));
      if (fresh.length > recordsMax) stream.send('skipped', { count: fresh.length - recordsMax });
      for (const record of records.toReversed()) stream.send('log', record);
    },
    (error) => {
      if (!(error instanceof Refusal)) log(error);
      stream.send('engine', {
        state: reads.engine.status().state,
        detail: error instanceof Refusal ? (error.problem.detail ?? error.problem.title) : 'The last look failed.',
      });
    },
  );
};

const keyOf = (row: LogRow): string => `${row.timeNs}-${row.tie}`;

/** The newest rows of segments that were begun since. */
const arrivedSince = (reads: Reads, filter: LogFilter, sinceMs: number, nowMs: number): Promise<LogRow[]> => {
  const where = whereOfLogs(filter, null);
  return reads.engine.read<LogRow>(
    `-- Log records that arrived lately, the newest first.
     SELECT ${logColumns} FROM telemetry_logs
     WHERE ${["bucket >= toStartOfFiveMinutes(toDateTime({oldest:UInt32}, 'UTC'))", 'segment >= {segment:UInt64}', ...where.conditions].join(' AND ')}
     ORDER BY time DESC LIMIT {most:UInt32}`,
    {
      ...where.params,
      oldest: Math.floor((nowMs - oldMs) / 1_000),
      segment: (BigInt(sinceMs) << segmentShift).toString(),
      most: recordsMax * 5,
    },
    { timeoutMs: 5_000 },
  );
};
