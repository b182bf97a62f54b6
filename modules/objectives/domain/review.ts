import { budgetOf } from './budget.ts';
import type { Counts } from './indicator.ts';
import { countText, percentText, ppmText } from './number-text.ts';
import { suggestLimits } from './suggest.ts';

/** One full window of an objective's history, counted by its method. */
export interface ReviewedWindow {
  readonly counts: Counts;
  /** Pages that its alerts made. */
  readonly pages: number;
}

/** Whether a target fits what the service does, and the numbers that it rests on. */
export interface ReviewVerdict {
  readonly verdict: 'right' | 'too-loose' | 'too-tight' | 'no-data';
  readonly text: string;
  readonly proposedTargetPpm: number | null;
}

/** Where "too loose" begins: at least this share was left in every window. */
const hardlyTouched = 0.9;

/**
 * Judges a target by full windows of history, oldest first:
 * - too tight: the budget was gone in at least half of the windows with data. Proposed: the tightest ordinary target that
 *   would have left a quarter in each.
 * - too loose: hardly anything was spent in any window, and a tighter ordinary target would have left a quarter in each with
 *   a budget of at least ten events. A promise far below what users get is no reason to stop anything (SRE workbook, chapter 2).
 * - right otherwise.
 */
export const judgeTarget = (
  windows: readonly ReviewedWindow[],
  of: { targetPpm: number; eventParts?: number },
): ReviewVerdict => {
  const seen = windows.filter(({ counts }) => counts.good + counts.bad > 0);
  if (seen.length === 0)
    return { verdict: 'no-data', text: 'No full window with data lies in the history.', proposedTargetPpm: null };
  const left = seen.map(({ counts }) => budgetOf(counts, of.targetPpm).remainingRatio!);
  const gone = left.filter((ratio) => ratio <= 0).length;
  const said = saidOf(seen, left, gone);
  const keepable = suggestLimits.targetsPpm.filter((targetPpm) => kept(seen, targetPpm, of.eventParts ?? 1));
  if (gone * 2 >= seen.length) {
    const looser = keepable.filter((targetPpm) => targetPpm < of.targetPpm).at(-1) ?? null;
    const proposal =
      looser === null ? 'No ordinary target would have been kept' : `${ppmText(looser)} would have been kept`;
    return {
      verdict: 'too-tight',
      text: `${said} ${proposal}; or the service is to be made better.`,
      proposedTargetPpm: looser,
    };
  }
  const tighter = keepable.filter((targetPpm) => targetPpm > of.targetPpm).at(-1) ?? null;
  if (tighter !== null && left.every((ratio) => ratio >= hardlyTouched))
    return {
      verdict: 'too-loose',
      text: `${said} Hardly anything of the budget was used; ${ppmText(tighter)} would have been kept with a quarter to spare.`,
      proposedTargetPpm: tighter,
    };
  return { verdict: 'right', text: `${said} The target fits.`, proposedTargetPpm: null };
};

const kept = (windows: readonly ReviewedWindow[], targetPpm: number, eventParts: number): boolean =>
  windows.every(({ counts }) => {
    const budget = budgetOf(counts, targetPpm);
    return (
      budget.remainingRatio! >= suggestLimits.remainingRatioMin &&
      budget.allowed >= suggestLimits.allowedMin * eventParts
    );
  });

const saidOf = (windows: readonly ReviewedWindow[], left: readonly number[], gone: number): string => {
  const achieved = windows.map(({ counts }) => counts.good / (counts.good + counts.bad));
  const pages = windows.reduce((sum, each) => sum + each.pages, 0);
  const count = windows.length === 1 ? 'one full window' : `${countText(windows.length)} full windows`;
  return (
    `In ${count}: ${range(achieved)} achieved, ${range(left)} of the budget left, gone in ${countText(gone)}, ` +
    `${countText(pages)} page${pages === 1 ? '' : 's'}.`
  );
};

/** `99.9 %`, or `99.5 % to 99.9 %`. */
const range = (values: readonly number[]): string => {
  const [least, most] = [percentText(Math.min(...values)), percentText(Math.max(...values))];
  return least === most ? least : `${least} to ${most}`;
};

/** Whether a review is due: its day has come, in the reader's calendar (both `YYYY-MM-DD`). No date is never due, but listed. */
export const isReviewDue = (reviewOn: string | null, today: string): boolean => reviewOn !== null && reviewOn <= today;
