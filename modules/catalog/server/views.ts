import { sql, type Kysely } from 'kysely';
import type { Entity, EntityKind, Journey, Link, Origin, Service } from '../contract.ts';
import type { CatalogTables } from './tables.ts';

type Db = Kysely<CatalogTables>;

export interface ServiceFilter {
  readonly team: string | null;
  readonly tier: number | null;
  readonly environment: string | null;
  readonly system: string | null;
  readonly q: string | null;
}

/** One service in one environment, without figures. */
export interface ServiceRow {
  readonly name: string;
  readonly environment: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly owner: string | null;
  readonly tier: number | null;
  readonly system: string | null;
  readonly tags: string[];
  readonly origin: Origin;
  readonly version: string | null;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
}

/** Rows of the list before it is ordered by what telemetry says: the catalog's own bound on services times environments. */
const rowsMax = 20_000;

export const serviceRows = async (db: Db, filter: ServiceFilter): Promise<ServiceRow[]> => {
  const pattern = filter.q === null ? null : `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`;
  // Services by environment, with the version seen last there; a described service that was never seen has one row with ''.
  const found = await sql<
    Omit<ServiceRow, 'firstSeen' | 'lastSeen'> & { firstSeen: Date | null; lastSeen: Date | null }
  >`
    SELECT s.name, coalesce(seen.environment, '') AS environment, s.title, s.description, s.owner, s.tier, s.system, s.tags,
           coalesce(s.described_origin, 'telemetry') AS origin, nullif(seen.version, '') AS version,
           seen.first_seen AS "firstSeen", seen.last_seen AS "lastSeen"
    FROM catalog.service AS s
    LEFT JOIN (
      SELECT service, environment, min(first_seen) AS first_seen, max(last_seen) AS last_seen,
             (array_agg(version ORDER BY last_seen DESC, first_seen DESC, version DESC))[1] AS version
      FROM catalog.service_version GROUP BY service, environment
    ) AS seen ON seen.service = s.name
    WHERE (${filter.team}::text IS NULL OR s.owner = ${filter.team})
      AND (${filter.tier}::int IS NULL OR s.tier = ${filter.tier})
      AND (${filter.system}::text IS NULL OR s.system = ${filter.system})
      AND (${filter.environment}::text IS NULL OR coalesce(seen.environment, '') = ${filter.environment})
      AND (${pattern}::text IS NULL OR s.name ILIKE ${pattern} OR s.title ILIKE ${pattern} OR s.owner ILIKE ${pattern}
           OR s.description ILIKE ${pattern} OR EXISTS (SELECT FROM unnest(s.tags) AS tag WHERE tag ILIKE ${pattern}))
    ORDER BY s.name, seen.environment LIMIT ${rowsMax}`.execute(db);
  return found.rows.map((row) => ({ ...row, firstSeen: iso(row.firstSeen), lastSeen: iso(row.lastSeen) }));
};

