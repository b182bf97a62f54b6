import { durationOf } from '../../../../kernel/time-span.ts';
import { storable } from '../../../../platform/ledger/storable.ts';
import type { Heartbeat } from '../../../probes/contract.ts';
import type { Integration } from '../../domain/alert.ts';
import {
  intervalSeconds,
  probeNameFrom,
  readOpsgenieHeartbeat,
  type OpsgenieHeartbeat,
} from '../../domain/sources/opsgenie-heartbeat.ts';
import { segmentsOf } from '../../domain/sources/opsgenie-path.ts';
import type { AlertTables } from '../intake/tables.ts';
import type { SourceAnswer, SourceCall } from '../integrations/source.ts';
import { noSuch, shown, startTook, unprocessable, type Took } from './opsgenie-answer.ts';
import { bodyOf, type OpsgenieGround } from './opsgenie-ground.ts';
import * as store from './opsgenie-heartbeat-store.ts';
import { teamMeant } from './opsgenie-team.ts';

const path = '/v2/heartbeats';

/** Opsgenie's Heartbeat API on the heartbeats of the module probes: what falls silent pages somebody. */
export const takeHeartbeat = async (ground: OpsgenieGround, call: SourceCall): Promise<SourceAnswer> => {
  const took = startTook();
  const parts = storable(segmentsOf(call.path, path) ?? []);
  const [last] = parts.slice(-1);
  const verb = parts.length > 1 && (last === 'ping' || last === 'enable' || last === 'disable') ? last : null;
  const name = (verb === null ? parts : parts.slice(0, -1)).join('/');
  if (name === '') return ofAll(ground, call, took);
  if (verb === 'ping') return ping(ground, call, took, name);
  const row = await found(ground, call.integration, name);
  if (verb !== null && call.method === 'POST')
    return described(ground, call, { took, row, said: { ...row.said, enabled: verb === 'enable' } });
  if (verb !== null) throw unknownWay(call);
  if (call.method === 'GET') return shown(call, took, { data: await shape(ground, row) });
  if (call.method === 'PATCH' || call.method === 'PUT') {
    const read = readOpsgenieHeartbeat(bodyOf(call), row.said);
    if (!read.ok) throw unprocessable(read.errors);
    return described(ground, call, { took, row, said: storable(read.said) });
  }
  if (call.method === 'DELETE') return remove(ground, call, took, row);
  throw unknownWay(call);
};

const ofAll = async (ground: OpsgenieGround, call: SourceCall, took: Took): Promise<SourceAnswer> => {
  const db = ground.postgres.tables<AlertTables>();
  if (call.method === 'GET') {
    const rows = await store.saidHeartbeats(db, call.integration.id, null);
    const heartbeats = await shapes(ground, rows);
    return shown(call, took, { data: { heartbeats } });
  }
  if (call.method !== 'POST') throw unknownWay(call);
  const read = readOpsgenieHeartbeat(bodyOf(call), null);
  if (!read.ok) throw unprocessable(read.errors);
  const said = storable(read.said);
  const [known] = await store.saidHeartbeats(db, call.integration.id, said.name);
  if (known) throw unprocessable({ name: `Heartbeat with name [${said.name}] already exists.` });
  const row = await named(ground, call.integration, said);
  return { ...(await described(ground, call, { took, row, said })), status: 201 };
};

/** Takes a name in probes that nobody has, and keeps it. */
const named = (
  ground: OpsgenieGround,
  integration: Integration,
  said: OpsgenieHeartbeat,
): Promise<store.HeartbeatSaidRow> =>
  ground.postgres.transaction<AlertTables, store.HeartbeatSaidRow>(async (tx) => {
    await store.lockNames(tx);
    const ours = await store.namesTaken(tx);
    const candidates = Array.from({ length: candidatesMax }, (_, index) => index + 1);
    const base = probeNameFrom(said.name, () => false);
    const wanted = candidates.map((number) => (number === 1 ? base : `${base}-${number}`));
    const others = new Set((await ground.probes.heartbeatsNamed(wanted)).map(({ name }) => name));
    const heartbeat = probeNameFrom(said.name, (candidate) => ours.has(candidate) || others.has(candidate));
    const row = { name: said.name, heartbeat, said };
    await store.saveSaidHeartbeat(tx, integration.id, row);
    return row;
  });
