import type { SilenceAnswer } from '../../contract/silences.ts';
import { matcherText, matchingOf } from '../../domain/policy/matcher.ts';
import { once, type Silence, type Stretch } from '../../domain/policy/silence.ts';
import { makePattern } from './pattern.ts';
import { nextStretches, recurring, type Recurrence } from './recurrence.ts';
import type { SilenceRow } from './tables.ts';

const nextShown = 5;

/** When a silence holds, as it is kept. */
export type SilenceTimes = Pick<SilenceRow, 'first_from' | 'first_to' | 'rrule' | 'zone' | 'ends_at'>;

/** A silence made ready. Throws where its pattern or rule cannot be read. */
export const silenceOf = (row: SilenceRow): Silence => {
  const { id, name, who, why, matchers } = row;
  return { id, name, who, why, matching: matchingOf(matchers, makePattern), stretchAt: stretchAtOf(row) };
};

/** A silence as the contract tells it. */
export const silenceShape = (row: SilenceRow, now: Temporal.Instant): SilenceAnswer => {
  const next = nextOf(row, now);
  const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
  return {
    id: row.id,
    name: row.name,
    match: row.matchers.map(matcherText),
    matchers: [...row.matchers],
    from: row.first_from.toISOString(),
    to: row.first_to.toISOString(),
    rrule: row.rrule,
    zone: row.zone,
    endsAt: iso(row.ends_at),
    state: next.length === 0 ? 'expired' : isWithin(now, next[0]!) ? 'active' : 'pending',
    next: next.map(textsOf),
    who: row.who,
    why: row.why,
    origin: row.origin,
    source: row.source,
    createdAt: row.created_at.toISOString(),
    changedAt: row.changed_at.toISOString(),
    expiredAt: iso(row.expired_at),
    expiredBy: row.expired_by,
  };
};

/** When a silence holds next, or now, as the contract tells it. */
export const nextShape = (times: SilenceTimes, now: Temporal.Instant): SilenceAnswer['next'] =>
  nextOf(times, now).map(textsOf);

/** As all other times of it: with three digits, also where the last is zero. */
const textsOf = ({ from, to }: Stretch) => ({ from: textOf(from), to: textOf(to) });
const textOf = (instant: Temporal.Instant): string => new Date(instant.epochMilliseconds).toISOString();

const stretchAtOf = (row: SilenceRow): Silence['stretchAt'] => {
  const recurrence = recurrenceOf(row);
  const at =
    recurrence === null
      ? once({ from: instantOf(row.first_from), to: instantOf(row.first_to) })
      : recurring(recurrence);
  const end = row.ends_at === null ? null : instantOf(row.ends_at);
  return (time) => cut(at(time), end, time);
};

const nextOf = (row: SilenceTimes, now: Temporal.Instant): Stretch[] => {
  const end = row.ends_at === null ? null : instantOf(row.ends_at);
  if (end !== null && Temporal.Instant.compare(end, now) <= 0) return [];
  const recurrence = recurrenceOf(row);
  const all =
    recurrence === null
      ? [{ from: instantOf(row.first_from), to: instantOf(row.first_to) }]
      : nextStretches(recurrence, now, nextShown);
  return all.flatMap((stretch) => {
    const left = cut(stretch, end, stretch.from);
    return left === null || Temporal.Instant.compare(left.to, now) <= 0 ? [] : [left];
  });
};

/** What of a stretch lies before the end. */
const cut = (stretch: Stretch | null, end: Temporal.Instant | null, at: Temporal.Instant): Stretch | null => {
  if (stretch === null || end === null) return stretch;
  if (Temporal.Instant.compare(at, end) >= 0) return null;
  return Temporal.Instant.compare(stretch.to, end) <= 0 ? stretch : { from: stretch.from, to: end };
};

export const recurrenceOf = ({
  rrule,
  zone,
  first_from,
  first_to,
}: Pick<SilenceRow, 'rrule' | 'zone' | 'first_from' | 'first_to'>): Recurrence | null =>
  rrule === null
    ? null
    : {
        from: instantOf(first_from),
        durationSeconds: (first_to.getTime() - first_from.getTime()) / 1_000,
        rrule,
        zone: zone ?? 'UTC',
      };

const isWithin = (at: Temporal.Instant, { from, to }: Stretch): boolean =>
  Temporal.Instant.compare(at, from) >= 0 && Temporal.Instant.compare(at, to) < 0;

const instantOf = (date: Date): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(date.getTime());
