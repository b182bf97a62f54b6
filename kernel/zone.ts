/** True for a name of the time zone database; offsets like +02:00 know no daylight saving and are none. */
export const isZone = (name: string): boolean => {
  if (!/^[A-Za-z]/.test(name)) return false;
  return epochIn(name) !== null;
};

/**
 * True where two names mean one zone by the database's own links: `UTC` and `Etc/UTC`, `Asia/Calcutta` and `Asia/Kolkata`.
 * A name that is no zone is like itself only.
 */
export const sameZone = (one: string, other: string): boolean => {
  if (one === other) return true;
  const [first, second] = [epochIn(one), epochIn(other)];
  // ECMA-402 compares zones by their primary names; nothing else tells a link from its target.
  return first !== null && second !== null && first.equals(second);
};

const epochIn = (name: string): Temporal.ZonedDateTime | null => {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
  } catch {
    return null;
  }
};
