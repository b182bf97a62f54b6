import { runsOf, wasActedOn, type Series } from './history.ts';

const hourMs = 3_600_000;
/** What came less often cannot be judged. */
const occasionsMin = 8;
/** Of all occasions at most so many were acted on: hands are busy now and then with something near by. */
const actedShareMax = 0.22;
/** Of the normal distribution, for 95 % on both sides. */
const z = 1.96;

export interface UnactionableFound {
  readonly occasions: number;
  readonly acted: number;
  /** Upper bound of the share that is acted on, with 95 % certainty: how sure this is. */
  readonly actedAtMost: number;
  /** Tellings of it that nobody would have missed. */
  readonly saved: number;
}

/**
 * Whether it came again and again, went by itself and practically nobody ever acted. Firings less than an hour apart are one occasion;
 * an acknowledgement with nothing after it is no act. Null: it was of use, or it cannot be judged.
 */
export const findUnactionable = ({ firings }: Series): UnactionableFound | null => {
  const told = firings.filter(({ notified, endsAt }) => notified && endsAt !== null);
  const occasions = runsOf(told, hourMs);
  if (occasions.length < occasionsMin) return null;
  const acted = occasions.filter((occasion) => occasion.some(wasActedOn)).length;
  if (acted > occasions.length * actedShareMax) return null;
  const saved = told.filter((firing) => firing.disturbed && !wasActedOn(firing)).length;
  return { occasions: occasions.length, acted, actedAtMost: upperBound(acted, occasions.length), saved };
};

/** Upper end of Wilson's score interval of `k` out of `n` (E. B. Wilson, 1927), 0 to 1. */
export const upperBound = (k: number, n: number): number => {
  const share = k / n;
  const middle = share + (z * z) / (2 * n);
  const spread = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return (middle + spread) / (1 + (z * z) / n);
};
