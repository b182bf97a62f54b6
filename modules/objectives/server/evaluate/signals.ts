import type { ClickHouse, QueryOptions } from '../../../../platform/clickhouse/clickhouse.ts';
import { slicePartsOfRatio } from '../../domain/method.ts';
import { planWindows, type CountsSources, type CountsTable, type Piece, type WindowPlan } from './window-plan.ts';

/** What was counted of one indicator in each window of a plan: the n-th of each is from the n-th edge to the plan's end. */
export interface WindowSums {
  readonly good: readonly number[];
  readonly bad: readonly number[];
  /** Minutes in which there was any event. */
  readonly minutes: readonly number[];
}

/** Who waits for it, and how long. */
export type ReadOptions = Pick<QueryOptions, 'lane' | 'timeoutMs' | 'memoryBytesMax' | 'signal'>;

/** A plan reads at most this many windows at once: the minutes that are told apart fit into one number. */
export const edgesPerReadMax = 16;

/** One thread: the sum of CPU is least, and who asks for pages keeps the other cores. Partitions share no key. */
const settings = 'SETTINGS max_threads = 1, do_not_merge_across_partitions_select_final = 1';

/** Few indicators are read because somebody waits: minutes and hours side by side (among 10,000 indicators 67 to 56 ms). */
const settingsOfFew = settings.replace('max_threads = 1', 'max_threads = 2');

/**
 * Sums of all windows of a plan, by indicator; who had no event is not in it. `indicators` null: of all. Counts are whole
 * and exact below 2^53. While the engine is away it throws the refusal `clickhouse.away`.
 */
export const readWindows = async (
  clickhouse: Pick<ClickHouse, 'query'>,
  plan: WindowPlan,
  indicators: readonly number[] | null,
  options: ReadOptions = {},
): Promise<Map<number, WindowSums>> => {
  if (plan.edges.length > edgesPerReadMax) throw new RangeError(`at most ${edgesPerReadMax} windows in one read`);
  if (plan.pieces.length === 0 || indicators?.length === 0) return new Map();
  const tables = [...Map.groupBy(plan.pieces, (piece) => piece.table)];
  const parts = tables.map(([table, pieces]) => stretchesOf(table, pieces, plan, indicators));
  const rows = await clickhouse.query<{ indicator: number; sums: [number, number, number, number, number][] }>(
    `-- Events of each indicator between the beginnings of the windows, from hours where they cover it, minutes and ten seconds at the ends.
     SELECT indicator, groupArray((edge, toFloat64(g), toFloat64(b), toFloat64(m), l)) AS sums
     FROM (${parts.join('\nUNION ALL\n')}) GROUP BY indicator ${settings}`,
    options,
  );
  const indexOf = new Map(plan.edges.map((edge, index) => [edge, index]));
  return new Map(rows.map((row) => [row.indicator, suffixSums(row.sums, indexOf)]));
};

/** How slices of time are counted. A plan of slices has edges and an end on multiples of their length. */
export interface SliceRule {
  readonly seconds: number;
  /** A slice is good from this share of good events on; null: each slice counts with its own ratio. */
  readonly targetPpm: number | null;
}

/** What one slice is in the sums: itself, or a billion parts where it counts with its ratio. */
export const sliceParts = ({ targetPpm }: SliceRule): number => (targetPpm === null ? slicePartsOfRatio : 1);

/** Indicators that are counted as one thing: a slice is bad when that of any of them is, and empty when all are. */
export interface SliceGroup {
  readonly group: number;
  readonly indicators: readonly number[];
}

/** The same by group, in slices of time instead of events; a slice without events is not counted at all. `minutes` are slices. */
export const readSlices = async (
  clickhouse: Pick<ClickHouse, 'query'>,
  plan: WindowPlan,
  groups: readonly SliceGroup[],
  rule: SliceRule,
  options: ReadOptions = {},
): Promise<Map<number, WindowSums>> => {
  if (plan.pieces.length === 0 || groups.length === 0) return new Map();
  const parts = sliceParts(rule);
  const rows = await clickhouse.query<{ indicator: number; sums: [number, number, number, number, number][] }>(
    `-- Good and bad slices of time of each indicator between the beginnings of the windows.
     SELECT indicator, groupArray((edge, counted * ${parts} - lost, lost, counted, toUInt32(0))) AS sums
     FROM (
       SELECT indicator, ${edgeOf('slice', plan)} AS edge, toFloat64(sum(missing)) AS lost, toFloat64(count()) AS counted
       FROM (${slicesOf(plan, groups, rule)}) GROUP BY indicator, edge
     ) GROUP BY indicator ${settings}`,
    options,
  );
  const indexOf = new Map(plan.edges.map((edge, index) => [edge, index]));
  return new Map(rows.map((row) => [row.indicator, suffixSums(row.sums, indexOf)]));
};

