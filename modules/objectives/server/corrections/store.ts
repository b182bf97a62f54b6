import { sql, type Kysely, type Transaction } from 'kysely';
import type { CorrectionState } from '../../domain/correction-state.ts';
import type { Objective } from '../../domain/objective.ts';
import type { CorrectionsTables } from './tables.ts';

export type Db = Kysely<CorrectionsTables>;
export type Tx = Transaction<CorrectionsTables>;
export type CorrectionRow = CorrectionsTables['objectives.correction'];

/** Those that touch an objective by its name or by its service. */
export const pageOfCorrections = async (
  db: Db,
  asked: {
    readonly objective: string | null;
    readonly state: CorrectionState | null;
    readonly named: boolean;
    readonly beforeId: string | null;
    readonly limit: number;
  },
): Promise<CorrectionRow[]> => {
  const { objective, state, named, beforeId } = asked;
  // One page, newest first; ids grow with time.
  return db
    .selectFrom('objectives.correction')
    .selectAll()
    .$if(objective !== null, (query) => query.where(touches(objective!)))
    .$if(state !== null, (query) => query.where('state', '=', state!))
    .$if(named, (query) => query.where('name', 'is not', null))
    .$if(beforeId !== null, (query) => query.where('id', '<', beforeId!))
    .orderBy('id', 'desc')
    .limit(asked.limit)
    .execute();
};

/** Proposed ones and those in force that touch an objective. */
export const liveOf = async (tx: Tx, objective: string): Promise<CorrectionRow[]> => {
  // What an objective has already, for the bounds on it.
  return tx
    .selectFrom('objectives.correction')
    .selectAll()
    .where('state', 'in', ['proposed', 'in-force'])
    .where(touches(objective))
    .execute();
};

const touches = (objective: string) => sql<boolean>`(${objective} = ANY(objectives) OR service IN
  (SELECT objective.service FROM objectives.objective AS objective WHERE objective.name = ${objective}))`;

/** Everything that is in force, the oldest first. */
export const correctionsInForce = async (db: Db): Promise<CorrectionRow[]> => {
  // All of them: evaluation needs those of every objective.
  return db.selectFrom('objectives.correction').selectAll().where('state', '=', 'in-force').orderBy('id').execute();
};

/** Changes whenever a correction comes into force or ends, and when what remains of excluded traffic is counted. */
export const correctionsMark = async (db: Db): Promise<string> => {
  // How many there are and when the last one changed.
  const { rows } = await sql<{ mark: string }>`
    SELECT concat_ws(',', count(*), max(changed_at), count(*) FILTER (WHERE state = 'in-force'),
      (SELECT string_agg(concat(traffic.indicator, ':', traffic.remaining), ' ' ORDER BY traffic.correction, traffic.indicator)
       FROM objectives.remaining_traffic AS traffic JOIN objectives.indicator ON number = traffic.remaining
       WHERE counted_from IS NOT NULL)) AS mark FROM objectives.correction`.execute(db);
  return rows[0]!.mark;
};

/** What stands for the indicators of corrections that leave out traffic; `counted`: once its history is there, not before. */
export interface Remaining {
  readonly correction: string;
  readonly indicator: number;
  readonly remaining: number;
  readonly counted: boolean;
}

export const remainingTraffic = async (db: Db): Promise<Remaining[]> => {
  // Few rows or none.
  const rows = await db
    .selectFrom('objectives.remaining_traffic as traffic')
    .innerJoin('objectives.indicator as indicator', 'indicator.number', 'traffic.remaining')
    .select(['traffic.correction', 'traffic.indicator', 'traffic.remaining', 'indicator.counted_from'])
    .execute();
  return rows.map(({ counted_from, ...row }) => ({ ...row, counted: counted_from !== null }));
};

/** Of each correction that leaves out traffic and is in force: whether all that remains is counted. */
export const countedTraffic = (remaining: readonly Remaining[]): ReadonlyMap<string, boolean> =>
  new Map(
    [...Map.groupBy(remaining, ({ correction }) => correction)].map(([id, rows]) => [
      id,
      rows.every(({ counted }) => counted),
    ]),
  );

/** Definitions of objectives by their names. */
export const definitionsOf = async (tx: Tx, names: readonly string[]): Promise<Objective[]> => {
  // What is promised of those that a correction of traffic is about.
  const { rows } = await sql<{ definition: Objective }>`
    SELECT definition FROM objectives.objective WHERE name = ANY(${[...names]}::text[]) ORDER BY name`.execute(tx);
  return rows.map(({ definition }) => definition);
};

/** One, locked until the transaction ends; null when there is none. */
export const lockCorrection = async (tx: Tx, id: string): Promise<CorrectionRow | null> => {
  // One correction, so that two decisions come one after the other.
  const row = await tx
    .selectFrom('objectives.correction')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
};

/** The live one of a name, locked; names are taken one at a time. */
export const lockNamed = async (tx: Tx, name: string): Promise<CorrectionRow | null> => {
  // Two who apply the same file at once come one after the other.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`objectives:correction:${name}`}, 0))`.execute(tx);
  // The one that lives.
  const row = await tx
    .selectFrom('objectives.correction')
    .selectAll()
    .where('name', '=', name)
    .where('state', 'in', ['proposed', 'in-force'])
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
};

export const insertCorrection = async (tx: Tx, row: CorrectionRow): Promise<void> => {
  // What somebody proposes.
  await tx.insertInto('objectives.correction').values(row).execute();
};

export const updateState = async (
  tx: Tx,
  id: string,
  change: Pick<
    CorrectionRow,
    'state' | 'decided_by' | 'decided_at' | 'decision_reason' | 'in_force_since' | 'changed_at'
  >,
): Promise<void> => {
  // What was said stays, what became of it changes.
  await tx.updateTable('objectives.correction').set(change).where('id', '=', id).execute();
};

/** Objectives that a correction is about, with who owns them; held so that none is deleted meanwhile. */
export const objectivesOf = async (
  tx: Tx,
  { objectives, service }: { readonly objectives: readonly string[]; readonly service: string | null },
): Promise<{ name: string; owner: string | null; service: string | null }[]> => {
  // By name, or all of the service.
  return tx
    .selectFrom('objectives.objective')
    .select(['name', 'owner', 'service'])
    .where((where) =>
      service === null
        ? where('name', '=', sql<string>`ANY(${[...objectives]}::text[])`)
        : where('service', '=', service),
    )
    .orderBy('name')
    .forShare()
    .execute();
};
