import { Refusal } from '../../../../kernel/problem.ts';
import { newId } from '../../../../platform/clock/id.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import { storable } from '../../../../platform/ledger/storable.ts';
import { coverLimits, type CoverRequest } from '../../contract/cover-requests.ts';
import { momentText } from '../../domain/moment-text.ts';
import { peopleOf } from '../../domain/schedule/check.ts';
import type { ScheduleSpec } from '../../domain/schedule/schedule.ts';
import type { Stretch } from '../../domain/schedule/shift.ts';
import { within } from '../../domain/schedule/stretches.ts';
import { firstMessages } from '../people/notices.ts';
import { nowOf, personNamed, type PeopleGround } from '../people/people-ground.ts';
import { rulesOf } from '../people/views.ts';
import { tell, unknownSchedule } from '../schedules/commands.ts';
import { requireEditor, requireResponder } from '../schedules/may-change.ts';
import { expansionOf } from '../schedules/on-call.ts';
import { insertOverride, lastVersion, lockSchedule, type Tx } from '../schedules/store.ts';
import type { SchedulesTables } from '../schedules/tables.ts';
import { coverShape, openOf } from './cover-shape.ts';
import * as store from './cover-store.ts';

type Asked = {
  readonly person?: string | undefined;
  readonly from: string;
  readonly to: string;
  readonly asked: string | null;
  readonly inReturn: { readonly from: string; readonly to: string } | null;
  readonly note: string;
};

/** Asks others to take shifts: whoever has them does, or an editor on behalf. */
export const askForCover = async (
  people: PeopleGround,
  actor: Actor,
  name: string,
  said: Asked,
): Promise<CoverRequest> => {
  const own = await ownName(people, actor);
  const person = said.person === undefined ? requireOwn(own) : (await personNamed(people, said.person)).name;
  const asked = said.asked === null ? null : (await personNamed(people, said.asked)).name;
  const now = nowOf(people);
  const time = stretchOf(said, 'body', now);
  const back = said.inReturn === null ? null : stretchOf(said.inReturn, 'body.inReturn', now);
  if (asked === person) throw wrong('body.asked', 'nobody covers for themselves');
  return inSchedule(people, name, async (tx, { id: schedule, spec }) => {
    if (person !== own) requireEditor(actor, [spec.team], name);
    await requireShift(tx, name, person, time, 'body.from');
    if (asked !== null && back !== null) await requireShift(tx, name, asked, back, 'body.inReturn.from');
    const ahead = await store.requestsAhead(tx, { schedule: name, person: null, now, limit: coverLimits.open });
    if (ahead.length >= coverLimits.open) throw wrong('body.from', `There are ${coverLimits.open} requests already.`);
    const row = {
      id: newId(now.getTime()),
      schedule,
      person,
      starts_at: new Date(time.from),
      ends_at: new Date(time.to),
      asked,
      return_starts_at: back && new Date(back.from),
      return_ends_at: back && new Date(back.to),
      note: storable(said.note),
      made_by: actor.name,
      made_at: now,
    };
    await store.insertRequest(tx, row);
    const others = asked === null ? [...peopleOf(spec).keys()].filter((each) => each !== person) : [asked];
    const subject = `${person} asks ${asked ?? 'somebody'} to ${back === null ? 'take over' : 'swap'} on call for ${name}`;
    return tellAll(people, tx, actor, { id: row.id, kind: 'cover.asked', to: others, subject });
  });
};