/** One row a slice and group: `indicator` (the group's number), `slice`, `missing` (its bad share in parts). */
export const slicesOf = (plan: Pick<WindowPlan, 'pieces'>, groups: readonly SliceGroup[], rule: SliceRule): string => {
  const members = [...new Set(groups.flatMap(({ indicators }) => indicators))];
  const source = [...Map.groupBy(plan.pieces, (piece) => piece.table)].map(
    ([table, pieces]) =>
      `SELECT indicator, bucket, good, bad FROM objectives_counts_${table} FINAL PREWHERE ${within(pieces)} AND ${among(members)}`,
  );
  const parts = sliceParts(rule);
  // As domain/method.ts counts one slice: good from the target on, or the bad share rounded to the nearest part.
  const missing =
    rule.targetPpm === null
      ? `intDiv(toUInt128(b) * ${2 * parts} + g + b, 2 * (g + b))`
      : `toUInt128(g) * 1000000 < toUInt128(g + b) * ${rule.targetPpm}`;
  const each = `SELECT indicator, slice, ${missing} AS missing FROM (
      SELECT indicator, intDiv(toUInt32(bucket), ${rule.seconds}) * ${rule.seconds} AS slice, sum(good) AS g, sum(bad) AS b
      FROM (${source.join(' UNION ALL ')}) GROUP BY indicator, slice HAVING g + b > 0
    )`;
  const pairs = groups.flatMap(({ group, indicators }) => indicators.map((indicator) => `(${indicator}, ${group})`));
  if (groups.every(({ group, indicators }) => indicators.length === 1 && indicators[0] === group)) return each;
  return `SELECT group AS indicator, slice, max(each.missing) AS missing FROM (${each}) AS each
    INNER JOIN (SELECT member, group FROM values('member UInt32, group UInt32', ${pairs.join(', ')})) AS pair ON pair.member = each.indicator
    GROUP BY group, slice`;
};

/** Good and bad of one stretch, by the edge at which it begins. */
export type StretchSums = ReadonlyMap<number, { readonly good: number; readonly bad: number }>;

/** What was counted between neighbouring edges of a plan with any number of them, by indicator or group: for charts. */
export const readStretches = async (
  clickhouse: Pick<ClickHouse, 'query'>,
  plan: WindowPlan,
  groups: readonly SliceGroup[],
  rule: SliceRule | null,
  options: ReadOptions = {},
): Promise<Map<number, StretchSums>> => {
  if (plan.pieces.length === 0 || groups.length === 0) return new Map();
  const rows = await clickhouse.query<{ indicator: number; sums: [number, number, number][] }>(
    `-- Good and bad of each indicator between neighbouring edges.
     SELECT indicator, groupArray((edge, toFloat64(g), toFloat64(b))) AS sums FROM (
       SELECT indicator, edge, sum(g) AS g, sum(b) AS b FROM (${rule === null ? eventsOf(plan, groups) : slicesBetween(plan, groups, rule)}) GROUP BY indicator, edge
     ) GROUP BY indicator ${settings}`,
    options,
  );
  return new Map(
    rows.map((row) => [row.indicator, new Map(row.sums.map(([edge, good, bad]) => [edge, { good, bad }] as const))]),
  );
};

/** Counts of stretches that do not overlap, told one row after the other; what several tables hold of a stretch comes in several rows. */
export interface AtomRows {
  /** `from`: start of the stretch. `loose`: minutes of it that were seen in part, a bit each. */
  each(
    tell: (indicator: number, from: number, good: number, bad: number, minutes: number, loose: number) => void,
  ): void;
}

/** At most this many minutes may be seen in part: their bits stand in one number. */
const looseMinutesMax = 32;

