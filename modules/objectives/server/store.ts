import { sql, type Kysely, type Transaction } from 'kysely';
import { canonicalIndicator, canonicalText } from '../domain/canonical-indicator.ts';
import type { Indicator } from '../domain/indicator.ts';
import type { Objective } from '../domain/objective.ts';
import type { ObjectivesTables } from './tables.ts';

export type Db = Kysely<ObjectivesTables>;
export type Tx = Transaction<ObjectivesTables>;

/** One objective as it stands, with the definition that evaluation reads. */
export interface KeptObjective {
  readonly id: string;
  readonly name: string;
  readonly definition: Objective;
  /** Name of the SLO document that made it. */
  readonly document: string;
  readonly origin: 'hand' | 'file';
  readonly source: string | null;
  readonly createdAt: Temporal.Instant;
  readonly changedAt: Temporal.Instant;
  /** The first count of what it measures itself; null for a journey, and while its history is being counted. */
  readonly bornAt: Temporal.Instant | null;
}

/** Changes whenever an objective is made, changed or deleted, whatever the clock does: for those who remember what they read. */
export const objectivesMark = async (db: Db): Promise<string> => {
  const { mark } = await db
    .selectFrom('objectives.objective')
    .select(sql<string>`count(*) || ':' || coalesce(sum(extract(epoch from changed_at)), 0)`.as('mark'))
    .executeTakeFirstOrThrow();
  return mark;
};

/** One thing that is counted; `number` is its key in the counts. */
export interface KeptIndicator {
  readonly number: number;
  readonly kind: Indicator['kind'];
  readonly definition: Indicator;
  /** From when on there are counts; null until its history has been counted. */
  readonly countedFrom: Temporal.Instant | null;
  readonly unusedSince: Temporal.Instant | null;
}

/** Every objective, by name. */
export const allObjectives = async (db: Db): Promise<KeptObjective[]> => {
  // All objectives with where their documents came from: evaluation reads them whole in each cycle.
  const rows = await db
    .selectFrom('objectives.objective as objective')
    .leftJoin('objectives.document as document', (join) =>
      join.onRef('document.name', '=', 'objective.document').on('document.kind', '=', 'SLO'),
    )
    .select([
      'objective.id',
      'objective.name',
      'objective.definition',
      'objective.document',
      'objective.created_at',
      'objective.changed_at',
      'document.origin',
      'document.source',
      firstCount.as('born_at'),
    ])
    .orderBy('objective.name')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    definition: row.definition,
    document: row.document,
    origin: row.origin ?? 'hand',
    source: row.source,
    createdAt: instantOf(row.created_at),
    changedAt: instantOf(row.changed_at),
    bornAt: row.born_at && instantOf(row.born_at),
  }));
};

/** Of a row of `objectives.objective AS objective`: when the first of its own indicators began to be counted; null until all are. */
export const firstCount = sql<Date | null>`(SELECT CASE WHEN bool_and(counted_from IS NOT NULL) THEN min(counted_from) END
  FROM jsonb_array_elements(objective.definition -> 'components') AS component
  JOIN objectives.indicator ON number = (component -> 'indicator' ->> 'number')::integer)`;

/** Every indicator that was ever counted and whose counts may still stand, by number. */
export const allIndicators = async (db: Db): Promise<KeptIndicator[]> => {
  // All indicators: counting reads them whole in each cycle.
  const rows = await db.selectFrom('objectives.indicator').selectAll().orderBy('number').execute();
  return rows.map((row) => ({
    number: row.number,
    kind: row.kind as Indicator['kind'],
    definition: row.definition,
    countedFrom: row.counted_from && instantOf(row.counted_from),
    unusedSince: row.unused_since && instantOf(row.unused_since),
  }));
};

/**
 * A text that changes when any objective or indicator does: what is remembered of them holds as long as it stays.
 * One aggregate over small tables, so that it may be asked in every cycle.
 */
export const definitionsMark = async (db: Db): Promise<string> => {
  // How many there are and when the last one changed, in one row.
  const { rows } = await sql<{ mark: string }>`
    SELECT concat_ws('/',
      (SELECT concat_ws(',', count(*), max(changed_at), max(id::text)) FROM objectives.objective),
      (SELECT concat_ws(',', max(number), count(unused_since), max(unused_since), count(counted_from), max(counted_from))
         FROM objectives.indicator)) AS mark`.execute(db);
  return rows[0]!.mark;
};

/** Definitions that an objective ever had, oldest first; the first one also holds before it was made. */
export const versionsOf = async (
  db: Db,
  id: string,
): Promise<{ since: Temporal.Instant; definition: Objective; changedBy: string }[]> => {
  // What was promised at any instant of the past.
  const rows = await db
    .selectFrom('objectives.version')
    .selectAll()
    .where('objective', '=', id)
    .orderBy('since')
    .execute();
  return rows.map((row) => ({
    since: instantOf(row.since),
    definition: row.definition,
    changedBy: row.changed_by,
  }));
};

/** Who changes something, and when. */
export interface Change {
  readonly by: string;
  readonly at: Temporal.Instant;
}

/** One objective by name, locked until the transaction ends; null when there is none. */
export const lockObjective = async (
  tx: Tx,
  name: string,
): Promise<{ id: string; document: string; definition: Objective } | null> => {
  // One objective, locked, so that two changes of it come one after the other.
  const row = await tx
    .selectFrom('objectives.objective')
    .select(['id', 'document', 'definition'])
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
};

