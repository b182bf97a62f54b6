import { surelyQuiet, type QuietCounts, type QuietRules } from '../../domain/surely-quiet.ts';
import type { ObjectiveWindow } from '../../domain/objective.ts';
import { readyTiers } from './judge.ts';
import { slotsOf, type Slots, type Sums } from './moving-sums.ts';
import { askedBudget, askedBurn, budgetWindow, recentMinutes, type AskedWindow, type Prepared } from './prepared.ts';
import type { Counted, Readings } from './readings.ts';
import { windowEdge, type CountsSources } from './window-plan.ts';

/**
 * Objectives that are one indicator whose events are counted, nothing left out: nearly all there are. They share few windows
 * and few kinds of rules, so both are worked out once a cycle and not once an objective.
 */
export interface OrdinaryObjectives {
  readonly slots: Slots;
  /** What is asked for, in an order that stays. */
  readonly windows: readonly AskedKind[];
  /** Equal while `windows` is. */
  readonly key: string;
  readonly kinds: readonly { readonly sample: Prepared; readonly members: readonly Prepared[] }[];
}

type AskedKind = { readonly minutes: number } | { readonly period: ObjectiveWindow };

/** Divides all objectives into ordinary ones and others. */
export const ordinaryOf = (all: readonly Prepared[]): { ordinary: OrdinaryObjectives; others: Prepared[] } => {
  const ordinary = all.filter(isOrdinary);
  const minutes = new Set<number>();
  const periods = new Map<string, ObjectiveWindow>();
  for (const { definition, burnMinutes } of ordinary) {
    for (const each of burnMinutes) minutes.add(each);
    if (definition.alerts.noDataMinutes !== null) minutes.add(definition.alerts.noDataMinutes);
    periods.set(JSON.stringify(definition.window), definition.window);
  }
  const windows = [
    ...[...minutes].sort((a, b) => a - b).map((each) => ({ minutes: each })),
    ...[...periods.values()].map((period) => ({ period })),
  ];
  const kinds = Map.groupBy(ordinary, ({ definition: { alerts, targetPpm, window } }) =>
    JSON.stringify([alerts, targetPpm, window]),
  );
  const indicators = new Set(ordinary.map(indicatorOf));
  return {
    ordinary: {
      slots: slotsOf([...indicators].sort((a, b) => a - b)),
      windows,
      key: JSON.stringify(windows),
      kinds: [...kinds.values()].map((members) => ({ sample: members[0]!, members })),
    },
    others: all.filter((each) => !isOrdinary(each)),
  };
};

const isOrdinary = ({ sources, definition }: Prepared): boolean =>
  sources.length === 1 &&
  sources[0]!.rule === null &&
  !sources[0]!.excluded &&
  sources[0]!.indicators.length === 1 &&
  definition.components.length === 1 &&
  (definition.window.kind === 'calendar' || definition.window.minutes <= rollingMinutesMax) &&
  definition.components[0]!.indicator.kind === 'indicator';

/** What leaves a longer window is in hours only: minutes are kept for 62 days. */
const rollingMinutesMax = 60 * 24 * 60;

export const indicatorOf = ({ sources }: Prepared): number => sources[0]!.indicators[0]!;

interface At {
  readonly to: number;
  readonly sources: CountsSources;
}

/** Where each window begins now, in the order of `windows`; what is asked for, and as it is counted. */
export const beginningsOf = (
  { windows }: OrdinaryObjectives,
  { to, sources }: At,
): { asked: readonly number[]; edges: readonly number[] } => {
  const asked = windows.map((each): AskedWindow =>
    'minutes' in each
      ? askedBurn(each.minutes, to)
      : askedBudget({ window: each.period }, budgetWindow({ window: each.period }, to)),
  );
  return {
    asked: asked.map(({ from }) => from),
    edges: asked.map(({ from }) => Math.min(windowEdge(from, to, sources), to)),
  };
};

/** Sums of ordinary objectives as readings; of everything else as `others` has them. */
export const withSums = (
  { slots }: OrdinaryObjectives,
  sums: Sums,
  asked: readonly number[],
  others: Readings,
): Readings => {
  const windowOf = new Map(asked.map((from, window) => [from, window]));
  return {
    to: others.to,
    counted: (source, window): Counted => {
      const slot = slots.of[source.indicators[0]!] ?? -1;
      const place = windowOf.get(window.from);
      if (source.rule !== null || source.excluded || source.indicators.length !== 1 || slot < 0 || place === undefined)
        return others.counted(source, window);
      return countsAt(sums, place * slots.indicators.length + slot);
    },
  };
};

const countsAt = ({ good, bad, minutes }: Sums, at: number): QuietCounts => ({
  good: good[at]!,
  bad: bad[at]!,
  minutes: minutes[at]!,
});

/** Ordinary objectives of which something may have to be told: all but those that are surely quiet and were not silent. */
export const notSurelyQuiet = (
  ordinary: OrdinaryObjectives,
  sums: Sums,
  asked: readonly number[],
  of: {
    readonly to: number;
    /** Whether anything was told of it that has not ended. */
    readonly holds: (prepared: Prepared) => boolean;
    /** Null while silence is not judged; told of each one that is not silent. */
    readonly heard: ((indicator: number) => void) | null;
  },
): Prepared[] => {
  const windowOf = new Map(asked.map((from, window) => [from, window]));
  const count = ordinary.slots.indicators.length;
  const found: Prepared[] = [];
  for (const { sample, members } of ordinary.kinds) {
    const places = placesOf(sample, of.to, windowOf);
    for (const prepared of members) {
      const slot = ordinary.slots.of[indicatorOf(prepared)]!;
      const counts = (window: number): QuietCounts => countsAt(sums, window * count + slot);
      const silent = places.silent === null ? null : counts(places.silent);
      if (silent !== null && silent.good + silent.bad > 0) of.heard?.(indicatorOf(prepared));
      const quiet =
        (of.heard === null || silent === null || silent.good + silent.bad > 0) &&
        !of.holds(prepared) &&
        surelyQuiet(places.rules, {
          budget: counts(places.budget),
          recent: counts(places.recent),
          long: places.long.map(counts),
          short: places.short.map(counts),
        });
      if (!quiet) found.push(prepared);
    }
  }
  return found;
};

/** Rules of one kind of objective, and the places of its windows. */
const placesOf = (sample: Prepared, to: number, windowOf: ReadonlyMap<number, number>) => {
  const { definition } = sample;
  const { alerts, targetPpm } = definition;
  const window = budgetWindow(definition, to);
  const ready = readyTiers(sample, window.periodMinutes);
  const ofMinutes = (minutes: number): number => windowOf.get(askedBurn(minutes, to).from)!;
  const rules: QuietRules = {
    targetPpm,
    tests: ready.map(({ test }) => test),
    exhaustsWithinMinutes: alerts.exhaustsWithinMinutes,
    recentMinutes,
    periodMinutes: window.periodMinutes,
    rolling: definition.window.kind === 'rolling',
  };
  return {
    rules,
    budget: windowOf.get(askedBudget(definition, window).from)!,
    recent: ofMinutes(recentMinutes),
    silent: alerts.noDataMinutes === null ? null : ofMinutes(alerts.noDataMinutes),
    long: ready.map(({ tier }) => ofMinutes(tier.longMinutes)),
    short: ready.map(({ tier }) => ofMinutes(tier.shortMinutes)),
  };
};
