import type { Selectable } from 'kysely';
import type { ChannelName, ProviderKind, RateLimit } from '../../contract.ts';
import type { Db, DeliveryTables, Tx } from './tables.ts';

/** A configured provider as it is kept; its secrets are encrypted. */
export interface StoredProvider {
  readonly name: string;
  readonly channel: ChannelName;
  readonly kind: ProviderKind;
  readonly priority: number;
  readonly enabled: boolean;
  readonly settings: Record<string, unknown>;
  readonly secrets: Buffer | null;
  readonly secretNames: readonly string[];
  readonly rateLimit: RateLimit;
  readonly receiptWithinSeconds: number | null;
  readonly changedAt: Date;
  readonly changedBy: string;
}

/** Tells every process that the providers changed. */
export const providersChannel = 'delivery_providers';

/** Under what a provider's secrets are encrypted. */
export const secretsPlace = (name: string): string => `delivery:provider:${name}`;

const storedOf = (row: Selectable<DeliveryTables['delivery.provider']>): StoredProvider => ({
  name: row.name,
  channel: row.channel,
  kind: row.kind,
  priority: row.priority,
  enabled: row.enabled,
  settings: row.settings,
  secrets: row.secrets,
  secretNames: row.secret_names,
  rateLimit: row.rate_limit,
  receiptWithinSeconds: row.receipt_within_seconds,
  changedAt: row.changed_at,
  changedBy: row.changed_by,
});

export const selectProviders = async (db: Db): Promise<StoredProvider[]> => {
  // All configured providers, in the order in which they are asked.
  const rows = await db.selectFrom('delivery.provider').selectAll().orderBy('priority').orderBy('name').execute();
  return rows.map(storedOf);
};

/** One provider, locked until the transaction ends; null where there is none. */
export const lockProvider = async (tx: Tx, name: string): Promise<StoredProvider | null> => {
  // Two changes of one provider wait for each other.
  const row = await tx
    .selectFrom('delivery.provider')
    .selectAll()
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirst();
  return row ? storedOf(row) : null;
};

export const countProviders = async (tx: Tx): Promise<number> => {
  // For the limit of how many there may be.
  const { count } = await tx
    .selectFrom('delivery.provider')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
};

export const saveProvider = async (tx: Tx, provider: StoredProvider): Promise<void> => {
  const row = {
    name: provider.name,
    channel: provider.channel,
    kind: provider.kind,
    priority: provider.priority,
    enabled: provider.enabled,
    settings: JSON.stringify(provider.settings) as never,
    secrets: provider.secrets,
    secret_names: [...provider.secretNames],
    rate_limit: JSON.stringify(provider.rateLimit) as never,
    receipt_within_seconds: provider.receiptWithinSeconds,
    changed_at: provider.changedAt,
    changed_by: provider.changedBy,
  };
  // A provider is written whole.
  await tx
    .insertInto('delivery.provider')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
  await tellChange(tx, provider.name);
};

export const deleteProvider = async (tx: Tx, name: string): Promise<boolean> => {
  // What waits for it is given to the next one when it is taken up.
  const { numDeletedRows } = await tx.deleteFrom('delivery.provider').where('name', '=', name).executeTakeFirst();
  await tellChange(tx, name);
  return numDeletedRows > 0n;
};

const tellChange = async (tx: Tx, name: string): Promise<void> => {
  // Whoever changed it may have paid the bill or raised the limit: what it asked for before does not count any more.
  await tx
    .deleteFrom('delivery.pace')
    .where((eb) => eb.or([eb('lane', '=', name), eb('lane', 'like', `${name} %`)]))
    .execute();
  // Heard by every process when the change is committed.
  await tx.selectNoFrom((eb) => eb.fn('pg_notify', [eb.val(providersChannel), eb.val('')]).as('told')).execute();
};
