import type { Counts } from './indicator.ts';
import { countByMethod, type Bucket, type Stretch } from './method.ts';
import type { Objective } from './objective.ts';

/**
 * Corrections: what is left out of a budget, and how. Counts themselves are never changed; a correction is applied when they
 * are read, so the budget with and without stands side by side and the past is not rewritten.
 *
 * - time: nothing that happened in these stretches counts (planned maintenance).
 * - traffic: what another selection counted in these stretches is taken out (a load test, a scanner).
 */
export type Correction =
  | { readonly kind: 'time'; readonly stretches: readonly Stretch[] }
  | { readonly kind: 'traffic'; readonly stretches: readonly Stretch[]; readonly buckets: readonly Bucket[] };

/** In some stretches of time indicators are counted by others (what remains of their traffic), or by nothing (null). */
export interface Layer {
  /** Whole minutes, in order, none touching another. */
  readonly stretches: readonly Stretch[];
  /** Numbers of indicators; those that are not named count as ever. */
  readonly of: ReadonlyMap<number, number | null>;
}

/** Time that is left out of one objective's counts: whole minutes, in order, none touching another. */
export interface Excluded {
  /** Equal for equal times: what is read with the same ones is read together. */
  readonly key: string;
  readonly stretches: readonly Stretch[];
  /** What is left out of some indicators only: excluded traffic, and corrections of the parts of a journey. */
  readonly layers?: readonly Layer[];
}

/** Counts of months ago are kept by the minute, so a correction is made of whole minutes: outwards, what was meant is surely in it. */
export const wholeMinutes = ({ from, to }: Stretch): Stretch => ({
  from: Math.floor(from / 60) * 60,
  to: Math.ceil(to / 60) * 60,
});

/** Stretches in order of time, those that touch or overlap joined: nothing is left out twice. Empty ones go. */
export const joinStretches = (stretches: readonly Stretch[]): Stretch[] => {
  const joined: Stretch[] = [];
  for (const each of stretches.filter(({ from, to }) => from < to).toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last && each.from <= last.to) joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, each.to) };
    else joined.push(each);
  }
  return joined;
};

/** The parts of `stretches` within `of`. */
export const stretchesWithin = (stretches: readonly Stretch[], of: Stretch): Stretch[] =>
  joinStretches(stretches.map((each) => ({ from: Math.max(each.from, of.from), to: Math.min(each.to, of.to) })));

/** Seconds that corrections of time leave out of a window: neither data nor its absence. */
export const excludedSeconds = (corrections: readonly Correction[], of: Stretch): number =>
  stretchesWithin(timeOf(corrections), of).reduce((sum, { from, to }) => sum + to - from, 0);

/**
 * Buckets with all corrections applied, in order of time; buckets that nothing is left of go. Excluded traffic takes away at most
 * what was counted: two corrections for the same traffic cannot make a count negative.
 */
export const correctBuckets = (buckets: Iterable<Bucket>, corrections: readonly Correction[]): Bucket[] => {
  const excluded = joinStretches(timeOf(corrections).map(wholeMinutes));
  const taken = takenTraffic(corrections);
  const corrected: Bucket[] = [];
  let next = 0;
  for (const bucket of buckets) {
    while (next < excluded.length && excluded[next]!.to <= bucket.at) next += 1;
    if (next < excluded.length && excluded[next]!.from <= bucket.at) continue;
    const left = take(bucket, taken.get(bucket.at));
    if (left.good + left.bad > 0) corrected.push({ at: bucket.at, ...left });
  }
  return corrected;
};

/** Counts of a stretch by the method, with the corrections and without. */
export const countBothWays = (
  buckets: readonly Bucket[],
  corrections: readonly Correction[],
  of: Stretch,
  by: Pick<Objective, 'method' | 'timeSlice'>,
  rolling: boolean,
): { readonly corrected: Counts; readonly uncorrected: Counts } => ({
  corrected: countByMethod(correctBuckets(buckets, corrections), of, by, rolling),
  uncorrected: countByMethod(buckets, of, by, rolling),
});

/** Counts less others, never below nothing: for sums that are read from the engine already cut to the corrections' stretches. */
export const take = (counts: Counts, taken: Counts | undefined): Counts =>
  taken === undefined
    ? { good: counts.good, bad: counts.bad }
    : { good: Math.max(0, counts.good - taken.good), bad: Math.max(0, counts.bad - taken.bad) };

const timeOf = (corrections: readonly Correction[]): Stretch[] =>
  corrections.flatMap((each) => (each.kind === 'time' ? [...each.stretches] : []));

/** What all corrections of traffic take away, by the start of the bucket. */
const takenTraffic = (corrections: readonly Correction[]): Map<number, Counts> => {
  const taken = new Map<number, Counts>();
  for (const each of corrections) {
    if (each.kind !== 'traffic') continue;
    const stretches = joinStretches(each.stretches.map(wholeMinutes));
    for (const { at, good, bad } of each.buckets) {
      if (!stretches.some(({ from, to }) => at >= from && at < to)) continue;
      const before = taken.get(at);
      taken.set(at, { good: good + (before?.good ?? 0), bad: bad + (before?.bad ?? 0) });
    }
  }
  return taken;
};
