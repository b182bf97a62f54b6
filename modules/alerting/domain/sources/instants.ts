/** Zero times of Go, .NET and of programs that have none. */
const noTimeBefore = Temporal.Instant.from('1990-01-01T00:00:00Z');

/**
 * A time as senders write it: RFC 3339 with any offset (`+0000` too), `2024-01-31 12:00:00 UTC`, seconds or milliseconds since
 * 1970 as number or text. Null for anything else, for zero times, and for a time of day without a zone: what is not said is not guessed.
 */
export const instantOf = (value: unknown): Temporal.Instant | null => {
  const read = typeof value === 'number' ? ofEpoch(value) : typeof value === 'string' ? ofText(value.trim()) : null;
  return read !== null && Temporal.Instant.compare(read, noTimeBefore) < 0 ? null : read;
};

/** Seconds up to the year 5138, milliseconds from 1973 on. */
const millisecondsFrom = 1e11;
const latest = 8.64e15;

const ofEpoch = (value: number): Temporal.Instant | null => {
  if (!Number.isFinite(value) || value <= 0) return null;
  const milliseconds = Math.trunc(value >= millisecondsFrom ? value : value * 1_000);
  return milliseconds > latest ? null : Temporal.Instant.fromEpochMilliseconds(milliseconds);
};

const form =
  /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9})\d*)?\s?(?:([Zz]|UTC|GMT)|([+-]\d\d):?(\d\d)?)$/;

const ofText = (text: string): Temporal.Instant | null => {
  if (/^\d{9,16}(\.\d+)?$/.test(text)) return ofEpoch(Number(text));
  const found = form.exec(text);
  if (!found) return null;
  const [, date, time, decimals, , hours, minutes] = found;
  const zone = hours === undefined ? 'Z' : `${hours}:${minutes ?? '00'}`;
  try {
    return Temporal.Instant.from(`${date}T${time}${decimals === undefined ? '' : `.${decimals}`}${zone}`);
  } catch {
    return null;
  }
};
