import type { z } from 'zod';
import { Refusal, type FieldError } from '../../../kernel/problem.ts';
import type { Actor } from '../../../platform/http/http.ts';
import type { Ground } from '../../../platform/module/ground.ts';
import type { Secrets } from '../../identity/server/public.ts';
import { deliveryLimits, type Provider, type ProviderSpec } from '../contract.ts';
import type { Channel } from './channels/channel.ts';
import { openSecrets } from './providers/active.ts';
import {
  countProviders,
  deleteProvider,
  lockProvider,
  saveProvider,
  secretsPlace,
  type StoredProvider,
} from './store/providers.ts';
import type { DeliveryTables, Tx } from './store/tables.ts';

export interface ProviderGround extends Pick<Ground, 'postgres' | 'ledger' | 'clock' | 'config'> {
  readonly channels: readonly Channel[];
  readonly secrets: Secrets;
}

type Outcome = 'created' | 'changed' | 'unchanged';

/**
 * Makes or changes a provider. Secrets that are left out keep their values, null removes one. Throws a Refusal
 * `delivery.wrong-provider` that names every wrong field of its kind, or `delivery.too-many-providers`.
 */
export const applyProvider = async (
  ground: ProviderGround,
  actor: Actor,
  { name, spec }: { readonly name: string; readonly spec: ProviderSpec },
): Promise<{ provider: StoredProvider; outcome: Outcome }> =>
  ground.postgres.transaction<DeliveryTables, { provider: StoredProvider; outcome: Outcome }>(async (tx) => {
    const before = await lockProvider(tx, name);
    if (!before && (await countProviders(tx)) >= deliveryLimits.providers) throw tooMany();
    const kept = before && before.kind === spec.kind ? openSecrets(before, ground.secrets) : {};
    const checked = checkedSpec(ground.channels, spec, withSecrets(kept, spec.secrets));
    const next: StoredProvider = {
      name,
      channel: spec.channel,
      kind: spec.kind,
      priority: spec.priority,
      enabled: spec.enabled,
      settings: checked.settings,
      secrets: sealed(ground.secrets, name, checked.secrets),
      secretNames: Object.keys(checked.secrets).toSorted(),
      rateLimit: spec.rateLimit,
      receiptWithinSeconds: spec.receiptWithinSeconds,
      changedAt: new Date(ground.clock.now().epochMilliseconds),
      changedBy: actor.name,
    };
    if (before && same(before, kept, next, checked.secrets)) return { provider: before, outcome: 'unchanged' };
    await saveProvider(tx, next);
    const outcome = before ? 'changed' : 'created';
    await tell(ground, tx, actor, next, outcome);
    return { provider: next, outcome };
  });

/** Removes a provider; what waits for it is given to the next one. Throws a Refusal `delivery.provider-unknown`. */
export const removeProvider = async (ground: ProviderGround, actor: Actor, name: string): Promise<void> =>
  ground.postgres.transaction<DeliveryTables, void>(async (tx) => {
    const before = await lockProvider(tx, name);
    if (!before) throw providerUnknown(name);
    await deleteProvider(tx, name);
    await tell(ground, tx, actor, before, 'removed');
  });

export const providerUnknown = (name: string): Refusal =>
  new Refusal({
    status: 404,
    code: 'delivery.provider-unknown',
    title: 'There is no provider of this name',
    detail: `${name}. \`leadline provider list\` names them.`,
  });

const tooMany = (): Refusal =>
  new Refusal({
    status: 422,
    code: 'delivery.too-many-providers',
    title: `There are ${deliveryLimits.providers} providers already`,
    detail: 'Remove one that is not used.',
  });

const tell = async (
  { ledger }: ProviderGround,
  tx: Tx,
  actor: Actor,
  { name, channel, kind }: StoredProvider,
  outcome: 'created' | 'changed' | 'removed',
): Promise<void> => {
  await ledger.append(tx, {
    kind: 'provider.changed',
    subject: `provider:${name}`,
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    data: { name, outcome, channel, kind },
  });
};

const withSecrets = (kept: Record<string, string>, said: ProviderSpec['secrets']): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...kept, ...said }).filter((entry): entry is [string, string] => entry[1] !== null),
  );

const sealed = (secrets: Secrets, name: string, values: Record<string, string>): Buffer | null =>
  Object.keys(values).length === 0 ? null : secrets.encrypt(JSON.stringify(values), secretsPlace(name));

/** Settings and secrets as the kind wants them; every wrong field is named. */
const checkedSpec = (
  channels: readonly Channel[],
  spec: ProviderSpec,
  secrets: Record<string, string>,
): { settings: Record<string, unknown>; secrets: Record<string, string> } => {
  const channel = channels.find(({ kind }) => kind === spec.kind);
  if (!channel || !channel.channels.includes(spec.channel)) {
    const kinds = channels.filter((each) => each.channels.includes(spec.channel)).map(({ kind }) => kind);
    throw wrongProvider([
      { path: 'body.kind', message: `cannot send ${spec.channel}; write one of ${kinds.join(', ')}` },
    ]);
  }
  const [settings, parsed] = [channel.settings.safeParse(spec.settings), channel.secrets.safeParse(secrets)];
  const errors = [...errorsOf('body.settings', settings), ...errorsOf('body.secrets', parsed)];
  if (errors.length > 0 || !settings.success || !parsed.success) throw wrongProvider(errors);
  return { settings: settings.data, secrets: parsed.data };
};

const errorsOf = (path: string, parsed: z.ZodSafeParseResult<unknown>): FieldError[] =>
  (parsed.error?.issues ?? []).flatMap((issue): FieldError[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: `${path}.${key}`, message: 'there is no such field for this kind' }))
      : [{ path: [path, ...issue.path.map(String)].join('.'), message: issue.message }],
  );

const wrongProvider = (errors: readonly FieldError[]): Refusal =>
  new Refusal({
    status: 422,
    code: 'delivery.wrong-provider',
    title:
      errors.length === 1 ? 'One field of the provider is wrong' : `${errors.length} fields of the provider are wrong`,
    detail: errors.map(({ path, message }) => `${path}: ${message}`).join('; '),
    errors,
  });

const same = (
  before: StoredProvider,
  secretsBefore: Record<string, string>,
  next: StoredProvider,
  secretsNext: Record<string, string>,
): boolean => {
  const shape = ({ channel, kind, priority, enabled, rateLimit, receiptWithinSeconds, settings }: StoredProvider) =>
    sorted({ channel, kind, priority, enabled, rateLimit, receiptWithinSeconds, settings });
  return shape(before) === shape(next) && sorted(secretsBefore) === sorted(secretsNext);
};

/** Equal values give equal text, in whatever order their fields were written. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );

/** A provider as the API tells it: never its secrets. */
export const providerAnswer = (row: StoredProvider, callbackUrl: string | null): Provider => ({
  name: row.name,
  channel: row.channel,
  kind: row.kind,
  priority: row.priority,
  enabled: row.enabled,
  builtIn: false,
  settings: row.settings,
  secretNames: [...row.secretNames],
  rateLimit: row.rateLimit,
  receiptWithinSeconds: row.receiptWithinSeconds,
  callbackUrl,
  changedAt: row.changedAt.toISOString(),
  changedBy: row.changedBy,
});
