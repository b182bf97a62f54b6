import { Refusal } from '../../../kernel/problem.ts';
import { reaches } from '../../../kernel/role.ts';
import { newId } from '../../../platform/clock/id.ts';
import type { Actor } from '../../../platform/http/http.ts';
import type { Ground } from '../../../platform/module/ground.ts';
import { changesLimits, type Change, type SaidOfChange } from '../contract.ts';
import { timeFault, titleOf, type TimeFault } from '../domain/announce.ts';
import * as store from './store.ts';
import type { ChangesTables } from './tables.ts';

type Outcome = 'created' | 'changed' | 'unchanged';

/** What the commands stand on; `ownerOf` comes through the catalog's door. */
export interface ChangesGround extends Pick<Ground, 'postgres' | 'ledger' | 'clock'> {
  ownerOf(service: string): Promise<string | null>;
}

/**
 * Keeps what somebody says of a change and tells it on the ledger. The same `key` of the same announcer changes what was
 * said before; what is already so changes nothing. Throws a Refusal `changes.not-the-owner` or `changes.impossible-time`.
 */
export const announce = async (
  ground: ChangesGround,
  actor: Actor,
  said: SaidOfChange,
): Promise<{ change: Change; outcome: Outcome }> => {
  const now = ground.clock.now();
  requireResponder(actor, await ground.ownerOf(said.service));
  const announcedBy = `${actor.kind}:${actor.name}`;
  return ground.postgres.transaction<ChangesTables, { change: Change; outcome: Outcome }>(async (tx) => {
    const { key, service } = said;
    const before = key === null ? null : await store.lockByKey(tx, { announcedBy, service, key });
    const change = changeFrom(said, before, { actor, announcedBy, now });
    refuseImpossible(change, now);
    if (before && JSON.stringify(before) === JSON.stringify({ ...change, announcedAt: before.announcedAt }))
      return { change: before, outcome: 'unchanged' };
    const outcome = before ? 'changed' : 'created';
    await store.saveChange(tx, change);
    await ground.ledger.append(tx, {
      kind: 'change.announced',
      subject: `change:${change.id}`,
      service: change.service,
      actor: { kind: actor.kind, id: actor.id, name: actor.name },
      data: { outcome, change },
    });
    return { change, outcome };
  });
};

const requireResponder = (actor: Actor, owner: string | null): void => {
  if (reaches(actor.role, 'responder')) return;
  if (owner !== null && reaches(actor.teams[owner] ?? null, 'responder')) return;
  throw new Refusal({
    status: 403,
    code: 'changes.not-the-owner',
    title: 'Only those who run this service may announce its changes',
    detail:
      owner === null
        ? 'Nobody owns it yet: ask a responder of the organisation, or have its owner named in the catalog.'
        : `It belongs to the team ${owner}, and you are no responder there or in the organisation.`,
  });
};

const changeFrom = (
  said: SaidOfChange,
  before: Change | null,
  { actor, announcedBy, now }: { actor: Actor; announcedBy: string; now: Temporal.Instant },
): Change => ({
  id: before?.id ?? newId(),
  service: said.service,
  environment: said.environment,
  kind: said.kind,
  version: said.version,
  title: said.title ?? titleOf(said.kind, said.version),
  description: said.description,
  by: said.by ?? actor.name,
  link: said.link,
  startedAt: atMillisecond(said.startedAt ?? before?.startedAt ?? sooner(said.endedAt, now)),
  endedAt: said.endedAt === null ? null : atMillisecond(said.endedAt),
  key: said.key,
  announcedAt: atMillisecond(now.toString()),
  announcedBy,
});

/** Finer instants than the database keeps would make equal announcements look different. */
const atMillisecond = (instant: string): string =>
  new Date(Temporal.Instant.from(instant).epochMilliseconds).toISOString();

/** One that is announced only when it is through began, as far as anybody knows, when it ended. */
const sooner = (endedAt: string | null, now: Temporal.Instant): string =>
  endedAt !== null && Temporal.Instant.compare(endedAt, now) < 0 ? endedAt : now.toString();

const refuseImpossible = ({ startedAt, endedAt }: Change, now: Temporal.Instant): void => {
  const times = {
    startedAt: Temporal.Instant.from(startedAt),
    endedAt: endedAt === null ? null : Temporal.Instant.from(endedAt),
  };
  const fault = timeFault(times, now, changesLimits);
  if (fault === null) return;
  const { path, message } = faults[fault];
  throw new Refusal({
    status: 422,
    code: 'changes.impossible-time',
    title: 'The times of this change cannot be',
    detail: message,
    errors: [{ path, message }],
  });
};

const faults: Record<TimeFault, { path: string; message: string }> = {
  'ends-before-it-starts': { path: 'body.endedAt', message: 'is before startedAt; swap them or leave endedAt out' },
  'too-far-ahead': {
    path: 'body.startedAt',
    message: `is more than ${changesLimits.aheadHours / 24} days ahead; announce it when it begins, and look at the sender's clock`,
  },
  'too-long-ago': {
    path: 'body.startedAt',
    message: `is more than ${changesLimits.behindDays} days ago; nothing is kept that it could explain`,
  },
};
