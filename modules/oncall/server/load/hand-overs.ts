import { Refusal } from '../../../../kernel/problem.ts';
import { newId } from '../../../../platform/clock/id.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import type { PersonAtDoor } from '../../../identity/server/public.ts';
import { handOverText } from '../../domain/load/hand-over-text.ts';
import { dutiesWithin } from '../people/duty-views.ts';
import { firstMessages } from '../people/notices.ts';
import { rulesOf } from '../people/views.ts';
import { nextOnCall, onCallOf } from '../schedules/on-call.ts';
import { ledgerActor, personIdOf, tablesOf, type LoadGround } from './load-ground.ts';
import { beginNote, lockNote, noteById, updateNote } from './store.ts';
import type { HandOverRow, LoadTables } from './tables.ts';
import { pagesInShift } from './views.ts';

/** A shift that ended longer ago is handed over no more; the longest shift that a note looks back over. */
const lookMs = { back: 35 * 86_400_000, ahead: 35 * 86_400_000 };

/** Begins the note of the person's present shift in a schedule, or of their last one: once a shift. */
export const beginHandOver = async (load: LoadGround, actor: Actor, schedule: string): Promise<HandOverRow> => {
  const person = await ownPerson(load, actor);
  const db = tablesOf(load);
  const now = load.ground.clock.now().epochMilliseconds;
  const duties = (await dutiesWithin(db, { from: now - lookMs.back, to: now + lookMs.ahead })).filter(
    (duty) => duty.schedule === schedule && duty.person === person.name && duty.from <= now,
  );
  const duty = duties.at(-1);
  if (!duty)
    throw new Refusal({
      status: 409,
      code: 'oncall.no-shift-to-hand-over',
      title: 'There is no shift of yours to hand over',
      detail: `You were not on call for ${schedule} in the last 35 days.`,
    });
  const pages = await pagesInShift(db, person.name, { from: duty.from, to: Math.min(duty.to, now) });
  const shift = { from: new Date(duty.from), to: new Date(duty.to) };
  const zone = (await rulesOf(db, [person.name])).get(person.name)?.person.zone ?? 'UTC';
  return load.ground.postgres.transaction<LoadTables, HandOverRow>(async (tx) => {
    const { note, made } = await beginNote(tx, {
      id: newId(now),
      schedule,
      shift_from: shift.from,
      shift_to: shift.to,
      author_id: person.id,
      author: person.name,
      receiver_id: null,
      receiver: null,
      text: handOverText({ schedule, from: shift.from.toISOString(), to: shift.to.toISOString(), zone, pages }),
      state: 'begun',
      begun_at: new Date(now),
      sent_at: null,
      accepted_at: null,
    });
    if (made)
      await load.ground.ledger.append(tx, {
        kind: 'hand-over.begun',
        subject: `hand-over:${note.id}`,
        actor: ledgerActor(actor),
        data: { schedule, author: person.name },
      });
    return note;
  });
};

/** Writes the text; only its author, until it is sent. */
export const writeHandOver = (load: LoadGround, actor: Actor, id: string, text: string): Promise<HandOverRow> =>
  load.ground.postgres.transaction<LoadTables, HandOverRow>(async (tx) => {
    const note = authored(await lockNote(tx, id), actor);
    return note.text === text ? note : updateNote(tx, id, { text });
  });

/** Sends it to whoever has the schedule after this shift: on call at its end, or now where that is past. */
export const sendHandOver = async (load: LoadGround, actor: Actor, id: string): Promise<HandOverRow> => {
  const receiver = await receiverOf(load, id, actor);
  const rules = (await rulesOf(tablesOf(load), [receiver.name])).get(receiver.name)!;
  return load.ground.postgres.transaction<LoadTables, HandOverRow>(async (tx) => {
    const note = authored(await lockNote(tx, id), actor);
    const sent = await updateNote(tx, id, {
      state: 'sent',
      receiver: receiver.name,
      receiver_id: receiver.id,
      sent_at: new Date(load.ground.clock.now().epochMilliseconds),
    });
    const { schedule, author } = note;
    await load.delivery.enqueue(
      tx,
      firstMessages(rules, {
        key: `hand-over:${id}:${receiver.id}`,
        subject: `${author} hands over ${schedule} to you`,
        text: `${note.text}\n\nAccept it on the screen, or: leadline hand-over accept ${id}`,
        data: { handOver: id, schedule, author, receiver: receiver.name, text: note.text },
      }),
    );
    await load.ground.ledger.append(tx, {
      kind: 'hand-over.sent',
      subject: `hand-over:${id}`,
      actor: ledgerActor(actor),
      data: { schedule, author, receiver: receiver.name },
    });
    return sent;
  });
};

/** Says that it was read and taken over; only whom it was sent to. Again changes nothing. */
export const acceptHandOver = (load: LoadGround, actor: Actor, id: string): Promise<HandOverRow> =>
  load.ground.postgres.transaction<LoadTables, HandOverRow>(async (tx) => {
    const note = await lockNote(tx, id);
    if (!note) throw noSuchNote(id);
    if (note.receiver_id === null || note.receiver_id !== personIdOf(actor))
      throw notYours('Only whom it was sent to accepts it.');
    if (note.state === 'accepted') return note;
    const accepted = await updateNote(tx, id, {
      state: 'accepted',
      accepted_at: new Date(load.ground.clock.now().epochMilliseconds),
    });
    await load.ground.ledger.append(tx, {
      kind: 'hand-over.accepted',
      subject: `hand-over:${id}`,
      actor: ledgerActor(actor),
      data: { schedule: note.schedule, author: note.author, receiver: note.receiver },
    });
    return accepted;
  });

const receiverOf = async (load: LoadGround, id: string, actor: Actor): Promise<PersonAtDoor> => {
  const db = tablesOf(load);
  const note = authored(await noteById(db, id), actor);
  const now = load.ground.clock.now();
  const end = note.shift_to.toTemporalInstant();
  const at = Temporal.Instant.compare(end, now) > 0 ? end : now;
  const after = (await onCallOf(db, note.schedule, at))?.[0] ?? null;
  const next = after === null || after.person === note.author ? await nextOnCall(db, note.schedule, at) : after;
  const person = next === null ? null : await load.identity.personByName(next.person);
  if (person) return person;
  throw new Refusal({
    status: 409,
    code: 'oncall.nobody-to-hand-over-to',
    title: 'Nobody is on call after this shift',
    detail: `${note.schedule} has nobody within 100 days. Add somebody to it first.`,
  });
};

const authored = (note: HandOverRow | undefined, actor: Actor): HandOverRow => {
  if (!note) throw noSuchNote('');
  if (note.author_id !== personIdOf(actor)) throw notYours('Only its author writes and sends it.');
  if (note.state === 'begun') return note;
  throw new Refusal({
    status: 409,
    code: 'oncall.hand-over-sent',
    title: 'This note was sent already',
    detail: `It went to ${note.receiver}. What was sent stays as it was.`,
  });
};

const ownPerson = async (load: LoadGround, actor: Actor): Promise<PersonAtDoor> => {
  const id = personIdOf(actor);
  const person = id === null ? null : await load.identity.personByName(id);
  if (person) return person;
  throw notYours('A token of nobody has no shifts.');
};

export const noSuchNote = (id: string): Refusal =>
  new Refusal({ status: 404, code: 'oncall.hand-over-unknown', title: 'There is no such hand-over note', detail: id });

const notYours = (detail: string): Refusal =>
  new Refusal({ status: 403, code: 'oncall.not-your-hand-over', title: 'This hand-over is not yours', detail });
