import { RRuleTemporal } from 'rrule-temporal';
import { isZone } from '../../../../kernel/zone.ts';
import { secondsOf } from '../../../../kernel/time-span.ts';
import type { Silence, Stretch } from '../../domain/policy/silence.ts';

/** A stretch of time that comes again: when it first begins, how long it lasts, by which rule (RFC 5545), on which zone's clock. */
export interface Recurrence {
  readonly from: Temporal.Instant;
  readonly durationSeconds: number;
  readonly rrule: string;
  readonly zone: string;
}

export const recurrenceLimits = {
  ruleLength: 500,
  durationSecondsMax: 31 * 86_400,
  /** A rule that needs more steps than this to be followed is refused. */
  iterationsMax: 20_000,
} as const;

/**
 * The stretch that holds at a time. Each begins at the wall-clock time of the first one, through daylight saving, and lasts exactly as
 * long as the first. Each answer holds for a while and is kept, so that a rule is not followed anew for every alert.
 */
export const recurring = (recurrence: Recurrence): Silence['stretchAt'] => {
  const rule = ruleOf(recurrence);
  let known: {
    readonly from: Temporal.Instant;
    readonly until: Temporal.Instant;
    readonly stretch: Stretch | null;
  } | null = null;
  return (at) => {
    const fits = known !== null && isWithin(at, { from: known.from, to: known.until });
    if (!fits) known = lookAt(rule, recurrence, at);
    return known!.stretch;
  };
};

/** The stretches that begin at or after `from` or hold then, at most `most`. */
export const nextStretches = (recurrence: Recurrence, from: Temporal.Instant, most: number): Stretch[] => {
  const rule = ruleOf(recurrence);
  const found: Stretch[] = [];
  const held = lookAt(rule, recurrence, from).stretch;
  if (held) found.push(held);
  for (let at = from; found.length < most;) {
    const next = rule.next(dateOf(at), false);
    if (next === null) break;
    at = instantOf(next);
    found.push(stretchOf(at, recurrence));
  }
  return found;
};

/** When the last time of a rule ends that says how often or until when; null for one that goes on and on. */
export const lastEnd = (recurrence: Recurrence): Temporal.Instant | null => {
  if (!/(^|[:;])(COUNT|UNTIL)=/u.test(recurrence.rrule)) return null;
  const last = ruleOf(recurrence).previous(dateOf(recurrence.from.add({ hours: 24 * 366 * 50 })), true);
  return last === null ? recurrence.from : stretchOf(instantOf(last), recurrence).to;
};

/** What is wrong with a recurrence, each with its field. */
export const recurrenceProblems = (said: {
  readonly from: Temporal.Instant;
  readonly duration: string;
  readonly rrule: string;
  readonly zone: string;
}): readonly { readonly field: 'duration' | 'rrule' | 'zone'; readonly message: string }[] => {
  const problems: { field: 'duration' | 'rrule' | 'zone'; message: string }[] = [];
  if (!isZone(said.zone))
    problems.push({ field: 'zone', message: `${said.zone} is no time zone; say one such as Europe/Berlin` });
  const seconds = secondsOf(said.duration);
  if (seconds === null || seconds < 60 || seconds > recurrenceLimits.durationSecondsMax)
    problems.push({ field: 'duration', message: 'is an ISO 8601 duration from PT1M to P31D, such as PT2H' });
  const wrong = ruleProblem(said.rrule);
  if (wrong !== null) problems.push({ field: 'rrule', message: wrong });
  if (problems.length > 0) return problems;
  const recurrence = { ...said, durationSeconds: seconds! };
  try {
    if (nextStretches(recurrence, said.from.subtract({ seconds: 1 }), 1).length === 0)
      problems.push({ field: 'rrule', message: `${said.rrule} never comes to pass after ${said.from.toString()}` });
  } catch (error) {
    problems.push({ field: 'rrule', message: error instanceof Error ? error.message : String(error) });
  }
  return problems;
};

const ruleProblem = (rrule: string): string | null => {
  if (rrule.length > recurrenceLimits.ruleLength) return `a rule is at most ${recurrenceLimits.ruleLength} characters`;
  if (!/^(RRULE:)?[A-Z]+=[^;\n]+(;[A-Z]+=[^;\n]+)*$/u.test(rrule) || !/(^|[:;])FREQ=/u.test(rrule))
    return 'is a rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=SU';
  const often = /FREQ=(\w+)/u.exec(rrule)![1]!;
  return ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY'].includes(often)
    ? null
    : `FREQ=${often} is too often for a silence: say YEARLY, MONTHLY, WEEKLY, DAILY or HOURLY`;
};

const ruleOf = ({ from, rrule, zone }: Recurrence): RRuleTemporal => {
  const local = from.toZonedDateTimeISO(zone);
  const dtstart = local.toPlainDateTime().toString({ smallestUnit: 'second' }).replaceAll(/[-:]/gu, '');
  return new RRuleTemporal({
    rruleString: `DTSTART;TZID=${zone}:${dtstart}\nRRULE:${rrule.replace(/^RRULE:/u, '')}`,
    maxIterations: recurrenceLimits.iterationsMax,
    strict: true,
    cache: false,
  });
};

const lookAt = (
  rule: RRuleTemporal,
  recurrence: Recurrence,
  at: Temporal.Instant,
): { from: Temporal.Instant; until: Temporal.Instant; stretch: Stretch | null } => {
  const last = rule.previous(dateOf(at), true);
  const stretch = last === null ? null : stretchOf(instantOf(last), recurrence);
  if (stretch !== null && isWithin(at, stretch)) return { ...stretch, until: stretch.to, stretch };
  const next = rule.next(dateOf(at), false);
  const until = next === null ? at.add({ hours: 24 * 366 }) : instantOf(next);
  return { from: stretch?.to ?? at, until, stretch: null };
};

const stretchOf = (from: Temporal.Instant, { durationSeconds }: Recurrence): Stretch => ({
  from,
  to: from.add({ seconds: durationSeconds }),
});

const isWithin = (at: Temporal.Instant, { from, to }: Stretch): boolean =>
  Temporal.Instant.compare(at, from) >= 0 && Temporal.Instant.compare(at, to) < 0;

const dateOf = (at: Temporal.Instant): Date => new Date(at.epochMilliseconds);
const instantOf = (zoned: { readonly epochMilliseconds: number }): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(zoned.epochMilliseconds);
