import { Refusal } from '../../../../kernel/problem.ts';
import { reaches } from '../../../../kernel/role.ts';
import { newId } from '../../../../platform/clock/id.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import { storable } from '../../../../platform/ledger/storable.ts';
import type { PersonAtDoor } from '../../../identity/server/public.ts';
import { absenceLimits, type AbsenceAnswer } from '../../contract/absences.ts';
import { isDate } from '../../domain/schedule/fields.ts';
import { dayMs } from '../../domain/schedule/zone-clock.ts';
import { ledgerActor, mayChange, nowOf, personNamed, type PeopleGround } from '../people/people-ground.ts';
import { peopleFound, rulesOfPerson } from '../people/views.ts';
import { peopleOf } from '../../domain/schedule/check.ts';
import { unknownSchedule } from '../schedules/commands.ts';
import { readCalendar } from '../schedules/read-calendar.ts';
import { scheduleRows } from '../schedules/views.ts';
import { absencesAhead, absencesAheadOf, endAbsences, insertAbsence, type AbsenceRow } from './absence-store.ts';

/** When somebody cannot be on call. It holds from now on at the earliest: what has been stays. */
export const makeAbsence = async (
  people: PeopleGround,
  actor: Actor,
  reference: string,
  said: { readonly from: string; readonly to: string; readonly reason: string },
): Promise<AbsenceAnswer> => {
  const person = await ownPerson(people, actor, reference);
  const zone = await zoneOf(people, person.name);
  const now = nowOf(people);
  const row = { ...rowOf(person, actor, now), reason: storable(said.reason), origin: 'hand' as const };
  const absence = { ...row, starts_at: momentOf(said.from, zone, 'begin'), ends_at: momentOf(said.to, zone, 'end') };
  if (absence.ends_at <= absence.starts_at) throw unprocessable('body.to', 'is not after `from`');
  if (absence.ends_at <= now) throw unprocessable('body.to', 'It lies in the past, and who was on call then stays.');
  return people.ground.postgres.transaction<object, AbsenceAnswer>(async (tx) => {
    const ahead = await absencesAhead(tx, person.name, now, absenceLimits.ahead);
    if (ahead.length >= absenceLimits.ahead)
      throw unprocessable('body.from', `There are ${absenceLimits.ahead} absences ahead already.`);
    await insertAbsence(tx, absence);
    await tell(people, tx, actor, 'absence.made', person, absenceShape(absence));
    return absenceShape(absence);
  });
};

/**
 * The events of an iCalendar of the year ahead, in place of those that were imported before; dates are days where the person lives. The
 * same again changes nothing but when it was read.
 */
export const importCalendar = async (
  people: PeopleGround,
  actor: Actor,
  reference: string,
  said: { readonly calendar: string; readonly only: string },
): Promise<{ items: AbsenceAnswer[]; leftOut: number }> => {
  const person = await ownPerson(people, actor, reference);
  const now = nowOf(people);
  const window = { from: now.getTime(), to: now.getTime() + absenceLimits.days * dayMs };
  const read = readCalendar(said.calendar, await zoneOf(people, person.name), window);
  if (!read.ok) throw unprocessable('body.calendar', read.reason);
  const wanted = read.times.filter(({ summary }) => summary.toLowerCase().includes(said.only.toLowerCase()));
  if (wanted.length > absenceLimits.ahead)
    throw unprocessable('body.calendar', `It has more than ${absenceLimits.ahead} events in the year ahead.`);
  const rows = wanted.map((time) => ({
    ...rowOf(person, actor, now),
    starts_at: new Date(time.from),
    ends_at: new Date(time.to),
    reason: storable(time.summary.slice(0, 200)),
    origin: 'calendar' as const,
  }));
  await people.ground.postgres.transaction<object, void>(async (tx) => {
    await endAbsences(tx, { person: person.name, id: null }, actor.name, now);
    for (const row of rows) await insertAbsence(tx, row);
    await tell(people, tx, actor, 'absence.imported', person, { person: person.name, count: rows.length });
  });
  return { items: rows.map(absenceShape), leftOut: read.leftOut };
};

