/** An instant as people read it at night: `Mon 23 Nov 2026, 02:30 (Europe/Berlin)`; to the minute, in the zone that it names. */
export const momentText = (instant: Temporal.Instant | string, zone = 'UTC'): string => {
  const at = Temporal.Instant.from(instant).toZonedDateTimeISO(zone);
  const day = at
    .toPlainDate()
    .toLocaleString('en-GB', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
  const time = at.toPlainTime().toString({ smallestUnit: 'minute', roundingMode: 'floor' });
  return `${day.replace(',', '')}, ${time} ${zone === 'UTC' ? zone : `(${zone})`}`;
};