/** Everything about one service, or null. */
export const serviceByName = async (db: Db, name: string): Promise<Service | null> => {
  // The service itself.
  const row = await db.selectFrom('catalog.service').selectAll().where('name', '=', name).executeTakeFirst();
  if (!row) return null;
  const [versions, dependencies, dependents, journeys] = await Promise.all([
    // Versions it was seen in, the newest first.
    db
      .selectFrom('catalog.service_version')
      .selectAll()
      .where('service', '=', name)
      .orderBy('last_seen', 'desc')
      .orderBy('first_seen', 'desc')
      .execute(),
    // What it uses, seen or said.
    db
      .selectFrom('catalog.dependency')
      .selectAll()
      .where('service', '=', name)
      .orderBy('target')
      .orderBy('kind')
      .orderBy('origin')
      .execute(),
    // Who uses it, seen or said.
    db
      .selectFrom('catalog.dependency')
      .selectAll()
      .where('target', '=', name)
      .where('target_kind', '=', 'service')
      .orderBy('service')
      .orderBy('kind')
      .orderBy('origin')
      .execute(),
    // Journeys that it stands behind.
    db
      .selectFrom('catalog.journey_step')
      .select('journey')
      .distinct()
      .where('service', '=', name)
      .orderBy('journey')
      .execute(),
  ]);
  return {
    name,
    title: row.title,
    description: row.description,
    owner: row.owner,
    tier: row.tier,
    lifecycle: row.lifecycle,
    type: row.type,
    system: row.system,
    tags: row.tags,
    links: row.links,
    origin: row.described_origin ?? 'telemetry',
    described:
      row.described_at && row.described_by
        ? { by: row.described_by, at: row.described_at.toISOString(), source: row.described_source }
        : null,
    environments: environmentsOf(versions),
    versions: versions.map(shownVersion),
    dependencies: dependencies.map(shownDependency),
    dependents: dependents.map((each) => ({ service: each.service, ...seenOf(each), kind: each.kind })),
    apis: { provides: row.provides, consumes: row.consumes },
    journeys: journeys.map((each) => each.journey),
  };
};

const seenOf = (row: Pick<CatalogTables['catalog.dependency'], 'origin' | 'first_seen' | 'last_seen'>) => ({
  origin: row.origin,
  firstSeen: iso(row.first_seen),
  lastSeen: iso(row.last_seen),
});

const shownDependency = (row: CatalogTables['catalog.dependency']): Service['dependencies'][number] => ({
  target: row.target,
  targetKind: row.target_kind,
  kind: row.kind,
  ...seenOf(row),
});

const shownVersion = (row: CatalogTables['catalog.service_version']): Service['versions'][number] => ({
  version: row.version,
  environment: row.environment,
  firstSeen: row.first_seen.toISOString(),
  lastSeen: row.last_seen.toISOString(),
});

const environmentsOf = (
  versions: readonly { environment: string; first_seen: Date; last_seen: Date }[],
): Service['environments'] =>
  [...Map.groupBy(versions, (each) => each.environment)]
    .map(([environment, rows]) => ({
      environment,
      firstSeen: new Date(Math.min(...rows.map((row) => row.first_seen.getTime()))).toISOString(),
      lastSeen: new Date(Math.max(...rows.map((row) => row.last_seen.getTime()))).toISOString(),
    }))
    .sort((a, b) => (a.environment < b.environment ? -1 : 1));

export const environments = async (db: Db): Promise<{ environment: string; services: number; lastSeen: string }[]> => {
  // Environments with how many services each, the busiest first.
  const found = await sql<{ environment: string; services: number; lastSeen: Date }>`
    SELECT environment, count(DISTINCT service)::int AS services, max(last_seen) AS "lastSeen"
    FROM catalog.service_version GROUP BY environment ORDER BY services DESC, environment LIMIT 500`.execute(db);
  return found.rows.map((row) => ({ ...row, lastSeen: row.lastSeen.toISOString() }));
};

/** Journeys after the name `after`, by name; one more than `limit` says that there is a next page. */
export const journeys = async (
  db: Db,
  page: { after: string | null; name: string | null; limit: number },
): Promise<Journey[]> => {
  let query = db
    .selectFrom('catalog.journey')
    .selectAll()
    .orderBy(sql`name COLLATE "C"`)
    .limit(page.limit);
  if (page.after !== null) query = query.where(sql<boolean>`name COLLATE "C" > ${page.after}`);
  if (page.name !== null) query = query.where('name', '=', page.name);
  // Journeys by name.
  const rows = await query.execute();
  if (rows.length === 0) return [];
  // Their steps in order.
  const steps = await db
    .selectFrom('catalog.journey_step')
    .selectAll()
    .where(
      'journey',
      'in',
      rows.map((row) => row.name),
    )
    .orderBy('journey')
    .orderBy('position')
    .execute();
  const byJourney = Map.groupBy(steps, (step) => step.journey);
  return rows.map((row) => ({
    name: row.name,
    title: row.title,
    description: row.description,
    owner: row.owner,
    origin: row.origin,
    described: describedOf(row),
    steps: (byJourney.get(row.name) ?? []).map(({ name, service, operation }) => ({ name, service, operation })),
  }));
};

