import { fault } from './simulate-oncall-acts.ts';
import { peopleNames, type State } from './simulate-oncall-state.ts';

interface Shift {
  readonly person: string;
  readonly kind: string;
  readonly from: string;
  readonly to: string;
}

/** Somebody asks for cover of a part of a shift ahead; it is taken whole, in parts, swapped, withdrawn, or nobody cares. */
export const cover = async (state: State, schedule: string): Promise<void> => {
  const { dice, world } = state;
  // What is said later counts; of two things in one millisecond nobody could say which that is.
  state.at = await world.move(1);
  const from = state.at.add({ hours: 1 + dice.below(200) });
  const found = await world.call(
    'GET',
    `/api/v1/schedules/${schedule}/shifts?from=${from.toString()}&to=${from.add({ hours: 48 }).toString()}`,
  );
  // What began or ended within one minute cannot be given away by the minute.
  const shifts = (found.body.items as Shift[]).filter((shift) => shift.kind !== 'shadow' && minutesOf(shift) > 0);
  if (shifts.length === 0) return;
  const shift = dice.pick(shifts);
  const time = partOf(state, shift);
  // What another has a little later can be taken in return.
  const later = shifts.filter(({ person, from: begins }) => person !== shift.person && begins >= time.to);
  const theirs = later.length > 0 && dice.chance(0.4) ? dice.pick(later) : null;
  const taker = theirs?.person ?? dice.pick(peopleNames.filter((name) => name !== shift.person));
  const inReturn = theirs === null ? null : partOf(state, theirs);
  const asked = await world.call('POST', `/api/v1/schedules/${schedule}/cover-requests`, {
    person: shift.person,
    ...time,
    ...(inReturn === null ? {} : { asked: taker, inReturn }),
  });
  if (asked.status >= 300) {
    const given = `${JSON.stringify(time)} of ${JSON.stringify(shift)}`;
    state.wrongs.push(`a request for cover of ${given} was answered by ${asked.status} ${JSON.stringify(asked.body)}`);
    return;
  }
  const kind = inReturn !== null ? 'swap' : dice.pick(['cover', 'cover in parts', 'cover withdrawn', 'cover'] as const);
  fault(state, kind);
  if (kind === 'cover withdrawn') return withdraw(state, asked.body.id);
  const middle = new Date((Date.parse(time.from) + Date.parse(time.to)) / 2).toISOString();
  await take(state, asked.body.id, { person: taker, ...(kind === 'cover in parts' ? { to: middle } : {}) });
  await isOnCall(state, schedule, { person: taker, at: time.from });
  if (inReturn !== null) await isOnCall(state, schedule, { person: shift.person, at: inReturn.from });
  if (kind === 'cover in parts') await isOnCall(state, schedule, { person: shift.person, at: middle });
};

const minute = 60_000;
/** The whole minutes of a shift, as numbers of minutes: the first, and the one behind the last. */
const within = ({ from, to }: Shift): readonly [begin: number, end: number] => [
  Math.ceil(Date.parse(from) / minute),
  Math.floor(Date.parse(to) / minute),
];
const minutesOf = (shift: Shift): number => {
  const [begin, end] = within(shift);
  return end - begin;
};

/** A part of a shift, in whole minutes. */
const partOf = ({ dice }: State, shift: Shift): { from: string; to: string } => {
  const [begin, end] = within(shift);
  const start = begin + dice.below(Math.max(1, Math.floor((end - begin) / 2)));
  const length = Math.max(1, Math.floor((end - start) * (0.3 + dice.roll() * 0.7)));
  return {
    from: new Date(start * minute).toISOString(),
    to: new Date(Math.min(start + length, end) * minute).toISOString(),
  };
};

const take = async (state: State, id: string, body: object): Promise<void> => {
  const said = await state.world.call('POST', `/api/v1/cover-requests/${id}/take`, body);
  if (said.status >= 300) state.wrongs.push(`a cover was answered by ${said.status} ${JSON.stringify(said.body)}`);
};

const withdraw = async (state: State, id: string): Promise<void> => {
  const { status } = await state.world.call('DELETE', `/api/v1/cover-requests/${id}`);
  const late = await state.world.call('POST', `/api/v1/cover-requests/${id}/take`, { person: peopleNames[0] });
  if (status !== 204 || late.status < 400)
    state.wrongs.push(`a request that was withdrawn (${status}) was taken (${late.status})`);
};

const isOnCall = async (
  state: State,
  schedule: string,
  { person, at }: { person: string; at: string },
): Promise<void> => {
  const { body } = await state.world.call('GET', `/api/v1/schedules/${schedule}/on-call?at=${at}`);
  const found = body.items[0]?.person ?? null;
  if (found !== person)
    state.wrongs.push(`${schedule} at ${at}: ${person} has it by a cover, and ${found ?? 'nobody'} is told`);
};

/** Time off, said and sometimes taken back: turns move, and the past stays. */
export const away = async (state: State): Promise<void> => {
  const { dice, world, at } = state;
  const person = dice.pick(peopleNames);
  const from = at.add({ hours: dice.below(400) });
  const said = await world.call('POST', `/api/v1/people/${person}/absences`, {
    from: from.toString(),
    to: from.add({ hours: 8 + dice.below(300) }).toString(),
  });
  fault(state, 'time off');
  if (said.status !== 201) state.wrongs.push(`time off was answered by ${said.status} ${JSON.stringify(said.body)}`);
  else if (dice.chance(0.3)) await world.call('DELETE', `/api/v1/people/${person}/absences/${said.body.id}`);
};

/** Gateways report of what they took: in time, late, twice, as lost, under a wrong signature, or never. */
export const receipts = async (state: State): Promise<void> => {
  const { dice, world } = state;
  const waiting = world.taken.splice(0);
  for (const each of waiting) {
    const how = dice.pick(['arrived', 'arrived', 'arrived twice', 'lost', 'late', 'forged', 'never'] as const);
    if (how === 'never') continue;
    if (how === 'late' && !state.late.has(each)) {
      state.late.add(each);
      world.taken.push(each);
      continue;
    }
    fault(state, `receipt ${how}`);
    if (how === 'forged') {
      const status = await world.report(`${each.reportTo.slice(0, -4)}AAAA`, 'arrived');
      if (status !== 403) state.wrongs.push(`a receipt with a wrong signature was answered by ${status}`);
      continue;
    }
    for (let time = 0; time < (how === 'arrived twice' ? 2 : 1); time += 1) {
      const status = await world.report(each.reportTo, how === 'lost' ? 'lost' : 'arrived');
      if (status !== 200) state.wrongs.push(`a receipt was answered by ${status}`);
    }
    if (how !== 'lost') state.delivered.set(each.key, world.arrivals.length);
  }
};
