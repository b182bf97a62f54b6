import { composeSlice, compositeEventParts, wholeOf, type ComposedCounts, type CountsReader } from './composite.ts';
import type { Counts } from './indicator.ts';
import { eventPartsOf, slicesWithin, type Stretch } from './method.ts';
import { million, type Objective, type TimeSlice } from './objective.ts';
import { eventsBySlice, runningSums, seriesByMethod, type RunningSums, type Series } from './series.ts';
import { simulateOver, type RaisedAlert, type SimulatedTier, type Steps } from './simulate.ts';

/** A composite or journey with the history of everything measured below it. */
export interface SimulatedWhole {
  readonly objective: Objective;
  readonly find: (name: string) => Objective | undefined;
  /** Events of everything measured below (`indicatorsBelow`), by number; all of one start, step and length. */
  readonly series: ReadonlyMap<number, Series>;
  readonly periodMinutes: number;
  /** See simulate.ts. */
  readonly decideFrom?: number;
}

/**
 * Every alert that tiers would have raised for a composite: at each step its windows are composed from its parts' windows
 * (`wholeOf`, as the evaluation does), because what burns in a composite is not the sum of its minutes. Steps in which no
 * part has anything bad in the long window cost nothing.
 */
export const simulateWhole = (of: SimulatedWhole, tiers: readonly SimulatedTier[]): RaisedAlert[] => {
  const { objective } = of;
  const eventParts = objective.method === 'Occurrences' ? compositeEventParts : eventPartsOf(objective.method);
  return simulateOver(
    stepsOfWhole(of),
    {
      targetPpm: objective.targetPpm,
      periodMinutes: of.periodMinutes,
      eventParts,
      ...(of.decideFrom === undefined ? {} : { decideFrom: of.decideFrom }),
    },
    tiers,
  );
};

const stepsOfWhole = (of: SimulatedWhole): Steps => {
  const { objective } = of;
  const parts = [...of.series.values()].map((each) => inSteps(each, objective));
  const [{ startsAt, stepSeconds, good }] = parts as [Series, ...Series[]];
  const badBelow = parts.map((each) => runningSums(each).bad);
  const reader = readerOver(of);
  const composed = (from: number, end: number): ComposedCounts =>
    wholeOf(objective, of.find, reader({ from: startsAt + from * stepSeconds, to: startsAt + end * stepSeconds }));
  return {
    startsAt,
    stepSeconds,
    count: good.length,
    isCalm: (from, end) => badBelow.every((bad) => bad[end] === bad[from]),
    read: (windows, { end, longFrom, shortFrom }) => {
      const long = composed(longFrom, end).counts;
      const short = composed(shortFrom, end).counts;
      windows.longTotal = long.good + long.bad;
      windows.longBad = long.bad;
      windows.shortTotal = short.good + short.bad;
      windows.shortBad = short.bad;
    },
    isHot: (step) => {
      const { good, bad } = composed(step, step + 1).counts;
      return bad > 0 && bad * million >= (good + bad) * (million - objective.targetPpm);
    },
  };
};

/** A composite of slices is decided at the end of each slice, any other at the end of each step. */
const inSteps = (series: Series, { method, timeSlice }: Objective): Series =>
  method === 'Occurrences' || timeSlice === null ? series : eventsBySlice(series, timeSlice.seconds);

/** Counts of any stretch of the history, each series summed up once. */
export const readerOver = (of: Pick<SimulatedWhole, 'series'>): ((stretch: Stretch) => CountsReader) => {
  const kept = new Map<string, Summed>();
  const once = (key: string, make: () => Series): Summed => {
    const known = kept.get(key);
    if (known) return known;
    const series = make();
    const made = { series, sums: runningSums(series) };
    kept.set(key, made);
    return made;
  };
  const found = (indicator: number): Series => {
    const series = of.series.get(indicator);
    if (!series) throw new Error(`No history of indicator ${indicator}`);
    return series;
  };
  return (stretch) => ({
    counts: (indicator, by) =>
      between(
        once(`${indicator} ${keyOf(by)}`, () => seriesByMethod(found(indicator), by)),
        by.method === 'Occurrences' || by.timeSlice === null
          ? stretch
          : slicesWithin(stretch, by.timeSlice.seconds, true),
      ),
    joint: (indicators, slice) =>
      between(
        once(`${indicators.join()} ${slice.seconds} ${slice.targetPpm}`, () =>
          jointSlices(indicators.map(found), slice),
        ),
        slicesWithin(stretch, slice.seconds, true),
      ),
  });
};

interface Summed {
  readonly series: Series;
  readonly sums: RunningSums;
}

const keyOf = ({ method, timeSlice }: Pick<Objective, 'method' | 'timeSlice'>): string =>
  `${method} ${timeSlice?.seconds} ${timeSlice?.targetPpm}`;

/** What lies between; a stretch that reaches before the history holds what there is. */
const between = ({ series, sums }: Summed, { from, to }: Stretch): Counts => {
  const index = (second: number): number =>
    Math.min(series.good.length, Math.max(0, Math.round((second - series.startsAt) / series.stepSeconds)));
  const [first, end] = [index(from), index(to)];
  const bad = sums.bad[end]! - sums.bad[first]!;
  return { good: sums.total[end]! - sums.total[first]! - bad, bad };
};

const jointSlices = (all: readonly Series[], slice: TimeSlice): Series => {
  const sliced = all.map((each) => eventsBySlice(each, slice.seconds));
  const [{ startsAt, good: first }] = sliced as [Series, ...Series[]];
  const good = new Float64Array(first.length);
  const bad = new Float64Array(first.length);
  for (let index = 0; index < first.length; index++) {
    const counts = composeSlice(
      sliced.map((each) => ({ good: each.good[index]!, bad: each.bad[index]! })),
      slice,
    );
    good[index] = counts.good;
    bad[index] = counts.bad;
  }
  return { startsAt, stepSeconds: slice.seconds, good, bad };
};
