import { Refusal } from '../../../kernel/problem.ts';
import { reaches, type Role } from '../../../kernel/role.ts';
import { durationOf, secondsOf } from '../../../kernel/time-span.ts';
import type { Actor } from '../../../platform/http/http.ts';
import type { LedgerActor } from '../../../platform/ledger/ledger.ts';
import type { Ground } from '../../../platform/module/ground.ts';
import type { CatalogDoor } from '../../catalog/server/public.ts';
import type { IdentityDoor } from '../../identity/server/public.ts';
import type { HeartbeatSpec } from '../contract.ts';
import { dueAt, spanInWords, toSecond } from '../domain/heartbeat.ts';
import { heartbeatLimits } from '../domain/limits.ts';
import * as store from './store.ts';
import type { HeartbeatRow, ProbesTables } from './tables.ts';

/** What the commands of probes stand on. */
export interface ProbesGround extends Pick<Ground, 'postgres' | 'ledger'> {
  readonly catalog: Pick<CatalogDoor, 'ownerOf'>;
  readonly identity: Pick<IdentityDoor, 'teamExists' | 'linkSecrets'>;
}

const system: LedgerActor = { kind: 'system', id: 'leadline', name: 'Leadline' };

/** The team that is told: the one that is named, or the owner of the service; null where nobody owns it. */
export const ownerOf = async (
  probes: Pick<ProbesGround, 'catalog'>,
  { service, team }: { readonly service: string | null; readonly team: string | null },
): Promise<string | null> => team ?? (service === null ? null : await probes.catalog.ownerOf(service));

/** Makes a heartbeat be as said; the same again changes nothing. Throws `probes.not-the-owner` and `probes.team-unknown`. */
export const describeHeartbeat = (
  probes: ProbesGround,
  actor: Actor,
  name: string,
  spec: HeartbeatSpec,
): Promise<'created' | 'changed' | 'unchanged'> =>
  inTransaction(probes, async (tx) => {
    const before = await store.lockHeartbeat(tx, name);
    if (before) requireRole(actor, 'editor', await ownerOf(probes, before), name);
    requireRole(actor, 'editor', await ownerOf(probes, spec), name);
    await refuseUnknownTeam(probes, spec.team);
    const said = {
      description: spec.description,
      every_seconds: secondsOf(spec.every)!,
      grace_seconds: secondsOf(spec.grace)!,
      service: spec.service,
      team: spec.team,
    };
    if (before && JSON.stringify(shown(before)) === JSON.stringify(shown(said))) return 'unchanged';
    if (!before) await refuseTooMany(tx);
    const was = before?.missed_since ?? null;
    const recovered = was !== null && !(await store.isSilent(tx, { ...said, last_ping_at: before!.last_ping_at }));
    await store.saveHeartbeat(tx, name, said, recovered);
    const outcome = before ? 'changed' : 'created';
    await probes.ledger.append(tx, {
      kind: 'heartbeat.described',
      subject: `heartbeat:${name}`,
      service: spec.service,
      actor: ledgerActor(actor),
      data: { outcome, before: before ? shown(before) : null, after: shown(said) },
    });
    if (recovered) await tellRecovered(probes, tx, { ...before!, ...said }, was, 'Its times were changed.');
    return outcome;
  });

/** Deletes a heartbeat; a miss ends with it, so that nobody stays paged for what is no longer watched. */
export const deleteHeartbeat = (probes: ProbesGround, actor: Actor, name: string): Promise<void> =>
  inTransaction(probes, async (tx) => {
    const before = await store.lockHeartbeat(tx, name);
    if (!before) throw noSuchHeartbeat(name);
    requireRole(actor, 'editor', await ownerOf(probes, before), name);
    await store.removeHeartbeat(tx, name);
    if (before.missed_since) await tellRecovered(probes, tx, before, before.missed_since, 'It is no longer watched.');
    await probes.ledger.append(tx, {
      kind: 'heartbeat.deleted',
      subject: `heartbeat:${name}`,
      service: before.service,
      actor: ledgerActor(actor),
      data: { before: shown(before) },
    });
  });

/** A new secret for the address that pings it; the one before stops working. */
export const makeAddress = (probes: ProbesGround, actor: Actor, name: string): Promise<string> =>
  inTransaction(probes, async (tx) => {
    const before = await store.lockHeartbeat(tx, name);
    if (!before) throw noSuchHeartbeat(name);
    requireRole(actor, 'editor', await ownerOf(probes, before), name);
    const { secret, hash } = probes.identity.linkSecrets.make();
    await store.saveSecret(tx, name, hash);
    await probes.ledger.append(tx, {
      kind: 'heartbeat.address-made',
      subject: `heartbeat:${name}`,
      service: before.service,
      actor: ledgerActor(actor),
      data: { name },
    });
    return secret;
  });

