import { burnRateOf, burnTest, reaches, type BurnTest } from './burn.ts';
import type { Counts } from './indicator.ts';
import type { Tier } from './objective.ts';
import { countText, minutesText, rateText } from './number-text.ts';
import { valueOf, type Ratio } from './ratio.ts';
import { thresholdOf, thresholdText } from './tiers.ts';

/** Why a tier fires or does not, from a closed set. */
export type BurnReason =
  /** Fires: both windows burn at least at the threshold. */
  | 'both-windows-burn'
  /** Fires on: it fired, and the short window still burns at least at the threshold. */
  | 'short-window-burns'
  /** Fires on: it fired, the short window is empty, and the long one still burns at least at the threshold. */
  | 'nothing-shows-recovery'
  /** Stopped: the short window burns below the threshold. */
  | 'short-window-recovered'
  /** Stopped: nothing in the short window, and the long one no longer burns at the threshold either. */
  | 'long-window-recovered'
  | 'no-data'
  | 'long-window-below'
  | 'short-window-below'
  | 'short-window-empty'
  | 'too-few-bad-events';

export interface BurnDecision {
  readonly firing: boolean;
  readonly reason: BurnReason;
  /** The decision in words with its numbers; made when it is read. */
  readonly text: string;
  /** Null without data in the window. */
  readonly longRate: number | null;
  readonly shortRate: number | null;
  readonly threshold: number;
}

/** A tier made ready for one target and period: made once, asked at each evaluation. */
export interface ReadyTier {
  readonly tier: Tier;
  readonly targetPpm: number;
  readonly periodMinutes: number;
  readonly threshold: Ratio;
  readonly test: BurnTest;
  /** Bad events that the long window needs, in the unit of the counts. */
  readonly badMin: number;
}

/** `eventParts`: what one event is in the counts; 1, or a billion where slices count with their ratios (see method.ts). */
export const readyTier = (tier: Tier, targetPpm: number, periodMinutes: number, eventParts = 1): ReadyTier => {
  const threshold = thresholdOf(tier, periodMinutes);
  const test = burnTest(targetPpm, threshold);
  return { tier, targetPpm, periodMinutes, threshold, test, badMin: tier.badEventsMin * eventParts };
};

/** Whole counts of a tier's two windows. */
export interface WindowSums {
  readonly longTotal: number;
  readonly longBad: number;
  readonly shortTotal: number;
  readonly shortBad: number;
}

/**
 * Whether a tier fires, from its two windows and whether it fired before: the one rule for evaluation and back-test, in
 * numbers only, so that it can be asked forty million times in seconds.
 *
 * It begins when both windows burn at least at the threshold and the long one holds enough bad events; it ends when the
 * short one no longer does (SRE workbook, chapter 5, approach 6). An empty short window neither begins nor ends it: no
 * request has shown that anything is well again, and a service that is down often sends nothing. Such an alert ends with
 * the long window, so silence can hold it for at most that long; the alert on missing data then says the rest.
 */
export const judgeBurn = (ready: ReadyTier, windows: WindowSums, firing: boolean): BurnReason => {
  const { test } = ready;
  if (firing) {
    if (windows.shortTotal > 0)
      return reaches(windows.shortTotal, windows.shortBad, test) ? 'short-window-burns' : 'short-window-recovered';
    return reaches(windows.longTotal, windows.longBad, test) ? 'nothing-shows-recovery' : 'long-window-recovered';
  }
  if (windows.longTotal === 0) return 'no-data';
  if (!reaches(windows.longTotal, windows.longBad, test)) return 'long-window-below';
  if (windows.shortTotal === 0) return 'short-window-empty';
  if (!reaches(windows.shortTotal, windows.shortBad, test)) return 'short-window-below';
  return windows.longBad < ready.badMin ? 'too-few-bad-events' : 'both-windows-burn';
};

/** Whether a reason means that the tier fires. */
export const firesFor = (reason: BurnReason): boolean =>
  reason === 'both-windows-burn' || reason === 'short-window-burns' || reason === 'nothing-shows-recovery';

/** One tier at one instant. The counts are whole, those of the method (events, or slices); `firing`: what was decided last. */
export const decideTier = (given: {
  tier: Tier;
  targetPpm: number;
  periodMinutes: number;
  long: Counts;
  short: Counts;
  firing: boolean;
  eventParts?: number;
}): BurnDecision =>
  decideReady(readyTier(given.tier, given.targetPpm, given.periodMinutes, given.eventParts), given, given.eventParts);

/** The same for a tier made ready before. */
export const decideReady = (
  ready: ReadyTier,
  { long, short, firing }: { long: Counts; short: Counts; firing: boolean },
  eventParts = 1,
): BurnDecision => {
  const reason = judgeBurn(
    ready,
    {
      longTotal: long.good + long.bad,
      longBad: long.bad,
      shortTotal: short.good + short.bad,
      shortBad: short.bad,
    },
    firing,
  );
  return {
    firing: firesFor(reason),
    reason,
    longRate: burnRateOf(long, ready.targetPpm),
    shortRate: burnRateOf(short, ready.targetPpm),
    threshold: valueOf(ready.threshold),
    get text() {
      return decisionText(ready, reason, long, short, eventParts);
    },
  };
};

const decisionText = (ready: ReadyTier, reason: BurnReason, long: Counts, short: Counts, parts: number): string => {
  const { tier, targetPpm } = ready;
  const window = (minutes: number, counts: Counts): string => {
    const total = counts.good + counts.bad;
    if (total === 0) return `${minutesText(minutes)}: no events`;
    const rate = rateText(burnRateOf(counts, targetPpm));
    return `${minutesText(minutes)}: ${rate} (${countText(counts.bad / parts)} bad of ${countText(total / parts)})`;
  };
  const windows = `${window(tier.longMinutes, long)}, ${window(tier.shortMinutes, short)}`;
  const threshold = `threshold ${rateText(valueOf(ready.threshold))} (${thresholdText(tier, ready.periodMinutes)})`;
  return `${inWords(reason, tier)}. ${windows}; ${threshold}.`;
};

const inWords = (reason: BurnReason, tier: Tier): string => {
  switch (reason) {
    case 'both-windows-burn':
      return 'Fires, both windows burn at least at the threshold';
    case 'short-window-burns':
      return 'Fires still, the short window burns at least at the threshold';
    case 'nothing-shows-recovery':
      return 'Fires still, the short window is empty, so nothing shows a recovery yet';
    case 'short-window-recovered':
      return 'Recovered, the short window burns below the threshold';
    case 'long-window-recovered':
      return 'Ended without a sign of recovery, the short window is empty and the long one no longer burns at the threshold';
    case 'no-data':
      return 'Does not fire, there is no data';
    case 'long-window-below':
      return 'Does not fire, the long window burns below the threshold';
    case 'short-window-below':
      return 'Does not fire, the short window burns below the threshold: it is over';
    case 'short-window-empty':
      return 'Does not fire, the short window is empty: nothing shows that it goes on';
    case 'too-few-bad-events':
      return `Does not fire, too few bad events: it takes ${countText(tier.badEventsMin)}, and more while the window is younger than it is long`;
  }
};