/** Takes what is open, or a part; a swap is taken whole. Overrides of kind `cover` say who is on call then. */
export const takeCover = async (
  people: PeopleGround,
  actor: Actor,
  id: string,
  said: { readonly person?: string | undefined; readonly from?: string | undefined; readonly to?: string | undefined },
): Promise<CoverRequest> => {
  const own = await ownName(people, actor);
  const person = said.person === undefined ? requireOwn(own) : (await personNamed(people, said.person)).name;
  const name = await requestSchedule(people, id);
  const now = nowOf(people);
  return inSchedule(people, name, async (tx, { id: schedule, spec }) => {
    const row = await store.requestById(tx, id);
    requireTaker({ actor, own, person, row, spec, name });
    const open = openOf(row, now.getTime());
    const part = {
      from: Math.max(said.from === undefined ? -Infinity : ms(said.from), row.starts_at.getTime()),
      to: Math.min(said.to === undefined ? Infinity : ms(said.to), row.ends_at.getTime()),
    };
    const taken = part.from < part.to ? within(part, open) : [];
    if (taken.length === 0) throw notOpen();
    const cover = { schedule, note: row.note, actor, now };
    if (row.return_starts_at !== null && row.return_ends_at !== null) {
      if (said.from !== undefined || said.to !== undefined)
        throw wrong('body.from', 'a swap is taken as a whole; leave `from` and `to` out');
      const back = { from: row.return_starts_at.getTime(), to: row.return_ends_at.getTime() };
      if (back.to <= now.getTime()) throw notOpen();
      await requireShift(tx, name, person, back, 'body.person');
      await insertCover(tx, { ...cover, person: row.person, replaces: person, time: back });
    }
    for (const time of taken) {
      await insertCover(tx, { ...cover, person, replaces: row.person, time });
      await store.insertPart(tx, { request: id, ...time, person, by: actor.name, at: now });
    }
    const subject = `${person} takes over from ${row.person} on call for ${name}`;
    const to = [row.person, person].filter((each) => each !== own);
    return tellAll(people, tx, actor, { id, kind: 'cover.taken', to, subject });
  });
};

/** Withdraws a request (its person, an editor), or declines it (whoever alone was asked). */
export const withdrawCover = async (people: PeopleGround, actor: Actor, id: string): Promise<void> => {
  const own = await ownName(people, actor);
  const name = await requestSchedule(people, id);
  await inSchedule(people, name, async (tx, { spec }) => {
    const row = await store.requestById(tx, id);
    if (own === null || (own !== row.person && own !== row.asked)) requireEditor(actor, [spec.team], name);
    if (openOf(row, nowOf(people).getTime()).length === 0) throw notOpen();
    await store.endRequest(tx, id, actor.name, nowOf(people));
    const to = [row.person, ...(row.asked === null ? [] : [row.asked])].filter((each) => each !== own);
    const subject = `The request of ${row.person} for cover on call for ${name} is off the table`;
    return tellAll(people, tx, actor, { id, kind: 'cover.withdrawn', to, subject });
  });
};

const inSchedule = <Value>(
  people: PeopleGround,
  name: string,
  work: (tx: Tx, schedule: { readonly id: string; readonly spec: ScheduleSpec }) => Promise<Value>,
): Promise<Value> =>
  people.ground.postgres.transaction<SchedulesTables, Value>(async (tx) => {
    await lockSchedule(tx, name);
    const last = await lastVersion(tx, name);
    if (last === null || last.version.spec === null) throw unknownSchedule(name);
    return work(tx, { id: last.id, spec: last.version.spec });
  });

interface Taking {
  readonly actor: Actor;
  readonly own: string | null;
  readonly person: string;
  readonly row: store.RequestRow;
  readonly spec: ScheduleSpec;
  readonly name: string;
}

/** The one who was asked, people of the schedule and responders of its team take for themselves; editors on behalf. */
const requireTaker = ({ actor, own, person, row, spec, name }: Taking): void => {
  if (person === row.person) throw wrong('body.person', 'nobody covers for themselves');
  if (row.asked !== null && person !== row.asked)
    throw wrong('body.person', `${row.asked} alone was asked; ask for another request`);
  if (person !== own) return requireEditor(actor, [spec.team], name);
  if (row.asked !== own && !peopleOf(spec).has(person)) requireResponder(actor, spec.team, name);
};

/** Somebody can only give away what they have. */
const requireShift = async (tx: Tx, name: string, person: string, time: Stretch, path: string): Promise<void> => {
  const found = await expansionOf(tx, name, time);
  if (!found?.shifts.some((shift) => shift.person === person))
    throw wrong(path, `${person} is not on call for ${name} in that time`);
};

