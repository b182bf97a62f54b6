import { sql } from 'kysely';
import type { PolicyHandle, PolicyTx, SilenceRow } from './tables.ts';

export type SilenceFilter = 'pending' | 'active' | 'expired' | 'live' | 'all';

/** Silences that may hold an alert back now or later. */
export const liveSilences = (db: PolicyHandle): Promise<SilenceRow[]> =>
  // Read whenever something changed, so no more than what may still matter.
  db
    .selectFrom('alerting.silence')
    .selectAll()
    .where(sql<boolean>`ends_at IS NULL OR ends_at > ground.now()`)
    .orderBy('id')
    .execute();

/** The newest silences, behind `after`; what comes again and again is not told apart by time here. */
export const silencesAfter = (
  db: PolicyHandle,
  filter: { readonly after: string | null; readonly state: SilenceFilter; readonly limit: number },
): Promise<SilenceRow[]> => {
  // By id, which is the order in which they were made.
  let query = db.selectFrom('alerting.silence').selectAll().orderBy('id', 'desc').limit(filter.limit);
  if (filter.after !== null) query = query.where('id', '<', filter.after);
  if (filter.state === 'expired') query = query.where(sql<boolean>`ends_at <= ground.now()`);
  else if (filter.state !== 'all') query = query.where(sql<boolean>`(ends_at IS NULL OR ends_at > ground.now())`);
  return query.execute();
};

/** By id; by name the one that is not ended, else the newest that was. */
export const silenceBy = async (db: PolicyHandle, reference: string): Promise<SilenceRow | undefined> => {
  // A name lives on in what was ended under it.
  const query = db.selectFrom('alerting.silence').selectAll().limit(1);
  return isId(reference)
    ? query.where('id', '=', reference).executeTakeFirst()
    : query
        .where('name', '=', reference)
        .orderBy(sql`expired_at IS NULL`, 'desc')
        .orderBy('id', 'desc')
        .executeTakeFirst();
};

export const isId = (reference: string): boolean => /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/iu.test(reference);

export const countLive = async (db: PolicyHandle): Promise<number> => {
  // There is a bound on what each alert is judged by.
  const { count } = await db
    .selectFrom('alerting.silence')
    .select((with_) => with_.fn.countAll<string>().as('count'))
    .where(sql<boolean>`ends_at IS NULL OR ends_at > ground.now()`)
    .executeTakeFirstOrThrow();
  return Number(count);
};

export const insertSilence = async (tx: PolicyTx, row: SilenceRow): Promise<void> => {
  // Who and why are kept with it.
  await tx
    .insertInto('alerting.silence')
    .values({ ...row, matchers: JSON.stringify(row.matchers) as never })
    .execute();
};

export const updateSilence = async (
  tx: PolicyTx,
  { id, ...row }: Partial<SilenceRow> & { id: string },
): Promise<void> => {
  // What it was before stands on the ledger.
  await tx
    .updateTable('alerting.silence')
    .set({ ...row, ...(row.matchers && { matchers: JSON.stringify(row.matchers) as never }) })
    .where('id', '=', id)
    .execute();
};

/** Forgets silences that ended more than `days` ago. */
export const forgetSilences = async (db: PolicyHandle, days: number): Promise<void> => {
  await sql`-- What they held back stands with the alerts' decisions.
    DELETE FROM alerting.silence WHERE ends_at < ground.now() - make_interval(days => ${days})`.execute(db);
};
