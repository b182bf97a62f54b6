/** Small texts of a schedule, read strictly. */

/** `HH:MM`; a day also ends at `24:00`. */
export const timePattern = /^(?:[01]\d|2[0-3]):[0-5]\d$/u;
export const timeOrMidnightPattern = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/u;

/** Minutes since midnight of a time that one of the patterns let through. */
export const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** A date that the calendar has, in the years that schedules may speak of. */
export const isDate = (text: string): boolean => {
  if (!/^\d{4}-\d{2}-\d{2}$/u.test(text)) return false;
  try {
    const { year } = Temporal.PlainDate.from(text, { overflow: 'reject' });
    return year >= 1970 && year <= 2200;
  } catch {
    return false;
  }
};

/** An instant with its offset, in the same years. */
export const isInstant = (text: string): boolean => {
  try {
    const year = Temporal.Instant.from(text).toZonedDateTimeISO('UTC').year;
    return year >= 1970 && year <= 2200;
  } catch {
    return false;
  }
};

export const isDateOrInstant = (text: string): boolean => isDate(text) || isInstant(text);
