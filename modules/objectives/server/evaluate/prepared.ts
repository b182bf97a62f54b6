import { problemOf, wholeOf, type CountsReader } from '../../domain/composite.ts';
import { stretchesWithin, type Excluded } from '../../domain/correct.ts';
import type { Counts } from '../../domain/indicator.ts';
import { eventPartsOf, type Stretch } from '../../domain/method.ts';
import type { Objective, ObjectiveWindow, Tier } from '../../domain/objective.ts';
import { windowAt, type WindowAt } from '../../domain/window.ts';
import type { KeptObjective } from '../store.ts';
import { sliceRuleOf, type Asked, type Readings, type Source } from './readings.ts';

/** One objective made ready: what it is made of, down to the indicators. */
export interface Prepared {
  readonly id: string;
  readonly name: string;
  readonly definition: Objective;
  readonly createdAt: Temporal.Instant;
  readonly changedAt: Temporal.Instant;
  /** The first count of what it measures itself, epoch seconds; null where that is not known. */
  readonly bornAt: number | null;
  readonly find: Find;
  /** Time that corrections leave out of it; null where none do. */
  readonly excluded: Excluded | null;
  /** Everything that is counted below it, each as it is counted there. */
  readonly sources: readonly Source[];
  /** Lengths of the windows whose burn is judged or shown, minutes, ascending. */
  readonly burnMinutes: readonly number[];
}

/** Objectives by name, for journeys. */
export type Find = (name: string) => Objective | undefined;

/** What was counted in one window, in the parts of the objective's method. */
export interface Tally extends Counts {
  /** What good and bad are divided by before people see them: 1 for events. */
  readonly eventParts: number;
  /** Minutes with any event; the mean over what is measured, where that is several things. */
  readonly minutes: number;
}

/** A window whose counts are asked for. `from` in epoch seconds. */
export interface AskedWindow {
  readonly from: number;
  /** False for a calendar period. */
  readonly rolling: boolean;
}

/** The rate at which a budget is taken to go on, and which the list shows. */
export const recentMinutes = 60;

/** Makes all objectives ready; who names another objective finds it among them. */
export const prepareAll = (
  kept: readonly KeptObjective[],
  excludedOf: (definition: Objective, find: Find) => Excluded | null = () => null,
): Prepared[] => {
  const byName = new Map(kept.map((each) => [each.name, each.definition]));
  const find: Find = (name) => byName.get(name);
  return kept.map((each) => prepare(each, find, excludedOf(each.definition, find)));
};

export const prepare = (
  kept: Pick<KeptObjective, 'id' | 'name' | 'definition' | 'createdAt' | 'changedAt'> &
    Partial<Pick<KeptObjective, 'bornAt'>>,
  find: Find,
  excluded: Excluded | null = null,
): Prepared => {
  const { id, name, definition, createdAt, changedAt } = kept;
  const burn = new Set<number>([recentMinutes]);
  for (const { longMinutes, shortMinutes } of definition.alerts.tiers) burn.add(longMinutes).add(shortMinutes);
  return {
    id,
    name,
    definition,
    createdAt,
    changedAt,
    bornAt: kept.bornAt ? kept.bornAt.epochMilliseconds / 1_000 : null,
    find,
    excluded,
    sources: sourcesOf(definition, find).map((source) => (excluded ? { ...source, excluded } : source)),
    burnMinutes: [...burn].sort((a, b) => a - b),
  };
};

/** Asks for a whole without counts, to see what it asks for. A journey that cannot be composed any more counts nothing. */
export const sourcesOf = (definition: Objective, find: Find): Source[] => {
  const sources: Source[] = [];
  if (problemOf(definition, find) !== null) return sources;
  wholeOf(definition, find, {
    counts: (indicator, by) => {
      sources.push({ indicators: [indicator], rule: sliceRuleOf(by) });
      return { good: 0, bad: 0 };
    },
    joint: (indicators, slice) => {
      sources.push({ indicators, rule: { seconds: slice.seconds, targetPpm: slice.targetPpm } });
      return { good: 0, bad: 0 };
    },
  });
  return sources;
};

