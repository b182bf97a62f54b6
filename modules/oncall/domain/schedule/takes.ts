import type { Shift, Stretch, Take } from './shift.ts';
import { firstEndingAfter } from './stretches.ts';

/** What lies over shifts: a take, or an override that a document says. */
export type Over = Pick<Take, 'person' | 'from' | 'to' | 'replaces' | 'kind'>;

/**
 * Lays overrides and covers over shifts that are sorted and apart, one after the other, later ones over earlier ones. One that replaces
 * somebody takes only what they have; any other takes the whole time, also where nobody was. `layer` is what the result is told as.
 */
export const laidOver = (
  shifts: readonly Shift[],
  over: readonly Over[],
  window: Stretch,
  layer: string | null,
): Shift[] => {
  const result = [...shifts];
  for (const take of over) {
    const from = Math.max(take.from, window.from);
    const to = Math.min(take.to, window.to);
    if (from >= to) continue;
    const first = firstEndingAfter(result, from);
    let end = first;
    while (end < result.length && result[end]!.from < to) end += 1;
    const touched = result.slice(first, end);
    const laid =
      take.replaces === null ? wholly(touched, { ...take, from, to }, layer) : only(touched, { ...take, from, to });
    result.splice(first, end - first, ...laid);
  }
  return result;
};

const wholly = (touched: readonly Shift[], take: Over, layer: string | null): Shift[] => {
  const { from, to, person, kind } = take;
  const [begin, end] = [touched[0], touched.at(-1)];
  return [
    ...(begin && begin.from < from ? [{ ...begin, to: from }] : []),
    { from, to, person, kind, layer },
    ...(end && end.to > to ? [{ ...end, from: to }] : []),
  ];
};

/** The shifts that are replaced keep their layer: it is still that layer's turn. */
const only = (touched: readonly Shift[], { from, to, person, kind, replaces }: Over): Shift[] =>
  touched.flatMap((shift) => {
    if (shift.person !== replaces) return [shift];
    return [
      ...(shift.from < from ? [{ ...shift, to: from }] : []),
      { ...shift, from: Math.max(shift.from, from), to: Math.min(shift.to, to), person, kind },
      ...(shift.to > to ? [{ ...shift, from: to }] : []),
    ];
  });
