import { Refusal } from '../../../../kernel/problem.ts';
import { expand, shiftAt, type Expansion } from '../../domain/schedule/expand.ts';
import { scheduleLimits } from '../../domain/schedule/schedule.ts';
import type { Given, Shift, Stretch } from '../../domain/schedule/shift.ts';
import { dayMs } from '../../domain/schedule/zone-clock.ts';
import { givenNamed, givenOf, type Reader } from './views.ts';

/** Somebody on call, as other parts of on-call read it. */
export interface OnCall {
  readonly person: string;
  readonly layer: string | null;
  readonly kind: Shift['kind'];
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
}

/** How far ahead and back the shift of an instant is followed to find its beginning and end: near first, because most shifts are short. */
const nearMs = 2 * dayMs;
const aroundMs = 35 * dayMs;
/** How far ahead the next one on call is looked for. */
const nextMs = 100 * dayMs;

/**
 * Who is on call at an instant; the first is who is paged, the others go along (shadows). Empty in a gap; null where there was no such
 * schedule then. Beginnings and ends further away than 35 days are told as that.
 */
export const onCallOf = async (db: Reader, name: string, at: Temporal.Instant): Promise<readonly OnCall[] | null> => {
  const instant = at.epochMilliseconds;
  const window = { from: instant - aroundMs, to: instant + aroundMs };
  const found = await givenNamed(db, name, window);
  if (found === null || (found.deletedAt !== null && found.deletedAt.getTime() <= instant)) return null;
  return atInstant(found.given, instant);
};

/** As `onCallOf`, of many schedules by their ids, in one round. */
export const onCallOfMany = async (
  db: Reader,
  ids: readonly string[],
  at: Temporal.Instant,
): Promise<ReadonlyMap<string, readonly OnCall[]>> => {
  const instant = at.epochMilliseconds;
  const window = { from: instant - aroundMs, to: instant + aroundMs };
  const given = await givenOf(db, ids, window);
  return new Map([...given].map(([id, each]) => [id, atInstant(each, instant)]));
};

const atInstant = (given: Given, instant: number): OnCall[] => {
  const near = partyAt(given, instant, nearMs);
  const whole = near.every(({ from, to }) => from > instant - nearMs && to < instant + nearMs);
  return (whole ? near : partyAt(given, instant, aroundMs)).map(outward);
};

const partyAt = (given: Given, instant: number, reachMs: number): Shift[] => {
  const { shifts, shadows } = expand(given, { from: instant - reachMs, to: instant + reachMs });
  const first = shiftAt(shifts, instant);
  return [...(first === null ? [] : [first]), ...shadows.filter(({ from, to }) => from <= instant && instant < to)];
};

/**
 * Who comes after whoever is on call at an instant: the first shift of somebody else (in a gap: of anybody), within 100 days. Null where
 * nobody does.
 */
export const nextOnCall = async (db: Reader, name: string, at: Temporal.Instant): Promise<OnCall | null> => {
  const instant = at.epochMilliseconds;
  const found = await expansionOf(db, name, { from: instant, to: instant + nextMs });
  const now = shiftAt(found?.shifts ?? [], instant)?.person ?? null;
  const next = found?.shifts.find((shift) => shift.from > instant && shift.person !== now);
  return next === undefined ? null : outward(next);
};

/** Shifts and shadows of a schedule in a window, cut to it, by their beginning. */
export const shiftsOf = async (
  db: Reader,
  name: string,
  from: Temporal.Instant,
  to: Temporal.Instant,
): Promise<readonly OnCall[]> => {
  const found = await expansionOf(db, name, windowOf(from, to));
  return found === null ? [] : inTurn(found).map(outward);
};

/** Null where there never was such a schedule. */
export const expansionOf = async (db: Reader, name: string, window: Stretch): Promise<Expansion | null> => {
  const found = await givenNamed(db, name, window);
  return found === null ? null : expand(found.given, window);
};

export const inTurn = ({ shifts, shadows }: Pick<Expansion, 'shifts' | 'shadows'>): Shift[] =>
  shadows.length === 0 ? [...shifts] : [...shifts, ...shadows].toSorted((a, b) => a.from - b.from);

/** Throws the refusal for a window that is empty, backwards or longer than three years. */
export const windowOf = (from: Temporal.Instant, to: Temporal.Instant): Stretch => {
  const window = { from: from.epochMilliseconds, to: to.epochMilliseconds };
  const wrong = (message: string): Refusal =>
    new Refusal({
      status: 400,
      code: 'oncall.bad-window',
      title: 'This is no time that can be asked for',
      detail: message,
      errors: [{ path: 'query.to', message }],
    });
  if (window.to <= window.from) throw wrong('`to` must be after `from`');
  if (window.to - window.from > scheduleLimits.windowDays * dayMs)
    throw wrong(`at most ${scheduleLimits.windowDays} days at once: ask in parts`);
  return window;
};

const outward = ({ person, layer, kind, from, to }: Shift): OnCall => ({
  person,
  layer,
  kind,
  from: Temporal.Instant.fromEpochMilliseconds(from),
  to: Temporal.Instant.fromEpochMilliseconds(to),
});
