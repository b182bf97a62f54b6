import type { Counts } from './indicator.ts';
import { countText, minutesText, percentText, ppmText } from './number-text.ts';
import type { Series } from './series.ts';
import { fareTargets, suggestLimits, suggestTargets, type Fared, type Suggestion } from './suggest.ts';

/** A target for one indicator, from as much history as there is. */
export interface Proposal {
  /** Null where nothing honest can be proposed; the text says why and what is needed. */
  readonly recommendedPpm: number | null;
  readonly reason: Suggestion['reason'] | 'start';
  readonly text: string;
  /** How each target would have fared, loosest first. */
  readonly fared: readonly Fared[];
}

export const startLimits = {
  /** Targets that a start may have: loose enough that one bad hour does not prove it wrong. */
  targetsPpm: [900_000, 950_000, 980_000, 990_000, 995_000],
  /** Fewer requests than this say nothing, not even for a start. */
  eventsMin: 20,
} as const;

/**
 * The target that history supports (`suggestTargets`); where there is less than a day of it, a start: the tightest of a few
 * loose targets that would have left a quarter of a four-week budget so far, and said to be no more than that.
 */
export const proposeTarget = (series: Series): Proposal => {
  const suggested = suggestTargets(series);
  if (suggested.reason !== 'too-little-history') return { ...suggested, fared: suggested.candidates };
  const counts = countsOf(series);
  const total = counts.good + counts.bad;
  const minutes = minutesText((stepsWithData(series) * series.stepSeconds) / 60);
  if (total < startLimits.eventsMin)
    return {
      recommendedPpm: null,
      reason: 'too-little-history',
      text: `Too little history yet: ${countText(total)} requests in ${minutes}. A start is proposed from ${startLimits.eventsMin} requests on, a target from history after ${minutesText(suggestLimits.minutesWithDataMin)} with data.`,
      fared: [],
    };
  const fared = fareTargets({ series, windowMinutes: suggestLimits.windowMinutes }, startLimits.targetsPpm);
  const kept = fared.filter(({ budget }) => (budget.remainingRatio ?? 0) >= suggestLimits.remainingRatioMin);
  const recommendedPpm = kept.at(-1)?.targetPpm ?? null;
  const seen = `so far ${percentText(counts.good / total)} of ${countText(total)} requests in ${minutes} were good`;
  return recommendedPpm === null
    ? {
        recommendedPpm,
        reason: 'none-kept',
        text: `Not even ${ppmText(startLimits.targetsPpm[0])} would have been kept: ${seen}. Something is to be repaired before it is promised.`,
        fared,
      }
    : {
        recommendedPpm,
        reason: 'start',
        text: `A start: too little history to say more. At ${ppmText(recommendedPpm)} there is room, because ${seen}; look again after ${minutesText(suggestLimits.minutesWithDataMin)}, when history proposes a target.`,
        fared,
      };
};

const countsOf = ({ good, bad }: Series): Counts => ({
  good: good.reduce((sum, each) => sum + each, 0),
  bad: bad.reduce((sum, each) => sum + each, 0),
});

const stepsWithData = ({ good, bad }: Series): number =>
  good.reduce((sum, each, index) => sum + (each + bad[index]! > 0 ? 1 : 0), 0);
