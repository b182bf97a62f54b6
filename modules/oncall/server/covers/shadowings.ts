import { Refusal } from '../../../../kernel/problem.ts';
import { newId } from '../../../../platform/clock/id.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import { absenceLimits, type ShadowingAnswer } from '../../contract/absences.ts';
import { nowOf, personNamed, type PeopleGround } from '../people/people-ground.ts';
import { tell, unknownSchedule } from '../schedules/commands.ts';
import { requireResponder } from '../schedules/may-change.ts';
import { lastVersion, lockSchedule } from '../schedules/store.ts';
import type { SchedulesTables } from '../schedules/tables.ts';
import { scheduleId } from '../schedules/views.ts';
import {
  endShadowing,
  insertShadowing,
  shadowingsAhead,
  shadowingsOfPerson,
  type ShadowingRow,
} from './absence-store.ts';

interface Said {
  readonly person: string;
  readonly of: string | null;
  readonly mode: 'shadow' | 'reverse';
  readonly from: string;
  readonly to: string;
}

/** Lets somebody go along, from now on at the earliest. */
export const makeShadowing = async (
  people: PeopleGround,
  actor: Actor,
  name: string,
  said: Said,
): Promise<ShadowingAnswer> => {
  const person = (await personNamed(people, said.person)).name;
  const of = said.of === null ? null : (await personNamed(people, said.of)).name;
  const now = nowOf(people);
  const [starts_at, ends_at] = [new Date(ms(said.from)), new Date(ms(said.to))];
  if (ends_at <= starts_at) throw wrong('body.to', 'is not after `from`');
  if (ends_at <= now) throw wrong('body.to', 'It lies in the past, and what was stays.');
  if (of === person) throw wrong('body.of', 'nobody goes along with themselves');
  return people.ground.postgres.transaction<SchedulesTables, ShadowingAnswer>(async (tx) => {
    await lockSchedule(tx, name);
    const last = await lastVersion(tx, name);
    if (last === null || last.version.spec === null) throw unknownSchedule(name);
    requireResponder(actor, last.version.spec.team, name);
    const ahead = await shadowingsAhead(tx, last.id, now, absenceLimits.shadowings);
    if (ahead.length >= absenceLimits.shadowings)
      throw wrong('body.person', `A schedule has at most ${absenceLimits.shadowings} shadowings ahead.`);
    const id = newId(now.getTime());
    const { mode } = said;
    const row = {
      id,
      schedule: last.id,
      person,
      of_person: of,
      mode,
      starts_at,
      ends_at,
      made_by: actor.name,
      made_at: now,
    };
    await insertShadowing(tx, row);
    const answer = shadowingShape(row, name);
    await tell(people.ground, tx, actor, 'shadowing.made', name, answer);
    return answer;
  });
};

export const takeBackShadowing = (people: PeopleGround, actor: Actor, name: string, id: string): Promise<void> =>
  people.ground.postgres.transaction<SchedulesTables, void>(async (tx) => {
    await lockSchedule(tx, name);
    const last = await lastVersion(tx, name);
    if (last === null) throw unknownSchedule(name);
    requireResponder(actor, last.version.spec?.team ?? null, name);
    const row = await endShadowing(tx, { schedule: last.id, id }, actor.name, nowOf(people));
    if (row === null)
      throw new Refusal({
        status: 404,
        code: 'oncall.shadowing-unknown',
        title: 'There is no such shadowing',
        detail: 'It is over, or was ended before.',
      });
    await tell(people.ground, tx, actor, 'shadowing.ended', name, shadowingShape(row, name));
  });

export const shadowingsOf = async (people: PeopleGround, name: string): Promise<ShadowingAnswer[]> => {
  const db = people.ground.postgres.tables<SchedulesTables>();
  const id = await scheduleId(db, name);
  if (id === null) throw unknownSchedule(name);
  const rows = await shadowingsAhead(db, id, nowOf(people), absenceLimits.shadowings);
  return rows.map((row) => shadowingShape(row, name));
};

export const shadowingsWith = async (people: PeopleGround, reference: string): Promise<ShadowingAnswer[]> => {
  const { name } = await personNamed(people, reference);
  const db = people.ground.postgres.tables<SchedulesTables>();
  const rows = await shadowingsOfPerson(db, name, nowOf(people), absenceLimits.shadowings);
  return rows.map((row) => shadowingShape(row, row.schedule_name));
};

const ms = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;

const shadowingShape = (row: ShadowingRow, schedule: string): ShadowingAnswer => ({
  id: row.id,
  schedule,
  person: row.person,
  of: row.of_person,
  mode: row.mode,
  from: row.starts_at.toISOString(),
  to: row.ends_at.toISOString(),
  madeBy: row.made_by,
});

const wrong = (path: string, message: string): Refusal =>
  new Refusal({
    status: 422,
    code: 'oncall.bad-shadowing',
    title: 'This shadowing cannot be',
    detail: message,
    errors: [{ path, message }],
  });
