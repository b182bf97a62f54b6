/**
 * How time weighs on a person, by the clock where they live. Night is 22:00 to 06:00: it contains midnight to 5:00, which Directive
 * 2003/88/EC counts as night in any case. The weekend is Saturday and Sunday, whole days.
 */
export const nightHours = { from: 22, to: 6 } as const;

/** Milliseconds of a stretch; `weekend` takes hours before `night` does, so that the three add up to the stretch. */
export interface TimeByClass {
  readonly ordinary: number;
  readonly night: number;
  readonly weekend: number;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

const nothing: TimeByClass = { ordinary: 0, night: 0, weekend: 0 };

/** A stretch (milliseconds since 1970) by class, in the person's zone with its daylight saving. */
export const timeByClass = ({ from, to }: Stretch, zone: string): TimeByClass =>
  pieces({ from, to }, zone).reduce(
    (sum, { kind, from: begins, to: ends }) => ({ ...sum, [kind]: sum[kind] + ends - begins }),
    nothing,
  );

/** Milliseconds of a stretch that lie in the night, also of weekends. */
export const nightTime = (stretch: Stretch, zone: string): number =>
  pieces(stretch, zone).reduce((sum, { isNight, from, to }) => sum + (isNight ? to - from : 0), 0);

export const isNightAt = (at: number, zone: string): boolean => {
  const { hour } = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  return hour >= nightHours.from || hour < nightHours.to;
};

export const isWeekendAt = (at: number, zone: string): boolean =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).dayOfWeek >= 6;

/** The Saturdays (`2026-11-28`) of the weekends that a stretch touches. */
export const weekendsTouched = ({ from, to }: Stretch, zone: string): string[] => {
  const saturdays = pieces({ from, to }, zone)
    .filter(({ kind }) => kind === 'weekend')
    .map(({ date }) => date.subtract({ days: date.dayOfWeek - 6 }).toString());
  return [...new Set(saturdays)];
};

interface Piece extends Stretch {
  readonly kind: keyof TimeByClass;
  readonly isNight: boolean;
  readonly date: Temporal.PlainDate;
}

/** Longer stretches are asked in parts; a bound keeps a wrong instant from running for ever. */
const daysMax = 1_200;

/** A stretch cut at midnight, six and twenty-two of each local day. */
const pieces = ({ from, to }: Stretch, zone: string): Piece[] => {
  const found: Piece[] = [];
  if (to <= from) return found;
  let date = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone).toPlainDate();
  const at = (day: Temporal.PlainDate, hour: number): number =>
    day.toZonedDateTime({ timeZone: zone, plainTime: { hour } }).epochMilliseconds;
  for (let day = 0; day < daysMax && at(date, 0) < to; day += 1, date = date.add({ days: 1 })) {
    const isWeekend = date.dayOfWeek >= 6;
    const edges = [at(date, 0), at(date, nightHours.to), at(date, nightHours.from), at(date.add({ days: 1 }), 0)];
    for (const [index, isNight] of [true, false, true].entries()) {
      const [begins, ends] = [Math.max(from, edges[index]!), Math.min(to, edges[index + 1]!)];
      if (begins >= ends) continue;
      found.push({
        from: begins,
        to: ends,
        isNight,
        date,
        kind: isWeekend ? 'weekend' : isNight ? 'night' : 'ordinary',
      });
    }
  }
  return found;
};
