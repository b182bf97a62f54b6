import { runsOf, type PastAlert, type Series } from './history.ts';

const minuteMs = 60_000;
/** Shorter rests between two firings are part of one stretch of coming and going. */
const restMsMax = 30 * minuteMs;
/** So many times in one stretch, and that fast on average, is coming and going. */
const timesMin = 4;
const paceMsMax = 45 * minuteMs;
/** A burst may belong to one or two real incidents; what does it again and again flaps. */
const stretchesMin = 3;
/** Most of its firings are of that kind; the rest may be real. */
const shareMin = 0.5;

export interface FlappingFound {
  readonly stretches: number;
  /** Firings within them. */
  readonly times: number;
  /** Tellings that one telling a stretch would have saved. */
  readonly saved: number;
  /** Half of all rests within the stretches are shorter, in milliseconds: how long to keep it firing. */
  readonly restMs: number;
}

/**
 * Whether a series comes and goes again and again: at least three stretches in which it began at least four times with less than half
 * an hour of rest between, and most of its firings lie in them. Null: it does not.
 */
export const findFlapping = ({ firings }: Series): FlappingFound | null => {
  const runs = runsOf(firings, restMsMax).filter(isComingAndGoing);
  const times = runs.reduce((sum, run) => sum + run.length, 0);
  if (runs.length < stretchesMin || times < firings.length * shareMin) return null;
  const told = runs.map((run) => run.filter(({ disturbed }) => disturbed).length);
  const rests = runs.flatMap(restsOf).toSorted((one, other) => one - other);
  return {
    stretches: runs.length,
    times,
    saved: told.reduce((sum, count) => sum + Math.max(0, count - 1), 0),
    restMs: rests[Math.floor(rests.length / 2)] ?? 0,
  };
};

const isComingAndGoing = (run: readonly PastAlert[]): boolean =>
  run.length >= timesMin && (run.at(-1)!.startsAt - run[0]!.startsAt) / (run.length - 1) <= paceMsMax;

const restsOf = (run: readonly PastAlert[]): readonly number[] =>
  run.slice(1).map((firing, index) => Math.max(0, firing.startsAt - (run[index]!.endsAt ?? firing.startsAt)));
