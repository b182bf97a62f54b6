import { firesFor, judgeBurn, readyTier, type BurnReason, type ReadyTier, type WindowSums } from './decide-burn.ts';
import { million, type Tier } from './objective.ts';
import { runningSums, type Series } from './series.ts';
import type { BurnTest } from './burn.ts';
import { stepsAtOnce, surelyBelow } from './surely-below.ts';

/** A tier as a back-test runs it. A tier of one window has it as its short one too. */
export interface SimulatedTier {
  readonly tier: Tier;
  /** The condition must have held this long before the alert is raised (`for` in Prometheus); 0 for our own tiers. */
  readonly holdSeconds: number;
}

/** One alert that would have been raised. Times in seconds since 1970, as ends of steps: an alert cannot be earlier than what it knows. */
export interface RaisedAlert {
  readonly tier: string;
  readonly urgency: Tier['urgency'];
  readonly firedAt: number;
  /** Null: it still fires at the end. */
  readonly clearedAt: number | null;
  /** Why it ended. */
  readonly cleared: BurnReason | null;
  /** Start of the burning that it tells of: of the first step above the budget's own rate, without a pause of a short window since. */
  readonly burningFrom: number;
  /** End of the last step above the budget's own rate before it cleared. */
  readonly burningTo: number;
  /** What the windows held when it fired. */
  readonly longTotal: number;
  readonly longBad: number;
  readonly shortTotal: number;
  readonly shortBad: number;
}

export interface Simulated {
  readonly series: Series;
  readonly targetPpm: number;
  readonly periodMinutes: number;
  /** Alerts are decided from here on, seconds since 1970; what lies before only fills the windows. The start by default. */
  readonly decideFrom?: number;
  /** See method.ts. */
  readonly eventParts?: number;
}

/**
 * Every alert that the tiers would have raised over a series, in order of time: the product's own rule (`judgeBurn`), asked
 * after each step. Windows that reach before the series hold what there is. Steps must divide the windows, else the
 * window is the nearest number of steps, at least one.
 */
export const simulate = (of: Simulated, tiers: readonly SimulatedTier[]): RaisedAlert[] =>
  simulateOver(stepsOfSeries(of), of, tiers);

/** What a back-test asks of a history, by steps: `from` and `end` are numbers of steps, half-open. */
export interface Steps {
  readonly startsAt: number;
  readonly stepSeconds: number;
  readonly count: number;
  /** True where nothing bad lies between: no tier can begin there. */
  isCalm(from: number, end: number): boolean;
  /** Where it is known: up to which step no long window of this length can reach the threshold; `from` where nothing is known. */
  belowUntil?(from: number, length: number, test: BurnTest): number;
  /** Whole counts of two windows that end at `end`. */
  read(windows: Filled, of: { end: number; longFrom: number; shortFrom: number }): void;
  /** Whether one step alone spends budget faster than it is earned. */
  isHot(step: number): boolean;
}

/** One object for forty thousand questions. */
export type Filled = { -readonly [key in keyof WindowSums]: number };

type Decided = Pick<Simulated, 'targetPpm' | 'periodMinutes' | 'decideFrom' | 'eventParts'>;

/** The same over any history that can answer for its windows (composites: simulate-whole.ts). */
export const simulateOver = (steps: Steps, of: Decided, tiers: readonly SimulatedTier[]): RaisedAlert[] =>
  tiers
    .flatMap((each) => simulateTier(steps, of, each))
    .sort((a, b) => a.firedAt - b.firedAt || (a.tier < b.tier ? -1 : 1));

const stepsOfSeries = ({ series, targetPpm }: Simulated): Steps => {
  const { total, bad } = runningSums(series);
  return {
    startsAt: series.startsAt,
    stepSeconds: series.stepSeconds,
    count: series.good.length,
    isCalm: (from, end) => bad[end] === bad[from],
    belowUntil: (from, length, test) => {
      const to = Math.min(series.good.length, from + stepsAtOnce(length));
      return surelyBelow({ total, bad }, { from, to, length }, test) ? to : from;
    },
    read: (windows, { end, longFrom, shortFrom }) => {
      windows.longTotal = total[end]! - total[longFrom]!;
      windows.longBad = bad[end]! - bad[longFrom]!;
      windows.shortTotal = total[end]! - total[shortFrom]!;
      windows.shortBad = bad[end]! - bad[shortFrom]!;
    },
    isHot: (step) => {
      const failed = series.bad[step]!;
      return failed > 0 && failed * million >= (failed + series.good[step]!) * (million - targetPpm);
    },
  };
};

