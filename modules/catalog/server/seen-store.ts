import { sql, type Transaction } from 'kysely';
import type { Ground } from '../../../platform/module/ground.ts';
import type { SeenDependency, SeenService } from './public.ts';
import type { CatalogTables } from './tables.ts';

/** Bounds of what telemetry may add by itself: a sender with random names must not fill the catalog. */
export const seenLimits = {
  services: 10_000,
  versionsPerService: 200,
  dependenciesPerService: 500,
  /** Rows of one statement. */
  batch: 1_000,
  nameLength: 255,
} as const;

/** A row that moves by less than this is not written again: every ten seconds a thousand services say "still here". */
const lastSeenStepMs = 60_000;
const telemetry = { kind: 'system', id: 'telemetry', name: 'telemetry' } as const;

type Seen = Pick<Ground, 'postgres' | 'ledger' | 'log'>;

/** Remembers services and versions; new ones go on the ledger in the same transaction. Idempotent. */
export const sawServices = async (ground: Seen, seen: readonly SeenService[]): Promise<void> => {
  for (const part of chunks(merged(seen))) {
    await ground.postgres.transaction<CatalogTables, void>(async (tx) => {
      const held = await addServices(tx, ground, part);
      await addVersions(tx, ground, part, held);
    });
  }
};

const merged = (seen: readonly SeenService[]): SeenService[] => {
  const byKey = new Map<string, SeenService>();
  for (const each of seen) {
    if (each.name.length === 0 || each.name.length > seenLimits.nameLength) continue;
    const key = JSON.stringify([each.name, each.environment, each.version]);
    const other = byKey.get(key);
    byKey.set(
      key,
      other
        ? {
            ...each,
            firstSeen: earlier(each.firstSeen, other.firstSeen),
            lastSeen: later(each.lastSeen, other.lastSeen),
          }
        : each,
    );
  }
  // One order for every process, so that two that see the same services never wait for each other in a circle.
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
};

/** Names that the catalog has room for, and which of them are new. */
interface Held {
  readonly names: ReadonlySet<string>;
  readonly created: ReadonlySet<string>;
}

const addServices = async (
  tx: Transaction<CatalogTables>,
  ground: Seen,
  part: readonly SeenService[],
): Promise<Held> => {
  const byName = Map.groupBy(part, (each) => each.name);
  const names = [...byName.keys()];
  const first = names.map((name) =>
    byName
      .get(name)!
      .map((each) => each.firstSeen)
      .reduce(earlier)
      .toString(),
  );
  const last = names.map((name) =>
    byName
      .get(name)!
      .map((each) => each.lastSeen)
      .reduce(later)
      .toString(),
  );
  // Adds services that are new while there is room, and moves the stretch in which the others were seen; gives back every one it wrote.
  const written = await sql<{ name: string; created: boolean }>`
    INSERT INTO catalog.service AS kept (name, first_seen, last_seen)
    SELECT name, first_seen, last_seen
    FROM unnest(${names}::text[], ${first}::timestamptz[], ${last}::timestamptz[]) AS new (name, first_seen, last_seen)
    WHERE EXISTS (SELECT FROM catalog.service AS known WHERE known.name = new.name)
       OR (SELECT count(*) FROM catalog.service) + ${names.length}::int <= ${seenLimits.services}::int
    ORDER BY name
    ON CONFLICT (name) DO UPDATE
      SET first_seen = least(kept.first_seen, excluded.first_seen), last_seen = greatest(kept.last_seen, excluded.last_seen)
      WHERE kept.first_seen IS NULL OR excluded.first_seen < kept.first_seen
         OR excluded.last_seen > kept.last_seen + ${lastSeenStepMs} * interval '1 millisecond'
    RETURNING name, xmax = 0 AS created`.execute(tx);
  // Services of this batch that the catalog has room for.
  const known = await tx.selectFrom('catalog.service').select('name').where('name', 'in', names).execute();
  if (known.length < names.length)
    ground.log.warn(
      { left: names.length - known.length, limit: seenLimits.services },
      'the catalog is full: services were not added',
    );
  const created = new Set(written.rows.filter((each) => each.created).map((each) => each.name));
  for (const name of created) {
    const one = byName.get(name)![0]!;
    await ground.ledger.append(tx, {
      kind: 'service.discovered',
      subject: `service:${name}`,
      service: name,
      actor: telemetry,
      data: { environment: one.environment, version: one.version || null },
    });
  }
  return { names: new Set(known.map((each) => each.name)), created };
};

