/**
 * Which stretch of time a read is about, and in which steps. Pure; times in nanoseconds are bigint, the rest whole seconds
 * since the Unix epoch. Ranges are half-open.
 */
export interface ReadRange {
  readonly fromNs: bigint;
  readonly toNs: bigint;
}

export type RangeRefusal = 'from-not-before-to' | 'longer-than-allowed' | 'before-1970' | 'after-2106';

const nsPerSecond = 1_000_000_000n;
/** The engine keeps bucket times in 32 bits: 2106-02-07T06:28:15Z. */
const lastSecond = 4_294_967_295n;
const defaultSeconds = 3_600n;
const grainSeconds = 10n;

/**
 * The asked range. `to` absent means the end of the ten seconds that run now, so that what has just arrived is in it;
 * `from` absent means an hour before `to`.
 */
export const rangeOf = (
  asked: { from: bigint | null; to: bigint | null },
  nowNs: bigint,
  daysMax: number,
): ReadRange | RangeRefusal => {
  const toNs =
    asked.to ??
    (asked.from !== null && asked.from > nowNs
      ? asked.from + defaultSeconds * nsPerSecond
      : (nowNs / (grainSeconds * nsPerSecond) + 1n) * grainSeconds * nsPerSecond);
  const fromNs = asked.from ?? toNs - defaultSeconds * nsPerSecond;
  if (fromNs < 0n) return 'before-1970';
  if (toNs > lastSecond * nsPerSecond) return 'after-2106';
  if (fromNs >= toNs) return 'from-not-before-to';
  if (toNs - fromNs > BigInt(daysMax) * 86_400n * nsPerSecond) return 'longer-than-allowed';
  return { fromNs, toNs };
};

/** Steps that an axis can be labelled with, in seconds. */
const niceSteps = [
  10, 20, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
] as const;

/** The nice step that gives at most `points` points. */
export const stepFor = (range: ReadRange, points: number): number => {
  const seconds = lengthSeconds(range);
  return niceSteps.find((step) => seconds / step <= points) ?? niceSteps.at(-1)!;
};

/** Points that a step gives over a range, its partial first and last one counted. */
export const pointsOf = (range: ReadRange, stepSeconds: number): number => stepStarts(range, stepSeconds).length;

/** Starts of all steps that touch the range, seconds; steps begin at multiples of themselves since the epoch. */
export const stepStarts = (range: ReadRange, stepSeconds: number): number[] => {
  const first = Math.floor(Number(range.fromNs / nsPerSecond) / stepSeconds) * stepSeconds;
  const end = Number(range.toNs) / 1e9;
  const starts: number[] = [];
  for (let at = first; at < end && starts.length <= stepsMax; at += stepSeconds) starts.push(at);
  return starts;
};

/** Beyond any limit of an answer: keeps an absurd step from filling the memory before it is refused. */
const stepsMax = 100_000;

/** Seconds of one step that lie in the range: what a rate divides by. */
export const secondsWithin = (range: ReadRange, start: number, stepSeconds: number): number => {
  const from = Math.max(start, Number(range.fromNs) / 1e9);
  const to = Math.min(start + stepSeconds, Number(range.toNs) / 1e9);
  return to - from;
};

export const lengthSeconds = (range: ReadRange): number => Number(range.toNs - range.fromNs) / 1e9;

/** The same length of time, `seconds` earlier; null where it would begin before 1970. */
export const earlierBy = (range: ReadRange, seconds: number): ReadRange | null => {
  const shift = BigInt(seconds) * nsPerSecond;
  return range.fromNs < shift ? null : { fromNs: range.fromNs - shift, toNs: range.toNs - shift };
};