const simulateTier = (steps: Steps, of: Decided, { tier, holdSeconds }: SimulatedTier): RaisedAlert[] => {
  const ready = readyTier(tier, of.targetPpm, of.periodMinutes, of.eventParts);
  const long = lengthOf(tier.longMinutes, steps);
  const short = lengthOf(tier.shortMinutes, steps);
  const hold = Math.ceil(holdSeconds / steps.stepSeconds);
  const first = Math.max(1, Math.ceil(((of.decideFrom ?? steps.startsAt) - steps.startsAt) / steps.stepSeconds) + 1);
  const alerts: RaisedAlert[] = [];
  const windows: Filled = { longTotal: 0, longBad: 0, shortTotal: 0, shortBad: 0 };
  const at = { end: 0, longFrom: 0, shortFrom: 0 };
  let open: RaisedAlert | null = null;
  let burns = false;
  let since = 0;
  let asked = 0;
  for (let end = first; end <= steps.count; end++) {
    at.end = end;
    at.longFrom = end > long ? end - long : 0;
    at.shortFrom = end > short ? end - short : 0;
    if (!burns) {
      // Nothing bad in the short window: nothing can begin.
      if (steps.isCalm(at.shortFrom, end)) continue;
      // Most steps of most services end here: asked again only where a stretch that was passed over ends.
      if (end > asked) {
        const below = steps.belowUntil?.(end - 1, long, ready.test) ?? end - 1;
        if (below >= end) {
          end = below;
          continue;
        }
        asked = end + stepsAtOnce(long) - 1;
      }
    }
    steps.read(windows, at);
    const reason = judgeBurn(ready, windows, burns);
    if (firesFor(reason)) {
      if (!burns) since = end;
      burns = true;
      if (open === null && end - since >= hold) open = raised(steps, ready, { end, long, short, windows });
    } else if (burns) {
      burns = false;
      if (open !== null) alerts.push(closed(steps, open, end, reason));
      open = null;
    }
  }
  if (open !== null) alerts.push({ ...open, burningTo: burntUntil(steps, steps.count) });
  return alerts;
};

const lengthOf = (minutes: number, steps: Steps): number => Math.max(1, Math.round((minutes * 60) / steps.stepSeconds));

const timeAt = (steps: Steps, end: number): number => steps.startsAt + end * steps.stepSeconds;

const raised = (
  steps: Steps,
  ready: ReadyTier,
  at: { end: number; long: number; short: number; windows: WindowSums },
): RaisedAlert => ({
  tier: ready.tier.name,
  urgency: ready.tier.urgency,
  firedAt: timeAt(steps, at.end),
  clearedAt: null,
  cleared: null,
  burningFrom: burningSince(steps, at.end, at.long, at.short),
  burningTo: timeAt(steps, at.end),
  longTotal: at.windows.longTotal,
  longBad: at.windows.longBad,
  shortTotal: at.windows.shortTotal,
  shortBad: at.windows.shortBad,
});

const closed = (steps: Steps, open: RaisedAlert, end: number, cleared: BurnReason): RaisedAlert => ({
  ...open,
  clearedAt: timeAt(steps, end),
  cleared,
  burningTo: burntUntil(steps, end),
});

/** Back from the step that ends at `end`, over pauses shorter than the short window, at most over the long one. */
const burningSince = (steps: Steps, end: number, long: number, short: number): number => {
  let earliest = end - 1;
  for (let step = end - 1; step >= Math.max(0, end - long) && earliest - step <= short; step--)
    if (steps.isHot(step)) earliest = step;
  return timeAt(steps, earliest);
};

const burntUntil = (steps: Steps, end: number): number => {
  let last = end - 1;
  while (last > 0 && !steps.isHot(last)) last -= 1;
  return timeAt(steps, last + 1);
};
