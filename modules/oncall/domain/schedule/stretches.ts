import type { Stretch } from './shift.ts';

/** Arithmetic of half-open stretches in sorted lists. */

/** Sorted and joined where they touch or overlap; empty ones are left out. */
export const united = (stretches: readonly Stretch[]): Stretch[] => {
  const sorted = stretches.filter(({ from, to }) => from < to).toSorted((a, b) => a.from - b.from);
  const found: { from: number; to: number }[] = [];
  for (const { from, to } of sorted) {
    const last = found.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else found.push({ from, to });
  }
  return found;
};

/** Parts of `one` within `others`, which are sorted and apart. */
export const within = (one: Stretch, others: readonly Stretch[]): Stretch[] => {
  const found: Stretch[] = [];
  for (let index = firstEndingAfter(others, one.from); index < others.length; index += 1) {
    const other = others[index]!;
    if (other.from >= one.to) break;
    found.push({ from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) });
  }
  return found;
};

/** Parts of `one` outside of `others`, which are sorted and apart. */
export const without = (one: Stretch, others: readonly Stretch[]): Stretch[] => {
  const found: Stretch[] = [];
  let { from } = one;
  for (const other of within(one, others)) {
    if (from < other.from) found.push({ from, to: other.from });
    from = other.to;
  }
  if (from < one.to) found.push({ from, to: one.to });
  return found;
};

/** Index of the first of a sorted list that ends after an instant. */
export const firstEndingAfter = (sorted: readonly Stretch[], instant: number): number => {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]!.to > instant) high = middle;
    else low = middle + 1;
  }
  return low;
};

export const clipped = <Item extends Stretch>(items: readonly Item[], { from, to }: Stretch): Item[] =>
  items
    .filter((item) => item.from < to && item.to > from)
    .map((item) =>
      item.from >= from && item.to <= to
        ? item
        : { ...item, from: Math.max(item.from, from), to: Math.min(item.to, to) },
    );
