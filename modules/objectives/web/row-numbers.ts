import type { Explanation } from '../../../ui/explanation.ts';
import { formatDayAndMinute } from '../../../ui/format/moment.ts';
import type { ObjectiveReport, ObjectiveSummary } from '../contract.ts';
import type { Evidence } from '../contract/reviews.ts';
import { countText, percentText, ppmText, rateText } from '../domain/number-text.ts';
import { million } from '../domain/objective.ts';

/** How figures of rows and cards came about, from what each row holds. */

const countedWord = (method: ObjectiveSummary['method']): string =>
  method === 'Occurrences' ? 'events' : 'slices of time';

const counts = (method: ObjectiveSummary['method'], of: { good: number; bad: number } | null): Explanation['counts'] =>
  of === null
    ? []
    : [
        { label: `Good ${countedWord(method)}`, value: countText(of.good) },
        { label: `Bad ${countedWord(method)}`, value: countText(of.bad) },
      ];

const budgetPpm = (targetPpm: number): string => ppmText(million - targetPpm);

/** Budget left of a row. */
export const explainRowLeft = (row: ObjectiveSummary): Explanation => {
  const { counted, targetPpm, remainingRatio, method } = row;
  const total = counted === null ? 0 : counted.good + counted.bad;
  return {
    text: `1 − bad ${countedWord(method)} ÷ those that the target allows, which are all × (1 − target).`,
    formula:
      counted === null || remainingRatio === null
        ? 'nothing was counted'
        : `1 − ${countText(counted.bad)} ÷ (${countText(total)} × ${budgetPpm(targetPpm)}) = ${percentText(remainingRatio)}`,
    window: `the last ${row.windowText}, to now`.replace('last this', 'this'),
    counts: counts(method, counted),
  };
};

/** What a row achieved. */
export const explainRowNow = (row: ObjectiveSummary): Explanation => ({
  text: `Good ${countedWord(row.method)} ÷ all.`,
  formula:
    row.counted === null || row.achievedPpm === null
      ? 'nothing was counted'
      : `${countText(row.counted.good)} ÷ ${countText(row.counted.good + row.counted.bad)} = ${percentText(row.achievedPpm / million)}`,
  window: row.windowText,
  counts: counts(row.method, row.counted),
});

/** How fast the budget of a row burnt in the last hour. */
export const explainRowBurn = (row: ObjectiveSummary): Explanation => {
  const { recent } = row;
  return {
    text: 'Share of bad in the last hour ÷ (1 − target); 1× spends exactly the budget.',
    formula:
      recent === null || row.burnRate === null
        ? 'nothing was counted'
        : `(${countText(recent.bad)} ÷ ${countText(recent.good + recent.bad)}) ÷ ${budgetPpm(row.targetPpm)} = ${rateText(row.burnRate)}`,
    window: 'the last hour',
    counts: counts(row.method, recent),
  };
};

/** Budget left where only what was achieved is told: the same formula, in shares. */
export const explainLeftOf = (of: {
  readonly achievedPpm: number | null;
  readonly targetPpm: number;
  readonly remainingRatio: number | null;
  readonly window: string;
}): Explanation => ({
  text: 'What was bad ÷ what the target allows to be bad is spent; the rest is left.',
  formula:
    of.achievedPpm === null || of.remainingRatio === null
      ? 'nothing was counted'
      : `1 − (1 − ${percentText(of.achievedPpm / million)}) ÷ (1 − ${ppmText(of.targetPpm)}) = ${percentText(of.remainingRatio)}`,
  window: of.window,
});

/** What one part of a journey achieved, and how it weighs. */
export const explainPart = (
  part: ObjectiveReport['components'][number],
  report: Pick<ObjectiveReport, 'method' | 'from' | 'to' | 'windowText'>,
): Explanation => ({
  text: `Good ÷ all of this part. It counts ${countText(part.weight)} times in the whole.`,
  formula:
    part.achievedPpm === null
      ? 'nothing was counted'
      : `${countText(part.good)} ÷ ${countText(part.good + part.bad)} = ${percentText(part.achievedPpm / million)}`,
  window: `${formatDayAndMinute(report.from)} – ${formatDayAndMinute(report.to)} (${report.windowText})`,
  counts: counts(report.method, part),
});

/** What a full window of the past achieved; reviews that were recorded before counts were told have none. */
export const explainWindowNow = (
  window: Evidence['windows'][number],
  method: ObjectiveSummary['method'],
): Explanation => ({
  text: `Good ${countedWord(method)} ÷ all, corrections left out.`,
  formula:
    window.counted === null || window.achievedPpm === null
      ? null
      : `${countText(window.counted.good)} ÷ ${countText(window.counted.good + window.counted.bad)} = ${percentText(window.achievedPpm / million)}`,
  window: `${formatDayAndMinute(window.from)} – ${formatDayAndMinute(window.to)}`,
  counts: counts(method, window.counted),
});

export const pagesExplained: Explanation = {
  text: 'Times that a tier which wakes somebody began to fire in the window, as the ledger has them (`budget.burning`, urgency page).',
};
