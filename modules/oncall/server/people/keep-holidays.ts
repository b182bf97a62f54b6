import { newId } from '../../../../platform/clock/id.ts';
import { wishesInForce } from '../../domain/people/wishes.ts';
import { endAbsence, holidayAbsences, insertAbsence, lockHolidays, type AbsenceRow } from '../covers/absence-store.ts';
import { inTransaction, nowOf, type PeopleGround } from './people-ground.ts';
import { publicHolidays } from './public-holidays.ts';
import type { Tx } from './store.ts';
import { peopleFound, peopleWithHolidays } from './views.ts';

const aheadDays = 366;
export const keepHolidaysSeconds = 6 * 3_600;
const system = { kind: 'system', id: 'leadline', name: 'Leadline' } as const;

/**
 * Keeps the public holidays of a year ahead as absences, of these people or of all who name a region or did: what is missing is made,
 * what is no longer one ends. One that the person took back stays taken back: they work on that day. Gives back how many changed.
 */
export const keepHolidays = async (people: PeopleGround, names: readonly string[] | null = null): Promise<number> => {
  const db = people.ground.postgres.tables();
  const now = nowOf(people);
  let count = 0;
  for (const person of await peopleFound(db, names ?? (await peopleWithHolidays(db)))) {
    const { holidays: region = '', zone } = wishesInForce(person);
    const wanted = region === '' || person.state === 'disabled' ? [] : await daysOff(region, zone, now);
    count += await inTransaction(people, (tx) => keep(people, tx, { ...person, wanted, now }));
  }
  return count;
};

interface DayOff {
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

const daysOff = async (region: string, zone: string, now: Date): Promise<DayOff[]> => {
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone).toPlainDate();
  const found = await publicHolidays(region, today, today.add({ days: aheadDays }));
  const midnight = (date: Temporal.PlainDate): number => date.toZonedDateTime(zone).epochMilliseconds;
  return found.map(({ date, days, name }) => ({ from: midnight(date), to: midnight(date.add({ days })), name }));
};

const keep = async (
  people: PeopleGround,
  tx: Tx,
  {
    id,
    name,
    wanted,
    now,
  }: { readonly id: string; readonly name: string; readonly wanted: readonly DayOff[]; readonly now: Date },
): Promise<number> => {
  await lockHolidays(tx, name);
  const known = await holidayAbsences(tx, name, now);
  const isKnown = (day: DayOff): boolean =>
    known.some(
      (row) => row.starts_at.getTime() === day.from && (row.ended_at === null || row.ended_by !== system.name),
    );
  const missing = wanted.filter((day) => !isKnown(day));
  const over = known.filter(
    (row) => row.ended_at === null && !wanted.some((day) => day.from === row.starts_at.getTime()),
  );
  for (const day of missing) await insertAbsence(tx, rowOf(name, day, now));
  for (const row of over) await endAbsence(tx, row.id, system.name, now);
  const changed = missing.length + over.length;
  if (changed > 0)
    await people.ground.ledger.append(tx, {
      kind: 'absence.imported',
      subject: `person:${id}`,
      actor: system,
      data: { person: name, count: wanted.length },
    });
  return changed;
};

const rowOf = (person: string, { from, to, name }: DayOff, now: Date): AbsenceRow => ({
  id: newId(now.getTime()),
  person,
  starts_at: new Date(from),
  ends_at: new Date(to),
  reason: name.slice(0, 200),
  origin: 'holiday',
  made_by: system.name,
  made_at: now,
});
