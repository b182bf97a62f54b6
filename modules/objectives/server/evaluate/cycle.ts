import { Refusal } from '../../../../kernel/problem.ts';
import { newId } from '../../../../platform/clock/id.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import type { Objective } from '../../domain/objective.ts';
import { allObjectives, definitionsMark } from '../store.ts';
import { exclusionsNow } from '../corrections/in-force.ts';
import { reachOf } from '../corrections/excluded.ts';
import type { ObjectivesTables } from '../tables.ts';
import { problemsOf } from '../views/definitions.ts';
import { standingOf, transitionsOf } from './decide.ts';
import { dataDecision, judge } from './judge.ts';
import {
  askedBudget,
  askedBurn,
  budgetWindow,
  indicatorsOf,
  prepareAll,
  readsOf,
  type Find,
  type Prepared,
} from './prepared.ts';
import { beginningsOf, notSurelyQuiet, ordinaryOf, withSums, type OrdinaryObjectives } from './ordinary.ts';
import { readAll, type Asked } from './readings.ts';
import { createSettledCounts, type SettledCounts } from './settled-counts.ts';
import type { ReadOptions } from './signals.ts';
import { createSettledSlices, type SettledSlices } from './settled-slices.ts';
import { createSilence, type Silence } from './silence.ts';
import { createSteadyClock } from './steady-clock.ts';
import {
  lastEvaluation,
  noteEvaluation,
  readConditions,
  recountsNow,
  writeTransitions,
  type Condition,
  type Conditions,
  type Transition,
} from './store.ts';
import { sourcesAt, windowsEnd, type CountsSources } from './window-plan.ts';

export type EvaluationGround = Pick<Ground, 'postgres' | 'clickhouse' | 'ledger' | 'clock' | 'log'>;

/** How one cycle ended. */
export type CycleResult =
  | { readonly decided: true; readonly objectives: number; readonly transitions: readonly Transition[] }
  /** Nothing was decided, and why. */
  | { readonly decided: false; readonly reason: string };

/** Evaluates all objectives again and again; what it remembers between cycles is only so that the next one costs less. */
export interface Cycle {
  run(): Promise<CycleResult>;
}

/** One read of the counts for all objectives; a cycle that cannot have it within this time decides nothing. */
const readOptions: ReadOptions = { lane: 'background', timeoutMs: 30_000, memoryBytesMax: 1024 * 1024 * 1024 };
/** After counts could not be read they are late for a while: so long silence is not claimed. */
const catchUpMsDefault = 120_000;

export const createCycle = (ground: EvaluationGround, options: { readonly catchUpMs?: number } = {}): Cycle => {
  const catchUpMs = options.catchUpMs ?? catchUpMsDefault;
  const db = ground.postgres.tables<ObjectivesTables>();
  const process = newId();
  const steady = createSteadyClock(ground.clock);
  const silence = createSilence(ground.clickhouse, readOptions);
  const definitions = rememberDefinitions(db, ground);
  const settled = createSettledSlices(ground.clickhouse, ground.clock);
  const counts = createSettledCounts(ground.clickhouse, ground.clock);
  let remembered: { conditions: Conditions; mark: string } | null = null;
  let silenceFromMs = ground.clock.monotonicMs() + catchUpMs;

  /** What this process wrote last stands, unless another evaluated since or objectives were changed. */
  const conditionsNow = async (mark: string): Promise<Conditions> => {
    const last = await lastEvaluation(db);
    if (remembered && remembered.mark === mark && last?.process === process) return remembered.conditions;
    return readConditions(db);
  };

  const decide = async (known: Definitions): Promise<CycleResult & { to: number }> => {
    const { all, ordinary, others, mark } = known;
    const nowSeconds = ground.clock.now().epochMilliseconds / 1_000;
    const to = windowsEnd(nowSeconds, nowSeconds);
    const sources = sourcesAt(nowSeconds);
    const judgesSilence = ground.clock.monotonicMs() >= silenceFromMs;
    const silent = judgesSilence ? silence : null;
    const { sums, asked, readings } = await readCounts(ground, known, { to, sources }, { counts, settled, silent });
    const conditions = await conditionsNow(mark);
    const open = notSurelyQuiet(ordinary, sums, asked, {
      to,
      holds: ({ id }) => holdsAny(conditions.get(id)),
      heard: silent?.heard ?? null,
    });
    const looked = [...open, ...others];
    const seen = silent && (await silent.lastSeen(looked, readings, sources));
    const decided = looked.flatMap((prepared) => {
      const standing = conditions.get(prepared.id) ?? noConditions;
      const judged = judge(prepared, readings, standingOf(standing));
      const data = seen && dataDecision(prepared, to, seen.get(prepared.id) ?? null);
      return transitionsOf({ prepared, judged, data, standing });
    });
    const silenced = decided.some(({ event }) => event?.kind === 'objective.no-data');
    const transitions = silenced ? withReasons(decided, all, await problemsOf(db)) : decided;
    const written = await writeTransitions(ground, transitions);
    // A row that was not as remembered: another process changed it, so everything is read again.
    remembered = written.length === transitions.length ? { conditions: withWritten(conditions, written), mark } : null;
    return { decided: true, objectives: all.length, transitions: written, to };
  };

  return {
    run: async () => {
      const triedAt = ground.clock.now();
      const held = steady.look();
      const known = await definitions();
      const { all } = known;
      try {
        if (held !== null) throw new Undecided(held);
        const result = await decide(known);
        const windowsTo = Temporal.Instant.fromEpochMilliseconds(result.to * 1_000);
        await noteEvaluation(db, { process, triedAt, windowsTo, objectives: all.length, failure: null });
        return result;
      } catch (error) {
        const reason = undecidedBecause(error);
        if (reason === null) throw error;
        silenceFromMs = ground.clock.monotonicMs() + catchUpMs;
        remembered = null;
        await noteEvaluation(db, { process, triedAt, windowsTo: null, objectives: all.length, failure: reason });
        return { decided: false, reason };
      }
    },
  };
};

