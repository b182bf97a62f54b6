import { sql, type Transaction } from 'kysely';
import type { EntityDescription, EntityKind, JourneyDescription, ServiceDescription } from '../contract.ts';
import type { CatalogTables } from './tables.ts';

/** A transaction over the catalog's tables. */
export type Tx = Transaction<CatalogTables>;

/** Who described a thing, and when. */
export interface Description {
  readonly by: string;
  readonly at: Temporal.Instant;
}

/**
 * The service as described, locked until the transaction ends; null when the catalog does not know it.
 * `description` is null for one that only telemetry knows.
 */
export const lockService = async (
  tx: Tx,
  name: string,
): Promise<{ owner: string | null; description: ServiceDescription | null } | null> => {
  // One service, locked, so that two descriptions of it come one after the other.
  const row = await tx
    .selectFrom('catalog.service')
    .selectAll()
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return null;
  if (row.described_origin === null) return { owner: row.owner, description: null };
  // What its description says it depends on.
  const dependsOn = await tx
    .selectFrom('catalog.dependency')
    .select(['target', 'kind', 'target_kind as targetKind'])
    .where('service', '=', name)
    .where('origin', '=', row.described_origin)
    .execute();
  const { title, description, owner, tier, lifecycle, type, system, tags, links, provides, consumes } = row;
  return {
    owner,
    description: {
      title,
      description,
      owner,
      tier,
      lifecycle,
      type,
      system,
      tags,
      links,
      dependsOn,
      provides,
      consumes,
      origin: row.described_origin,
      source: row.described_source,
    },
  };
};

/** Makes a row for a service that nobody knew; false when somebody was faster. */
export const insertService = async (tx: Tx, name: string): Promise<boolean> => {
  // An empty service that a description follows in the same transaction.
  const made = await tx
    .insertInto('catalog.service')
    .values({ name } as never)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return made.numInsertedOrUpdatedRows === 1n;
};

export const writeService = async (
  tx: Tx,
  name: string,
  said: ServiceDescription,
  described: Description,
): Promise<void> => {
  // The whole description is replaced: what a document no longer says is no longer so.
  await tx
    .updateTable('catalog.service')
    .set({
      title: said.title,
      description: said.description,
      owner: said.owner,
      tier: said.tier,
      lifecycle: said.lifecycle,
      type: said.type,
      system: said.system,
      tags: said.tags,
      links: JSON.stringify(said.links),
      provides: said.provides,
      consumes: said.consumes,
      described_origin: said.origin,
      described_by: described.by,
      described_at: new Date(described.at.epochMilliseconds),
      described_source: said.source,
    })
    .where('name', '=', name)
    .execute();
  // Said dependencies are replaced; those that telemetry saw stay.
  await tx.deleteFrom('catalog.dependency').where('service', '=', name).where('origin', '!=', 'telemetry').execute();
  if (said.dependsOn.length === 0) return;
  // The dependencies that the description says.
  await tx
    .insertInto('catalog.dependency')
    .values(
      said.dependsOn.map((each) => ({
        service: name,
        target: each.target,
        target_kind: each.targetKind,
        kind: each.kind,
        origin: said.origin,
        first_seen: null,
        last_seen: null,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
};

/** Removes the service with its versions and dependencies. */
export const removeService = async (tx: Tx, name: string): Promise<void> => {
  // Versions and dependencies go with it.
  await tx.deleteFrom('catalog.service').where('name', '=', name).execute();
};

export const lockJourney = async (tx: Tx, name: string): Promise<JourneyDescription | null> => {
  // One journey, locked, so that two descriptions of it come one after the other.
  const row = await tx
    .selectFrom('catalog.journey')
    .selectAll()
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return null;
  // Its steps in order.
  const steps = await tx
    .selectFrom('catalog.journey_step')
    .select(['name', 'service', 'operation'])
    .where('journey', '=', name)
    .orderBy('position')
    .execute();
  return {
    title: row.title,
    description: row.description,
    owner: row.owner,
    steps,
    origin: row.origin,
    source: row.described_source,
  };
};

export const writeJourney = async (
  tx: Tx,
  name: string,
  said: JourneyDescription,
  described: Description,
): Promise<void> => {
  const row = {
    title: said.title,
    description: said.description,
    owner: said.owner,
    origin: said.origin,
    described_by: described.by,
    described_at: new Date(described.at.epochMilliseconds),
    described_source: said.source,
  };
  // The journey as described last.
  await tx
    .insertInto('catalog.journey')
    .values({ name, ...row })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
  // All steps are replaced, because their order is part of the description.
  await tx.deleteFrom('catalog.journey_step').where('journey', '=', name).execute();
  // The steps in the order that the description gives.
  await tx
    .insertInto('catalog.journey_step')
    .values(said.steps.map((step, position) => ({ journey: name, position, ...step })))
    .execute();
};

export const removeJourney = async (tx: Tx, name: string): Promise<void> => {
  // Its steps go with it.
  await tx.deleteFrom('catalog.journey').where('name', '=', name).execute();
};

export const lockEntity = async (tx: Tx, kind: EntityKind, name: string): Promise<EntityDescription | null> => {
  // One system, API or resource, locked, so that two descriptions of it come one after the other.
  const row = await tx
    .selectFrom('catalog.entity')
    .selectAll()
    .where('kind', '=', kind)
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return null;
  const { title, description, owner, type, lifecycle, system, tags, links, origin } = row;
  return { title, description, owner, type, lifecycle, system, tags, links, origin, source: row.described_source };
};

export const writeEntity = async (
  tx: Tx,
  kind: EntityKind,
  name: string,
  said: EntityDescription,
  described: Description,
): Promise<void> => {
  const { source, ...rest } = said;
  const row = {
    ...rest,
    links: JSON.stringify(said.links),
    described_by: described.by,
    described_at: new Date(described.at.epochMilliseconds),
    described_source: source,
  };
  // The system, API or resource as described last.
  await tx
    .insertInto('catalog.entity')
    .values({ kind, name, ...row })
    .onConflict((conflict) => conflict.columns(['kind', 'name']).doUpdateSet(row))
    .execute();
};

export const removeEntity = async (tx: Tx, kind: EntityKind, name: string): Promise<void> => {
  // Services that name it keep the name: a document elsewhere may still say so.
  await tx.deleteFrom('catalog.entity').where('kind', '=', kind).where('name', '=', name).execute();
};

/** Serialises first descriptions of one thing, where there is no row to lock yet. */
export const lockName = async (tx: Tx, what: string): Promise<void> => {
  // A lock on the name that ends with the transaction.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`catalog:${what}`}, 0))`.execute(tx);
};
