import { describe, expect, it } from 'vitest';
import { dayMs, zoneClock } from './zone-clock.ts';

const years = [1975, 1999, 2011, 2018, 2024, 2026];
const around = (year: number) => ({ from: Date.UTC(year, 0, 1), to: Date.UTC(year + 1, 0, 1) });

describe('the wall clock of every zone', () => {
  it.each(years)('agrees with Temporal in %i, through every change of the clock', (year) => {
    const window = around(year);
    for (const zone of Intl.supportedValuesOf('timeZone')) {
      const clock = zoneClock(zone, window);
      for (const local of localTimes(zone, window)) {
        const plain = Temporal.Instant.fromEpochMilliseconds(local).toZonedDateTimeISO('UTC').toPlainDateTime();
        const instant = plain.toZonedDateTime(zone).epochMilliseconds;
        if (clock.toInstant(local) !== instant)
          expect([zone, plain.toString(), clock.toInstant(local)]).toEqual([zone, '', instant]);
        const back = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
        if (clock.toLocal(instant) !== instant + back.offsetNanoseconds / 1e6)
          expect([zone, instant, clock.toLocal(instant)]).toEqual([
            zone,
            instant,
            instant + back.offsetNanoseconds / 1e6,
          ]);
      }
    }
  });
});

/** Times around every change of the clock, at its edges too, and some far outside of what is known beforehand. */
const localTimes = (zone: string, { from, to }: { from: number; to: number }): number[] => {
  const found = [from - 400 * dayMs, from, to, to + 400 * dayMs];
  let at: Temporal.ZonedDateTime | null = Temporal.Instant.fromEpochMilliseconds(from - 10 * dayMs).toZonedDateTimeISO(
    zone,
  );
  while ((at = at.getTimeZoneTransition('next')) !== null && at.epochMilliseconds < to + 10 * dayMs)
    for (const minutes of [-1_500, -121, -120, -90, -61, -60, -59, -31, -30, -1, 0, 1, 29, 30, 59, 60, 61, 120, 1_500])
      found.push(Math.floor((at.epochMilliseconds + at.offsetNanoseconds / 1e6) / 60_000) * 60_000 + minutes * 60_000);
  return found;
};
