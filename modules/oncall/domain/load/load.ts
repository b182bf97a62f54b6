import { isNightAt, isWeekendAt, nightTime, timeByClass, weekendsTouched } from './classes.ts';

/** A page that somebody was told of: from the first message to them until it was no longer theirs. Milliseconds since 1970. */
export interface Interrupt {
  readonly person: string;
  readonly page: string;
  readonly summary: string;
  readonly urgency: 'high' | 'low';
  readonly at: number;
  /** Resolved, or acknowledged by somebody else; null while it goes on. */
  readonly until: number | null;
  /** They answered it themselves. */
  readonly answered: boolean;
}

export interface LoadDuty {
  readonly schedule: string;
  readonly person: string;
  readonly from: number;
  readonly to: number;
}

export interface PersonLoad {
  readonly person: string;
  readonly zone: string;
  readonly shifts: number;
  readonly hoursOnCall: number;
  readonly hoursOrdinary: number;
  readonly hoursNight: number;
  readonly hoursWeekend: number;
  readonly weekends: number;
  readonly interrupts: number;
  readonly interruptsHigh: number;
  readonly pagesAtNight: number;
  readonly pagesOnWeekends: number;
  readonly hoursAwake: number;
}

export interface ShiftLoad extends LoadDuty {
  readonly interrupts: number;
  readonly interruptsHigh: number;
  readonly pagesAtNight: number;
  readonly hoursAwake: number;
  /** The most high-urgency pages within any twelve hours of it, or whatever the cap's hours are. */
  readonly worstWithinCap: number;
}

const hourMs = 3_600_000;
/** "About six hours of work" an incident (SRE book, chapter 11): a page that nobody closed is no week without sleep. */
export const awakeHoursMax = 6;

/**
 * The load of each of these people in a window. A duty counts for what of it lies in the window. An interrupt is a page that a person
 * was told of, once a page and person. Hours awake are the night hours between the first message and the end of the matter (at most
 * six a page), two pages at once counted once.
 */
export const loadOf = (given: {
  readonly people: readonly { readonly name: string; readonly zone: string }[];
  readonly duties: readonly LoadDuty[];
  readonly interrupts: readonly Interrupt[];
  readonly from: number;
  readonly to: number;
}): PersonLoad[] =>
  given.people.map(({ name, zone }) => {
    const duties = given.duties
      .filter((duty) => duty.person === name)
      .map((duty) => ({ ...duty, from: Math.max(duty.from, given.from), to: Math.min(duty.to, given.to) }))
      .filter((duty) => duty.from < duty.to);
    // Two schedules at one time are one person on call.
    const stretches = united(duties);
    const classes = stretches.map((each) => timeByClass(each, zone));
    const total = (of: 'ordinary' | 'night' | 'weekend'): number => hours(sum(classes.map((each) => each[of])));
    const own = given.interrupts.filter((each) => each.person === name);
    return {
      person: name,
      zone,
      shifts: duties.length,
      hoursOnCall: hours(sum(stretches.map((each) => each.to - each.from))),
      hoursOrdinary: total('ordinary'),
      hoursNight: total('night'),
      hoursWeekend: total('weekend'),
      weekends: new Set(stretches.flatMap((each) => weekendsTouched(each, zone))).size,
      interrupts: own.length,
      interruptsHigh: own.filter(({ urgency }) => urgency === 'high').length,
      pagesAtNight: own.filter(({ at }) => isNightAt(at, zone)).length,
      pagesOnWeekends: own.filter(({ at }) => isWeekendAt(at, zone)).length,
      hoursAwake: hoursAwake(own, zone, given.to),
    };
  });

/** What each duty brought; an interrupt belongs to the duties of its person that it began in. */
export const shiftLoads = (given: {
  readonly zones: ReadonlyMap<string, string>;
  readonly duties: readonly LoadDuty[];
  readonly interrupts: readonly Interrupt[];
  readonly capHours: number;
  readonly now: number;
}): ShiftLoad[] =>
  given.duties.map((duty) => {
    const zone = given.zones.get(duty.person) ?? 'UTC';
    const own = given.interrupts.filter(({ person, at }) => person === duty.person && at >= duty.from && at < duty.to);
    const high = own.filter(({ urgency }) => urgency === 'high').map(({ at }) => at);
    return {
      ...duty,
      interrupts: own.length,
      interruptsHigh: high.length,
      pagesAtNight: own.filter(({ at }) => isNightAt(at, zone)).length,
      hoursAwake: hoursAwake(own, zone, given.now),
      worstWithinCap: Math.max(
        0,
        ...high.map((at) => high.filter((other) => other > at - given.capHours * hourMs && other <= at).length),
      ),
    };
  });

/** Night hours in which somebody was up because of pages. */
export const hoursAwake = (interrupts: readonly Interrupt[], zone: string, now: number): number => {
  const stretches = interrupts.map(({ at, until }) => ({
    from: at,
    to: Math.min(until ?? now, at + awakeHoursMax * hourMs),
  }));
  return hours(sum(united(stretches).map((each) => nightTime(each, zone))));
};

/** Stretches joined where they touch or lie over each other. */
export const united = (stretches: readonly { readonly from: number; readonly to: number }[]) =>
  stretches
    .filter(({ from, to }) => from < to)
    .toSorted((one, other) => one.from - other.from)
    .reduce<{ from: number; to: number }[]>((found, { from, to }) => {
      const last = found.at(-1);
      if (last && from <= last.to) last.to = Math.max(last.to, to);
      else found.push({ from, to });
      return found;
    }, []);

const sum = (values: readonly number[]): number => values.reduce((one, other) => one + other, 0);
/** Hours to a hundredth, as they are shown and exported. */
const hours = (ms: number): number => Math.round((ms / hourMs) * 100) / 100;
