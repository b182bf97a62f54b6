import { arrivalsAreRight } from './simulate-oncall-checks.ts';
import { randomSchedule } from './simulate-oncall-random.ts';
import { peopleNames, scheduleCount, type Known, type State } from './simulate-oncall-state.ts';

const must = async ({ world }: State, method: string, path: string, body: unknown): Promise<any> => {
  const answer = await world.call(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};

export const describe = async (state: State): Promise<void> => {
  for (const [index, gateway] of gatewayNames.entries())
    await must(state, 'PUT', `/api/v1/delivery/providers/${gateway}`, gatewayOf(state.world.gateways, gateway, index));
  for (const [index, name] of peopleNames.entries()) {
    const hook = { name: 'hook', channel: 'webhook', address: `${state.world.hooks}/${name}` };
    const sms = { name: 'sms', channel: 'sms', address: `+4915112345${String(index).padStart(3, '0')}` };
    // A third of the people also want an SMS, which owes a receipt.
    const methods = index % 3 === 0 ? [hook, sms] : [hook];
    await must(state, 'PUT', `/api/v1/people/${name}`, {
      email: `${name}@example.org`,
      zone: state.zones[index],
      contactMethods: methods,
      rules: methods.map(({ name: contactMethod }) => ({
        after: 'PT0S',
        contactMethod,
        ...(contactMethod === 'sms' ? { urgency: 'high' } : {}),
      })),
    });
  }
  for (let index = 0; index < scheduleCount; index += 1) {
    await putSchedule(state, `schedule-${index}`);
    await must(state, 'PUT', `/api/v1/escalation-policies/policy-${index}`, {
      steps: [
        { after: 'PT0S', notify: [{ schedule: `schedule-${index}` }] },
        { after: 'PT5M', notify: [{ next: `schedule-${index}` }, { person: state.dice.pick(peopleNames) }] },
      ],
      repeat: state.dice.below(3),
      otherwise: { after: 'PT5M', notify: [{ person: state.dice.pick(peopleNames) }] },
    });
  }
};

const gatewayNames = ['first', 'second'];

/** Asked one after the other: a minute without a receipt, and the next is asked. */
const gatewayOf = (url: string, name: string, priority: number) => ({
  channel: 'sms',
  kind: 'http-gateway',
  priority,
  receiptWithinSeconds: 60,
  settings: {
    url: `${url}/${name}`,
    body: '{"about":"{{about}}","key":"{{key}}","report":"{{receiptUrl}}"}',
    receipt: { statusPath: 'state', delivered: ['arrived'], failed: ['lost'] },
  },
  secrets: { callbackSecret: 'tell-me' },
});

export const putSchedule = async (state: State, name: string): Promise<void> => {
  const zone = state.zones[state.used.size % state.zones.length]!;
  const today = state.at.toZonedDateTimeISO(zone).toPlainDate().toString();
  await must(state, 'PUT', `/api/v1/schedules/${name}`, randomSchedule(state.dice, zone, peopleNames, today));
  state.used.add(zone);
};

export const fault = (state: State, name: string): void => void (state.faults[name] = (state.faults[name] ?? 0) + 1);

export const override = async (state: State, schedule: string): Promise<void> => {
  const { dice, world, at } = state;
  const from = at.add({ hours: dice.below(200) - 5 });
  const body = {
    person: dice.pick(peopleNames),
    from: from.toString(),
    to: from.add({ minutes: 30 + dice.below(60 * 72) }).toString(),
  };
  const said = await world.call('POST', `/api/v1/schedules/${schedule}/overrides`, body);
  // Another override of that time, or a stretch that is over, is refused.
  if (said.status >= 300 && ![409, 422].includes(said.status))
    state.wrongs.push(`an override was answered by ${said.status} ${JSON.stringify(said.body)}`);
  if (said.status < 300 && dice.chance(0.3))
    await world.call('DELETE', `/api/v1/schedules/${schedule}/overrides/${said.body.id}`);
};

/**
 * As a time service does it, in one step. What was seen of the time that comes again is not the past any more, and a lease runs
 * longer by so much.
 */
export const jumpBack = async (state: State): Promise<void> => {
  fault(state, 'clock set back');
  state.at = await state.world.move(-(1 + state.dice.below(15)));
  state.stale.splice(0);
  const nowMs = state.at.epochMilliseconds;
  for (let last = state.past.at(-1); last && last.atMs >= nowMs; last = state.past.at(-1)) state.past.pop();
};

export const raise = async (state: State, index: number): Promise<void> => {
  const body = {
    summary: `Simulated ${state.pages.size}`,
    policy: `policy-${index}`,
    dedupKey: `simulated-${state.pages.size}`,
  };
  const { id } = await must(state, 'POST', '/api/v1/pages', body);
  state.pages.set(id, { state: 'open', snoozedUntil: null, keys: new Map() });
};

/** True when an engine was left with work in its hands: what it had is due again when its lease is over. */
export const crash = async (state: State): Promise<boolean> => {
  const kind = state.dice.chance(0.06)
    ? 'database restarted'
    : state.dice.pick(['abandoned', 'abandoned', 'died before commit', 'connections broken'] as const);
  fault(state, kind);
  if (kind === 'database restarted') {
    await state.world.crashDatabase(1 + state.dice.below(3));
    return true;
  }
  if (kind === 'connections broken') {
    await state.world.breakConnections();
    return false;
  }
  if (kind === 'died before commit') await state.world.dieInDecide();
  else state.stale.push(await state.world.abandon());
  return true;
};

export const lateOnes = async (state: State): Promise<void> => {
  if (state.stale.length === 0 || !state.dice.chance(0.5)) return;
  const stale = state.stale.shift()!;
  if (stale.steps.length === 0) return;
  // Its lease is over first: an engine within its lease may write.
  state.at = await state.world.move(10);
  fault(state, 'came back past its lease');
  if (await state.world.comesBack(stale)) state.wrongs.push('an engine past its lease wrote a decision');
};

export const answer = async (state: State, id: string, page: Known): Promise<void> => {
  const how = state.dice.pick(['acknowledge', 'acknowledge', 'resolve', 'link', 'snooze'] as const);
  if (how === 'link') await byLink(state, id);
  else await must(state, 'POST', `/api/v1/pages/${id}/${how}`, how === 'snooze' ? { minutes: 20 } : {});
  const whole = (await state.world.call('GET', `/api/v1/pages/${id}`)).body;
  if (whole.state === 'triggered') return;
  // Time runs on between the last look and the answer: what became due, and what a sender had in its hands, came before it.
  await state.world.nothingOnItsWay(id);
  await arrivalsAreRight(state);
  page.state = 'answered';
  page.snoozedUntil = whole.snoozedUntil === null ? null : Date.parse(whole.snoozedUntil);
  if (how === 'snooze') page.keys.clear();
};

/** The same link twice: the second says how the page stands; one of a page that is resolved, or that is too old, is refused. */
const byLink = async (state: State, id: string): Promise<void> => {
  const { rows } = await state.world.pages.postgres.pool.query(
    `SELECT content->'actions'->0->>'url' AS url FROM delivery.message WHERE about = $1 AND content->'actions' IS NOT NULL LIMIT 1`,
    [`page:${id}`],
  );
  if (!rows[0]?.url) return;
  for (let time = 0; time < 2; time += 1) {
    const said = await state.world.pages.http.fastify.inject({
      method: 'POST',
      url: new URL(rows[0].url).pathname,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: '',
    });
    if (![200, 409, 410].includes(said.statusCode)) state.wrongs.push(`a link was answered by ${said.statusCode}`);
  }
};

/** A late answer, and one told twice, change nothing. */
export const answerAgain = async (state: State, id: string): Promise<void> => {
  fault(state, 'duplicate or late answer');
  const before = (await state.world.call('GET', `/api/v1/pages/${id}`)).body;
  if (before.state !== 'resolved') return;
  await byLink(state, id);
  const after = (await state.world.call('GET', `/api/v1/pages/${id}`)).body;
  if (after.state !== 'resolved' || after.resolvedAt !== before.resolvedAt)
    state.wrongs.push(`a late answer changed ${id}: ${before.state} became ${after.state}`);
};
