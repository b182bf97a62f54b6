import type { FastifyRequest } from 'fastify';
import { timingSafeEqual } from 'node:crypto';
import { durationOf } from '../../../kernel/time-span.ts';
import { Refusal } from '../../../kernel/problem.ts';
import { baseUrlOf } from '../../../platform/http/base-url.ts';
import type { Actor } from '../../../platform/http/http.ts';
import type { Ground } from '../../../platform/module/ground.ts';
import * as contract from '../contract.ts';
import { dueAt, stateOf } from '../domain/heartbeat.ts';
import {
  deleteHeartbeat,
  describeHeartbeat,
  keepPing,
  makeAddress,
  noSuchHeartbeat,
  ownerOf,
  requireRole,
  type ProbesGround,
} from './commands.ts';
import { heartbeatNamed, heartbeats, type Db } from './store.ts';
import type { HeartbeatRow, ProbesTables } from './tables.ts';

/** Puts the routes of heartbeats on the HTTP ground. */
export const addRoutes = (ground: Ground, probes: ProbesGround): void => {
  const { http } = ground;
  const db = ground.postgres.tables<ProbesTables>();
  const shape = (row: HeartbeatRow) => heartbeatShape(probes, row, ground.clock.now());
  const one = async (name: string) => shape(await found(db, name));
  http.route(contract.listHeartbeats, async ({ query }) => {
    const items = await Promise.all((await heartbeats(db)).map(shape));
    return { items: items.filter(({ state }) => query.state === undefined || state === query.state), next: null };
  });
  http.route(contract.getHeartbeat, ({ params }) => one(params.name));
  http.route(contract.putHeartbeat, async ({ params, body, signedIn }) => {
    const outcome = await describeHeartbeat(probes, signedIn(), params.name, body);
    return { outcome, heartbeat: await one(params.name) };
  });
  http.route(contract.deleteHeartbeat, async ({ params, signedIn }) => {
    await deleteHeartbeat(probes, signedIn(), params.name);
    return undefined;
  });
  http.route(contract.makePingAddress, async ({ params, signedIn }) => {
    const secret = await makeAddress(probes, signedIn(), params.name);
    return { url: `${baseUrlOf(ground)}/api/v1/heartbeats/${params.name}/ping?token=${secret}`, secret };
  });
  const ping = async (call: {
    params: { name: string };
    query: { token?: string | undefined };
    actor: Actor | null;
    request: FastifyRequest;
  }) => {
    await letIn(probes, db, call);
    const row = await keepPing(probes, call.params.name);
    const last = row.last_ping_at!.toTemporalInstant();
    const due = dueAt({ lastPingAt: last, everySeconds: row.every_seconds })!;
    return { name: row.name, state: 'well' as const, at: wire(last), dueAt: wire(due) };
  };
  http.route(contract.pingByGet, ping);
  http.route(contract.pingByPost, ping);
};

/** Lets in who has the secret of the address, or who is a responder where the heartbeat belongs. */
const letIn = async (
  probes: ProbesGround,
  db: Db,
  {
    params,
    query,
    actor,
    request,
  }: {
    params: { name: string };
    query: { token?: string | undefined };
    actor: Actor | null;
    request: FastifyRequest;
  },
): Promise<void> => {
  const row = await heartbeatNamed(db, params.name);
  if (query.token !== undefined) {
    const hash = probes.identity.linkSecrets.hashOf(query.token);
    if (hash && row?.secret_hash && timingSafeEqual(hash, row.secret_hash)) return;
    await probes.identity.linkSecrets.wrong(request);
    throw new Refusal({
      status: 404,
      code: 'probes.address-unknown',
      title: 'This address pings nothing',
      detail: 'A newer address was made, or the heartbeat was deleted. Its owners can make a new one.',
    });
  }
  if (actor === null)
    throw new Refusal({
      status: 401,
      code: 'http.not-signed-in',
      title: 'Who pings says who they are',
      detail: 'Use the secret address of the heartbeat (?token=…), or send `Authorization: Bearer <token>`.',
    });
  if (!row) throw noSuchHeartbeat(params.name);
  if (!actor.scopes.includes('api'))
    throw new Refusal({ status: 403, code: 'http.wrong-scope', title: 'This token was made for something else' });
  requireRole(actor, 'responder', await ownerOf(probes, row), row.name);
};

/** A row as the contract tells it. */
export const heartbeatShape = async (
  probes: ProbesGround,
  row: HeartbeatRow,
  now: Temporal.Instant,
): Promise<contract.Heartbeat> => {
  const beat = {
    everySeconds: row.every_seconds,
    graceSeconds: row.grace_seconds,
    lastPingAt: row.last_ping_at?.toTemporalInstant() ?? null,
    missedSince: row.missed_since?.toTemporalInstant() ?? null,
  };
  const due = dueAt(beat);
  return {
    name: row.name,
    description: row.description,
    every: durationOf(row.every_seconds),
    grace: durationOf(row.grace_seconds),
    service: row.service,
    team: row.team,
    owner: await ownerOf(probes, row),
    ...stateOf(beat, now),
    lastPingAt: row.last_ping_at?.toISOString() ?? null,
    dueAt: due === null ? null : wire(due),
    missedSince: row.missed_since?.toISOString() ?? null,
    pings: Number(row.pings),
  };
};

/** Instants to the millisecond, as everything else on the wire. */
const wire = (at: Temporal.Instant): string => new Date(at.epochMilliseconds).toISOString();

const found = async (db: Db, name: string): Promise<HeartbeatRow> => {
  const row = await heartbeatNamed(db, name);
  if (!row) throw noSuchHeartbeat(name);
  return row;
};
