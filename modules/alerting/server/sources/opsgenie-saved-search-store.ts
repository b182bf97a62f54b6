import { sql } from 'kysely';
import { searchLimits, type SavedSearch } from '../../domain/sources/opsgenie-saved-search.ts';
import type { AlertHandle } from '../intake/tables.ts';

export interface SavedSearchRow {
  readonly id: string;
  readonly name: string;
  readonly said: Omit<SavedSearch, 'name'>;
  readonly made_at: Date;
  readonly changed_at: Date;
}

export interface WhichSearch {
  readonly identifier: string;
  readonly type: 'id' | 'name';
}

/** Searches of an integration by name; one where `which` says which. */
export const savedSearches = async (
  db: AlertHandle,
  integration: string,
  which: WhichSearch | null,
): Promise<SavedSearchRow[]> => {
  const one =
    which === null
      ? sql`true`
      : which.type === 'name'
        ? sql`name = ${which.identifier}`
        : sql`id::text = ${which.identifier}`;
  const { rows } = await sql<SavedSearchRow>`-- Only of the integration whose key was shown.
    SELECT id, name, said, made_at, changed_at FROM alerting.opsgenie_search
    WHERE integration = ${integration} AND ${one} ORDER BY name LIMIT ${searchLimits.searches}`.execute(db);
  return rows;
};

/** False where the name is another one's, or where there are as many as may be. */
export const insertSearch = async (
  db: AlertHandle,
  { id, integration, said }: { readonly id: string; readonly integration: string; readonly said: SavedSearch },
): Promise<boolean> => {
  const { name, ...rest } = said;
  const { rows } = await sql`-- A name stands for one search of an integration.
    INSERT INTO alerting.opsgenie_search (id, integration, name, said, made_at, changed_at)
    SELECT ${id}, ${integration}, ${name}, ${JSON.stringify(rest)}::jsonb, ground.now(), ground.now()
    WHERE (SELECT count(*) FROM alerting.opsgenie_search WHERE integration = ${integration}) < ${searchLimits.searches}
    ON CONFLICT (integration, name) DO NOTHING RETURNING 1`.execute(db);
  return rows.length > 0;
};

/** False where the new name is another one's. */
export const changeSearch = async (
  db: AlertHandle,
  { id, integration, said }: { readonly id: string; readonly integration: string; readonly said: SavedSearch },
): Promise<boolean> => {
  const { name, ...rest } = said;
  const { rows } = await sql`-- Says it anew, under a name that nobody else has.
    UPDATE alerting.opsgenie_search SET name = ${name}, said = ${JSON.stringify(rest)}::jsonb, changed_at = ground.now()
    WHERE id = ${id} AND integration = ${integration} AND NOT EXISTS (
      SELECT 1 FROM alerting.opsgenie_search other WHERE other.integration = ${integration} AND other.name = ${name} AND other.id <> ${id})
    RETURNING 1`.execute(db);
  return rows.length > 0;
};

export const removeSearch = async (db: AlertHandle, integration: string, id: string): Promise<void> => {
  await sql`-- Alerts stay; only the name for the question goes.
    DELETE FROM alerting.opsgenie_search WHERE integration = ${integration} AND id = ${id}`.execute(db);
};
