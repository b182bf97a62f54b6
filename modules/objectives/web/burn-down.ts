import type { Mark } from '../contract/spent.ts';

/** A point of a burn-down: epoch milliseconds and the share of the budget that is left. */
export type LeftPoint = readonly [atMs: number, left: number | null];

/** What one burn-down draws. */
export interface BurnDown {
  readonly points: readonly LeftPoint[];
  /** Straight on from now; empty where the budget lasts. */
  readonly projection: readonly LeftPoint[];
  /** Spending evenly over the period; null where that means nothing. */
  readonly ideal: readonly [LeftPoint, LeftPoint] | null;
  readonly nowMs: number;
}

/** The same points on one axis of time, as the chart takes them: a row a line, null where a line has no point. */
export const alignBurnDown = ({
  points,
  projection,
  ideal,
}: BurnDown): { times: number[]; values: (number | null)[][] } => {
  const lines = [points, projection, ideal ?? []];
  const times = [...new Set(lines.flat().map(([atMs]) => atMs / 1_000))].toSorted((a, b) => a - b);
  const place = new Map(times.map((second, index) => [second, index]));
  const values = lines.map((line) => {
    const row: (number | null)[] = Array.from({ length: times.length }, () => null);
    for (const [atMs, left] of line) row[place.get(atMs / 1_000)!] = left;
    return row;
  });
  return { times, values };
};

/** The lowest and highest value that is drawn: all of the budget at the top, a strip below zero at least. */
export const leftBounds = (values: readonly (readonly (number | null)[])[]): readonly [number, number] => {
  let lowest = -0.1;
  let highest = 1;
  for (const row of values)
    for (const value of row)
      if (value !== null) {
        lowest = Math.min(lowest, value * 1.05);
        highest = Math.max(highest, value);
      }
  return [lowest, highest];
};

/** Marks of the axis between two bounds, zero and one always among them: at most eight. */
export const leftMarks = ([lowest, highest]: readonly [number, number]): number[] => {
  const power = 10 ** Math.floor(Math.log10((highest - lowest) / 4));
  const wide = [1, 2.5, 5, 10].map((lead) => lead * power).find((step) => (highest - lowest) / step <= 6)!;
  const step = highest - lowest <= 1.6 ? 0.25 : Math.max(0.5, wide);
  const first = Math.ceil(lowest / step);
  const last = Math.floor(highest / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
};

/** What a mark is called at its line: short, and each kind recognisable. */
export const markLabel = (mark: Mark): string => (mark.title.length > 26 ? `${mark.title.slice(0, 25)}…` : mark.title);

/** One sentence for those who do not see the chart. */
export const summaryOfBurnDown = (given: {
  readonly name: string;
  readonly left: string;
  readonly lowest: string;
  readonly runsOut: string | null;
}): string =>
  `Error budget of ${given.name}: ${given.left} left now, ${given.lowest} at the lowest. ${given.runsOut ?? 'At the recent rate it lasts'}.`;