/** Counts of all indicators, or of the named ones, in each of these stretches: whole ten seconds, ascending, apart from each other. */
export const readAtoms = async (
  clickhouse: Pick<ClickHouse, 'queryBinary'>,
  atoms: readonly { readonly from: number; readonly to: number }[],
  sources: CountsSources,
  indicators: readonly number[] | null,
  options: ReadOptions = {},
): Promise<AtomRows> => {
  const plans = atoms.map(({ from, to }) => planWindows([from], to, sources));
  const looseMinutes = [...new Set(plans.flatMap((each) => each.looseMinutes))];
  if (looseMinutes.length > looseMinutesMax) throw new RangeError(`at most ${looseMinutesMax} minutes seen in part`);
  const plan = { edges: atoms.map(({ from }) => from), to: atoms.at(-1)!.to, pieces: [], looseMinutes };
  const pieces = plans.flatMap((each) => each.pieces);
  const parts = [...Map.groupBy(pieces, ({ table }) => table)].map(([table, of]) =>
    stretchesOf(table, of, plan, indicators),
  );
  const bytes = await clickhouse.queryBinary(
    `-- Events of each indicator in stretches that came to remembered windows, or left them.
     SELECT indicator, edge, toFloat64(g), toFloat64(b), toUInt32(m), toUInt32(l) FROM (${parts.join('\nUNION ALL\n')}) ${settings}`,
    options,
  );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    each: (tell) => {
      for (let at = 0; at < bytes.byteLength; at += atomBytes)
        tell(
          view.getUint32(at, true),
          view.getUint32(at + 4, true),
          view.getFloat64(at + 8, true),
          view.getFloat64(at + 16, true),
          view.getUint32(at + 24, true),
          view.getUint32(at + 28, true),
        );
    },
  };
};
/** Four UInt32 and two Float64. */
const atomBytes = 32;

/** Counts as they are kept, one bucket of any table after the other, in no order: for what looks at few indicators in many ways. */
export interface KeptBuckets {
  readonly indicator: Uint32Array;
  /** Start of the bucket, epoch seconds. */
  readonly start: Uint32Array;
  readonly good: Float64Array;
  readonly bad: Float64Array;
}

/**
 * All buckets of the pieces of a plan. A statement of a few hundred characters and numbers that are not parsed: cutting a month
 * at seven hundred edges in SQL took the engine longer to read than to answer.
 */
export const readBuckets = async (
  clickhouse: Pick<ClickHouse, 'queryBinary'>,
  pieces: readonly Piece[],
  indicators: readonly number[],
  options: ReadOptions = {},
): Promise<KeptBuckets> => {
  const parts = [...Map.groupBy(pieces, (piece) => piece.table)].map(
    ([table, of]) =>
      `SELECT indicator, toUInt32(bucket) AS start, toFloat64(good) AS g, toFloat64(bad) AS b
       FROM objectives_counts_${table} FINAL PREWHERE ${within(of)} AND ${among(indicators)}`,
  );
  const bytes =
    parts.length === 0 || indicators.length === 0
      ? new Uint8Array()
      : await clickhouse.queryBinary(
          `-- Counts of few indicators, bucket by bucket.\n${parts.join('\nUNION ALL\n')}\n${settingsOfFew}`,
          options,
        );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rows = bytes.byteLength / bucketBytes;
  const buckets = {
    indicator: new Uint32Array(rows),
    start: new Uint32Array(rows),
    good: new Float64Array(rows),
    bad: new Float64Array(rows),
  };
  for (let row = 0, at = 0; row < rows; row += 1, at += bucketBytes) {
    buckets.indicator[row] = view.getUint32(at, true);
    buckets.start[row] = view.getUint32(at + 4, true);
    buckets.good[row] = view.getFloat64(at + 8, true);
    buckets.bad[row] = view.getFloat64(at + 16, true);
  }
  return buckets;
};
/** Two UInt32 and two Float64. */
const bucketBytes = 24;

const eventsOf = (plan: WindowPlan, groups: readonly SliceGroup[]): string => {
  const indicators = [...new Set(groups.flatMap((group) => group.indicators))];
  return [...Map.groupBy(plan.pieces, (piece) => piece.table)]
    .map(
      ([table, pieces]) =>
        `SELECT indicator, ${edgeOf('toUInt32(bucket)', plan)} AS edge, sum(good) AS g, sum(bad) AS b FROM objectives_counts_${table} FINAL
         PREWHERE ${within(pieces)} AND ${among(indicators)} GROUP BY indicator, edge`,
    )
    .join(' UNION ALL ');
};

const slicesBetween = (plan: WindowPlan, groups: readonly SliceGroup[], rule: SliceRule): string =>
  `SELECT indicator, ${edgeOf('slice', plan)} AS edge, count() * ${sliceParts(rule)} - sum(missing) AS g, sum(missing) AS b
   FROM (${slicesOf(plan, groups, rule)}) GROUP BY indicator, edge`;

/**
 * End of the newest ten seconds (or minute) with any event, by indicator, epoch seconds; who never had one is not in it.
 * The hour tells where to look, so that it costs little however long ago it was.
 */
