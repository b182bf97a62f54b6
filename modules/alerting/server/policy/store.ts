import { sql } from 'kysely';
import type { SuppressionSettings } from '../../contract/policy.ts';
import { changesPolicy } from '../engine/policy-lock-store.ts';
import { dueChannel } from '../intake/store.ts';
import type { InhibitionRow, PolicyHandle, PolicyTables, PolicyTx, RouteRow } from './tables.ts';

/** The number that every change counts up. */
export const versionOf = async (db: PolicyHandle): Promise<PolicyTables['alerting.policy_version']> =>
  // One row.
  db
    .selectFrom('alerting.policy_version')
    .select(['version', 'suppression', 'suppression_changed_at', 'suppression_changed_by'])
    .executeTakeFirstOrThrow();

/** Says that what alerts are judged by is another now; changes follow each other, and wait for whoever is just judging. */
export const countUp = async (tx: PolicyTx): Promise<void> => {
  await changesPolicy(tx);
  await sql`-- Each process reads anew what it remembers, and judges what is open by it at once.
    WITH counted AS (UPDATE alerting.policy_version SET version = version + 1 RETURNING 1)
    SELECT pg_notify(${dueChannel}, '') FROM counted`.execute(tx);
};

export const saveSuppression = async (tx: PolicyTx, settings: SuppressionSettings, by: string): Promise<void> => {
  await changesPolicy(tx);
  await sql`-- The settings as they are said now.
    WITH said AS (UPDATE alerting.policy_version SET version = version + 1, suppression = ${JSON.stringify(settings)}::jsonb,
      suppression_changed_at = ground.now(), suppression_changed_by = ${by} RETURNING 1)
    SELECT pg_notify(${dueChannel}, '') FROM said`.execute(tx);
};

/** Every route, in no order. */
export const allRoutes = (db: PolicyHandle): Promise<RouteRow[]> =>
  // At most as many as there may be.
  db.selectFrom('alerting.route').selectAll().execute();

export const allInhibitions = (db: PolicyHandle): Promise<InhibitionRow[]> =>
  // By name, so that of two that hold an alert back always the same is told.
  db
    .selectFrom('alerting.inhibition')
    .selectAll()
    .orderBy(sql`name COLLATE "C"`)
    .execute();

export const routeNamed = (db: PolicyHandle, name: string): Promise<RouteRow | undefined> =>
  db.selectFrom('alerting.route').selectAll().where('name', '=', name).executeTakeFirst();

export const inhibitionNamed = (db: PolicyHandle, name: string): Promise<InhibitionRow | undefined> =>
  db.selectFrom('alerting.inhibition').selectAll().where('name', '=', name).executeTakeFirst();

/** One page of routes in the order in which they are asked. */
export const routesAfter = (
  db: PolicyHandle,
  filter: {
    readonly after: { place: number; name: string } | null;
    readonly team: string | null;
    readonly limit: number;
  },
): Promise<RouteRow[]> => {
  // Ordered as `byOrder` orders them.
  let query = db
    .selectFrom('alerting.route')
    .selectAll()
    .orderBy('place')
    .orderBy(sql`name COLLATE "C"`)
    .limit(filter.limit);
  if (filter.team !== null) query = query.where('team', '=', filter.team);
  if (filter.after !== null)
    query = query.where(sql<boolean>`(place, name COLLATE "C") > (${filter.after.place}::int, ${filter.after.name})`);
  return query.execute();
};

export const inhibitionsAfter = (
  db: PolicyHandle,
  filter: { readonly after: string | null; readonly limit: number },
): Promise<InhibitionRow[]> => {
  // By name.
  let query = db
    .selectFrom('alerting.inhibition')
    .selectAll()
    .orderBy(sql`name COLLATE "C"`)
    .limit(filter.limit);
  if (filter.after !== null) query = query.where(sql<boolean>`name COLLATE "C" > ${filter.after}`);
  return query.execute();
};

