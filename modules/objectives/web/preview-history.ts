import type { Counts } from '../domain/indicator.ts';
import { million, type ObjectiveWindow } from '../domain/objective.ts';
import { windowAt } from '../domain/window.ts';
import type { LeftPoint } from './burn-down.ts';

export interface HistoryStep extends Counts {
  readonly at: string;
}

/** History made ready once: any target is then judged without walking through it again. */
export interface ReadyHistory {
  /** For each step: its end, and what its window held. */
  readonly windows: readonly { readonly endMs: number; readonly counts: Counts; readonly isWhole: boolean }[];
}

/**
 * What each window held that ends with a step, from steps of one length without overlap. A window that begins before the
 * history does is not whole. Counts are whole events (or parts of slices) and sums of them exact.
 */
export const readyHistory = (
  steps: readonly HistoryStep[],
  stepSeconds: number,
  window: ObjectiveWindow,
): ReadyHistory => {
  const starts = steps.map(({ at }) => Date.parse(at));
  const good = running(steps.map((step) => step.good));
  const bad = running(steps.map((step) => step.bad));
  let first = 0;
  const windows = steps.map((_, index) => {
    const endMs = starts[index]! + stepSeconds * 1_000;
    // The end belongs to the period that it ends, not to the next one.
    const inside = Temporal.Instant.fromEpochMilliseconds(endMs - (window.kind === 'calendar' ? 1 : 0));
    const fromMs = windowAt(window, inside).from.epochMilliseconds;
    if (starts[first]! > fromMs) first = 0;
    while (first < index && starts[first]! < fromMs) first += 1;
    return {
      endMs,
      counts: { good: good[index + 1]! - good[first]!, bad: bad[index + 1]! - bad[first]! },
      isWhole: starts[0]! <= fromMs,
    };
  });
  return { windows };
};

const running = (values: readonly number[]): number[] => {
  const sums = [0];
  for (const value of values) sums.push(sums.at(-1)! + value);
  return sums;
};

/** How one target fares over a history. */
export interface Judged {
  readonly points: readonly LeftPoint[];
  /** Of the window that ends now. */
  readonly achievedPpm: number | null;
  readonly remainingRatio: number | null;
  readonly lowest: number | null;
  /** Steps at whose end the budget was gone, in days. */
  readonly exhaustedDays: number;
}

/** Judges one target: what a dragged slider asks for at each frame. Microseconds for 90 days of hours. */
export const judge = (history: ReadyHistory, targetPpm: number, stepSeconds: number): Judged => {
  const points: LeftPoint[] = [];
  let lowest: number | null = null;
  let gone = 0;
  for (const { endMs, counts } of history.windows) {
    const left = leftOf(counts, targetPpm);
    points.push([endMs, left]);
    if (left === null) continue;
    if (left <= 0) gone += 1;
    if (lowest === null || left < lowest) lowest = left;
  }
  const last = history.windows.at(-1);
  const total = last ? last.counts.good + last.counts.bad : 0;
  return {
    points,
    achievedPpm: last && total > 0 ? (last.counts.good / total) * million : null,
    remainingRatio: points.at(-1)?.[1] ?? null,
    lowest,
    exhaustedDays: (gone * stepSeconds) / 86_400,
  };
};

/** For the eye, at each frame; what is decided and kept is reckoned exactly by the server. */
const leftOf = ({ good, bad }: Counts, targetPpm: number): number | null =>
  good + bad === 0 ? null : 1 - (bad * million) / ((good + bad) * (million - targetPpm));
