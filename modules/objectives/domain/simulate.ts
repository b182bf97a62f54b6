import { firesFor, judgeBurn, readyTier, type BurnReason, type ReadyTier, type WindowSums } from './decide-burn.ts';
import { million, type Tier } from './objective.ts';
import { runningSums, type RunningSums, type Series } from './series.ts';

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
export const simulate = (of: Simulated, tiers: readonly SimulatedTier[]): RaisedAlert[] => {
  const sums = runningSums(of.series);
  return tiers
    .flatMap((each) => simulateTier(of, sums, each))
    .sort((a, b) => a.firedAt - b.firedAt || (a.tier < b.tier ? -1 : 1));
};

const simulateTier = (of: Simulated, sums: RunningSums, { tier, holdSeconds }: SimulatedTier): RaisedAlert[] => {
  const { series } = of;
  const { total, bad } = sums;
  const ready = readyTier(tier, of.targetPpm, of.periodMinutes, of.eventParts);
  const long = stepsOf(tier.longMinutes, series);
  const short = stepsOf(tier.shortMinutes, series);
  const hold = Math.ceil(holdSeconds / series.stepSeconds);
  const first = Math.max(1, Math.ceil(((of.decideFrom ?? series.startsAt) - series.startsAt) / series.stepSeconds) + 1);
  const alerts: RaisedAlert[] = [];
  /** One object for forty thousand questions. */
  const windows = { longTotal: 0, longBad: 0, shortTotal: 0, shortBad: 0 };
  let open: RaisedAlert | null = null;
  let burns = false;
  let since = 0;
  for (let end = first; end < total.length; end++) {
    const longFrom = end > long ? end - long : 0;
    const shortFrom = end > short ? end - short : 0;
    windows.longBad = bad[end]! - bad[longFrom]!;
    // Nothing bad and nothing burning: most steps of most services end here.
    if (!burns && windows.longBad === 0) continue;
    windows.longTotal = total[end]! - total[longFrom]!;
    windows.shortTotal = total[end]! - total[shortFrom]!;
    windows.shortBad = bad[end]! - bad[shortFrom]!;
    const reason = judgeBurn(ready, windows, burns);
    if (firesFor(reason)) {
      if (!burns) since = end;
      burns = true;
      if (open === null && end - since >= hold) open = raised(of, ready, { end, long, short, windows });
    } else if (burns) {
      burns = false;
      if (open !== null) alerts.push(closed(of, open, end, reason));
      open = null;
    }
  }
  if (open !== null) alerts.push({ ...open, burningTo: burntUntil(of, total.length - 1) });
  return alerts;
};

const stepsOf = (minutes: number, series: Series): number =>
  Math.max(1, Math.round((minutes * 60) / series.stepSeconds));

const timeAt = (series: Series, end: number): number => series.startsAt + end * series.stepSeconds;

const raised = (
  of: Simulated,
  ready: ReadyTier,
  at: { end: number; long: number; short: number; windows: WindowSums },
): RaisedAlert => ({
  tier: ready.tier.name,
  urgency: ready.tier.urgency,
  firedAt: timeAt(of.series, at.end),
  clearedAt: null,
  cleared: null,
  burningFrom: burningSince(of, at.end, at.long, at.short),
  burningTo: timeAt(of.series, at.end),
  longTotal: at.windows.longTotal,
  longBad: at.windows.longBad,
  shortTotal: at.windows.shortTotal,
  shortBad: at.windows.shortBad,
});

const closed = (of: Simulated, open: RaisedAlert, end: number, cleared: BurnReason): RaisedAlert => ({
  ...open,
  clearedAt: timeAt(of.series, end),
  cleared,
  burningTo: burntUntil(of, end),
});

/** Whether one step alone spends budget faster than it is earned. */
const isHot = ({ series, targetPpm }: Simulated, index: number): boolean => {
  const bad = series.bad[index]!;
  return bad > 0 && bad * million >= (bad + series.good[index]!) * (million - targetPpm);
};

/** Back from the step that ends at `end`, over pauses shorter than the short window, at most over the long one. */
const burningSince = (of: Simulated, end: number, long: number, short: number): number => {
  let earliest = end - 1;
  for (let index = end - 1; index >= Math.max(0, end - long) && earliest - index <= short; index--)
    if (isHot(of, index)) earliest = index;
  return timeAt(of.series, earliest);
};

const burntUntil = (of: Simulated, end: number): number => {
  let last = end - 1;
  while (last > 0 && !isHot(of, last)) last -= 1;
  return timeAt(of.series, last + 1);
};
