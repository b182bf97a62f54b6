import { joinStretches, wholeMinutes } from './correct.ts';
import type { Stretch } from './method.ts';
import { nextOccurrences, occurrencesOf, type Recurring } from './recurrence.ts';
import { parseRecurrence } from './recurrence-rule.ts';

/** What a person says of a correction's times. Instants in RFC 3339. */
export interface SaidTimes {
  readonly from: string;
  readonly to: string;
  readonly rrule: string | null;
  readonly zone: string;
}

/** A field that is wrong, and what to write instead. */
export interface TimesProblem {
  readonly field: 'from' | 'to' | 'rrule' | 'zone';
  readonly message: string;
}

/** Times as they are expanded. Throws for what `timesProblems` finds. */
export const recurringOf = ({ from, to, rrule, zone }: SaidTimes): Recurring => {
  const rule = rrule === null ? null : parseRecurrence(rrule);
  if (rule !== null && 'problem' in rule) throw new RangeError(rule.problem);
  return { first: { from: secondOf(from), to: secondOf(to) }, rule, zone };
};

/** Everything that is wrong with said times, at once. `now` in seconds since 1970. */
export const timesProblems = (said: SaidTimes, now: number, of: { daysMax: number }): TimesProblem[] => {
  const problems: TimesProblem[] = [];
  const wrong = (field: TimesProblem['field'], message: string): void => void problems.push({ field, message });
  const [from, to] = [secondOf(said.from), secondOf(said.to)];
  const most = of.daysMax * 86_400;
  if (from >= to) wrong('to', 'is not after from; swap them');
  else if (to - from > most)
    wrong('to', `is more than ${of.daysMax} days after from; nothing would be left of the budget`);
  if (Math.abs(from - now) > most) wrong('from', `is more than ${of.daysMax} days from now`);
  if (!isZone(said.zone)) wrong('zone', `there is no time zone ${said.zone}; write one as Europe/Berlin, or UTC`);
  if (said.rrule !== null) {
    const rule = parseRecurrence(said.rrule);
    if ('problem' in rule) wrong('rrule', rule.problem);
  }
  if (problems.length > 0 || said.rrule === null) return problems;
  const recurring = recurringOf(said);
  const [first, second] = occurrencesOf(recurring, { from, to: from + 3 * 366 * 86_400 });
  if (!first || first.from !== from)
    wrong('from', `does not fit its own rule ${said.rrule} in ${said.zone}; let it begin where the rule first does`);
  else if (second && second.from < to)
    wrong('to', 'the first time lasts until after the next one begins; make it shorter, or leave the rule out');
  return problems;
};

/** What a correction leaves out within a stretch: whole minutes, outwards, joined, in order. */
export const excludedTimes = (recurring: Recurring, within: Stretch): Stretch[] =>
  joinStretches(occurrencesOf(recurring, within).map(wholeMinutes));

export const nextTimes = (recurring: Recurring, now: number, most: number): Stretch[] =>
  nextOccurrences(recurring, now, most);

const secondOf = (text: string): number => Math.floor(Temporal.Instant.from(text).epochMilliseconds / 1_000);

const isZone = (zone: string): boolean => {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
};
