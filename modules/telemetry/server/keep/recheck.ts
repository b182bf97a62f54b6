import { readFile, writeFile } from 'node:fs/promises';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { dayCondition } from './delivery-sql.ts';
import type { Segment } from './segment.ts';
import { lastPartOf } from './segment-id.ts';

const segmentsPerQuery = 1_000;

/**
 * Delivered segments of which ClickHouse lacks rows: a power loss can take a part that ClickHouse had confirmed but the disk
 * did not hold yet. They are delivered again, with the usual question before each insert.
 */
export const missingSegments = async (
  clickhouse: ClickHouse,
  segments: readonly Segment[],
  replacing: ReadonlySet<string>,
): Promise<Segment[]> => {
  const missing = new Set<Segment>();
  const byPart = new Map<string, { table: string; day: string; segments: Segment[] }>();
  for (const segment of segments) {
    for (const { table, day } of segment.parts) {
      const part = byPart.get(`${table} ${day}`) ?? { table, day, segments: [] };
      part.segments.push(segment);
      byPart.set(`${table} ${day}`, part);
    }
  }
  for (const part of byPart.values()) {
    // Rows of a replacing table may stand under a later segment's number; to write them again is harmless and cheap.
    for (let at = 0; at < part.segments.length; at += segmentsPerQuery) {
      const some = part.segments.slice(at, at + segmentsPerQuery);
      const there = replacing.has(part.table)
        ? new Set<string>()
        : await segmentsThere(clickhouse, part.table, part.day, some);
      if (!replacing.has(part.table))
        for (const segment of some) if (!there.has(segment.id.toString())) missing.add(segment);
    }
  }
  return [...missing];
};

const segmentsThere = async (
  clickhouse: ClickHouse,
  table: string,
  day: string,
  segments: readonly Segment[],
): Promise<Set<string>> => {
  const ids = segments.map(({ id }) => id).sort((a, b) => (a < b ? -1 : 1));
  const rows = await clickhouse.query<{ whole: string }>(
    `-- Segments that have brought rows to a day; a part of a split segment counts for the whole.
     SELECT DISTINCT toString(bitAnd(segment, bitNot(toUInt64(4095)))) AS whole FROM ${table}
     WHERE ${dayCondition(table)} AND segment BETWEEN {first:UInt64} AND {last:UInt64}`,
    {
      lane: 'background',
      timeoutMs: 120_000,
      params: { day, first: ids[0]!.toString(), last: lastPartOf(ids.at(-1)!).toString() },
    },
  );
  return new Set(rows.map(({ whole }) => whole));
};

/** Whether the machine may have lost power since the last look, and how to say that it was looked after. */
export interface PowerLoss {
  readonly possible: boolean;
  lookedAfter(): Promise<void>;
}

/** Linux names each boot; elsewhere every start counts as one. */
export const powerLossSince = async (file: string): Promise<PowerLoss> => {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => null);
  const before = await readFile(file, 'utf8').catch(() => null);
  return {
    possible: boot === null || boot !== before,
    lookedAfter: async () => {
      if (boot !== null && boot !== before) await writeFile(file, boot);
    },
  };
};