/** Held until the transaction ends: two that make one of the same name at once wait for each other. */
export const lockName = async (tx: PolicyTx, name: string): Promise<void> => {
  await sql`-- A row that does not exist yet cannot be locked.
    SELECT pg_advisory_xact_lock(hashtextextended(${`alerting-policy:${name}`}, 0))`.execute(tx);
};

export const saveRoute = async (tx: PolicyTx, row: Omit<RouteRow, 'changed_at'>): Promise<RouteRow> => {
  const { rows } = await sql<RouteRow>`-- The route as it is said now.
    INSERT INTO alerting.route (name, team, place, spec, origin, source, changed_at, changed_by)
    VALUES (${row.name}, ${row.team}, ${row.place}, ${JSON.stringify(row.spec)}::jsonb, ${row.origin}, ${row.source}, ground.now(), ${row.changed_by})
    ON CONFLICT (name) DO UPDATE SET team = excluded.team, place = excluded.place, spec = excluded.spec, origin = excluded.origin,
      source = excluded.source, changed_at = excluded.changed_at, changed_by = excluded.changed_by
    RETURNING *`.execute(tx);
  return rows[0]!;
};

export const saveInhibition = async (tx: PolicyTx, row: Omit<InhibitionRow, 'changed_at'>): Promise<InhibitionRow> => {
  const { rows } = await sql<InhibitionRow>`-- The inhibition as it is said now.
    INSERT INTO alerting.inhibition (name, team, spec, origin, source, changed_at, changed_by)
    VALUES (${row.name}, ${row.team}, ${JSON.stringify(row.spec)}::jsonb, ${row.origin}, ${row.source}, ground.now(), ${row.changed_by})
    ON CONFLICT (name) DO UPDATE SET team = excluded.team, spec = excluded.spec, origin = excluded.origin,
      source = excluded.source, changed_at = excluded.changed_at, changed_by = excluded.changed_by
    RETURNING *`.execute(tx);
  return rows[0]!;
};

export const removeNamed = async (
  tx: PolicyTx,
  table: 'alerting.route' | 'alerting.inhibition',
  name: string,
): Promise<void> => {
  // What stood in it is on the ledger.
  await tx.deleteFrom(table).where('name', '=', name).execute();
};

export const countOf = async (db: PolicyHandle, table: 'alerting.route' | 'alerting.inhibition'): Promise<number> => {
  // There are bounds.
  const { count } = await db
    .selectFrom(table)
    .select((with_) => with_.fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
};

/** Which of these names nobody has, by what they are. */
export const unknownNames = async (
  db: PolicyHandle,
  names: {
    readonly people: readonly string[];
    readonly teams: readonly string[];
    readonly policies: readonly string[];
  },
): Promise<ReadonlySet<string>> => {
  const { rows } = await sql<{ key: string }>`-- People that are disabled count as gone: they get nothing.
    SELECT 'person:' || name AS key FROM unnest(${names.people}::text[]) AS name
    WHERE NOT EXISTS (SELECT 1 FROM identity.person p WHERE p.name = name.name AND p.state <> 'disabled')
    UNION ALL SELECT 'team:' || name FROM unnest(${names.teams}::text[]) AS name
    WHERE NOT EXISTS (SELECT 1 FROM identity.team t WHERE t.name = name.name)
    UNION ALL SELECT 'policy:' || name FROM unnest(${names.policies}::text[]) AS name
    WHERE NOT EXISTS (SELECT 1 FROM oncall.policy p WHERE p.name = name.name)`.execute(db);
  return new Set(rows.map(({ key }) => key));
};

/** The database's clock: what the engine judges by. */
export const databaseNow = async (db: PolicyHandle): Promise<Temporal.Instant> => {
  const { rows } = await sql<{ now: Date }>`-- One clock for all processes; tests move it.
    SELECT ground.now() AS now`.execute(db);
  return Temporal.Instant.fromEpochMilliseconds(rows[0]!.now.getTime());
};
