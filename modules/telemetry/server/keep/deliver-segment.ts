import { readFile } from 'node:fs/promises';
import { Refusal } from '../../../../kernel/problem.ts';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { countSql, dayCondition, insertSql, segmentRange } from './delivery-sql.ts';
import { scanFrames, type FramePlace } from './frame.ts';
import type { KeepLimits } from './limits.ts';
import { awaitOldQueries, queryIdOf } from './old-queries.ts';
import type { Quarantine } from './quarantine.ts';
import { setDamageAside } from './recovery.ts';
import { logFile, type Segment } from './segment.ts';
import { partOf, segmentPartsMax, type SegmentId } from './segment-id.ts';
import type { Structures } from './structures.ts';

export interface DeliverOptions {
  readonly clickhouse: ClickHouse;
  readonly folder: string;
  readonly quarantine: Quarantine;
  readonly cluster: string | null;
  readonly structures: () => Structures;
  readonly limits: Pick<KeepLimits, 'insertMs' | 'oldQueryMs'>;
}

export interface Attempt {
  /** A former attempt may have got through: it failed without a clear answer, or the program was started anew. */
  readonly mayBeThere: boolean;
  /** ClickHouse has refused this segment many times while it took others: what it refuses now is set aside. */
  readonly last: boolean;
}

interface Part {
  readonly table: string;
  readonly day: string;
  readonly structure: string;
  readonly count: number;
  /** The rows of each frame. */
  readonly pieces: readonly { readonly count: number; readonly bytes: Buffer }[];
}

/**
 * Brings one segment into ClickHouse, each table and day exactly once.
 * Where a former attempt may have got through, its query is awaited and ClickHouse is asked before anything is inserted.
 * Throws what is worth another try; what never will be right is set aside in the quarantine and the rest goes on.
 */
export const deliverSegment = async (options: DeliverOptions, segment: Segment, attempt: Attempt): Promise<void> => {
  const frames = await readFrames(options, segment);
  if (attempt.mayBeThere)
    await awaitOldQueries(options.clickhouse, segment.id, options.cluster, options.limits.oldQueryMs);
  for (const part of await partsOf(options, segment, frames.bytes, frames.places)) {
    await deliverPart(options, segment, part, attempt);
  }
};

const readFrames = async (
  options: DeliverOptions,
  segment: Segment,
): Promise<{ bytes: Buffer; places: readonly FramePlace[] }> => {
  const whole = await readFile(logFile(options.folder, segment.name));
  const bytes = whole.subarray(0, segment.bytes);
  const scan = scanFrames(bytes, segment.seed);
  await setDamageAside(options.quarantine, segment.name, segment.id, bytes, scan);
  if (scan.frames.length < segment.frames && scan.damage.length === 0) {
    const from = bytes.byteLength - scan.tornBytes;
    await options.quarantine.put(
      {
        id: `${segment.name}-at-${from}`,
        segment: segment.id.toString(),
        reason: 'log-damaged',
        detail: `the log file ends after ${scan.frames.length} whole batches of ${segment.frames} that were acknowledged`,
        table: null,
        day: null,
        rows: null,
      },
      bytes.subarray(from),
    );
  }
  return { bytes, places: scan.frames };
};

const partsOf = async (
  options: DeliverOptions,
  segment: Segment,
  bytes: Buffer,
  places: readonly FramePlace[],
): Promise<Part[]> => {
  const parts = new Map<
    string,
    { table: string; day: string; count: number; pieces: { count: number; bytes: Buffer }[] }
  >();
  for (const place of places) {
    let at = place.payloadFrom;
    for (const { table, day, count, bytes: length } of place.meta.parts) {
      const key = `${table} ${day}`;
      const part = parts.get(key) ?? { table, day, count: 0, pieces: [] };
      part.count += count;
      part.pieces.push({ count, bytes: bytes.subarray(at, at + length) });
      parts.set(key, part);
      at += length;
    }
  }
  const known: Part[] = [];
  for (const part of parts.values()) {
    const structure = segment.structures[part.table] ?? options.structures().columns[part.table];
    if (structure) known.push({ ...part, structure });
    else
      await setAside(
        options,
        segment,
        { ...part, structure: '' },
        'unknown-table',
        `ClickHouse has no table ${part.table}`,
      );
  }
  return known;
};

const deliverPart = async (
  options: DeliverOptions,
  segment: Segment,
  part: Part,
  { mayBeThere, last }: Attempt,
): Promise<void> => {
  const replaces = options.structures().replacing.has(part.table);
  if (mayBeThere && !replaces) {
    const there = await rowsThere(options.clickhouse, part, segment.id);
    if (there.rows >= part.count) return;
    if (there.rows > 0 && there.fromParts < there.rows) {
      await setAside(
        options,
        segment,
        part,
        'delivered-in-part',
        `ClickHouse holds ${there.rows} of ${part.count} rows`,
      );
      return;
    }
    if (there.fromParts > 0) return deliverPieces(options, segment, part, last);
  }
  try {
    await insert(
      options,
      part,
      segment.id,
      part.pieces.map((piece) => piece.bytes),
    );
  } catch (error) {
    if (!neverParses(error, last)) throw error;
    await deliverPieces(options, segment, part, last, error);
  }
};

