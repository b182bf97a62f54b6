/** A stretch of minutes without a right answer, [from, to) in epoch seconds. */
export type Gap = readonly [number, number];

/** Gaps after a stretch was read: outside of it as they were, within it as found; those older than `oldest` are given up. */
export const gapsAfter = (
  before: readonly Gap[],
  read: { readonly from: number; readonly to: number },
  missing: readonly number[],
  oldest: number,
): Gap[] => {
  const left = before.flatMap(([from, to]): Gap[] => [
    [from, Math.min(to, read.from)],
    [Math.max(from, read.to), to],
  ]);
  const found = missing.map((minute): Gap => [minute, minute + 60]);
  const sorted = [...left, ...found]
    .map(([from, to]): Gap => [Math.max(from, oldest - (oldest % 60)), to])
    .filter(([from, to]) => from < to)
    .sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = joined.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
};

/** The minutes of the gaps that lie in [from, to). */
export const minutesIn = (gaps: readonly Gap[], from: number, to: number): number[] =>
  gaps.flatMap(([start, end]) => {
    const [first, last] = [Math.max(start, from), Math.min(end, to)];
    return Array.from({ length: Math.max(0, Math.ceil((last - first) / 60)) }, (_, index) => first + index * 60);
  });
