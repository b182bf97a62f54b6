import { sql } from 'kysely';
import type { Ledger, LedgerEntry } from '../../../../platform/ledger/ledger.ts';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import type { Db, Tx } from '../store.ts';
import type { ObjectivesTables } from '../tables.ts';
import type { RecountMarks } from './settled-counts.ts';

/** What the last evaluation that changed it found. */
export interface Condition {
  readonly holds: boolean;
  readonly since: Temporal.Instant;
  /** Event data of the decision that changed it. */
  readonly decision: Readonly<Record<string, unknown>>;
}

/** Conditions of all objectives: by objective's id, then by what. */
export type Conditions = Map<string, Map<string, Condition>>;

/** One change of a condition, decided on a row that it must still find. */
export interface Transition {
  readonly objective: string;
  /** The objective's own last change: a decision on another definition than the present one is not written. */
  readonly definedAt: Temporal.Instant;
  readonly what: string;
  readonly before: Condition | null;
  readonly after: Condition;
  /** Null where nobody needs to be told. */
  readonly event: LedgerEntry | null;
}

/** Transitions of one transaction: short enough that no other writer waits long. */
const transitionsPerTransaction = 200;

/** Conditions that were ever changed; who has none never fired. `objective`: of this one only. */
export const readConditions = async (db: Db, objective: string | null = null): Promise<Conditions> => {
  // Every condition with the decision that changed it last.
  const rows = await db
    .selectFrom('objectives.condition')
    .selectAll()
    .$if(objective !== null, (query) => query.where('objective', '=', objective!))
    .execute();
  const conditions: Conditions = new Map();
  for (const { objective: id, what, holds, since, decision } of rows) {
    const own = conditions.get(id) ?? new Map<string, Condition>();
    own.set(what, { holds, since: Temporal.Instant.fromEpochMilliseconds(since.getTime()), decision });
    conditions.set(id, own);
  }
  return conditions;
};

/**
 * Writes what changed, each row with its event in one transaction. A row that is no longer as the decision found it, an
 * objective that was changed or deleted meanwhile: not written, and not told. Gives back what was written.
 */
export const writeTransitions = async (
  { postgres, ledger }: { postgres: Postgres; ledger: Ledger },
  transitions: readonly Transition[],
): Promise<Transition[]> => {
  const written: Transition[] = [];
  for (let at = 0; at < transitions.length; at += transitionsPerTransaction) {
    const some = transitions.slice(at, at + transitionsPerTransaction);
    written.push(
      ...(await postgres.transaction<ObjectivesTables, Transition[]>(async (tx) => {
        const done = await writeRows(tx, some);
        for (const { event } of done) if (event) await ledger.append(tx, event);
        return done;
      })),
    );
  }
  return written;
};

const writeRows = async (tx: Tx, transitions: readonly Transition[]): Promise<Transition[]> => {
  const given = transitions.map(({ objective, definedAt, what, before, after }, index) => ({
    index,
    objective,
    defined_at: definedAt.toString(),
    what,
    before_holds: before?.holds ?? null,
    before_since: before?.since.toString() ?? null,
    holds: after.holds,
    since: after.since.toString(),
    decision: after.decision,
  }));
  const { rows } = await sql<{ objective: string; what: string }>`
    -- Rows that are still as they were found, of objectives that still promise the same; new ones where there was none.
    WITH given AS (
      SELECT given.* FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
        AS given (index integer, objective uuid, defined_at timestamptz, what text, before_holds boolean, before_since timestamptz,
                  holds boolean, since timestamptz, decision jsonb)
    ), standing AS (
      SELECT objective.id FROM objectives.objective AS objective
      WHERE (objective.id, date_trunc('milliseconds', objective.changed_at)) IN (SELECT objective, defined_at FROM given)
      ORDER BY objective.id FOR SHARE
    ), due AS (
      SELECT given.* FROM given JOIN standing ON standing.id = given.objective ORDER BY given.index
    ), changed AS (
      UPDATE objectives.condition AS condition SET holds = due.holds, since = due.since, decision = due.decision
      FROM due WHERE condition.objective = due.objective AND condition.what = due.what
        AND condition.holds = due.before_holds AND condition.since = due.before_since
      RETURNING condition.objective, condition.what
    ), made AS (
      INSERT INTO objectives.condition (objective, what, holds, since, decision)
      SELECT objective, what, holds, since, decision FROM due WHERE before_holds IS NULL
      ON CONFLICT (objective, what) DO NOTHING
      RETURNING objective, what
    )
    SELECT objective, what FROM changed UNION ALL SELECT objective, what FROM made`.execute(tx);
  const written = new Set(rows.map((row) => `${row.objective} ${row.what}`));
  return transitions.filter(({ objective, what }) => written.has(`${objective} ${what}`));
};

/** The last cycle over all processes. */
export interface Evaluation {
  readonly process: string;
  /** End of the windows that were decided on last; null before the first. */
  readonly windowsTo: Temporal.Instant | null;
  readonly decidedAt: Temporal.Instant | null;
  readonly triedAt: Temporal.Instant;
  readonly objectives: number;
  /** Why the newest cycle decided nothing; null when it did. */
  readonly failure: string | null;
}

export const lastEvaluation = async (db: Db): Promise<Evaluation | null> => {
  // The only row, once there was an evaluation.
  const row = await db.selectFrom('objectives.evaluation').selectAll().executeTakeFirst();
  if (!row) return null;
  const instant = (date: Date | null) => date && Temporal.Instant.fromEpochMilliseconds(date.getTime());
  return {
    process: row.process,
    windowsTo: instant(row.windows_to),
    decidedAt: instant(row.decided_at),
    triedAt: instant(row.tried_at)!,
    objectives: row.objectives,
    failure: row.failure,
  };
};

/** How often counts of older time were made anew so far, over all processes. */
export const recountsNow = async (db: Db): Promise<RecountMarks> => {
  // Two counters, one row; is_called tells the first turn from none.
  const { rows } = await sql<RecountMarks>`
    SELECT recent.last_value || '/' || recent.is_called AS recent, old.last_value || '/' || old.is_called AS old
    FROM objectives.recount_recent AS recent, objectives.recount_old AS old`.execute(db);
  return rows[0]!;
};

/** Notes how a cycle ended; one that decided nothing keeps when the last one did. */
export const noteEvaluation = async (
  db: Db,
  cycle: {
    readonly process: string;
    readonly triedAt: Temporal.Instant;
    readonly windowsTo: Temporal.Instant | null;
    readonly objectives: number;
    readonly failure: string | null;
  },
): Promise<void> => {
  const decidedAt = cycle.windowsTo && cycle.triedAt.toString();
  // One row for all processes, the newest cycle.
  await sql`
    INSERT INTO objectives.evaluation (process, windows_to, decided_at, tried_at, objectives, failure)
    VALUES (${cycle.process}, ${cycle.windowsTo?.toString() ?? null}, ${decidedAt}, ${cycle.triedAt.toString()}, ${cycle.objectives}, ${cycle.failure})
    ON CONFLICT (only_row) DO UPDATE SET process = excluded.process, tried_at = excluded.tried_at, objectives = excluded.objectives, failure = excluded.failure,
      windows_to = coalesce(excluded.windows_to, evaluation.windows_to), decided_at = coalesce(excluded.decided_at, evaluation.decided_at)`.execute(
    db,
  );
};
