/** Local days of a zone in milliseconds since 1970; days are as long as the zone's clock makes them. */

/** Midnight at which the week (Monday to Sunday) of an instant begins in a zone. */
export const weekBeginOf = (ms: number, zone: string): number => {
  const day = startOfDay(Temporal.Instant.fromEpochMilliseconds(Math.floor(ms)).toZonedDateTimeISO(zone));
  return startOfDay(day.subtract({ days: day.dayOfWeek - 1 })).epochMilliseconds;
};

/** Midnights from `ms` (itself a midnight) over `days` days, the last one included: `days + 1` of them. */
export const midnightsFrom = (ms: number, days: number, zone: string): readonly number[] => {
  const begin = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  return Array.from({ length: days + 1 }, (_, index) => startOfDay(begin.add({ days: index })).epochMilliseconds);
};

/** Where a zone skips midnight itself, its day begins later. */
const startOfDay = (at: Temporal.ZonedDateTime): Temporal.ZonedDateTime => at.startOfDay();

/** What a `datetime-local` field shows for an instant on the clock of a zone. */
export const fieldOf = (ms: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDateTime().toString().slice(0, 16);

/** The instant of what a `datetime-local` field says on the clock of a zone; null for what is no time. */
export const instantOfField = (text: string, zone: string): number | null => {
  try {
    return Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds;
  } catch {
    return null;
  }
};