const addVersions = async (
  tx: Transaction<CatalogTables>,
  ground: Seen,
  part: readonly SeenService[],
  held: Held,
): Promise<void> => {
  const kept = part.filter((each) => held.names.has(each.name));
  if (kept.length === 0) return;
  // Adds versions that are new and moves the stretch in which the others were seen; gives back every one it wrote.
  const written = await sql<{ service: string; environment: string; version: string; created: boolean }>`
    INSERT INTO catalog.service_version AS kept (service, environment, version, first_seen, last_seen)
    SELECT * FROM unnest(
      ${kept.map((each) => each.name)}::text[], ${kept.map((each) => each.environment)}::text[], ${kept.map((each) => each.version)}::text[],
      ${kept.map((each) => each.firstSeen.toString())}::timestamptz[], ${kept.map((each) => each.lastSeen.toString())}::timestamptz[])
    ORDER BY 1, 2, 3
    ON CONFLICT (service, environment, version) DO UPDATE
      SET first_seen = least(kept.first_seen, excluded.first_seen), last_seen = greatest(kept.last_seen, excluded.last_seen)
      WHERE excluded.first_seen < kept.first_seen OR excluded.last_seen > kept.last_seen + ${lastSeenStepMs} * interval '1 millisecond'
    RETURNING service, environment, version, xmax = 0 AS created`.execute(tx);
  const created = written.rows.filter((each) => each.created);
  for (const { service, environment, version } of created) {
    if (held.created.has(service) || version === '') continue;
    await ground.ledger.append(tx, {
      kind: 'service.version-seen',
      subject: `service:${service}`,
      service,
      actor: telemetry,
      data: { environment, version },
    });
  }
  if (created.length > 0) await forgetOldVersions(tx, [...new Set(created.map((each) => each.service))]);
};

const forgetOldVersions = async (tx: Transaction<CatalogTables>, services: readonly string[]): Promise<void> => {
  // Keeps the newest versions of each service, so that a version name made of a build time does not grow without end.
  await sql`
    DELETE FROM catalog.service_version AS old USING (
      SELECT service, environment, version, row_number() OVER (PARTITION BY service, environment ORDER BY last_seen DESC, version) AS place
      FROM catalog.service_version WHERE service = ANY(${services}::text[])
    ) AS ranked
    WHERE ranked.place > ${seenLimits.versionsPerService} AND old.service = ranked.service
      AND old.environment = ranked.environment AND old.version = ranked.version`.execute(tx);
};

/** Remembers who uses what; new dependencies go on the ledger in the same transaction. Idempotent. */
export const sawDependencies = async (ground: Seen, seen: readonly SeenDependency[]): Promise<void> => {
  const usable = seen
    .filter(
      (each) =>
        each.service !== '' &&
        each.target !== '' &&
        each.service.length <= seenLimits.nameLength &&
        each.target.length <= seenLimits.nameLength,
    )
    .sort((a, b) => (dependencyKey(a) < dependencyKey(b) ? -1 : 1));
  for (const part of chunks(unique(usable))) {
    await ground.postgres.transaction<CatalogTables, void>((tx) => addDependencies(tx, ground, part));
  }
};

const dependencyKey = (each: SeenDependency): string =>
  JSON.stringify([each.service, each.target, each.targetKind, each.kind]);

const unique = (seen: readonly SeenDependency[]): SeenDependency[] => {
  const byKey = new Map<string, SeenDependency>();
  for (const each of seen) {
    const other = byKey.get(dependencyKey(each));
    byKey.set(
      dependencyKey(each),
      other
        ? {
            ...each,
            firstSeen: earlier(each.firstSeen, other.firstSeen),
            lastSeen: later(each.lastSeen, other.lastSeen),
          }
        : each,
    );
  }
  return [...byKey.values()];
};

