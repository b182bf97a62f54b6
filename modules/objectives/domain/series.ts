import { sliceCounts, type Bucket } from './method.ts';
import type { Objective } from './objective.ts';

/** Counts in steps of one length, without gaps: a step without events is 0 and 0. Whole numbers. */
export interface Series {
  /** Start of the first step, seconds since 1970. */
  readonly startsAt: number;
  readonly stepSeconds: number;
  readonly good: Float64Array;
  readonly bad: Float64Array;
}

/** Running sums, one longer than the series: what any window holds is one subtraction. Exact to 2^53 events. */
export interface RunningSums {
  readonly total: Float64Array;
  readonly bad: Float64Array;
}

/** A series over `[startsAt, startsAt + steps × stepSeconds)` from buckets in any order; those outside are left out. */
export const seriesOf = (
  buckets: Iterable<Bucket>,
  of: { startsAt: number; stepSeconds: number; steps: number },
): Series => {
  const good = new Float64Array(of.steps);
  const bad = new Float64Array(of.steps);
  for (const bucket of buckets) {
    const index = Math.floor((bucket.at - of.startsAt) / of.stepSeconds);
    if (index < 0 || index >= of.steps) continue;
    good[index]! += bucket.good;
    bad[index]! += bucket.bad;
  }
  return { startsAt: of.startsAt, stepSeconds: of.stepSeconds, good, bad };
};

/** The series of a method: events as they are, or one step a slice (method.ts). `startsAt` becomes the start of a slice. */
export const seriesByMethod = (series: Series, by: Pick<Objective, 'method' | 'timeSlice'>): Series => {
  const slice = by.timeSlice;
  if (by.method === 'Occurrences' || slice === null) return series;
  const events = eventsBySlice(series, slice.seconds);
  const { startsAt } = events;
  const steps = events.good.length;
  const good = new Float64Array(steps);
  const bad = new Float64Array(steps);
  for (let index = 0; index < steps; index++) {
    const counts = sliceCounts({ good: events.good[index]!, bad: events.bad[index]! }, by.method, slice);
    good[index] = counts.good;
    bad[index] = counts.bad;
  }
  return { startsAt, stepSeconds: slice.seconds, good, bad };
};

/** Events of each slice that is over; slices begin at multiples of their length since 1970. */
export const eventsBySlice = (series: Series, sliceSeconds: number): Series => {
  const startsAt = Math.floor(series.startsAt / sliceSeconds) * sliceSeconds;
  const end = series.startsAt + series.good.length * series.stepSeconds;
  const steps = Math.max(0, Math.floor((end - startsAt) / sliceSeconds));
  return seriesOf(bucketsOf(series), { startsAt, stepSeconds: sliceSeconds, steps });
};

export const runningSums = (series: Series): RunningSums => {
  const steps = series.good.length;
  const total = new Float64Array(steps + 1);
  const bad = new Float64Array(steps + 1);
  for (let index = 0; index < steps; index++) {
    bad[index + 1] = bad[index]! + series.bad[index]!;
    total[index + 1] = total[index]! + series.good[index]! + series.bad[index]!;
  }
  return { total, bad };
};

function* bucketsOf(series: Series): Generator<Bucket> {
  for (let index = 0; index < series.good.length; index++)
    yield { at: series.startsAt + index * series.stepSeconds, good: series.good[index]!, bad: series.bad[index]! };
}
