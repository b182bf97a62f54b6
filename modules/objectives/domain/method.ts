import type { Counts } from './indicator.ts';
import { million, type BudgetingMethod, type Objective, type TimeSlice } from './objective.ts';
import { productAtLeast } from './ratio.ts';

/**
 * The three budgeting methods of OpenSLO v1 (https://github.com/OpenSLO/OpenSLO, "SLO" and examples/budgeting-method):
 * - Occurrences: good events to all events.
 * - Timeslices: good slices to all slices; a slice whose ratio is below `timeSliceTarget` is bad.
 * - RatioTimeslices: the mean of all slices' ratios of good events.
 *
 * Slices begin at multiples of their length since 1970. A slice belongs to the period in which it begins and counts once it
 * is over, so that nothing spent is ever given back by the rest of a slice. A slice without events is no data: neither good nor bad.
 */

/** What one slice is worth in the counts of RatioTimeslices: its bad share in billionths, rounded to the nearest. Whole, so sums are exact. */
export const slicePartsOfRatio = 1_000_000_000;

/** Parts that stand for one event (or one slice) in the counts of a method: what figures are divided by before people see them. */
export const eventPartsOf = (method: BudgetingMethod): number => (method === 'RatioTimeslices' ? slicePartsOfRatio : 1);

/** Good and bad events of a stretch that begins at `at`, seconds since 1970. */
export interface Bucket extends Counts {
  readonly at: number;
}

/** Whole seconds since 1970, half-open. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * The slices that a window `[from, to)` holds: those that begin in it and are over at `to`. For a rolling window
 * (`rolling`) the same number at every instant, so that it neither grows nor shrinks within a slice; at least one.
 */
export const slicesWithin = (of: Stretch, sliceSeconds: number, rolling: boolean): Stretch => {
  const to = Math.floor(of.to / sliceSeconds) * sliceSeconds;
  const from = rolling
    ? to - Math.max(1, Math.round((of.to - of.from) / sliceSeconds)) * sliceSeconds
    : Math.ceil(of.from / sliceSeconds) * sliceSeconds;
  return { from, to: Math.max(from, to) };
};

/** The stretch that a method really counts, of a window. */
export const countedStretch = (of: Stretch, by: Pick<Objective, 'method' | 'timeSlice'>, rolling: boolean): Stretch =>
  by.timeSlice && by.method !== 'Occurrences' ? slicesWithin(of, by.timeSlice.seconds, rolling) : of;

/** One slice in the counts of its method; no events are no counts. */
export const sliceCounts = (events: Counts, method: BudgetingMethod, slice: TimeSlice): Counts => {
  const total = events.good + events.bad;
  if (total === 0) return { good: 0, bad: 0 };
  if (method === 'Timeslices') return isGoodSlice(events, slice.targetPpm ?? million) ? oneGood : oneBad;
  const bad = nearest(BigInt(events.bad) * BigInt(slicePartsOfRatio), BigInt(total));
  return { good: slicePartsOfRatio - bad, bad };
};

/** At least the target: `good ÷ total ≥ target`, exactly; "when the ratio is below given timeSliceTarget we count it as bad". */
export const isGoodSlice = (events: Counts, targetPpm: number): boolean =>
  productAtLeast(events.good, million, events.good + events.bad, targetPpm);

/**
 * Counts of a stretch by the method: whole, in events, slices, or billionths of slices (`eventPartsOf`). `buckets` in the
 * order of time, none across the border of a slice; only those within the stretch that the method counts are taken.
 */
export const countByMethod = (
  buckets: Iterable<Bucket>,
  of: Stretch,
  by: Pick<Objective, 'method' | 'timeSlice'>,
  rolling: boolean,
): Counts => {
  const { from, to } = countedStretch(of, by, rolling);
  const sum = { good: 0, bad: 0 };
  const add = (counts: Counts): void => {
    sum.good += counts.good;
    sum.bad += counts.bad;
  };
  if (by.method === 'Occurrences' || by.timeSlice === null) {
    for (const bucket of buckets) if (bucket.at >= from && bucket.at < to) add(bucket);
    return sum;
  }
  const slice = by.timeSlice;
  let running = { start: -1, good: 0, bad: 0 };
  for (const bucket of buckets) {
    if (bucket.at < from || bucket.at >= to) continue;
    const start = Math.floor(bucket.at / slice.seconds) * slice.seconds;
    if (start !== running.start) {
      add(sliceCounts(running, by.method, slice));
      running = { start, good: 0, bad: 0 };
    }
    running.good += bucket.good;
    running.bad += bucket.bad;
  }
  add(sliceCounts(running, by.method, slice));
  return sum;
};

const oneGood: Counts = { good: 1, bad: 0 };
const oneBad: Counts = { good: 0, bad: 1 };

/** Half away from zero, as ClickHouse's `intDiv(2 × top + bottom, 2 × bottom)` gives it. */
const nearest = (top: bigint, bottom: bigint): number => Number((2n * top + bottom) / (2n * bottom));