/** Where the budget's window stands for windows that end at `to`, epoch seconds. A calendar period is worked out once while it runs. */
export const budgetWindow = ({ window }: Pick<Objective, 'window'>, to: number): WindowAt => {
  const now = Temporal.Instant.fromEpochMilliseconds(to * 1_000);
  if (window.kind === 'rolling') return windowAt(window, now);
  const known = periods.get(window);
  if (known && known.from.epochMilliseconds <= to * 1_000 && to * 1_000 < known.endsAt!.epochMilliseconds)
    return { ...known, to: now };
  const found = windowAt(window, now);
  periods.set(window, found);
  return found;
};
const periods = new WeakMap<ObjectiveWindow, WindowAt>();

export const askedBudget = ({ window }: Pick<Objective, 'window'>, at: WindowAt): AskedWindow => ({
  from: at.from.epochMilliseconds / 1_000,
  rolling: window.kind === 'rolling',
});

export const askedBurn = (minutes: number, to: number): AskedWindow => ({ from: to - minutes * 60, rolling: true });

/** Windows of one tier, long and short. */
export const tierWindows = (tier: Tier, to: number): { long: AskedWindow; short: AskedWindow } => ({
  long: askedBurn(tier.longMinutes, to),
  short: askedBurn(tier.shortMinutes, to),
});

/** Every read that a tally of this window needs. */
export const readsOf = ({ sources }: Pick<Prepared, 'sources'>, { from, rolling }: AskedWindow): Asked[] =>
  sources.map((source) => ({ source, from, rolling }));

/** Numbers of all indicators below an objective. */
export const indicatorsOf = ({ sources }: Pick<Prepared, 'sources'>): number[] =>
  sources.flatMap(({ indicators }) => indicators);

/** What the objective counted in a window that was read. */
export const tallyOf = (prepared: Prepared, readings: Readings, window: AskedWindow): Tally => {
  const { sources, definition } = prepared;
  const [only] = sources;
  const plain = sources.length === 1 && definition.components[0]!.indicator.kind === 'indicator';
  if (only === undefined) return { good: 0, bad: 0, minutes: 0, eventParts: 1 };
  if (plain) {
    const { good, bad, minutes } = readings.counted(only, window);
    return { good, bad, minutes, eventParts: eventPartsOf(definition.method) };
  }
  const { counts, eventParts } = wholeOf(definition, prepared.find, readerOf(readings, window, prepared.excluded));
  const minutes = sources.map((source) => readings.counted(source, window).minutes);
  return { ...counts, eventParts, minutes: minutes.reduce((sum, each) => sum + each, 0) / sources.length };
};

/** Counts of one window as compositions ask for them. */
export const readerOf = (
  readings: Pick<Readings, 'counted'>,
  window: AskedWindow,
  excluded: Excluded | null = null,
): CountsReader => ({
  counts: (indicator, by) => readings.counted({ indicators: [indicator], rule: sliceRuleOf(by), excluded }, window),
  joint: (indicators, { seconds, targetPpm }) =>
    readings.counted({ indicators, rule: { seconds, targetPpm }, excluded }, window),
});

/** The same objective as if there were no corrections. */
export const uncorrected = (prepared: Prepared): Prepared => ({
  ...prepared,
  excluded: null,
  sources: prepared.sources.map(({ indicators, rule }) => ({ indicators, rule })),
});

/** Whether corrections leave anything out of a stretch, time or traffic. Epoch seconds. */
export const isCorrected = ({ excluded }: Pick<Prepared, 'excluded'>, of: Stretch): boolean =>
  excluded !== null &&
  [excluded, ...(excluded.layers ?? [])].some(({ stretches }) => stretchesWithin(stretches, of).length > 0);

/** Minutes of a stretch in which corrections leave nothing to be counted; of a journey the mean over what is measured. Epoch seconds. */
export const excludedMinutes = ({ excluded, sources }: Pick<Prepared, 'excluded' | 'sources'>, of: Stretch): number => {
  if (excluded === null) return 0;
  const minutes = (stretches: readonly Stretch[]): number =>
    stretchesWithin(stretches, of).reduce((sum, { from, to }) => sum + (to - from) / 60, 0);
  const silent = (excluded.layers ?? []).filter((layer) => [...layer.of.values()].includes(null));
  if (silent.length === 0 || sources.length === 0) return minutes(excluded.stretches);
  const each = sources.map(({ indicators }) =>
    minutes([
      ...excluded.stretches,
      ...silent.flatMap((layer) => (indicators.every((one) => layer.of.get(one) === null) ? layer.stretches : [])),
    ]),
  );
  return each.reduce((sum, one) => sum + one, 0) / each.length;
};
