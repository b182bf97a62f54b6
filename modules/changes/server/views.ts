import { sql, type Kysely } from 'kysely';
import type { Change, ChangeKind } from '../contract.ts';
import { changeOf } from './store.ts';
import type { ChangesTables } from './tables.ts';

export interface ChangesFilter {
  readonly services: readonly string[] | null;
  readonly environment: string | null;
  readonly kind: ChangeKind | null;
  readonly from: Temporal.Instant | null;
  readonly to: Temporal.Instant | null;
  /** Changes behind this one in the list: started earlier, or at the same instant with a smaller id. */
  readonly after: { readonly startedAt: string; readonly id: string } | null;
  readonly limit: number;
}

/** Changes that the filter lets through, newest first, at most `limit`. A stretch of time is half-open and asks for the start. */
export const changes = async (db: Kysely<ChangesTables>, filter: ChangesFilter): Promise<Change[]> => {
  // Changes of some services (or all) that began within a stretch of time, newest first.
  let query = db
    .selectFrom('changes.change')
    .selectAll()
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit);
  if (filter.services) query = query.where('service', 'in', [...filter.services]);
  // A change that names no environment may have touched any.
  if (filter.environment !== null) query = query.where('environment', 'in', [filter.environment, '']);
  if (filter.kind) query = query.where('kind', '=', filter.kind);
  if (filter.from) query = query.where('started_at', '>=', new Date(filter.from.epochMilliseconds));
  if (filter.to) query = query.where('started_at', '<', new Date(filter.to.epochMilliseconds));
  if (filter.after) {
    const { startedAt, id } = filter.after;
    query = query.where(sql<boolean>`(started_at, id) < (${startedAt}::timestamptz, ${id}::uuid)`);
  }
  return (await query.execute()).map(changeOf);
};

export const changeById = async (db: Kysely<ChangesTables>, id: string): Promise<Change | null> => {
  // One change, for its own page and links to it.
  const row = await db.selectFrom('changes.change').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? changeOf(row) : null;
};
