import { Refusal, type FieldError } from '../../../../kernel/problem.ts';
import { requireInTeam } from '../../../../platform/http/access.ts';
import { newId } from '../../../../platform/clock/id.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import { storable } from '../../../../platform/ledger/storable.ts';
import type { IntegrationSpec } from '../../contract/integrations.ts';
import type { IntegrationKind } from '../../domain/alert.ts';
import { integrationLimits } from '../../domain/integrations/limits.ts';
import { endingOf, hashKey, newKey } from './key-text.ts';
import type { IntegrationsGround } from './integrations.ts';
import { sealSettings } from './secret-settings.ts';
import * as store from './store.ts';
import type { IntegrationRow, IntegrationsTables } from './tables.ts';
import type { Source } from './source.ts';

export type Outcome = 'created' | 'changed' | 'unchanged';

export interface CommandsGround extends Pick<IntegrationsGround, 'postgres' | 'ledger' | 'identity'> {
  sourceOf(kind: IntegrationKind): Source | undefined;
  /** Called after what may have changed keys or settings is committed, before it is answered. */
  forgetKeys(): void;
}

interface Said extends IntegrationSpec {
  readonly origin: 'hand' | 'file';
  readonly source: string | null;
}

/** A key as it is shown once. */
export interface MadeKey {
  readonly key: string;
  readonly keyId: string;
}

/** Makes an integration with its first key. Throws `alerting.integration-exists`. */
export const createIntegration = (
  ground: CommandsGround,
  actor: Actor,
  name: string,
  spec: IntegrationSpec,
): Promise<{ row: IntegrationRow } & MadeKey> =>
  inTransaction(ground, async (tx) => {
    const before = await store.lockIntegration(tx, name);
    requireEditor(actor, spec.team);
    if (before) throw alreadyThere(name);
    const { row } = await describe(ground, tx, {
      actor,
      name,
      said: { ...spec, origin: 'hand', source: null },
      before,
    });
    return { row, ...(await addKey(ground, tx, { actor, row, overlapSeconds: null })) };
  });

/** Makes an integration be as said; the same again changes nothing. */
export const putIntegration = (
  ground: CommandsGround,
  actor: Actor,
  name: string,
  said: Said,
): Promise<{ outcome: Outcome; row: IntegrationRow }> =>
  inTransaction(ground, async (tx) => {
    const before = await store.lockIntegration(tx, name);
    if (before) requireEditor(actor, before.team);
    requireEditor(actor, said.team);
    return describe(ground, tx, { actor, name, said, before });
  });

const describe = async (
  ground: CommandsGround,
  tx: store.Tx,
  {
    actor,
    name,
    said,
    before,
  }: {
    readonly actor: Actor;
    readonly name: string;
    readonly said: Said;
    readonly before: IntegrationRow | undefined;
  },
): Promise<{ outcome: Outcome; row: IntegrationRow }> => {
  if (before?.built_in) throw builtIn(name);
  await refuseImpossible(ground, said, before);
  if (!before && (await store.countIntegrations(tx)) >= integrationLimits.integrations) throw tooMany();
  const { origin, source, ...given } = said;
  const id = before?.id ?? newId();
  const spec = storable({ ...given, settings: sealed(ground, id, given, before) });
  const was = before ? specOf(before) : null;
  if (before && before.origin === origin && isSame(was, spec)) return { outcome: 'unchanged', row: before };
  const row = await store.saveIntegration(tx, {
    ...spec,
    id,
    name,
    origin,
    source,
    changed_by: actor.name,
  });
  const outcome = before ? 'changed' : 'created';
  await tell(ground, tx, actor, name, 'integration.described', { outcome, before: was, after: spec });
  await store.tellKeysChanged(tx);
  return { outcome, row };
};

const sealed = (
  { identity, sourceOf }: CommandsGround,
  integration: string,
  { kind, settings: given }: IntegrationSpec,
  row: IntegrationRow | undefined,
): IntegrationSpec['settings'] => {
  const names = sourceOf(kind)?.options.secretSettings ?? [];
  return sealSettings(identity.secrets, names, { integration, given, before: row?.settings ?? {} });
};

/** Deletes an integration with its keys and payloads. */
export const deleteIntegration = (ground: CommandsGround, actor: Actor, name: string): Promise<void> =>
  inTransaction(ground, async (tx) => {
    const row = await ours(tx, actor, name);
    await store.removeIntegration(tx, row.id);
    await tell(ground, tx, actor, name, 'integration.removed', { before: specOf(row) });
    await store.tellKeysChanged(tx);
  });

/** A further key; those before it run out when the overlap is over. */
export const makeKey = (
  ground: CommandsGround,
  actor: Actor,
  name: string,
  overlapSeconds: number,
): Promise<{ row: IntegrationRow } & MadeKey> =>
  inTransaction(ground, async (tx) => {
    const row = await ours(tx, actor, name);
    await store.letKeysRunOut(tx, row.id, overlapSeconds);
    if ((await store.keysOf(tx, row.id)).length >= integrationLimits.keys) throw tooManyKeys();
    return { row, ...(await addKey(ground, tx, { actor, row, overlapSeconds })) };
  });

