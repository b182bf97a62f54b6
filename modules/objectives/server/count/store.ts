import { sql, type Kysely, type Transaction } from 'kysely';
import type { CountTables, SourceStateName } from './tables.ts';

export type CountDb = Kysely<CountTables>;
export type CountTx = Transaction<CountTables>;

/** How the counting of one indicator stands. */
export interface SourceState {
  readonly indicator: number;
  readonly state: SourceStateName;
  /** Why there is no data, in words; null while all is well. */
  readonly reason: string | null;
  readonly since: Temporal.Instant;
  /** Share of the history that is counted, 0 to 1; null when none is being counted. */
  readonly progress: number | null;
  readonly countedTo: Temporal.Instant | null;
  /** Stretches that could not be read, [from, to) in epoch seconds, oldest first. */
  readonly gaps: readonly (readonly [number, number])[];
}

/** The state of every indicator that has one, by number. */
export const allStates = async (db: CountDb): Promise<Map<number, SourceState>> => {
  // One row an indicator: screens and the sweep read them whole.
  const rows = await db.selectFrom('objectives.source_state').selectAll().execute();
  return new Map(rows.map((row) => [row.indicator, stateOf(row)]));
};

/** Indicators that are not counted for now: another process may have said so, or begun to count them anew. */
export const leftOutNumbers = async (db: CountDb): Promise<Set<number>> => {
  // Few rows or none.
  const rows = await db
    .selectFrom('objectives.source_state')
    .select('indicator')
    .where('state', 'in', ['too-dear', 'refused'])
    .execute();
  return new Set(rows.map(({ indicator }) => indicator));
};

const stateOf = (row: {
  indicator: number;
  state: SourceStateName;
  reason: string | null;
  since: Date;
  progress: number | null;
  counted_to: Date | null;
  gaps: [number, number][];
}): SourceState => ({
  indicator: row.indicator,
  state: row.state,
  reason: row.reason,
  since: instantOf(row.since),
  progress: row.progress,
  countedTo: row.counted_to && instantOf(row.counted_to),
  gaps: row.gaps,
});

/** Writes a state; `since` moves only where the state's name changes. Nothing is written where nothing changed. */
export const setState = async (
  db: CountDb,
  numbers: readonly number[],
  state: SourceStateName,
  given: { readonly reason?: string | null; readonly progress?: number | null; readonly at: Temporal.Instant },
): Promise<void> => {
  if (numbers.length === 0) return;
  const [reason, progress] = [given.reason ?? null, given.progress ?? null];
  await sql`-- How these indicators stand; a row that says the same is left alone.
    INSERT INTO objectives.source_state AS kept (indicator, state, reason, since, progress)
    SELECT number, ${state}, ${reason}, ${dateOf(given.at)}, ${progress}
    FROM objectives.indicator WHERE number = ANY(${[...numbers]}::integer[])
    ON CONFLICT (indicator) DO UPDATE SET state = excluded.state, reason = excluded.reason, progress = excluded.progress,
      since = CASE WHEN kept.state = excluded.state THEN kept.since ELSE excluded.since END
    WHERE (kept.state, kept.reason, kept.progress) IS DISTINCT FROM (excluded.state, excluded.reason, excluded.progress)`.execute(
    db,
  );
};

/** How far a backfill is, or (null) that it has ended: only where nothing else was said of the indicator meanwhile. */
export const moveBackfill = async (
  db: CountDb,
  numbers: readonly number[],
  progress: number | null,
  at: Temporal.Instant,
): Promise<void> => {
  const ended = progress === null ? { state: 'counting' as const, since: dateOf(at) } : {};
  // Live counting may have left it out since the backfill began.
  await db
    .updateTable('objectives.source_state')
    .set({ progress, ...ended })
    .where('indicator', 'in', [...numbers])
    .where('state', '=', 'backfilling')
    .execute();
};

