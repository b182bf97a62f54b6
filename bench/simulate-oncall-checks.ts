import { scheduleCount, type State } from './simulate-oncall-state.ts';

/** Shifts are asked for by so much at once. */
const windowMs = 2 * 365 * 86_400_000;

export const arrivalsAreRight = async (state: State): Promise<void> => {
  const nowMs = state.at.epochMilliseconds;
  for (const page of state.pages.values())
    if (page.snoozedUntil !== null && page.snoozedUntil <= nowMs)
      Object.assign(page, { state: 'open', snoozedUntil: null });
  for (const { page: id, slot, key } of state.world.arrivals.slice(state.seen)) {
    const page = state.pages.get(id);
    if (!page) continue;
    if (page.state === 'answered')
      state.wrongs.push(`${id} was answered and ${slot} came after it: ${await state.world.attemptsOf(id)}`);
    const known = page.keys.get(slot);
    if (known !== undefined && known !== key)
      state.wrongs.push(`${id}: ${slot} came under two keys, ${known} and ${key}`);
    page.keys.set(slot, key);
  }
  for (const [index, { key, gateway }] of state.world.arrivals.entries()) {
    if (index < state.seen || gateway === null) continue;
    if ((state.delivered.get(key) ?? Infinity) <= index)
      state.wrongs.push(`${key} had arrived by its receipt, and gateway ${gateway} was asked after it`);
  }
  state.seen = state.world.arrivals.length;
};

/** Whoever gave no receipt was followed by the other gateway, while the page was nobody's. */
export const gatewaysFollowed = (state: State): void => {
  const asked = Map.groupBy(
    state.world.arrivals.filter(({ gateway }) => gateway !== null),
    ({ key }) => key,
  );
  for (const [key, calls] of asked) {
    const { page } = calls[0]!;
    if (state.pages.get(page)?.state !== 'open' || state.delivered.has(key)) continue;
    if (new Set(calls.map(({ gateway }) => gateway)).size < 2)
      state.wrongs.push(`${key} of ${page} has no receipt, and ${calls[0]!.gateway} alone was asked`);
  }
};

export const nothingUnowned = async (state: State): Promise<void> => {
  for (const { what, text } of await state.world.findings())
    if (what === 'step-overdue' || what === 'page-unowned' || what === 'not-handed')
      state.wrongs.push(`${state.at.toString()} ${what}: ${text}`);
};

export const somebodyOrGap = async (state: State): Promise<void> => {
  const schedule = `schedule-${state.dice.below(scheduleCount)}`;
  const at = state.at;
  const [onCall, shifts] = await Promise.all([
    state.world.call('GET', `/api/v1/schedules/${schedule}/on-call?at=${at.toString()}`),
    state.world.call(
      'GET',
      `/api/v1/schedules/${schedule}/shifts?from=${at.subtract({ hours: 1 }).toString()}&to=${at.add({ hours: 1 }).toString()}`,
    ),
  ]);
  const person: string | null = onCall.body.items[0]?.person ?? null;
  const within = ({ from, to }: { from: string; to: string }): boolean =>
    Temporal.Instant.compare(Temporal.Instant.from(from), at) <= 0 &&
    Temporal.Instant.compare(at, Temporal.Instant.from(to)) < 0;
  const gap = shifts.body.gaps.some(within);
  if (person === null && !gap)
    state.wrongs.push(`${schedule} at ${at.toString()}: nobody is on call and no gap is reported`);
  if (person !== null && gap)
    state.wrongs.push(`${schedule} at ${at.toString()}: ${person} is on call and a gap is reported`);
  if (gap) state.gaps += 1;
  state.past.push({ schedule, atMs: at.epochMilliseconds, person });
};

export const anOldInstant = async (state: State): Promise<void> => {
  if (state.past.length === 0) return;
  const { schedule, atMs, person } = state.dice.pick(state.past);
  const at = Temporal.Instant.fromEpochMilliseconds(atMs).toString();
  const { body } = await state.world.call('GET', `/api/v1/schedules/${schedule}/on-call?at=${at}`);
  const now: string | null = body.items[0]?.person ?? null;
  if (now !== person)
    state.wrongs.push(
      `${schedule} at ${at} was ${person ?? 'a gap'} and is told as ${now ?? 'a gap'} at ${state.at.toString()}`,
    );
};

/** Every instant that was ever looked at, once more, by all shifts of its schedule since. */
export const wholePast = async (state: State): Promise<void> => {
  for (const [schedule, looks] of Map.groupBy(state.past, (look) => look.schedule)) {
    for (const [, part] of Map.groupBy(looks, ({ atMs }) => Math.floor(atMs / windowMs))) {
      const [from, to] = [part[0]!.atMs - 60_000, part.at(-1)!.atMs + 60_000].map((ms) =>
        Temporal.Instant.fromEpochMilliseconds(ms).toString(),
      );
      const { body } = await state.world.call('GET', `/api/v1/schedules/${schedule}/shifts?from=${from}&to=${to}`);
      const shifts = (body.items as { person: string; kind: string; from: string; to: string }[])
        .filter(({ kind }) => kind !== 'shadow')
        .map((shift) => ({ person: shift.person, fromMs: Date.parse(shift.from), toMs: Date.parse(shift.to) }));
      for (const { atMs, person } of part) {
        const told = shifts.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)?.person ?? null;
        if (told !== person)
          state.wrongs.push(
            `at the end ${schedule} at ${new Date(atMs).toISOString()} was ${person} and is told as ${told}`,
          );
      }
    }
  }
};