/** Something in the segment does not parse: each batch by itself, so that only the one that is wrong is set aside. */
const deliverPieces = async (
  options: DeliverOptions,
  segment: Segment,
  part: Part,
  last: boolean,
  reason?: unknown,
): Promise<void> => {
  const single = part.pieces.length === 1;
  const perId = Math.ceil(part.pieces.length / segmentPartsMax);
  for (let at = 0; at < part.pieces.length; at += perId) {
    const pieces = part.pieces.slice(at, at + perId);
    const piece: Part = { ...part, pieces, count: pieces.reduce((sum, { count }) => sum + count, 0) };
    const id = partOf(segment.id, at / perId);
    if ((await rowsThere(options.clickhouse, part, id, id)).rows > 0) continue;
    try {
      if (single && reason) throw reason;
      await insert(
        options,
        piece,
        id,
        pieces.map(({ bytes }) => bytes),
      );
    } catch (error) {
      if (!neverParses(error, last)) throw error;
      await setAside(
        options,
        segment,
        piece,
        'does-not-parse',
        `batch ${at + 1} of ${part.pieces.length}: ${firstLine(error)}`,
        at,
      );
    }
  }
};

const insert = (options: DeliverOptions, part: Part, id: SegmentId, pieces: readonly Buffer[]): Promise<void> =>
  options.clickhouse.insert({
    sql: insertSql(part.table, part.structure, id),
    format: 'RowBinary',
    body: pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces),
    queryId: queryIdOf(id, part.table, part.day),
    timeoutMs: options.limits.insertMs,
  });

const rowsThere = async (
  clickhouse: ClickHouse,
  part: Part,
  from: SegmentId,
  to?: SegmentId,
): Promise<{ rows: number; fromParts: number }> => {
  const range = to === undefined ? segmentRange(from) : { segment: from.toString(), last: to.toString() };
  const [row] = await clickhouse.query<{ rows: number; fromParts: number }>(
    countSql(part.table, dayCondition(part.table)),
    {
      params: { ...range, day: part.day },
      lane: 'background',
      timeoutMs: 60_000,
    },
  );
  return { rows: Number(row!.rows), fromParts: Number(row!.fromParts) };
};

const setAside = (
  options: DeliverOptions,
  segment: Segment,
  part: Part,
  reason: 'does-not-parse' | 'delivered-in-part' | 'unknown-table',
  detail: string,
  piece = 0,
): Promise<void> =>
  options.quarantine.put(
    {
      id: `${segment.name}-${part.table}-${part.day}-${piece}`,
      segment: segment.id.toString(),
      reason,
      detail,
      table: part.table,
      day: part.day,
      rows: part.count,
    },
    Buffer.concat(part.pieces.map(({ bytes }) => bytes)),
  );

/**
 * Errors that say the bytes themselves are wrong, by ClickHouse's numbers (src/Common/ErrorCodes.cpp): cannot parse (6, 26, 27,
 * 38, 41, 72), reads past the end or not all (32, 33), data out of bounds or of nonsense size (69, 117, 128, 131, 190, 691), and
 * rows of several days in one part (252 with "partitions"). Codes that a wrong schema or server could cause are left out:
 * those must be tried again, not thrown away.
 */
const parseCodes = new Set([6, 26, 27, 32, 33, 38, 41, 69, 72, 117, 128, 131, 190, 691]);

const neverParses = (error: unknown, lastTry: boolean): boolean => {
  const code = errorCode(error);
  if (code === null) return false;
  return lastTry || parseCodes.has(code) || (code === 252 && /partitions for single INSERT/i.test(String(error)));
};

/** ClickHouse's number of an error, or null where the error is not ClickHouse's: the connection broke, it is away. */
export const errorCode = (error: unknown): number | null => {
  if (error instanceof Refusal) return refusalCodes[error.problem.code] ?? null;
  const own = (error as { code?: unknown } | null)?.code;
  if (typeof own === 'number' || (typeof own === 'string' && /^\d+$/.test(own))) return Number(own);
  const match = /Code: (\d+)/.exec(String(error));
  return match ? Number(match[1]) : null;
};

/** What the ClickHouse client has put into words already; the rest of its refusals say that the engine is away or busy. */
const refusalCodes: Readonly<Record<string, number>> = { 'clickhouse.too-slow': 159, 'clickhouse.too-heavy': 241 };

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 500);