/** Systems, APIs and resources after the pair (kind, name). */
export const entities = async (
  db: Db,
  page: { kind: EntityKind | null; after: { kind: string; name: string } | null; limit: number },
): Promise<Entity[]> => {
  // Each with the services that name it: by system, by an API provided or consumed, or by a resource used.
  const found = await sql<
    Omit<Entity, 'described'> & {
      described_by: string;
      described_at: Date;
      described_source: string | null;
      links: Link[];
    }
  >`
    SELECT e.kind, e.name, e.title, e.description, e.owner, e.type, e.lifecycle, e.system, e.tags, e.links, e.origin,
           e.described_by, e.described_at, e.described_source,
           ARRAY(
             SELECT s.name FROM catalog.service AS s
             WHERE (e.kind = 'system' AND s.system = e.name)
                OR (e.kind = 'api' AND (e.name = ANY(s.provides) OR e.name = ANY(s.consumes)))
                OR (e.kind = 'resource' AND EXISTS (SELECT FROM catalog.dependency AS d WHERE d.service = s.name AND d.target = e.name AND d.target_kind <> 'service'))
             ORDER BY s.name LIMIT 500) AS services
    FROM catalog.entity AS e
    WHERE (${page.kind}::text IS NULL OR e.kind = ${page.kind})
      AND (${page.after?.kind ?? null}::text IS NULL OR (e.kind COLLATE "C", e.name COLLATE "C") > (${page.after?.kind ?? ''}, ${page.after?.name ?? ''}))
    ORDER BY e.kind COLLATE "C", e.name COLLATE "C" LIMIT ${page.limit}`.execute(db);
  return found.rows.map(({ described_by, described_at, described_source, ...row }) => ({
    ...row,
    described: describedOf({ described_by, described_at, described_source }),
  }));
};

export const knowsService = async (db: Db, name: string): Promise<{ owner: string | null } | null> =>
  // Whether the catalog knows a service, and whose it is.
  (await db.selectFrom('catalog.service').select('owner').where('name', '=', name).executeTakeFirst()) ?? null;

export const factsOf = async (
  db: Db,
  names: readonly string[],
): Promise<ReadonlyMap<string, { readonly owner: string | null; readonly tier: string | null }>> => {
  if (names.length === 0) return new Map();
  // Whose these services are, and how much depends on them.
  const rows = await db
    .selectFrom('catalog.service')
    .select(['name', 'owner', 'tier'])
    .where('name', 'in', [...new Set(names)])
    .execute();
  return new Map(rows.map(({ name, owner, tier }) => [name, { owner, tier: tier === null ? null : String(tier) }]));
};

/** Of each service those that it uses. */
export const servicesUsed = async (db: Db): Promise<ReadonlyMap<string, readonly string[]>> => {
  const { rows } = await sql<{
    service: string;
    uses: string[];
  }>`-- What was not seen for a day is no longer used, unless somebody says that it is.
    SELECT service, array_agg(DISTINCT target ORDER BY target) AS uses FROM catalog.dependency
    WHERE target_kind = 'service' AND target <> service
      AND (origin <> 'telemetry' OR last_seen > ground.now() - interval '1 day')
    GROUP BY service`.execute(db);
  return new Map(rows.map(({ service, uses }) => [service, uses]));
};

const describedOf = (row: {
  described_by: string;
  described_at: Date;
  described_source: string | null;
}): Journey['described'] => ({
  by: row.described_by,
  at: row.described_at.toISOString(),
  source: row.described_source,
});

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;