/** Keeps a ping of whoever was let in; one that was missed has recovered, which is told in the same transaction. */
export const keepPing = (probes: ProbesGround, name: string): Promise<HeartbeatRow> =>
  inTransaction(probes, async (tx) => {
    const row = await store.keepPing(tx, name);
    if (!row) throw noSuchHeartbeat(name);
    if (row.was_missed_since) await tellRecovered(probes, tx, row, row.was_missed_since, 'It pinged again.');
    return row;
  });

/** Looks for heartbeats that fell silent and tells each once, in the transaction that turns it. */
export const lookForSilence = (probes: ProbesGround): Promise<number> =>
  inTransaction(probes, async (tx) => {
    const missed = await store.turnSilent(tx);
    for (const row of missed) {
      const last = row.last_ping_at!.toTemporalInstant();
      const due = dueAt({ lastPingAt: last, everySeconds: row.every_seconds })!;
      await probes.ledger.append(tx, {
        kind: 'heartbeat.missed',
        subject: `heartbeat:${row.name}`,
        service: row.service,
        actor: system,
        data: {
          ...told(row),
          lastPingAt: last.toString(),
          dueAt: due.toString(),
          reason: `The last ping came at ${toSecond(last)}; the next was due at ${toSecond(due)}, and its grace of ${spanInWords(row.grace_seconds)} is over.`,
        },
      });
    }
    return missed.length;
  });

const tellRecovered = async (
  probes: ProbesGround,
  tx: store.Tx,
  row: HeartbeatRow,
  since: Date,
  reason: string,
): Promise<void> => {
  await probes.ledger.append(tx, {
    kind: 'heartbeat.recovered',
    subject: `heartbeat:${row.name}`,
    service: row.service,
    actor: system,
    data: { ...told(row), missedSince: since.toISOString(), reason },
  });
};

const told = ({ name, service, team, every_seconds, grace_seconds }: HeartbeatRow) => ({
  name,
  service,
  team,
  everySeconds: every_seconds,
  graceSeconds: grace_seconds,
});

type Said = Pick<HeartbeatRow, 'description' | 'every_seconds' | 'grace_seconds' | 'service' | 'team'>;
const shown = ({ description, every_seconds, grace_seconds, service, team }: Said) => ({
  every: durationOf(every_seconds),
  grace: durationOf(grace_seconds),
  service,
  team,
  description,
});

/** At least `role` in the organisation or in the team that is told. */
export const requireRole = (actor: Actor, role: Role, owner: string | null, name: string): void => {
  if (reaches(actor.role, role) || (owner !== null && reaches(actor.teams[owner] ?? null, role))) return;
  throw new Refusal({
    status: 403,
    code: 'probes.not-the-owner',
    title: 'Only those who are told of this heartbeat may do this',
    detail:
      owner === null
        ? `${name}: nobody owns it; it needs the role ${role} in the organisation.`
        : `${name} belongs to the team ${owner}, and you do not have the role ${role} there or in the organisation.`,
  });
};

export const noSuchHeartbeat = (name: string): Refusal =>
  new Refusal({
    status: 404,
    code: 'probes.heartbeat-unknown',
    title: 'There is no such heartbeat',
    detail: `No heartbeat is called ${JSON.stringify(name)}.`,
  });

const refuseUnknownTeam = async (probes: ProbesGround, team: string | null): Promise<void> => {
  if (team === null || (await probes.identity.teamExists(team))) return;
  throw new Refusal({
    status: 422,
    code: 'probes.team-unknown',
    title: 'There is no such team',
    detail: `No team is called ${team}.`,
    errors: [{ path: 'body.team', message: `no team is called ${team}` }],
  });
};

const refuseTooMany = async (tx: store.Tx): Promise<void> => {
  if ((await store.countHeartbeats(tx)) < heartbeatLimits.heartbeats) return;
  throw new Refusal({
    status: 409,
    code: 'probes.too-many-heartbeats',
    title: `There are ${heartbeatLimits.heartbeats} heartbeats already`,
    detail: 'Delete those that nothing pings any more.',
  });
};

const ledgerActor = ({ kind, id, name }: Actor): LedgerActor => ({ kind, id, name });

const inTransaction = <Value>(probes: ProbesGround, work: (tx: store.Tx) => Promise<Value>): Promise<Value> =>
  probes.postgres.transaction<ProbesTables, Value>(work);
