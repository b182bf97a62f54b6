/** A line through points: value at the newest end, and how much more a second. */
export interface Trend {
  readonly now: number;
  readonly perSecond: number;
  readonly points: number;
}

/** Points that a line needs at least, and the share of the stretch that they must span. */
const pointsLeast = 3;
const spanLeast = 1 / 3;

/**
 * Ordinary least squares of value over time, as Prometheus's `predict_linear` and R's `lm(value ~ time)` have it, with the time
 * counted from the newest end, so that the intercept is the value now. Null where the points are too few or too close together to
 * say anything. NaN values are no points.
 */
export const trendOf = (
  values: ArrayLike<number>,
  { firstEnd, stepSeconds }: { readonly firstEnd: number; readonly stepSeconds: number },
  now: number,
): Trend | null => {
  let [count, meanTime, meanValue, first, last] = [0, 0, 0, Number.NaN, Number.NaN];
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (Number.isNaN(value)) continue;
    last = firstEnd + index * stepSeconds - now;
    if (count === 0) first = last;
    count += 1;
    meanTime += (last - meanTime) / count;
    meanValue += (value - meanValue) / count;
  }
  const stretch = (values.length - 1) * stepSeconds;
  if (count < pointsLeast || last - first < stretch * spanLeast) return null;
  let [both, square] = [0, 0];
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (Number.isNaN(value)) continue;
    const time = firstEnd + index * stepSeconds - now - meanTime;
    both += time * (value - meanValue);
    square += time * time;
  }
  const perSecond = both / square;
  return { now: meanValue - perSecond * meanTime, perSecond, points: count };
};

/** The value in so many seconds, if it goes on as it does. */
export const inSeconds = ({ now, perSecond }: Trend, seconds: number): number => now + perSecond * seconds;

/** In how many seconds the line reaches a threshold; null where it goes the other way or is there already. */
export const secondsUntil = ({ now, perSecond }: Trend, threshold: number): number | null => {
  const seconds = (threshold - now) / perSecond;
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
};
