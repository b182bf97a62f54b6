import { setTimeout as pause } from 'node:timers/promises';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { lastPartOf, type SegmentId } from './segment-id.ts';

/** The same id at every attempt: a cluster refuses a second query of an id that still runs, which is what is wanted. */
export const queryIdOf = (segment: SegmentId, table: string, day: string): string => `keep-${segment}-${table}-${day}`;

/**
 * Resolves when no insert of this segment runs any more. Without this, a count() could say 0 while an insert from before
 * the connection broke is about to place its part, and the rows would come twice. The embedded engine knows a query by
 * its log_comment, a server by its query_id.
 */
export const awaitOldQueries = async (
  clickhouse: ClickHouse,
  segment: SegmentId,
  cluster: string | null,
  patienceMs: number,
): Promise<void> => {
  const params = { first: segment.toString(), last: lastPartOf(segment).toString() };
  const until = performance.now() + patienceMs;
  const from =
    cluster === null ? 'system.processes' : `clusterAllReplicas('${cluster.replaceAll("'", "\\'")}', system.processes)`;
  for (;;) {
    const [row] = await clickhouse.query<{ running: number }>(
      `-- Inserts of this segment that still run.
       SELECT toUInt32(count()) AS running FROM ${from} WHERE ${isOfSegment}`,
      { params, lane: 'background' },
    );
    if (Number(row!.running) === 0) return;
    if (performance.now() > until) throw new Error(`an insert of segment ${segment} still runs after ${patienceMs} ms`);
    await clickhouse.command(
      `-- What they would bring is brought by the next attempt.
       KILL QUERY ${cluster === null ? '' : `ON CLUSTER '${cluster.replaceAll("'", "\\'")}'`} WHERE ${isOfSegment} ASYNC`,
      { params, lane: 'background' },
    );
    await pause(100);
  }
};

const idFrom = (text: string): string => `toUInt64OrZero(extract(${text}, '^keep-([0-9]+)-'))`;
const isOfSegment = `(${idFrom('query_id')} BETWEEN {first:UInt64} AND {last:UInt64} OR ${idFrom("Settings['log_comment']")} BETWEEN {first:UInt64} AND {last:UInt64})`;
