import type { QueryOptions } from '../../../../platform/clickhouse/clickhouse.ts';
import { lengthSeconds, type ReadRange } from '../../domain/read-range.ts';
import { planOf, type Piece } from '../../domain/rollup-pieces.ts';
import { conditions, type By, type RequestFilter } from './request-figures.ts';
import { sourcesNow, type Reads } from './reads.ts';

type Params = NonNullable<QueryOptions['params']>;

/** Which counts are looked at, and the columns that tell apart what exists. */
export interface Existing {
  readonly table: 'operations' | 'services' | 'edges';
  readonly by: readonly string[];
  /** Conditions whose values stand in `params`. */
  readonly where: readonly string[];
  readonly params: Params;
  /** How far before the range is looked; what was silent for longer counts as new. */
  readonly lookBackDays: number;
}

/** A rate of a count of what `key` names (the values of `by`), over the part of the range in which it existed. */
export type RateOf = (count: number, key: readonly string[]) => number;

/** The finest that is counted; nothing is told to be younger, so that the first request is no spike. */
const grainSeconds = 10;

/**
 * Rates that divide by the time in which a thing existed: from the later of the range's begin and its first bucket to the
 * range's end, what lies in the future left out. Else a service that is five minutes old looks slow in an hour.
 */
export const ratesOver = async (reads: Reads, existing: Existing, range: ReadRange): Promise<RateOf> => {
  const first = await firstSeen(reads, existing, range);
  return (count, key) => rateSince(reads, range, count, first.get(keyOf(key)) ?? Number.POSITIVE_INFINITY);
};

/** The same for what is known to exist since that second. */
export const rateSince = (reads: Reads, range: ReadRange, count: number, since: number): number => {
  const from = Number(range.fromNs) / 1e9;
  const to = Math.min(Number(range.toNs) / 1e9, Math.max(from, reads.clock.now().epochMilliseconds / 1_000));
  const least = Math.min(grainSeconds, lengthSeconds(range));
  return count / Math.max(least, to - Math.max(from, Math.min(since, to)));
};

const keyOf = (values: readonly string[]): string => JSON.stringify(values);

const hourSeconds = 3_600;

/** Second of the first bucket of each thing; where that lies in the range, to ten seconds or, further back, a minute. */
const firstSeen = async (reads: Reads, existing: Existing, range: ReadRange): Promise<Map<string, number>> => {
  const back = BigInt(existing.lookBackDays) * 86_400n * 1_000_000_000n;
  const wide = { fromNs: range.fromNs > back ? range.fromNs - back : 0n, toNs: range.toNs };
  const sources = sourcesNow(reads, false);
  const { pieces } = planOf(wide, null, sources);
  const first = await read(reads, existing, pieces, []);
  const fromHour = hourOf(Number(range.fromNs / 1_000_000_000n));
  // Only what is new in the range is looked up once more, in the few hours in which it began.
  const hours = [...new Set([...first.values()].filter((second) => second >= fromHour).map(hourOf))];
  const finer = await Promise.all(
    (['10s', 'minute'] as const).map((table) => {
      const kept = hours.filter((hour) => hour >= sources.tenSecondsFrom === (table === '10s'));
      if (kept.length === 0) return new Map<string, number>();
      const piece: Piece = { table, from: Math.min(...kept), to: Math.max(...kept) + hourSeconds };
      return read(reads, existing, [piece], kept);
    }),
  );
  const found = ([key, second]: [string, number]): [string, number] => [
    key,
    second < fromHour ? second : Math.max(second, ...finer.map((each) => each.get(key) ?? 0)),
  ];
  return new Map([...first].map(found));
};

const hourOf = (second: number): number => Math.floor(second / hourSeconds) * hourSeconds;

const read = async (
  reads: Reads,
  { table, by, where, params }: Existing,
  pieces: readonly Piece[],
  hours: readonly number[],
): Promise<Map<string, number>> => {
  const given: Params = { ...params, ...(hours.length > 0 ? { hours } : {}) };
  const columns = by.map((name) => `toString(${name}) AS ${name}_`).join(', ');
  const groups = by.map((name) => `${name}_`).join(', ');
  const selects = pieces.flatMap((piece, index) => {
    if (piece.table === 'spans') return [];
    given[`from${index}`] = piece.from;
    given[`to${index}`] = piece.to;
    const conditions = [
      `bucket >= toDateTime({from${index}:UInt32}, 'UTC')`,
      `bucket < toDateTime({to${index}:UInt32}, 'UTC')`,
      ...leadingKey(table, piece.table, index),
      ...(hours.length > 0 ? ['toUnixTimestamp(toStartOfHour(bucket)) IN {hours:Array(UInt32)}'] : []),
      `${table === 'edges' ? 'calls' : 'requests'} > 0`,
      ...where,
    ];
    return [
      `SELECT ${columns}, toUInt32(min(bucket)) AS second FROM telemetry_${table}_${piece.table} WHERE ${conditions.join(' AND ')} GROUP BY ${groups}`,
    ];
  });
  if (selects.length === 0) return new Map();
  const rows = await reads.engine.read<Record<string, string> & { first: number }>(
    `-- The first bucket of each thing that was counted; rows that were replaced say the same, so nothing needs to be FINAL.
     SELECT ${groups}, min(second) AS first FROM (${selects.join('\nUNION ALL\n')}) GROUP BY ${groups}`,
    given,
  );
  return new Map(rows.map((row) => [keyOf(by.map((name) => row[`${name}_`]!)), row.first]));
};

/** The sort keys of the counts of requests begin with a coarser time, which the engine does not derive from the finer one. */
const leadingKey = (family: Existing['table'], level: 'hour' | 'minute' | '10s', index: number): string[] => {
  const start = family === 'edges' ? null : { hour: null, minute: 'toStartOfHour', '10s': 'toStartOfMinute' }[level];
  return start === null
    ? []
    : [
        `${start}(bucket) >= ${start}(toDateTime({from${index}:UInt32}, 'UTC'))`,
        `${start}(bucket) <= toDateTime({to${index}:UInt32}, 'UTC')`,
      ];
};

/** What requests tell: of a service, its operations, its versions. */
export const existingRequests = (filter: RequestFilter, by: readonly By[]): Existing => ({
  ...conditions(filter),
  table: filter.operation !== undefined || by.includes('operation') ? 'operations' : 'services',
  by,
  lookBackDays: requestsLookBackDays,
});

/** How far the counts of requests are looked through: one service's lie together, so all that may be asked for. */
export const requestsLookBackDays = 400;
/** Calls are ordered by time alone: a month is a read of every edge in it. */
export const callsLookBackDays = 30;
