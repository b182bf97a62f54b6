import { sql } from 'kysely';
import type { Known } from '../domain/compile-change.ts';
import type { OpenSloDocument, OpenSloKind } from '../domain/openslo/kinds.ts';
import type { Change, Db, Tx } from './store.ts';

/** One document as it is kept. Secrets in it are sealed. */
export interface KeptDocument {
  readonly kind: OpenSloKind;
  readonly name: string;
  readonly body: OpenSloDocument;
  readonly origin: 'hand' | 'file';
  readonly source: string | null;
  /** What a person changed by hand in a thing that a file made; it holds, the file's own stands in `body`. */
  readonly override: OpenSloDocument | null;
  readonly changedBy: string;
  readonly changedAt: Temporal.Instant;
}

/** What holds: the override where there is one. */
export const holds = (document: KeptDocument): OpenSloDocument => document.override ?? document.body;

/** The documents of these names, and all that references may lead to or come from. `withSlos`: also every SLO. */
export const documentsAround = async (
  tx: Tx,
  names: readonly string[],
  { withSlos }: { withSlos: boolean },
): Promise<KeptDocument[]> => {
  // Everything but SLOs is little; SLOs are many, and only those that a change may touch are read.
  const rows = await tx
    .selectFrom('objectives.document')
    .selectAll()
    .where((where) =>
      withSlos
        ? where.lit(true)
        : where.or([where('kind', '!=', 'SLO'), where('name', '=', sql<string>`ANY(${[...names]}::text[])`)]),
    )
    .execute();
  return rows.map(keptDocument);
};

/** All documents, by kind and name; of one kind or after one where that is asked for. */
export const documents = async (
  db: Db,
  { kind, after, limit }: { kind: string | null; after: { kind: string; name: string } | null; limit: number },
): Promise<KeptDocument[]> => {
  // One page of documents.
  const rows = await db
    .selectFrom('objectives.document')
    .selectAll()
    .$if(kind !== null, (query) => query.where('kind', '=', kind!))
    .$if(after !== null, (query) => query.where(sql<boolean>`(kind, name) > (${after!.kind}, ${after!.name})`))
    .orderBy('kind')
    .orderBy('name')
    .limit(limit)
    .execute();
  return rows.map(keptDocument);
};

export const documentByName = async (db: Db, kind: string, name: string): Promise<KeptDocument | null> => {
  // One document.
  const row = await db
    .selectFrom('objectives.document')
    .selectAll()
    .where('kind', '=', kind)
    .where('name', '=', name)
    .executeTakeFirst();
  return row ? keptDocument(row) : null;
};

/** Name of the SLO document that makes an objective; null where there is no such objective. */
export const documentOfObjective = async (db: Db, objective: string): Promise<string | null> => {
  // One name.
  const row = await db
    .selectFrom('objectives.objective')
    .select('document')
    .where('name', '=', objective)
    .executeTakeFirst();
  return row?.document ?? null;
};

/** Every objective as far as references between documents need it. */
export const knownObjectives = async (db: Db): Promise<Known['objectives']> => {
  // Names and what journeys are made of; whole definitions are not read.
  const { rows } = await sql<{ name: string; document: string; parts: string[]; components: number }>`
    SELECT name, document, jsonb_path_query_array(definition, '$.components[*].indicator.name') AS parts,
      jsonb_array_length(definition -> 'components') AS components
    FROM objectives.objective`.execute(db);
  return rows.map(({ components, ...row }) => ({ ...row, measured: components - row.parts.length }));
};

export const writeDocument = async (
  tx: Tx,
  document: Pick<KeptDocument, 'kind' | 'name' | 'body' | 'origin' | 'source' | 'override'>,
  change: Change,
): Promise<void> => {
  const row = {
    body: JSON.stringify(document.body),
    origin: document.origin,
    source: document.source,
    override: document.override === null ? null : JSON.stringify(document.override),
    changed_by: change.by,
    changed_at: new Date(change.at.epochMilliseconds),
  };
  // The document as it was said last.
  await tx
    .insertInto('objectives.document')
    .values({ kind: document.kind, name: document.name, ...row })
    .onConflict((conflict) => conflict.columns(['kind', 'name']).doUpdateSet(row))
    .execute();
};

interface Row {
  readonly kind: string;
  readonly name: string;
  readonly body: unknown;
  readonly origin: 'hand' | 'file';
  readonly source: string | null;
  readonly override: unknown;
  readonly changed_by: string;
  readonly changed_at: Date;
}

const keptDocument = (row: Row): KeptDocument => ({
  kind: row.kind as OpenSloKind,
  name: row.name,
  body: row.body as OpenSloDocument,
  origin: row.origin,
  source: row.source,
  override: row.override as OpenSloDocument | null,
  changedBy: row.changed_by,
  changedAt: Temporal.Instant.fromEpochMilliseconds(row.changed_at.getTime()),
});