export const lastSeen = async (
  clickhouse: Pick<ClickHouse, 'query'>,
  indicators: readonly number[],
  at: { readonly to: number; readonly sources: CountsSources },
  options: ReadOptions = {},
): Promise<Map<number, number>> => {
  if (indicators.length === 0) return new Map();
  const until = `bucket < toDateTime(${at.to}, 'UTC') AND ${among(indicators)} AND good + bad > 0`;
  const rows = await clickhouse.query<{ indicator: number; last: number }>(
    `-- When each of these counted its last event: the hour first, then the minute in it, and ten seconds where they are kept.
     WITH hours AS (
       SELECT indicator AS i, toUnixTimestamp(max(bucket)) AS h FROM objectives_counts_hour WHERE ${until} GROUP BY i
     )
     SELECT indicator, if(max(fine) > 0, max(fine), max(coarse)) AS last FROM (
       SELECT i AS indicator, h + 60 AS coarse, 0 AS fine FROM hours
       UNION ALL
       SELECT indicator, toUnixTimestamp(max(bucket)) + 60 AS coarse, 0 AS fine FROM objectives_counts_minute
       WHERE ${until}
         AND (indicator, toUnixTimestamp(toStartOfHour(bucket))) IN (SELECT i, h FROM hours)
         AND bucket >= (SELECT toDateTime(min(h), 'UTC') FROM hours) GROUP BY indicator
       UNION ALL
       SELECT indicator, 0 AS coarse, toUnixTimestamp(max(bucket)) + 10 AS fine FROM objectives_counts_10s
       WHERE ${until} AND bucket >= toDateTime(${at.sources.tenSecondsFrom}, 'UTC') GROUP BY indicator
     ) GROUP BY indicator SETTINGS max_threads = 1`,
    options,
  );
  return new Map(rows.map((row) => [row.indicator, Number(row.last)]));
};

/** Sums of one table, cut at the beginnings of the windows. */
const stretchesOf = (
  table: CountsTable,
  pieces: readonly Piece[],
  plan: WindowPlan,
  indicators: readonly number[] | null,
): string => {
  const minutes = { hour: 'sum(minutes)', minute: 'countIf(good + bad > 0)', '10s': 'toUInt64(0)' }[table];
  const loose =
    table === '10s'
      ? `groupBitOr(bitShiftLeft(toUInt32(1), indexOf([${plan.looseMinutes.join(', ')}], intDiv(toUInt32(bucket), 60) * 60) - 1))`
      : 'toUInt32(0)';
  return `SELECT indicator, ${edgeOf('toUInt32(bucket)', plan)} AS edge, sum(good) AS g, sum(bad) AS b, ${minutes} AS m, ${loose} AS l
    FROM objectives_counts_${table} FINAL PREWHERE ${within(pieces)} ${indicators ? `AND ${among(indicators)}` : ''} GROUP BY indicator, edge`;
};

const edgeOf = (seconds: string, plan: Pick<WindowPlan, 'edges'>): string =>
  `toUInt32(roundDown(${seconds}, CAST([${plan.edges.join(', ')}], 'Array(UInt32)')))`;

/**
 * Stands in PREWHERE: with FINAL the engine would else bring every column of whole granules in order before it leaves most of
 * them aside (a chart among 10,000 indicators: 81 to 41 ms). Buckets and indicators are the key itself, so no row that wins is lost.
 */
const within = (pieces: readonly Piece[]): string =>
  `(${pieces.map(({ from, to }) => `(bucket >= toDateTime(${from}, 'UTC') AND bucket < toDateTime(${to}, 'UTC'))`).join(' OR ')})`;

const among = (indicators: readonly number[]): string => `indicator IN (${indicators.join(', ')})`;

/** From stretches between edges to windows: each window holds its own stretch and all later ones. */
const suffixSums = (
  stretches: readonly (readonly [number, number, number, number, number])[],
  indexOf: ReadonlyMap<number, number>,
): WindowSums => {
  const edges = indexOf.size;
  const good = Array<number>(edges).fill(0);
  const bad = Array<number>(edges).fill(0);
  const minutes = Array<number>(edges).fill(0);
  const loose = Array<number>(edges).fill(0);
  for (const [edge, ...sums] of stretches) {
    const index = indexOf.get(edge)!;
    good[index]! += sums[0];
    bad[index]! += sums[1];
    minutes[index]! += sums[2];
    loose[index] = loose[index]! | sums[3];
  }
  for (let index = edges - 2; index >= 0; index -= 1) {
    good[index]! += good[index + 1]!;
    bad[index]! += bad[index + 1]!;
    minutes[index]! += minutes[index + 1]!;
    loose[index] = loose[index]! | loose[index + 1]!;
  }
  return { good, bad, minutes: minutes.map((count, index) => count + bitsIn(loose[index]!)) };
};

const bitsIn = (mask: number): number => {
  let count = 0;
  for (let rest = mask >>> 0; rest !== 0; rest &= rest - 1) count += 1;
  return count;
};