export const takeBackAbsence = async (
  people: PeopleGround,
  actor: Actor,
  reference: string,
  id: string,
): Promise<void> => {
  const person = await ownPerson(people, actor, reference);
  await people.ground.postgres.transaction<object, void>(async (tx) => {
    const [row] = await endAbsences(tx, { person: person.name, id }, actor.name, nowOf(people));
    if (row === undefined)
      throw new Refusal({
        status: 404,
        code: 'oncall.absence-unknown',
        title: 'There is no such absence',
        detail: 'It is over, or was taken back before.',
      });
    await tell(people, tx, actor, 'absence.taken-back', person, absenceShape(row));
  });
};

export const absencesOf = async (people: PeopleGround, reference: string): Promise<AbsenceAnswer[]> => {
  const { name } = await personNamed(people, reference);
  const rows = await absencesAhead(people.ground.postgres.tables(), name, nowOf(people), absenceLimits.ahead);
  return rows.map(absenceShape);
};

/** Who of a schedule's people is away. */
export const absencesOfSchedule = async (
  { ground, ...people }: PeopleGround,
  name: string,
): Promise<AbsenceAnswer[]> => {
  const db = ground.postgres.tables<any>();
  const [schedule] = await scheduleRows(db, { names: [name], limit: 1 });
  if (schedule === undefined) throw unknownSchedule(name);
  const names = [...peopleOf(schedule.version.spec!).keys()];
  const rows = await absencesAheadOf(db, names, nowOf({ ground, ...people }), absenceLimits.ahead);
  return rows.map(absenceShape);
};

/** Throws 404 for admins only, so that others learn nothing. */
const ownPerson = async (people: PeopleGround, actor: Actor, reference: string): Promise<PersonAtDoor> => {
  const person = await people.identity.personByName(reference);
  if (person && mayChange(actor, person.id)) return person;
  if (!person && reaches(actor.role, 'admin')) return personNamed(people, reference);
  throw new Refusal({
    status: 403,
    code: 'oncall.not-your-absence',
    title: 'When somebody is away is said by themselves or by an admin',
    detail: 'Ask them or an admin, or put somebody else on call with an override.',
  });
};

const zoneOf = async (people: PeopleGround, name: string): Promise<string> => {
  const [found] = await peopleFound(people.ground.postgres.tables(), [name]);
  return found === undefined ? 'UTC' : rulesOfPerson(found).person.zone;
};

/** A date is a whole day: its beginning, or as an end the beginning of the next. */
const momentOf = (text: string, zone: string, which: 'begin' | 'end'): Date => {
  if (!isDate(text)) return new Date(Temporal.Instant.from(text).epochMilliseconds);
  const day = Temporal.PlainDate.from(text).add({ days: which === 'end' ? 1 : 0 });
  return new Date(day.toZonedDateTime(zone).epochMilliseconds);
};

const rowOf = (person: PersonAtDoor, actor: Actor, now: Date) => ({
  id: newId(now.getTime()),
  person: person.name,
  made_by: actor.name,
  made_at: now,
});

const absenceShape = (row: AbsenceRow): AbsenceAnswer => ({
  id: row.id,
  person: row.person,
  from: row.starts_at.toISOString(),
  to: row.ends_at.toISOString(),
  reason: row.reason,
  origin: row.origin,
  madeBy: row.made_by,
});

const tell = (
  { ground }: PeopleGround,
  tx: unknown,
  actor: Actor,
  kind: string,
  person: PersonAtDoor,
  data: Record<string, unknown>,
): Promise<string> =>
  ground.ledger.append(tx as never, { kind, subject: `person:${person.id}`, actor: ledgerActor(actor), data });

const unprocessable = (path: string, message: string): Refusal =>
  new Refusal({
    status: 422,
    code: 'oncall.bad-absence',
    title: 'This absence cannot be',
    detail: message,
    errors: [{ path, message }],
  });
