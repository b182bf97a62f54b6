import { sql } from 'kysely';
import type { Objective } from '../../domain/objective.ts';
import { firstCount, type Db, type KeptObjective } from '../store.ts';
import type { ObjectivesTables } from '../tables.ts';

/** One objective with everything that it is made of, as it was promised at an instant. */
export interface DefinedAt {
  readonly kept: KeptObjective;
  readonly find: (name: string) => Objective | undefined;
}

/** Journeys of journeys; documents refuse circles, this bounds what is asked. */
const depthMax = 8;

/** An objective by name as it was defined at `at`; the first definition also holds before it was made. Null: unknown. */
export const definedAt = async (db: Db, name: string, at: Temporal.Instant): Promise<DefinedAt | null> => {
  const known = new Map<string, KeptObjective>();
  let names: readonly string[] = [name];
  for (let depth = 0; names.length > 0 && depth < depthMax; depth += 1) {
    const found = await byNames(db, names, at);
    for (const each of found) known.set(each.name, each);
    const below = found.flatMap(({ definition }) =>
      definition.components.flatMap(({ indicator }) => (indicator.kind === 'objective' ? [indicator.name] : [])),
    );
    names = [...new Set(below)].filter((each) => !known.has(each));
  }
  const kept = known.get(name);
  return kept ? { kept, find: (each) => known.get(each)?.definition } : null;
};

const byNames = async (db: Db, names: readonly string[], at: Temporal.Instant): Promise<KeptObjective[]> => {
  type Row = Pick<
    ObjectivesTables['objectives.objective'],
    'id' | 'name' | 'document' | 'created_at' | 'changed_at'
  > & { definition: Objective; origin: 'hand' | 'file' | null; source: string | null; born_at: Date | null };
  // Objectives by name with the newest version that held then, or their first.
  const { rows } = await sql<Row>`
    SELECT objective.id, objective.name, objective.document, objective.created_at, objective.changed_at, document.origin, document.source,
      ${firstCount} AS born_at,
      coalesce(
        (SELECT version.definition FROM objectives.version WHERE version.objective = objective.id AND since <= ${at.toString()}::timestamptz ORDER BY since DESC LIMIT 1),
        (SELECT version.definition FROM objectives.version WHERE version.objective = objective.id ORDER BY since LIMIT 1),
        objective.definition) AS definition
    FROM objectives.objective AS objective
    LEFT JOIN objectives.document AS document ON document.kind = 'SLO' AND document.name = objective.document
    WHERE objective.name = ANY(${[...names]}::text[])`.execute(db);
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

/** Targets that an objective had, oldest first; the first also holds before. */
export const targetsOf = async (db: Db, id: string): Promise<{ since: number; targetPpm: number }[]> => {
  // When its target was changed.
  const { rows } = await sql<{ since: Date; target: number }>`
    SELECT since, (definition ->> 'targetPpm')::integer AS target FROM objectives.version WHERE objective = ${id} ORDER BY since`.execute(
    db,
  );
  return rows.map(({ since, target }) => ({ since: since.getTime() / 1_000, targetPpm: target }));
};

/** How the counting of these indicators stands. */
export interface Counting {
  /** From when on all of them are counted; null while the history of one is being counted. */
  readonly countedFrom: Temporal.Instant | null;
  /** Why one of them gives nothing now; null while all do. */
  readonly problem: string | null;
}

export const countingOf = async (db: Db, indicators: readonly number[]): Promise<Counting> => {
  // Each indicator with what its counting said last.
  const { rows } = await sql<{ counted_from: Date | null; state: string | null; reason: string | null }>`
    SELECT indicator.counted_from, state.state, state.reason FROM objectives.indicator AS indicator
    LEFT JOIN objectives.source_state AS state ON state.indicator = indicator.number
    WHERE indicator.number = ANY(${[...indicators]}::integer[])`.execute(db);
  const counted = rows.map((row) => row.counted_from);
  const latest = counted.some((each) => each === null) ? null : Math.max(...counted.map((each) => each!.getTime()));
  return {
    countedFrom: latest === null || rows.length === 0 ? null : Temporal.Instant.fromEpochMilliseconds(latest),
    problem: rows.find(({ state, reason }) => reason !== null && troubled.has(state ?? ''))?.reason ?? null,
  };
};

/** Indicators that give nothing now, with why. */
export const problemsOf = async (db: Db): Promise<Map<number, string>> => {
  // What counting said last of those that it cannot count.
  const { rows } = await sql<{ indicator: number; reason: string }>`
    SELECT indicator, reason FROM objectives.source_state WHERE reason IS NOT NULL AND state = ANY(${[...troubled]}::text[])`.execute(
    db,
  );
  return new Map(rows.map(({ indicator, reason }) => [indicator, reason]));
};

const troubled: ReadonlySet<string> = new Set(['no-data', 'too-dear', 'refused']);

const instantOf = (date: Date): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(date.getTime());