/**
 * Keeps one compiled objective: its indicators get their numbers, a new definition becomes a new version.
 * `id` is taken where it is new. Gives back what was and what is; equal texts mean that nothing changed.
 */
export const saveObjective = async (
  tx: Tx,
  objective: { readonly id: string; readonly document: string; readonly definition: Objective },
  change: Change,
): Promise<{ id: string; before: Objective | null; after: Objective; changed: boolean }> => {
  const definition = await withNumbers(tx, objective.definition, change.at);
  const present = await lockObjective(tx, definition.name);
  if (present && present.document === objective.document && saysTheSame(present.definition, definition))
    return { id: present.id, before: present.definition, after: definition, changed: false };
  const id = present?.id ?? objective.id;
  const row = {
    document: objective.document,
    service: definition.service,
    owner: definition.owner,
    definition: JSON.stringify(definition),
    changed_at: dateOf(change.at),
  };
  // The objective as it is promised from now on.
  await tx
    .insertInto('objectives.objective')
    .values({ id, name: definition.name, created_at: dateOf(change.at), ...row })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
  const version = { definition: JSON.stringify(definition), changed_by: change.by };
  // From when on it is promised so; two changes in one microsecond are one.
  await tx
    .insertInto('objectives.version')
    .values({ objective: id, since: dateOf(change.at), ...version })
    .onConflict((conflict) => conflict.columns(['objective', 'since']).doUpdateSet(version))
    .execute();
  return { id, before: present?.definition ?? null, after: definition, changed: true };
};

/** Removes one objective with its versions and conditions; its decisions stay on the ledger. */
export const removeObjective = async (tx: Tx, name: string): Promise<void> => {
  // Versions and conditions go with it.
  await tx.deleteFrom('objectives.objective').where('name', '=', name).execute();
};

/** Marks indicators that no objective and no correction of traffic uses any more, and clears the mark of those that are used again. */
export const markUnused = async (tx: Tx, at: Temporal.Instant): Promise<void> => {
  // Counting stops for what no objective reads; the numbers stay, so that counts never change their meaning.
  await sql`
    WITH used AS (
      SELECT DISTINCT (component -> 'indicator' ->> 'number')::integer AS number
      FROM objectives.objective, jsonb_array_elements(definition -> 'components') AS component
      WHERE component -> 'indicator' ->> 'kind' = 'indicator'
      UNION SELECT remaining FROM objectives.remaining_traffic
    )
    UPDATE objectives.indicator SET unused_since = CASE WHEN number IN (SELECT number FROM used) THEN NULL ELSE ${dateOf(at)}::timestamptz END
    WHERE (unused_since IS NULL) <> (number IN (SELECT number FROM used))`.execute(tx);
};

/** One change of documents at a time: references between them are resolved over all of them. */
export const lockDocuments = async (tx: Tx): Promise<void> => {
  // A lock that ends with the transaction.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('objectives:documents', 0))`.execute(tx);
};

export const removeDocument = async (tx: Tx, kind: string, name: string): Promise<void> => {
  // What it made is removed by whoever removes it.
  await tx.deleteFrom('objectives.document').where('kind', '=', kind).where('name', '=', name).execute();
};

/** Names of the objectives that an SLO document makes. */
export const objectivesOfDocument = async (tx: Tx, document: string): Promise<string[]> => {
  // Several where the document has several targets.
  const rows = await tx
    .selectFrom('objectives.objective')
    .select('name')
    .where('document', '=', document)
    .orderBy('name')
    .execute();
  return rows.map(({ name }) => name);
};

/** Objectives of one service. */
export const objectivesOfService = (
  tx: Tx,
  service: string,
): Promise<{ id: string; document: string; definition: Objective }[]> =>
  // Those that follow the service's owner, or that its screen shows.
  tx
    .selectFrom('objectives.objective')
    .select(['id', 'document', 'definition'])
    .where('service', '=', service)
    .orderBy('name')
    .execute();

/** The same objective with each of its indicators under the number that counts of that meaning have. */
const withNumbers = async (tx: Tx, objective: Objective, at: Temporal.Instant): Promise<Objective> => {
  const components = [];
  for (const component of objective.components) {
    const { indicator } = component;
    if (indicator.kind === 'objective') components.push(component);
    else {
      const number = await numberOf(tx, indicator.definition, at);
      components.push({ ...component, indicator: { ...indicator, number } });
    }
  }
  return { ...objective, components };
};

/** The number under which what this indicator means is counted; a new one where nothing counts it yet. */
export const numberOf = async (tx: Tx, indicator: Indicator, at: Temporal.Instant): Promise<number> => {
  const canonical = canonicalIndicator(indicator);
  // The number of what already counts the same.
  const known = await tx
    .selectFrom('objectives.indicator')
    .select('number')
    .where('canonical', '=', canonical)
    .executeTakeFirst();
  if (known) return known.number;
  // A new number; an equal indicator that another transaction made meanwhile gives its own.
  const made = await tx
    .insertInto('objectives.indicator')
    .values({
      canonical,
      kind: indicator.kind,
      definition: JSON.stringify(indicator),
      created_at: dateOf(at),
      counted_from: null,
      unused_since: null,
    })
    .onConflict((conflict) => conflict.column('canonical').doUpdateSet({ canonical }))
    .returning('number')
    .executeTakeFirstOrThrow();
  return made.number;
};

const saysTheSame = (a: unknown, b: unknown): boolean => canonicalText(a) === canonicalText(b);

const instantOf = (date: Date): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(date.getTime());
const dateOf = (instant: Temporal.Instant): Date => new Date(instant.epochMilliseconds);