const candidatesMax = 100;

/** Brings probes to what is said: watched where it is switched on, else not at all. */
const described = async (
  ground: OpsgenieGround,
  call: SourceCall,
  { took, row, said }: { readonly took: Took; readonly row: store.HeartbeatSaidRow; readonly said: OpsgenieHeartbeat },
): Promise<SourceAnswer> => {
  const { integration } = call;
  const actor = actorOf(integration);
  const next = { ...row, said };
  if (said.enabled)
    await ground.probes.describeHeartbeat(actor, row.heartbeat, {
      every: durationOf(intervalSeconds(said)),
      grace: 'PT0S',
      service: null,
      team: await teamOf(ground, integration, said),
      description: [said.alertMessage, said.description, said.name === row.heartbeat ? '' : `Opsgenie: ${said.name}`]
        .filter((each) => each !== '')
        .join('\n')
        .slice(0, 2_000),
    });
  else await ground.probes.deleteHeartbeat(actor, row.heartbeat);
  await ground.postgres.transaction<AlertTables, void>((tx) => store.saveSaidHeartbeat(tx, integration.id, next));
  return { ...shown(call, took, { data: await shape(ground, next) }), outcome: { heartbeat: row.heartbeat } };
};

const remove = async (
  ground: OpsgenieGround,
  call: SourceCall,
  took: Took,
  row: store.HeartbeatSaidRow,
): Promise<SourceAnswer> => {
  await ground.probes.deleteHeartbeat(actorOf(call.integration), row.heartbeat);
  await ground.postgres.transaction<AlertTables, void>((tx) =>
    store.removeSaidHeartbeat(tx, call.integration.id, row.name),
  );
  return shown(call, took, { code: 200, result: 'Deleted' });
};

/** As Opsgenie, which does not look whether there is such a heartbeat before it answers. */
const ping = async (ground: OpsgenieGround, call: SourceCall, took: Took, name: string): Promise<SourceAnswer> => {
  const [row] = await store.saidHeartbeats(ground.postgres.tables<AlertTables>(), call.integration.id, name);
  if (row?.said.enabled) await ground.probes.pingHeartbeat(row.heartbeat);
  return shown(call, took, { result: 'PONG - Heartbeat received' }, 202);
};

const teamOf = async (
  ground: OpsgenieGround,
  { team }: Integration,
  { ownerTeam }: OpsgenieHeartbeat,
): Promise<string | null> =>
  (ownerTeam === null ? null : await teamMeant(ground, [{ ...ownerTeam, type: 'team' }])) ?? team;

/** The integration itself, which whoever made it trusts with its key; it touches only heartbeats that it made. */
const actorOf = ({ id, name }: Integration) =>
  ({ kind: 'system', id, name, role: 'editor', teams: {}, scopes: ['api'] }) as const;

const found = async (
  ground: OpsgenieGround,
  integration: Integration,
  name: string,
): Promise<store.HeartbeatSaidRow> => {
  const [row] = await store.saidHeartbeats(ground.postgres.tables<AlertTables>(), integration.id, name);
  if (row) return row;
  throw noSuch(`Heartbeat with name [${name}] does not exist`);
};

const unknownWay = ({ method, path: asked }: SourceCall) => noSuch(`There is no ${method} ${asked} here`);

const shape = async (ground: OpsgenieGround, row: store.HeartbeatSaidRow) => (await shapes(ground, [row]))[0]!;

const shapes = async (ground: OpsgenieGround, rows: readonly store.HeartbeatSaidRow[]) => {
  const stand = await ground.probes.heartbeatsNamed(rows.map(({ heartbeat }) => heartbeat));
  return rows.map((row) => {
    const watched: Heartbeat | undefined = stand.find(({ name }) => name === row.heartbeat);
    const { ownerTeam, ...said } = row.said;
    return {
      ...said,
      ...(ownerTeam === null ? {} : { ownerTeam: { ...ownerTeam, id: ownerTeam.id ?? ownerTeam.name ?? '' } }),
      expired: watched?.state === 'missed',
      ...(watched?.lastPingAt ? { lastPingTime: watched.lastPingAt } : {}),
    };
  });
};
