import { emptyPieces, piecesOf, type MeasureGrid, type SeriesPieces } from '../../domain/measure-grid.ts';
import type { ChosenSeries } from './measure-series.ts';
import type { Reads } from './reads.ts';

/** What is read of points: their values, or by how much they grew from point to point. */
export type PointsRead = 'levels' | 'growth' | 'distribution-counts' | 'distribution-means';

/**
 * How far back the point before the first one of a window is looked for. A counter that was silent for longer begins anew: its
 * growth meanwhile is not known by time.
 */
export const lookBackSeconds = 3_600;
const bounded = { timeoutMs: 20_000, lane: 'background' } as const;
/** Two numbers of four bytes and five of eight. */
const rowBytes = 48;

/** Series by id, each with what was seen of it in each piece of the grid; those of which nothing was are left out. */
export const readPoints = async (
  reads: Reads,
  series: readonly Pick<ChosenSeries, 'id' | 'isDelta' | 'isFolded'>[],
  grid: MeasureGrid,
  what: PointsRead,
): Promise<Map<string, SeriesPieces>> => {
  const found = new Map<string, SeriesPieces>();
  if (series.length === 0) return found;
  const unique = [...new Set(series.map(({ id }) => id))];
  const where = (holds: (each: (typeof series)[number]) => boolean): string[] => [
    ...new Set(series.filter(holds).map(({ id }) => id)),
  ];
  const read: Read = { ids: unique, delta: where((each) => each.isDelta), folded: where((each) => each.isFolded) };
  const pieces = piecesOf(grid);
  const sql = what === 'levels' ? levelsSql(read, pieces) : growthSql(read, pieces, what);
  const bytes = await reads.engine.readBinary(sql, {}, bounded);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < view.byteLength; at += rowBytes) {
    const id = unique[view.getUint32(at, true)]!;
    const piece = view.getUint32(at + 4, true);
    let seen = found.get(id);
    if (seen === undefined) found.set(id, (seen = emptyPieces(pieces.count)));
    for (const [index, name] of (['n', 'sum', 'min', 'max', 'last'] as const).entries())
      seen[name][piece] = view.getFloat64(at + 8 + index * 8, true);
  }
  return found;
};

interface Read {
  readonly ids: readonly string[];
  readonly delta: readonly string[];
  readonly folded: readonly string[];
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
}

const pieceSql = ({ from, seconds }: Stretch): string =>
  `toUInt32(intDiv(toUnixTimestamp64Nano(time) - ${from}000000000, ${seconds}000000000))`;

export const within = ({ from, to }: Stretch, back: number): string =>
  `bucket >= toStartOfInterval(toDateTime(${from - back}, 'UTC'), INTERVAL 2 HOUR) AND bucket < toDateTime(${to}, 'UTC') AND time >= toDateTime64(${from - back}, 9, 'UTC') AND time < toDateTime64(${to}, 9, 'UTC') AND bitAnd(flags, 1) = 0`;

/** Ids are numbers that the engine gave, written as they are: as parameters they would not fit into an address. */
const listSql = (ids: readonly string[]): string => `CAST([${ids.join(',')}], 'Array(UInt64)')`;
export const isOneOf = (ids: readonly string[]): string => (ids.length === 0 ? '0' : `series_id IN (${ids.join(',')})`);
/** Points of a series at one time are one: a folded series is the sum of what was folded into it, others are the same told twice. */
export const onePoint = (value: string, { folded }: Read): string =>
  folded.length === 0 ? `max(${value})` : `if(${isOneOf(folded)}, sum(${value}), max(${value}))`;

/** Which of the asked series it is: said of each piece, not of each point, because the list is looked through. */
const seriesSql = ({ ids }: Read): string => `toUInt32(indexOf(${listSql(ids)}, series_id) - 1) AS series`;

/**
 * Points in the order in which they are stored, so that of the same told twice one is kept (the greatest, should they differ) without
 * all of them in memory: three times as fast as grouping, and months of hundreds of series fit. What is folded has to be added up.
 */
const pointsOnce = (read: Read, stretch: Stretch): string => {
  const from = `FROM telemetry_samples WHERE ${isOneOf(read.ids)} AND ${within(stretch, 0)} AND NOT isNaN(value)`;
  return read.folded.length > 0
    ? `SELECT series_id, time, ${onePoint('value', read)} AS point ${from} GROUP BY series_id, time`
    : `SELECT series_id, time, value AS point ${from} ORDER BY bucket, series_id, time, value DESC LIMIT 1 BY bucket, series_id, time`;
};

const levelsSql = (read: Read, stretch: Stretch): string => `-- What was seen of each series in each piece of time.
  SELECT ${seriesSql(read)}, piece, n, total, least, most, newest
  FROM (
    SELECT series_id, ${pieceSql(stretch)} AS piece, toFloat64(count()) AS n, sum(point) AS total, min(point) AS least, max(point) AS most, argMax(point, time) AS newest
    FROM (${pointsOnce(read, stretch)}) GROUP BY series_id, piece
  )`;

/**
 * By how much a counter grew at a point: the value itself where temporality is delta; else over the point before, from 0 where it
 * began anew (its start moved on, or it fell). The growth of a first point is known only where it says that it began since then.
 */
const grown = (value: string): string =>
  `multiIf(is_delta OR has_before = 0, ${value}, began > began_before AND began_before > 0, ${value}, ${value} >= before_${value}, ${value} - before_${value}, ${value}) AS grown_${value}`;

const growthSql = (read: Read, stretch: Stretch, what: Exclude<PointsRead, 'levels'>): string => {
  const samples = what === 'growth';
  const columns = samples ? ['value'] : ['value', 'added'];
  const table = samples ? 'telemetry_samples' : 'telemetry_distributions';
  const point = samples
    ? `${onePoint('telemetry_samples.value', read)} AS value`
    : `toFloat64(${onePoint('telemetry_distributions.count', read)}) AS value, toFloat64(${onePoint('ifNull(telemetry_distributions.sum, 0)', read)}) AS added`;
  const finite = samples ? ' AND isFinite(telemetry_samples.value)' : '';
  const mean = what === 'distribution-means';
  return `-- By how much each series grew in each piece of time.
  SELECT ${seriesSql(read)}, piece, n, total, toFloat64(0) AS least, toFloat64(0) AS most, toFloat64(0) AS newest
  FROM (
  SELECT series_id, ${pieceSql(stretch)} AS piece,
    ${mean ? 'sum(grown_value)' : 'toFloat64(count())'} AS n, sum(${mean ? 'grown_added' : 'grown_value'}) AS total
  FROM (
    SELECT series_id, time, is_delta OR has_before = 1 OR began >= ${stretch.from - lookBackSeconds} AS known, ${columns.map(grown).join(', ')}
    FROM (
      SELECT *, lagInFrame(toUInt8(1), 1, toUInt8(0)) OVER w AS has_before, lagInFrame(began) OVER w AS began_before, ${columns.map((name) => `lagInFrame(${name}) OVER w AS before_${name}`).join(', ')}
      FROM (
        SELECT series_id, time, ${isOneOf(read.delta)} AS is_delta, ${point}, toUnixTimestamp(max(started_at)) AS began
        FROM ${table} WHERE ${isOneOf(read.ids)} AND ${within(stretch, lookBackSeconds)}${finite}
        GROUP BY series_id, time
      )
      WINDOW w AS (PARTITION BY series_id ORDER BY time ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
    )
  ) WHERE known AND time >= toDateTime64(${stretch.from}, 9, 'UTC')
  GROUP BY series_id, piece
  )`;
};
