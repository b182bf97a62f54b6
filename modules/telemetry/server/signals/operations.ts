import type { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../../../platform/http/paging.ts';
import type { listOperations, listVersions, Operation, VersionFigures } from '../../contract.ts';
import { telemetryLimits } from '../../contract.ts';
import type { ReadRange } from '../../domain/read-range.ts';
import { planOf } from '../../domain/rollup-pieces.ts';
import { existingRequests, ratesOver } from './existence.ts';
import { figureColumns, requestRows, type FigureRow } from './request-figures.ts';
import { instantOf, instantOfNs, readRange, requireService, sourcesNow, type Reads } from './reads.ts';
import { quantileOf } from './service-signals.ts';

type Answer<Item> = { from: string; to: string; items: Item[]; next: string | null };

/** Operations of a service; those that took the most of its time first. A service's operations are bounded at ingest. */
export const serviceOperations = async (
  reads: Reads,
  service: string,
  query: z.output<typeof listOperations.query>,
): Promise<Answer<Operation>> => {
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor, 2).map(String);
  const plan = planOf(readRange(reads, query), null, sourcesNow(reads, true));
  const filter = { service, environment: query.environment, version: query.version };
  const rows = requestRows(plan.pieces, filter, ['operation', 'kind']);
  const rates = ratesOver(reads, existingRequests(filter, ['operation', 'kind']), plan.range);
  const read = reads.engine.read<FigureRow & { operation: string; kind: string; time: number }>(
    `-- Figures of each operation of one service, the ones it spends most of its time in first.
     SELECT operation, kind, ${figureColumns}, toFloat64(sum(nanoseconds)) AS time
     FROM (${rows.sql})
     GROUP BY operation, kind HAVING requests > 0 ORDER BY time DESC, operation, kind LIMIT {most:UInt32}
     SETTINGS do_not_merge_across_partitions_select_final = 1`,
    { ...rows.params, most: telemetryLimits.operations },
  );
  const [found, rateOf] = await Promise.all([read, rates]);
  if (found.length === 0) await requireService(reads, service);
  const whole = found.reduce((sum, row) => sum + row.time, 0);
  const items = found.map((row): Operation => ({
    operation: row.operation,
    kind: row.kind,
    ...figuresOf(row, rateOf(Number(row.requests), [row.operation, row.kind])),
    p90Ms: quantileOf(row, 0.9),
    timeShare: whole > 0 ? row.time / whole : null,
  }));
  const start =
    after === null ? 0 : items.findIndex((item) => item.operation === after[0] && item.kind === after[1]) + 1;
  const page = items.slice(start, start + query.limit);
  const last = page.at(-1);
  return {
    ...bounds(plan.range),
    items: page,
    next: last && start + page.length < items.length ? encodeCursor([last.operation, last.kind]) : null,
  };
};

/** Versions that served in the range, the one that began last first. */
export const serviceVersions = async (
  reads: Reads,
  service: string,
  query: z.output<typeof listVersions.query>,
): Promise<Omit<Answer<VersionFigures>, 'next'>> => {
  const plan = planOf(readRange(reads, query), null, sourcesNow(reads, true));
  const filter = { service, environment: query.environment };
  const rows = requestRows(plan.pieces, filter, ['version', 'environment']);
  const rates = ratesOver(reads, existingRequests(filter, ['version', 'environment']), plan.range);
  const read = reads.engine.read<FigureRow & { version: string; environment: string; first: number; last: number }>(
    `-- Figures of each version of one service, the newest first.
     SELECT version, environment, ${figureColumns}, min(second) AS first, max(second) AS last
     FROM (${rows.sql})
     GROUP BY version, environment HAVING requests > 0 ORDER BY first DESC, last DESC, version LIMIT {most:UInt32}
     SETTINGS do_not_merge_across_partitions_select_final = 1`,
    { ...rows.params, most: query.limit },
  );
  const [found, rateOf] = await Promise.all([read, rates]);
  if (found.length === 0) await requireService(reads, service);
  const items = found.map((row) => ({
    version: row.version,
    environment: row.environment,
    ...figuresOf(row, rateOf(Number(row.requests), [row.version, row.environment])),
    firstSeen: instantOf(row.first),
    lastSeen: instantOf(row.last),
  }));
  return { ...bounds(plan.range), items };
};

const figuresOf = (row: FigureRow, requestsPerSecond: number) => {
  const requests = Number(row.requests);
  const errors = Number(row.errors);
  return {
    requests,
    errors,
    requestsPerSecond,
    errorRatio: requests > 0 ? errors / requests : null,
    p50Ms: quantileOf(row, 0.5),
    p99Ms: quantileOf(row, 0.99),
  };
};

const bounds = (range: ReadRange): { from: string; to: string } => ({
  from: instantOfNs(range.fromNs),
  to: instantOfNs(range.toNs),
});
