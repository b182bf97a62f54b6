import type { Stretch } from './shift.ts';

/**
 * The wall clock of a zone. Local times are milliseconds as if the zone were UTC, so that days and weeks are plain arithmetic.
 *
 * The rule for local times that daylight saving makes odd, everywhere in schedules: a time that is skipped is taken with the offset
 * before the change (02:30 becomes 03:30), of a time that comes twice the first is meant. It is `compatible` of Temporal and what
 * RFC 5545 (3.3.5) says.
 */
export interface ZoneClock {
  readonly zone: string;
  toInstant(localMs: number): number;
  toLocal(instantMs: number): number;
}

export const dayMs = 86_400_000;
const marginMs = 3 * dayMs;
/** No zone changes its offset as often as this in a year; what lies beyond is asked of Temporal one by one. */
const changesMax = 400;

/** A stretch of one offset: from the instant `from` on until that of the next. */
interface Offset {
  readonly from: number;
  readonly offset: number;
}

/**
 * A clock that knows all offsets within `near` beforehand: a year of shifts asks for thousands of times, of which each would cost
 * microseconds. Times elsewhere are right too, only slower.
 */
export const zoneClock = (zone: string, near: Stretch): ZoneClock => {
  const begin = near.from - marginMs;
  const offsets = offsetsBetween(zone, begin, near.to + marginMs);
  const end = offsets.end;
  const known = offsets.known;
  return {
    zone,
    toLocal: (instantMs) => {
      if (instantMs < begin || instantMs >= end) return instantMs + offsetAt(zone, instantMs);
      return instantMs + known[indexAt(known, instantMs)]!.offset;
    },
    toInstant: (localMs) => {
      // A day further inside than what is known, because offsets reach up to 14 hours.
      if (localMs < begin + dayMs || localMs >= end - dayMs) return fromTemporal(zone, localMs);
      for (let index = 0; index < known.length; index += 1) {
        const { offset } = known[index]!;
        const next = known[index + 1];
        // Before the change by the greater of both clocks: skipped and repeated times go by the offset before it.
        if (next === undefined || localMs < next.from + Math.max(offset, next.offset)) return localMs - offset;
      }
      return fromTemporal(zone, localMs);
    },
  };
};

const offsetsBetween = (zone: string, from: number, to: number): { known: readonly Offset[]; end: number } => {
  const known: Offset[] = [{ from, offset: offsetAt(zone, from) }];
  let at = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone);
  for (let count = 0; count < changesMax; count += 1) {
    const change = at.getTimeZoneTransition('next');
    if (change === null || change.epochMilliseconds >= to) return { known, end: to };
    known.push({ from: change.epochMilliseconds, offset: change.offsetNanoseconds / 1e6 });
    at = change;
  }
  return { known, end: at.epochMilliseconds };
};

/** Index of the stretch in which an instant lies. */
const indexAt = (known: readonly Offset[], instantMs: number): number => {
  let index = known.length - 1;
  while (index > 0 && known[index]!.from > instantMs) index -= 1;
  return index;
};

const offsetAt = (zone: string, instantMs: number): number =>
  Temporal.Instant.fromEpochMilliseconds(Math.floor(instantMs)).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6;

const fromTemporal = (zone: string, localMs: number): number =>
  Temporal.Instant.fromEpochMilliseconds(localMs)
    .toZonedDateTimeISO('UTC')
    .toPlainDateTime()
    .toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;

/** Midnight of a date as local milliseconds. */
export const localOfDate = (date: string): number =>
  Temporal.PlainDate.from(date).toZonedDateTime('UTC').epochMilliseconds;

/** 0 for Monday … 6 for Sunday. */
export const weekdayOf = (localMs: number): number => (((Math.floor(localMs / dayMs) + 3) % 7) + 7) % 7;
