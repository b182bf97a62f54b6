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
import { readAll, type Asked } from './readings.ts';
import type { ReadOptions } from './signals.ts';
import { createSettledSlices } from './settled-slices.ts';
import { createSilence } from './silence.ts';
import { createSteadyClock } from './steady-clock.ts';
import {
  lastEvaluation,
  noteEvaluation,
  readConditions,
  writeTransitions,
  type Condition,
  type Conditions,
  type Transition,
} from './store.ts';
import { sourcesAt, windowsEnd } from './window-plan.ts';

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
  let remembered: { conditions: Conditions; mark: string } | null = null;
  let silenceFromMs = ground.clock.monotonicMs() + catchUpMs;

  /** What this process wrote last stands, unless another evaluated since or objectives were changed. */
  const conditionsNow = async (mark: string): Promise<Conditions> => {
    const last = await lastEvaluation(db);
    if (remembered && remembered.mark === mark && last?.process === process) return remembered.conditions;
    return readConditions(db);
  };

  const decide = async (all: readonly Prepared[], mark: string): Promise<CycleResult & { to: number }> => {
    const nowSeconds = ground.clock.now().epochMilliseconds / 1_000;
    const to = windowsEnd(nowSeconds, nowSeconds);
    const sources = sourcesAt(nowSeconds);
    const judgesSilence = ground.clock.monotonicMs() >= silenceFromMs;
    const readings = await readAll(
      ground.clickhouse,
      all.flatMap((prepared) => [
        ...readsOfCycle(prepared, to),
        ...(judgesSilence ? silence.readsOf(prepared, to) : []),
      ]),
      { to, sources },
      readOptions,
      settled,
    );
    const seen = judgesSilence ? await silence.lastSeen(all, readings, sources) : null;
    const conditions = await conditionsNow(mark);
    const decided = all.flatMap((prepared) => {
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
      const { all, mark } = await definitions();
      try {
        if (held !== null) throw new Undecided(held);
        const result = await decide(all, mark);
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

/** Definitions as they stand with what corrections leave out, read again only when one changed. Repeated corrections are expanded each hour. */
const rememberDefinitions = (
  db: Parameters<typeof allObjectives>[0],
  { postgres, clock }: Pick<EvaluationGround, 'postgres' | 'clock'>,
) => {
  let known: { mark: string; all: readonly Prepared[] } | null = null;
  return async (): Promise<{ mark: string; all: readonly Prepared[] }> => {
    const from = Math.floor(clock.now().epochMilliseconds / 3_600_000) * 3_600;
    const exclusions = await exclusionsNow(postgres);
    const mark = `${await definitionsMark(db)} ${exclusions.mark} ${from}`;
    if (known?.mark === mark) return known;
    const ends = { from, to: from + 2 * 3_600 };
    const excludedOf = (definition: Objective, find: Find) =>
      exclusions.of(definition, reachOf(definition, ends), find);
    known = { mark, all: prepareAll(await allObjectives(db), excludedOf) };
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
