import type { Explanation } from '../../../ui/explanation.ts';
import { formatDayAndMinute } from '../../../ui/format/moment.ts';
import type { BurnRate, ObjectiveReport } from '../contract.ts';
import {
  countedWord,
  explainAchieved,
  explainAllowed,
  explainBurnRate,
  explainMoney,
  explainRemaining,
  type Explained,
} from '../domain/explain.ts';
import { countText, percentText, ppmText } from '../domain/number-text.ts';

/** How the numbers of a report came about, from the counts that it holds. */

/** Counts with a fraction (slices with their ratios, composites) are whole in billionths. */
const fine = 1_000_000_000;

const explainedOf = (report: ObjectiveReport, counts: { good: number; bad: number }): Explained => {
  const isWhole = Number.isInteger(counts.good) && Number.isInteger(counts.bad);
  const eventParts = isWhole ? 1 : fine;
  return {
    counts: { good: Math.round(counts.good * eventParts), bad: Math.round(counts.bad * eventParts) },
    targetPpm: report.targetPpm,
    method: report.method,
    eventParts,
  };
};

const countsOf = (report: ObjectiveReport) => ({ good: report.good ?? 0, bad: report.bad ?? 0 });

/** `25 Oct, 12:00 – 22 Nov, 12:00 (28 days)`. */
export const stretchText = (report: Pick<ObjectiveReport, 'from' | 'to' | 'windowText'>): string =>
  `${formatDayAndMinute(report.from)} – ${formatDayAndMinute(report.to)} (${report.windowText})`;

const said = (
  explained: { formula: string; withNumbers: string; result: string },
  rest: Omit<Explanation, 'text' | 'formula'>,
): Explanation => ({
  text: `${explained.formula.charAt(0).toUpperCase()}${explained.formula.slice(1)}.`,
  formula: `${explained.withNumbers} = ${explained.result}`,
  ...rest,
});

const counted = (report: ObjectiveReport, counts: { good: number; bad: number }): Explanation['counts'] => [
  { label: `Good ${countedWord(report.method)}`, value: countText(counts.good) },
  { label: `Bad ${countedWord(report.method)}`, value: countText(counts.bad) },
];

export const explainLeft = (report: ObjectiveReport): Explanation => {
  const counts = countsOf(report);
  return said(explainRemaining(explainedOf(report, counts)), {
    window: stretchText(report),
    counts: [
      ...counted(report, counts)!,
      { label: 'Allowed', value: countText(report.budget.allowed) },
      ...(report.uncorrected
        ? [{ label: 'Without corrections', value: `${leftPercent(report.uncorrected.budget.remainingRatio)} left` }]
        : []),
    ],
  });
};

const leftPercent = (ratio: number | null): string => (ratio === null ? 'no data' : percentText(ratio));

export const explainNow = (report: ObjectiveReport): Explanation => {
  const counts = countsOf(report);
  return said(explainAchieved(explainedOf(report, counts)), {
    window: stretchText(report),
    counts: [...counted(report, counts)!, { label: 'Target', value: ppmText(report.targetPpm) }],
  });
};

export const explainSpent = (report: ObjectiveReport): Explanation => {
  const counts = countsOf(report);
  return said(explainAllowed(explainedOf(report, counts)), {
    window: stretchText(report),
    counts: [...counted(report, counts)!, { label: 'Remaining', value: countText(report.budget.remaining) }],
  });
};

export const explainBurn = (report: ObjectiveReport, burn: BurnRate): Explanation =>
  said(explainBurnRate({ ...explainedOf(report, burn), windowMinutes: minutesOfName(burn.window) }), {
    counts: counted(report, burn)!,
    window: `the last ${burn.window}, to ${formatDayAndMinute(report.to)}`,
  });

/** `5m`, `1h`, `3d`: the length of a burn window. */
const minutesOfName = (name: string): number =>
  Number.parseInt(name, 10) * ({ m: 1, h: 60, d: 1_440 }[name.at(-1) ?? ''] ?? 1);

export const explainSilence = (report: ObjectiveReport): Explanation => ({
  text: 'Minutes of the window without any event ÷ its minutes so far. No data is neither good nor bad.',
  formula: `share without data = ${percentText(report.noDataRatio)}`,
  window: stretchText(report),
  counts: report.countedFrom ? [{ label: 'Counted from', value: formatDayAndMinute(report.countedFrom) }] : [],
});

/** What was spent in money; null where no percent has a price. */
export const explainPrice = (report: ObjectiveReport): { value: string; explanation: Explanation } | null => {
  const money = report.goal?.moneyPerPercent;
  if (!money || report.budget.remainingRatio === null) return null;
  const explained = explainMoney(explainedOf(report, countsOf(report)), money);
  return { value: explained.result, explanation: said(explained, { window: stretchText(report), counts: [] }) };
};