/** Begins a backfill of these indicators in the caller's transaction; gives the numbers with how often that has been. */
export const beginBackfill = async (
  tx: CountTx,
  numbers: readonly number[],
  at: Temporal.Instant,
): Promise<{ indicator: number; backfills: number }[]> => {
  const { rows } = await sql<{
    indicator: number;
    backfills: number;
  }>`-- Their history is to be counted; the number of times makes a key of its own.
    INSERT INTO objectives.source_state AS kept (indicator, state, reason, since, progress, backfills)
    SELECT number, 'backfilling', NULL, ${dateOf(at)}, 0, 1
    FROM objectives.indicator WHERE number = ANY(${[...numbers]}::integer[])
    ON CONFLICT (indicator) DO UPDATE SET state = 'backfilling', reason = NULL, since = excluded.since, progress = 0, backfills = kept.backfills + 1
    RETURNING indicator, backfills`.execute(tx);
  return rows;
};

/** Indicators that no objective and no former version of one has used since before `before`. */
export const forgottenIndicators = async (db: CountDb, before: Temporal.Instant): Promise<number[]> => {
  // A former version is still asked for by whoever looks at an instant of the past.
  const { rows } = await sql<{ number: number }>`
    SELECT number FROM objectives.indicator AS indicator
    WHERE unused_since < ${dateOf(before)} AND NOT EXISTS (
      SELECT FROM objectives.version, jsonb_array_elements(definition -> 'components') AS component
      WHERE (component -> 'indicator' ->> 'number')::integer = indicator.number)
    ORDER BY number LIMIT 1000`.execute(db);
  return rows.map(({ number }) => number);
};

export const forgetIndicators = async (db: CountDb, numbers: readonly number[]): Promise<void> => {
  // After their counts: a number is never given again, so that what a crash leaves behind means nothing.
  await sql`DELETE FROM objectives.indicator WHERE number = ANY(${[...numbers]}::integer[]) AND unused_since IS NOT NULL`.execute(
    db,
  );
};

/** From when on there is history: said when a backfill has ended. Null: there is more of it than was thought, it is counted anew. */
export const setCountedFrom = async (db: CountDb, number: number, from: Temporal.Instant | null): Promise<void> => {
  // Screens and evaluation tell "no data" from "not counted yet" by it.
  await db
    .updateTable('objectives.indicator')
    .set({ counted_from: from && dateOf(from) })
    .where('number', '=', number)
    .execute();
};

/** How far an outside source was read, and what is still missing before that. */
export const setCounted = async (
  db: CountDb,
  number: number,
  countedTo: Temporal.Instant,
  gaps: readonly (readonly [number, number])[],
): Promise<void> => {
  // Kept after the counts themselves: a crash in between reads the same minutes again.
  await db
    .updateTable('objectives.source_state')
    .set({ counted_to: dateOf(countedTo), gaps: JSON.stringify(gaps) })
    .where('indicator', '=', number)
    .execute();
};

/** The next number of a run that counts: greater than every one before, whatever clocks do. */
export const nextRevision = async (db: CountDb): Promise<number> => {
  // One for each run, also when the run fails.
  const { rows } = await sql<{ next: string }>`SELECT nextval('objectives.count_revision') AS next`.execute(db);
  return Number(rows[0]!.next);
};

/** Tells every process that counts of this age are made anew: evaluation remembers sums of them. */
export const tellRecount = async (db: CountDb, age: 'recent' | 'old'): Promise<void> => {
  // Moves one of the two counters; seen by everybody at once.
  await sql`SELECT nextval(${`objectives.recount_${age}`}::regclass)`.execute(db);
};

/** DataSource documents as they hold, secrets sealed. */
export const dataSources = async (db: CountDb): Promise<{ name: string; body: unknown }[]> => {
  // Few rows: as many as there are outside sources.
  const rows = await db
    .selectFrom('objectives.document')
    .select(['name', 'body', 'override'])
    .where('kind', '=', 'DataSource')
    .execute();
  return rows.map(({ name, body, override }) => ({ name, body: override ?? body }));
};

const instantOf = (date: Date): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(date.getTime());
const dateOf = (instant: Temporal.Instant): Date => new Date(instant.epochMilliseconds);
