import { sql, type Kysely, type Transaction } from 'kysely';
import { integrationLimits } from '../../domain/integrations/limits.ts';
import type { IntegrationRow, IntegrationsTables, KeyRow } from './tables.ts';

export type Db = Kysely<IntegrationsTables>;
export type Tx = Transaction<IntegrationsTables>;

/** Every process that keeps keys in memory listens here and forgets them. */
export const keysChannel = 'alerting_integration_keys';

/** One integration by the hash of a key that works now. */
export const byKeyHash = async (
  db: Db,
  hash: Buffer,
): Promise<{ readonly row: IntegrationRow; readonly keyId: string; readonly hash: Buffer } | null> => {
  const { rows } = await sql<
    IntegrationRow & { key_id: string; key_hash: Buffer }
  >`-- Exchanged keys work until they run out, by the database's clock.
    SELECT i.*, k.id AS key_id, k.hash AS key_hash FROM alerting.integration_key k
    JOIN alerting.integration i ON i.id = k.integration
    WHERE k.hash = ${hash} AND (k.expires_at IS NULL OR k.expires_at > ground.now())`.execute(db);
  const found = rows[0];
  if (!found) return null;
  const { key_id: keyId, key_hash: keyHash, ...row } = found;
  return { row, keyId, hash: keyHash };
};

export const noteKeyUse = async (db: Db, keyId: string): Promise<void> => {
  await sql`-- At most once a minute a key and process.
    UPDATE alerting.integration_key SET last_used_at = ground.now() WHERE id = ${keyId}`.execute(db);
};

export const tellKeysChanged = async (tx: Tx): Promise<void> => {
  await sql`-- With the commit every process forgets what it keeps of keys.
    SELECT pg_notify(${keysChannel}, '')`.execute(tx);
};

/** The integration, locked until the transaction ends; two that make one of the same name at once wait for each other. */
export const lockIntegration = async (tx: Tx, name: string): Promise<IntegrationRow | undefined> => {
  // A lock on the name, because a row that does not exist yet cannot be locked.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`alerting-integration:${name}`}, 0))`.execute(tx);
  return tx.selectFrom('alerting.integration').selectAll().where('name', '=', name).forUpdate().executeTakeFirst();
};

export const saveIntegration = async (
  tx: Tx,
  row: Omit<IntegrationRow, 'made_at' | 'changed_at' | 'built_in'>,
): Promise<IntegrationRow> => {
  const { rows } = await sql<IntegrationRow>`-- The integration as it is said now; its kind stays what it was made as.
    INSERT INTO alerting.integration (id, name, kind, description, team, settings, enabled, origin, source, made_at, changed_at, changed_by)
    VALUES (${row.id}, ${row.name}, ${row.kind}, ${row.description}, ${row.team}, ${JSON.stringify(row.settings)}::jsonb,
      ${row.enabled}, ${row.origin}, ${row.source}, ground.now(), ground.now(), ${row.changed_by})
    ON CONFLICT (id) DO UPDATE SET description = excluded.description, team = excluded.team, settings = excluded.settings,
      enabled = excluded.enabled, origin = excluded.origin, source = excluded.source, changed_at = excluded.changed_at,
      changed_by = excluded.changed_by
    RETURNING *`.execute(tx);
  return rows[0]!;
};

export const removeIntegration = async (tx: Tx, id: string): Promise<void> => {
  // Its keys, payloads and counts go with it; alerts that came by it stay.
  await tx.deleteFrom('alerting.integration').where('id', '=', id).execute();
};

export const countIntegrations = async (tx: Tx): Promise<number> => {
  // Against the limit.
  const { count } = await tx
    .selectFrom('alerting.integration')
    .select((with_) => with_.fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
};

export const insertKey = async (
  tx: Tx,
  key: Pick<KeyRow, 'id' | 'integration' | 'hash' | 'ending' | 'made_by'>,
): Promise<KeyRow> => {
  const { rows } = await sql<KeyRow>`-- A new key works at once.
    INSERT INTO alerting.integration_key (id, integration, hash, ending, made_at, made_by)
    VALUES (${key.id}, ${key.integration}, ${key.hash}, ${key.ending}, ground.now(), ${key.made_by}) RETURNING *`.execute(
    tx,
  );
  return rows[0]!;
};

/** Lets the keys of an integration that are in use run out in `seconds`; one that runs out sooner stays so. */
export const letKeysRunOut = async (tx: Tx, integration: string, seconds: number): Promise<void> => {
  await sql`-- The senders have so long to take the new one.
    UPDATE alerting.integration_key
    SET expires_at = least(expires_at, ground.now() + make_interval(secs => ${seconds})) WHERE integration = ${integration}`.execute(
    tx,
  );
};

/** False where there is no such key. */
export const removeKey = async (tx: Tx, integration: string, id: string): Promise<boolean> => {
  // It works no more from the commit on.
  const { numDeletedRows } = await tx
    .deleteFrom('alerting.integration_key')
    .where('integration', '=', integration)
    .where('id', '=', id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
};

/** Keys that work, the newest first. */
export const keysOf = async (db: Db, integration: string): Promise<KeyRow[]> => {
  const { rows } = await sql<KeyRow>`-- Those that ran out are of no interest to anybody.
    SELECT * FROM alerting.integration_key WHERE integration = ${integration} AND (expires_at IS NULL OR expires_at > ground.now())
    ORDER BY made_at DESC, id DESC LIMIT ${integrationLimits.keys}`.execute(db);
  return rows;
};

/** Forgets keys that ran out and counts that are older than anybody looks. */
export const forgetOld = async (db: Db): Promise<void> => {
  await sql`-- A key that ran out refuses already; the row is only in the way.
    DELETE FROM alerting.integration_key WHERE expires_at <= ground.now()`.execute(db);
  await sql`-- The page shows days, not months.
    DELETE FROM alerting.integration_hour WHERE hour < ground.now() - make_interval(days => ${integrationLimits.hoursDays})`.execute(
    db,
  );
};