const addKey = async (
  ground: CommandsGround,
  tx: store.Tx,
  { actor, row, overlapSeconds }: { actor: Actor; row: IntegrationRow; overlapSeconds: number | null },
): Promise<MadeKey> => {
  const key = newKey(row.kind);
  const ending = endingOf(key);
  const kept = await store.insertKey(tx, {
    id: newId(),
    integration: row.id,
    hash: hashKey(key),
    ending,
    made_by: actor.name,
  });
  await tell(ground, tx, actor, row.name, 'integration.key-made', { ending, overlapSeconds });
  await store.tellKeysChanged(tx);
  return { key, keyId: kept.id };
};

export const revokeKey = (ground: CommandsGround, actor: Actor, name: string, key: string): Promise<void> =>
  inTransaction(ground, async (tx) => {
    const row = await ours(tx, actor, name);
    if (!(await store.removeKey(tx, row.id, key)))
      throw new Refusal({ status: 404, code: 'alerting.no-such-key', title: 'This integration has no such key' });
    await tell(ground, tx, actor, name, 'integration.key-revoked', { key });
    await store.tellKeysChanged(tx);
  });

/** For what is told of an integration without changing it. */
export const tellOf = (
  ground: CommandsGround,
  actor: Actor,
  name: string,
  kind: 'integration.tested' | 'integration.payload-replayed',
  data: Record<string, unknown>,
): Promise<void> => inTransaction(ground, (tx) => tell(ground, tx, actor, name, kind, data));

const tell = async (
  { ledger }: CommandsGround,
  tx: store.Tx,
  actor: Actor,
  name: string,
  kind: string,
  data: Record<string, unknown>,
): Promise<void> => {
  const { kind: who, id, name: called } = actor;
  await ledger.append(tx, { kind, subject: `integration:${name}`, actor: { kind: who, id, name: called }, data });
};

/** The integration, for an editor of its team or of the organisation; not one of Leadline's own. */
const ours = async (tx: store.Tx, actor: Actor, name: string): Promise<IntegrationRow> => {
  const row = await store.lockIntegration(tx, name);
  requireEditor(actor, row?.team ?? null);
  if (!row) throw noSuchIntegration(name);
  if (row.built_in) throw builtIn(name);
  return row;
};

export const requireEditor = (actor: Actor, team: string | null): void => requireInTeam(actor, 'editor', team);

export const specOf = ({ kind, team, description, settings, enabled }: IntegrationRow): IntegrationSpec => ({
  kind: kind as IntegrationSpec['kind'],
  team,
  description,
  settings: settings as IntegrationSpec['settings'],
  enabled,
});

/** What cannot be: a team that there is not, settings that the kind does not know, a kind that changes. */
const refuseImpossible = async (
  ground: CommandsGround,
  said: Said,
  before: IntegrationRow | undefined,
): Promise<void> => {
  const errors: FieldError[] = [];
  if (said.team !== null && !(await ground.identity.teamExists(said.team)))
    errors.push({ path: 'body.team', message: `there is no team ${said.team}` });
  if (before && before.kind !== said.kind)
    errors.push({ path: 'body.kind', message: `it was made as ${before.kind} and stays so; make another one` });
  for (const { path, message } of ground.sourceOf(said.kind)?.options.checkSettings?.(said.settings) ?? [])
    errors.push({ path: `body.settings${path === '' ? '' : `.${path}`}`, message });
  if (errors.length === 0) return;
  throw new Refusal({
    status: 422,
    code: 'alerting.impossible-integration',
    title: 'The integration cannot be so',
    detail: errors.map((each) => each.message).join('; '),
    errors,
  });
};

/** PostgreSQL keeps the keys of jsonb in an order of its own. */
const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, each]) => [name, sorted(each)]));
};

export const noSuchIntegration = (name: string): Refusal =>
  new Refusal({
    status: 404,
    code: 'alerting.no-such-integration',
    title: 'There is no such integration',
    detail: `No integration is called ${JSON.stringify(name)}.`,
  });

const alreadyThere = (name: string): Refusal =>
  new Refusal({
    status: 409,
    code: 'alerting.integration-exists',
    title: 'There is an integration of this name',
    detail: `${name}: take another name, or make it a new key (leadline integration rotate ${name}).`,
  });

const builtIn = (name: string): Refusal =>
  new Refusal({
    status: 409,
    code: 'alerting.built-in-integration',
    title: 'This is one of Leadline’s own sources',
    detail: `${name} has no key and stays as it is.`,
  });

const tooMany = (): Refusal =>
  new Refusal({
    status: 409,
    code: 'alerting.too-many-integrations',
    title: `There are ${integrationLimits.integrations} integrations already`,
    detail: 'Delete those that send nothing any more.',
  });

const tooManyKeys = (): Refusal =>
  new Refusal({
    status: 409,
    code: 'alerting.too-many-keys',
    title: `${integrationLimits.keys} keys of this integration work already`,
    detail: 'Revoke those that no sender has any more.',
  });

const inTransaction = async <Value>(ground: CommandsGround, work: (tx: store.Tx) => Promise<Value>): Promise<Value> => {
  const done = await ground.postgres.transaction<IntegrationsTables, Value>(work);
  ground.forgetKeys();
  return done;
};
