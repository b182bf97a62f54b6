import { sql, type Selectable, type Transaction } from 'kysely';
import type { Change } from '../contract.ts';
import type { ChangesTables } from './tables.ts';

export type Tx = Transaction<ChangesTables>;

/**
 * The change that its announcer knows by this key, locked until the transaction ends; null where there is none. Two
 * announcements of one key that come at once wait for each other, also before the first row exists.
 */
export const lockByKey = async (
  tx: Tx,
  known: { readonly announcedBy: string; readonly service: string; readonly key: string },
): Promise<Change | null> => {
  const name = JSON.stringify([known.announcedBy, known.service, known.key]);
  // A lock on the name, because a row that does not exist yet cannot be locked.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`changes:${name}`}, 0))`.execute(tx);
  // The change of this key, if it was announced before.
  const row = await tx
    .selectFrom('changes.change')
    .selectAll()
    .where('announced_by', '=', known.announcedBy)
    .where('service', '=', known.service)
    .where('key', '=', known.key)
    .forUpdate()
    .executeTakeFirst();
  return row ? changeOf(row) : null;
};

/** Writes a change whole; one of the same id is replaced. */
export const saveChange = async (tx: Tx, change: Change): Promise<void> => {
  const row = {
    id: change.id,
    service: change.service,
    environment: change.environment,
    kind: change.kind,
    version: change.version,
    title: change.title,
    description: change.description,
    by: change.by,
    link: change.link,
    started_at: new Date(change.startedAt),
    ended_at: change.endedAt === null ? null : new Date(change.endedAt),
    key: change.key,
    announced_at: new Date(change.announcedAt),
    announced_by: change.announcedBy,
  };
  // What a later announcement says replaces what an earlier one said: a deploy that began is now through.
  await tx
    .insertInto('changes.change')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
};

/** A row as the contract tells it. */
export const changeOf = (row: Selectable<ChangesTables['changes.change']>): Change => ({
  id: row.id,
  service: row.service,
  environment: row.environment,
  kind: row.kind,
  version: row.version,
  title: row.title,
  description: row.description,
  by: row.by,
  link: row.link,
  startedAt: row.started_at.toISOString(),
  endedAt: row.ended_at?.toISOString() ?? null,
  key: row.key,
  announcedAt: row.announced_at.toISOString(),
  announcedBy: row.announced_by,
});
