import type { ReadRange } from './read-range.ts';

/**
 * From which tables a range is read so that its counts are exact: whole hours from the hour table, what is left at the
 * ends from minutes and ten seconds, and the last fraction of ten seconds from the spans themselves. Pure.
 */
export type Piece =
  | { readonly table: 'hour' | 'minute' | '10s'; readonly from: number; readonly to: number }
  /** Bounds in nanoseconds. */
  | { readonly table: 'spans'; readonly fromNs: bigint; readonly toNs: bigint };

/** Since when each source has everything, and until when it is surely up to date. Seconds since the epoch. */
export interface Sources {
  readonly now: number;
  /** Ten-second counts are kept from here on. */
  readonly tenSecondsFrom: number;
  /** Spans are kept from here on. */
  readonly spansFrom: number;
  /** Whether a fraction of ten seconds may be counted from spans; calls between services may not: their callee needs a join. */
  readonly fractions: boolean;
}

/** Minutes and hours are computed after ten seconds: the youngest part is read from the finer table. */
const settledAfterSeconds = { '10s': 0, minute: 120, hour: 900 } as const;
const unitSeconds = { '10s': 10, minute: 60, hour: 3_600 } as const;
const finer = { hour: 'minute', minute: '10s' } as const;
type Tier = keyof typeof unitSeconds;

export interface Plan {
  readonly pieces: readonly Piece[];
  /** What is really covered: wider than asked only where nothing finer is kept any more. */
  readonly range: ReadRange;
  /** The asked step, or the least larger one that the kept counts can give. */
  readonly stepSeconds: number;
}

/** `stepSeconds` null: only totals are wanted, so the coarsest tables may serve. */
export const planOf = (range: ReadRange, stepSeconds: number | null, sources: Sources): Plan => {
  const tenSecondsKept = Number(range.fromNs / second) >= sources.tenSecondsFrom;
  const step =
    stepSeconds === null || tenSecondsKept || stepSeconds % 60 === 0 ? stepSeconds : Math.ceil(stepSeconds / 60) * 60;
  const coarsest: Tier = step === null || step % 3_600 === 0 ? 'hour' : step % 60 === 0 ? 'minute' : '10s';
  const pieces = join(covered(range, coarsest, sources));
  return { pieces, range: hull(pieces, range), stepSeconds: step ?? 0 };
};

const second = 1_000_000_000n;

/** Pieces for a range with fractions of ten seconds at its ends. */
const covered = (range: ReadRange, coarsest: Tier, sources: Sources): Piece[] => {
  const first = ceilNs(range.fromNs, 10);
  const last = floorNs(range.toNs, 10);
  if (first > last) return fraction(range.fromNs, range.toNs, sources);
  return [
    ...fraction(range.fromNs, BigInt(first) * second, sources),
    ...whole(first, last, coarsest, sources),
    ...fraction(BigInt(last) * second, range.toNs, sources),
  ];
};

/** Less than ten seconds: the spans, or the whole bucket around it where the spans are gone. */
const fraction = (fromNs: bigint, toNs: bigint, sources: Sources): Piece[] => {
  if (fromNs >= toNs) return [];
  if (sources.fractions && Number(fromNs / second) >= sources.spansFrom) return [{ table: 'spans', fromNs, toNs }];
  return whole(floorNs(fromNs, 10), ceilNs(toNs, 10), '10s', sources);
};

/** Whole ten seconds `[from, to)`: the coarsest table in the middle, finer ones at the ends. */
const whole = (from: number, to: number, tier: Tier, sources: Sources): Piece[] => {
  if (from >= to) return [];
  const unit = unitSeconds[tier];
  if (tier === '10s') return tenSeconds(from, to, sources);
  const settled = Math.floor((sources.now - settledAfterSeconds[tier]) / unit) * unit;
  const start = Math.ceil(from / unit) * unit;
  const end = Math.min(Math.floor(to / unit) * unit, settled);
  if (start >= end) return whole(from, to, finer[tier], sources);
  return [
    ...whole(from, start, finer[tier], sources),
    { table: tier, from: start, to: end },
    ...whole(end, to, finer[tier], sources),
  ];
};

/** Where ten-second counts are gone, such an end is less than two minutes: from the spans, else the minutes around it. */
const tenSeconds = (from: number, to: number, sources: Sources): Piece[] => {
  if (from >= sources.tenSecondsFrom) return [{ table: '10s', from, to }];
  if (sources.fractions && to - from < 120 && from >= sources.spansFrom)
    return [{ table: 'spans', fromNs: BigInt(from) * second, toNs: BigInt(to) * second }];
  return [{ table: 'minute', from: Math.floor(from / 60) * 60, to: Math.ceil(to / 60) * 60 }];
};

/** Neighbouring pieces of one table become one; pieces that were widened over each other are cut, so nothing counts twice. */
const join = (pieces: readonly Piece[]): Piece[] => {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    const bounds = boundsOf(piece);
    if (last && boundsOf(last).toNs > bounds.fromNs) {
      const cut = withFrom(piece, boundsOf(last).toNs);
      if (cut) joined.push(cut);
    } else joined.push(piece);
  }
  return joined.reduce<Piece[]>((merged, piece) => {
    const last = merged.at(-1);
    if (last && last.table !== 'spans' && piece.table === last.table && piece.from === last.to)
      return [...merged.slice(0, -1), { ...last, to: piece.to }];
    return [...merged, piece];
  }, []);
};

const withFrom = (piece: Piece, fromNs: bigint): Piece | null => {
  if (boundsOf(piece).toNs <= fromNs) return null;
  return piece.table === 'spans' ? { ...piece, fromNs } : { ...piece, from: Number(fromNs / second) };
};

export const boundsOf = (piece: Piece): ReadRange =>
  piece.table === 'spans'
    ? { fromNs: piece.fromNs, toNs: piece.toNs }
    : { fromNs: BigInt(piece.from) * second, toNs: BigInt(piece.to) * second };

const hull = (pieces: readonly Piece[], asked: ReadRange): ReadRange => {
  const bounds = pieces.map(boundsOf);
  const fromNs = bounds.reduce((least, each) => (each.fromNs < least ? each.fromNs : least), asked.fromNs);
  const toNs = bounds.reduce((most, each) => (each.toNs > most ? each.toNs : most), asked.toNs);
  return { fromNs, toNs };
};

const floorNs = (ns: bigint, unit: number): number => Math.floor(Number(ns / second) / unit) * unit;
const ceilNs = (ns: bigint, unit: number): number => {
  const floor = floorNs(ns, unit);
  return BigInt(floor) * second === ns ? floor : floor + unit;
};