const insertCover = (
  tx: Tx,
  cover: {
    readonly schedule: string;
    readonly person: string;
    readonly replaces: string;
    readonly time: Stretch;
    readonly note: string;
    readonly actor: Actor;
    readonly now: Date;
  },
): Promise<void> =>
  insertOverride(tx, {
    id: newId(cover.now.getTime()),
    schedule: cover.schedule,
    person: cover.person,
    kind: 'cover',
    starts_at: new Date(cover.time.from),
    ends_at: new Date(cover.time.to),
    layer: null,
    replaces: cover.replaces,
    note: cover.note,
    made_by: cover.actor.name,
    made_by_id: cover.actor.id,
    made_at: cover.now,
    ended_at: null,
    ended_by: null,
  });

/** Puts it on the ledger and tells people by their first rule for low urgency. */
const tellAll = async (
  people: PeopleGround,
  tx: Tx,
  actor: Actor,
  what: { readonly id: string; readonly kind: string; readonly to: readonly string[]; readonly subject: string },
): Promise<CoverRequest> => {
  const now = nowOf(people).getTime();
  const answer = coverShape(await store.requestById(tx, what.id), now);
  await tell(people.ground, tx, actor, what.kind, answer.schedule, answer);
  const rules = await rulesOf(tx, what.to.slice(0, coverLimits.told));
  const messages = [...rules.values()].flatMap((each) =>
    firstMessages(each, {
      key: `${what.kind}:${what.id}:${now}:${each.person.id}`,
      subject: what.subject,
      text: textFor(what, answer, each.person.zone),
      data: { kind: what.kind, ...answer },
    }),
  );
  if (messages.length > 0) await people.delivery.enqueue(tx, messages);
  return answer;
};

/** In the zone of whoever reads it. */
const textFor = (what: { readonly id: string; readonly kind: string }, answer: CoverRequest, zone: string): string => {
  const span = ({ from, to }: { readonly from: string; readonly to: string }): string =>
    `${momentText(from, zone)} to ${momentText(to, zone)}`;
  return [
    `From ${span(answer)}.`,
    ...(answer.inReturn === null ? [] : [`In return: ${span(answer.inReturn)}.`]),
    ...answer.parts.map((part) => `${part.person} takes ${span(part)}.`),
    ...(answer.note === '' ? [] : [answer.note]),
    ...(what.kind === 'cover.asked' ? ['', `Take it on the screen, or: leadline oncall cover --take ${what.id}`] : []),
  ].join('\n');
};

/** Name of the person behind a session or a token; null for what belongs to nobody. */
const ownName = async ({ identity }: PeopleGround, actor: Actor): Promise<string | null> => {
  const id = actor.kind === 'person' ? actor.id : (actor.ownerId ?? null);
  return id === null ? null : ((await identity.personByName(id))?.name ?? null);
};

const requireOwn = (own: string | null): string => {
  if (own !== null) return own;
  throw wrong('body.person', 'this token belongs to nobody: say who');
};

const requestSchedule = async (people: PeopleGround, id: string): Promise<string> => {
  const name = await store.scheduleOfRequest(people.ground.postgres.tables(), id);
  if (name !== null) return name;
  throw new Refusal({
    status: 404,
    code: 'oncall.cover-unknown',
    title: 'There is no such request',
    detail: '`leadline oncall cover` lists those that are open.',
  });
};

const ms = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;

const stretchOf = (said: { readonly from: string; readonly to: string }, path: string, now: Date): Stretch => {
  const time = { from: Math.max(ms(said.from), now.getTime()), to: ms(said.to) };
  if (ms(said.to) <= ms(said.from)) throw wrong(`${path}.to`, 'is not after `from`');
  if (time.to <= time.from) throw wrong(`${path}.to`, 'It lies in the past, and who was on call then stays.');
  if (time.to - time.from > 366 * 86_400_000) throw wrong(`${path}.to`, 'at most a year at once');
  return time;
};

const notOpen = (): Refusal =>
  new Refusal({
    status: 409,
    code: 'oncall.cover-not-open',
    title: 'Nothing of this is open any more',
    detail: 'It was taken, withdrawn, or its time is over.',
  });

const wrong = (path: string, message: string): Refusal =>
  new Refusal({
    status: 422,
    code: 'oncall.bad-cover',
    title: 'This cannot be covered so',
    detail: message,
    errors: [{ path, message }],
  });
