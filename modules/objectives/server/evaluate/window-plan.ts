import type { Stretch } from '../../domain/method.ts';

/** Tables of counts, from the coarsest; `objectives_counts_<name>`. */
export type CountsTable = 'hour' | 'minute' | '10s';

/** A stretch of whole buckets of one table, epoch seconds, half-open. */
export interface Piece {
  readonly table: CountsTable;
  readonly from: number;
  readonly to: number;
}

/** Since when and until when each table may be read. Epoch seconds. */
export interface CountsSources {
  /** Ten-second counts are kept from here on, a whole minute. */
  readonly tenSecondsFrom: number;
  /** Minutes are surely computed before this, a whole minute. */
  readonly minutesUntil: number;
  /** Hours are surely computed before this, a whole hour. */
  readonly hoursUntil: number;
}

/**
 * Several windows that end together, read at once: their beginnings cut time into stretches, each stretch is read once from
 * the coarsest tables that cover it exactly, and a window is the sum of the stretches from its beginning on.
 */
export interface WindowPlan {
  /** Beginnings of the windows, ascending, without repeats. */
  readonly edges: readonly number[];
  readonly to: number;
  readonly pieces: readonly Piece[];
  /** Minutes that are read in part or from ten seconds, ascending: whether they hold data is told apart, so that none counts twice. */
  readonly looseMinutes: readonly number[];
}

/** Minutes and hours are computed after the ten seconds that they derive from: the youngest part is read from the finer table. */
const settledAfterSeconds = { minute: 120, hour: 900 } as const;
/** Telemetry keeps and corrects ten seconds for six hours; a minute of margin keeps a read clear of what goes just now. */
const tenSecondsKept = 6 * 3_600 - 60;
/** A longer window begins on a whole minute: ten seconds more or less are below a tenth of a percent of it. */
export const fineWindowSecondsMax = 2 * 3_600;

const unitSeconds = { hour: 3_600, minute: 60, '10s': 10 } as const;
const finer = { hour: 'minute', minute: '10s' } as const;

/** What may be read at `nowSeconds` of the clock. */
export const sourcesAt = (nowSeconds: number): CountsSources => ({
  tenSecondsFrom: floorTo(nowSeconds - tenSecondsKept, 60),
  minutesUntil: floorTo(nowSeconds - settledAfterSeconds.minute, 60),
  hoursUntil: floorTo(nowSeconds - settledAfterSeconds.hour, 3_600),
});

/**
 * Where windows end that are asked for at `atSeconds`: the end of the running ten seconds for the present; in the past the
 * last whole ten seconds, or the last whole minute where no ten seconds are kept any more.
 */
export const windowsEnd = (atSeconds: number, nowSeconds: number): number => {
  const running = Math.floor(nowSeconds / 10) * 10;
  if (atSeconds >= running) return running + 10;
  return floorTo(atSeconds, atSeconds >= sourcesAt(nowSeconds).tenSecondsFrom + 60 ? 10 : 60);
};

/** Beginning of a window that is counted: on ten seconds for short recent ones, else the whole minute in which it begins. */
export const windowEdge = (from: number, to: number, sources: CountsSources): number => {
  const fine = to - from <= fineWindowSecondsMax && from >= sources.tenSecondsFrom;
  return floorTo(from, fine ? 10 : 60);
};

/**
 * `froms` as `windowEdge` gives them, `to` as `windowsEnd` does. `excluded`: whole minutes that are not read at all, in order
 * and joined; hours that they touch are read by minutes.
 */
export const planWindows = (
  froms: Iterable<number>,
  to: number,
  sources: CountsSources,
  excluded: readonly Stretch[] = [],
): WindowPlan => {
  const edges = [...new Set(froms)].filter((edge) => edge < to).sort((a, b) => a - b);
  const pieces = edges.flatMap((edge, index) =>
    between(edge, edges[index + 1] ?? to, excluded).flatMap((part) => whole(part.from, part.to, 'hour', sources)),
  );
  const loose = new Set<number>();
  for (const { table, from, to: end } of pieces) {
    if (table !== '10s') continue;
    for (let minute = floorTo(from, 60); minute < end; minute += 60) loose.add(minute);
  }
  return { edges, to, pieces: joined(pieces), looseMinutes: [...loose].sort((a, b) => a - b) };
};

/** What is left of `[from, to)`. */
const between = (from: number, to: number, excluded: readonly Stretch[]): Stretch[] => {
  const left: Stretch[] = [];
  let at = from;
  for (const each of excluded) {
    if (each.to <= at) continue;
    if (each.from >= to) break;
    if (each.from > at) left.push({ from: at, to: each.from });
    at = each.to;
  }
  if (at < to) left.push({ from: at, to });
  return left;
};

/** Whole ten seconds `[from, to)`: the coarsest table in the middle, finer ones at the ends. */
const whole = (from: number, to: number, table: CountsTable, sources: CountsSources): Piece[] => {
  if (from >= to) return [];
  if (table === '10s') return [{ table, from, to }];
  const unit = unitSeconds[table];
  const start = Math.ceil(from / unit) * unit;
  const end = Math.min(floorTo(to, unit), table === 'hour' ? sources.hoursUntil : sources.minutesUntil);
  if (start >= end) return whole(from, to, finer[table], sources);
  return [
    ...whole(from, start, finer[table], sources),
    { table, from: start, to: end },
    ...whole(end, to, finer[table], sources),
  ];
};

/** By table, neighbours made one: few conditions in the statement. */
const joined = (pieces: readonly Piece[]): Piece[] => {
  const result: Piece[] = [];
  for (const piece of [...pieces].sort((a, b) => order[a.table] - order[b.table] || a.from - b.from)) {
    const last = result.at(-1);
    if (last && last.table === piece.table && last.to === piece.from)
      result[result.length - 1] = { ...last, to: piece.to };
    else result.push(piece);
  }
  return result;
};
const order: Readonly<Record<CountsTable, number>> = { hour: 0, minute: 1, '10s': 2 };

const floorTo = (seconds: number, unit: number): number => Math.floor(seconds / unit) * unit;