/** Silence of a source that cannot be read says so: what counting said last stands before the words of the decision. */
const withReasons = (
  transitions: readonly Transition[],
  all: readonly Prepared[],
  problems: ReadonlyMap<number, string>,
): readonly Transition[] => {
  const byId = new Map(all.map((prepared) => [prepared.id, prepared]));
  return transitions.map((transition) => {
    if (transition.event?.kind !== 'objective.no-data') return transition;
    const indicators = indicatorsOf(byId.get(transition.objective)!);
    const problem = indicators.map((number) => problems.get(number)).find((each) => each !== undefined);
    if (problem === undefined) return transition;
    const { event, after } = transition;
    const decision = { ...after.decision, reason: `${problem} ${String(after.decision['reason'])}` };
    return { ...transition, after: { ...after, decision }, event: { ...event, data: decision } };
  });
};

const noConditions: ReadonlyMap<string, Condition> = new Map();

class Undecided extends Error {}

/** In words why counts could not be had; null for anything else, which is a bug or PostgreSQL's trouble. */
const undecidedBecause = (error: unknown): string | null => {
  if (error instanceof Undecided) return error.message;
  return error instanceof Refusal && error.problem.code.startsWith('clickhouse.') ? error.message : null;
};

/** Windows of the budget, of every tier and of the recent rate. */
export const readsOfCycle = (prepared: Prepared, to: number): Asked[] => [
  ...readsOf(prepared, askedBudget(prepared.definition, budgetWindow(prepared.definition, to))),
  ...prepared.burnMinutes.flatMap((minutes) => readsOf(prepared, askedBurn(minutes, to))),
];

/** All windows of all objectives: those of ordinary ones from what is remembered, of others by statements of their own. */
const readCounts = async (
  { postgres, clickhouse }: Pick<EvaluationGround, 'postgres' | 'clickhouse'>,
  { ordinary, others }: Definitions,
  { to, sources }: { readonly to: number; readonly sources: CountsSources },
  by: { readonly counts: SettledCounts; readonly settled: SettledSlices; readonly silent: Silence | null },
) => {
  // Before any count is read: what is told while we read is seen by the next cycle.
  const recounts = await recountsNow(postgres.tables<ObjectivesTables>());
  const { asked, edges } = beginningsOf(ordinary, { to, sources });
  const { slots, key: windows } = ordinary;
  const sums = await by.counts.read({ edges, to, sources, slots, windows, recounts }, readOptions);
  const reads = others.flatMap((prepared) => [
    ...readsOfCycle(prepared, to),
    ...(by.silent?.readsOf(prepared, to) ?? []),
  ]);
  const rest = await readAll(clickhouse, reads, { to, sources }, readOptions, by.settled);
  return { sums, asked, readings: withSums(ordinary, sums, asked, rest) };
};

interface Definitions {
  readonly mark: string;
  readonly all: readonly Prepared[];
  readonly ordinary: OrdinaryObjectives;
  readonly others: readonly Prepared[];
}

const holdsAny = (standing: ReadonlyMap<string, Condition> | undefined): boolean => {
  if (standing) for (const { holds } of standing.values()) if (holds) return true;
  return false;
};

/** Definitions as they stand with what corrections leave out, read again only when one changed. Repeated corrections are expanded each hour. */
const rememberDefinitions = (
  db: Parameters<typeof allObjectives>[0],
  { postgres, clock }: Pick<EvaluationGround, 'postgres' | 'clock'>,
) => {
  let known: Definitions | null = null;
  return async (): Promise<Definitions> => {
    const from = Math.floor(clock.now().epochMilliseconds / 3_600_000) * 3_600;
    const exclusions = await exclusionsNow(postgres);
    const mark = `${await definitionsMark(db)} ${exclusions.mark} ${from}`;
    if (known?.mark === mark) return known;
    const ends = { from, to: from + 2 * 3_600 };
    const excludedOf = (definition: Objective, find: Find) =>
      exclusions.of(definition, reachOf(definition, ends), find);
    const all = prepareAll(await allObjectives(db), excludedOf);
    known = { mark, all, ...ordinaryOf(all) };
    return known;
  };
};

const withWritten = (conditions: Conditions, written: readonly Transition[]): Conditions => {
  for (const { objective, what, after } of written) {
    const own = conditions.get(objective) ?? new Map<string, Condition>();
    conditions.set(objective, own.set(what, after));
  }
  return conditions;
};