/** A dependency may be told before the service that has it: the service is then known by its name alone. */
const addCallers = async (
  tx: Transaction<CatalogTables>,
  ground: Seen,
  part: readonly SeenDependency[],
): Promise<void> => {
  const byName = new Map(part.map((each) => [each.service, each]));
  const names = [...byName.keys()];
  // Adds callers that are new while there is room.
  const made = await sql<{ name: string }>`
    INSERT INTO catalog.service (name, first_seen, last_seen)
    SELECT name, first_seen, last_seen
    FROM unnest(${names}::text[], ${names.map((name) => byName.get(name)!.firstSeen.toString())}::timestamptz[],
      ${names.map((name) => byName.get(name)!.lastSeen.toString())}::timestamptz[]) AS new (name, first_seen, last_seen)
    WHERE (SELECT count(*) FROM catalog.service) + ${names.length}::int <= ${seenLimits.services}::int
    ORDER BY name
    ON CONFLICT (name) DO NOTHING
    RETURNING name`.execute(tx);
  for (const { name } of made.rows) {
    await ground.ledger.append(tx, {
      kind: 'service.discovered',
      subject: `service:${name}`,
      service: name,
      actor: telemetry,
      data: { environment: '', version: null },
    });
  }
};

const addDependencies = async (
  tx: Transaction<CatalogTables>,
  ground: Seen,
  part: readonly SeenDependency[],
): Promise<void> => {
  const column = <Key extends keyof SeenDependency>(key: Key): string[] => part.map((each) => each[key].toString());
  await addCallers(tx, ground, part);
  // Adds dependencies of known services while each has room, and moves the stretch in which the others were seen.
  const written = await sql<{ service: string; target: string; target_kind: string; kind: string; created: boolean }>`
    INSERT INTO catalog.dependency AS kept (service, target, target_kind, kind, origin, first_seen, last_seen)
    SELECT new.service, new.target, new.target_kind, new.kind, 'telemetry', new.first_seen, new.last_seen
    FROM unnest(${column('service')}::text[], ${column('target')}::text[], ${column('targetKind')}::text[], ${column('kind')}::text[],
      ${column('firstSeen')}::timestamptz[], ${column('lastSeen')}::timestamptz[]) AS new (service, target, target_kind, kind, first_seen, last_seen)
    JOIN catalog.service ON service.name = new.service
    WHERE (SELECT count(*) FROM catalog.dependency AS held WHERE held.service = new.service) < ${seenLimits.dependenciesPerService}
       OR EXISTS (SELECT FROM catalog.dependency AS held WHERE held.service = new.service AND held.target = new.target
                  AND held.target_kind = new.target_kind AND held.kind = new.kind AND held.origin = 'telemetry')
    ON CONFLICT (service, target, target_kind, kind, origin) DO UPDATE
      SET first_seen = least(kept.first_seen, excluded.first_seen), last_seen = greatest(kept.last_seen, excluded.last_seen)
      WHERE excluded.first_seen < kept.first_seen OR excluded.last_seen > kept.last_seen + ${lastSeenStepMs} * interval '1 millisecond'
    RETURNING service, target, target_kind, kind, xmax = 0 AS created`.execute(tx);
  for (const { service, target, target_kind: targetKind, kind } of written.rows.filter((each) => each.created)) {
    await ground.ledger.append(tx, {
      kind: 'dependency.discovered',
      subject: `service:${service}`,
      service,
      actor: telemetry,
      data: { target, targetKind, kind },
    });
  }
};

const earlier = (a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant =>
  Temporal.Instant.compare(a, b) <= 0 ? a : b;
const later = (a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant =>
  Temporal.Instant.compare(a, b) >= 0 ? a : b;

const chunks = <Item>(items: readonly Item[]): Item[][] => {
  const parts: Item[][] = [];
  for (let at = 0; at < items.length; at += seenLimits.batch) parts.push(items.slice(at, at + seenLimits.batch));
  return parts;
};
