import { newestOf, type Series } from './history.ts';

const minuteMs = 60_000;
/** Two that begin no further apart tell of one cause. */
const apartMsMax = 6 * minuteMs;
/** Fewer meetings prove nothing. */
const meetingsMin = 5;
/** Of the firings of each of the two, both ways: what follows another now and then, or one way only, is a cascade. */
const shareMin = 0.8;
/** Series of one service that are compared pair by pair; those with the most firings first. */
const perServiceMax = 400;

export interface DuplicatesFound {
  /** The one that stays: it begins first more often. */
  readonly first: Series;
  readonly second: Series;
  readonly meetings: number;
  /** Tellings of the second while the first was told, too. */
  readonly saved: number;
}

/**
 * Pairs of one service of which, in nearly all firings of both, the other begins within minutes. Each firing meets one other at most.
 */
export const findDuplicates = (all: readonly Series[]): readonly DuplicatesFound[] =>
  [...byService(all).values()].flatMap((series) => {
    const some = series
      .filter(({ firings }) => firings.length >= meetingsMin)
      .toSorted((one, other) => other.firings.length - one.firings.length || (one.key < other.key ? -1 : 1))
      .slice(0, perServiceMax);
    return some.flatMap((one, index) => some.slice(index + 1).flatMap((other) => pairOf(one, other) ?? []));
  });

const byService = (all: readonly Series[]): ReadonlyMap<string, Series[]> => {
  const found = new Map<string, Series[]>();
  for (const series of all) {
    const { service } = newestOf(series);
    if (service === null) continue;
    const others = found.get(service);
    if (others) others.push(series);
    else found.set(service, [series]);
  }
  return found;
};

const pairOf = (one: Series, other: Series): DuplicatesFound | null => {
  // The rarer one cannot meet often enough of the other.
  if (other.firings.length < one.firings.length * shareMin) return null;
  let meetings = 0;
  let oneFirst = 0;
  let oneSaved = 0;
  let otherSaved = 0;
  for (let i = 0, j = 0; i < one.firings.length && j < other.firings.length;) {
    const a = one.firings[i]!;
    const b = other.firings[j]!;
    if (Math.abs(a.startsAt - b.startsAt) <= apartMsMax) {
      meetings += 1;
      if (a.startsAt <= b.startsAt) oneFirst += 1;
      if (a.notified && b.disturbed) otherSaved += 1;
      if (b.notified && a.disturbed) oneSaved += 1;
      i += 1;
      j += 1;
    } else if (a.startsAt < b.startsAt) i += 1;
    else j += 1;
  }
  if (meetings < meetingsMin || meetings < Math.max(one.firings.length, other.firings.length) * shareMin) return null;
  return oneFirst * 2 >= meetings
    ? { first: one, second: other, meetings, saved: otherSaved }
    : { first: other, second: one, meetings, saved: oneSaved };
};
