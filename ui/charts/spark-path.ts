/** Path of a sparkline in a box of `width` by `height`; a null is a gap. Empty when there is nothing to draw. */
export interface SparkPath {
  readonly line: string;
  readonly area: string;
  /** Where the last value stands; null without one. */
  readonly end: { readonly x: number; readonly y: number } | null;
  /** Where zero stands when some value is below it, else null. */
  readonly zero: number | null;
}

/** The scale goes from zero (or the lowest value, where `signed`) to the greatest value, or to `topMin` where all values are small. */
export const sparkPath = (options: {
  readonly values: readonly (number | null)[];
  readonly width: number;
  readonly height: number;
  readonly topMin?: number;
  /** Values may be below zero: the line of zero is then within the box, and `zero` says where. */
  readonly signed?: boolean;
}): SparkPath => {
  const { values, width, height } = options;
  const present = values.filter((value) => value !== null);
  const top = Math.max(options.topMin ?? 0, ...present) || 1;
  const bottom = options.signed ? Math.min(0, ...present) : 0;
  const margin = 2;
  const x = (index: number): number => round(margin + (index * (width - 2 * margin)) / Math.max(values.length - 1, 1));
  const y = (value: number): number =>
    round(height - margin - ((value - bottom) / (top - bottom)) * (height - 2 * margin));
  const stretches = stretchesOf(values);
  const line = stretches
    .map((part) => `M${part.map(([index, value]) => `${x(index)} ${y(value)}`).join('L')}`)
    .join('');
  const area = stretches
    .filter((part) => part.length > 1)
    .map(
      (part) =>
        `M${x(part[0]![0])} ${height}L${part.map(([index, value]) => `${x(index)} ${y(value)}`).join('L')}L${x(part.at(-1)![0])} ${height}Z`,
    )
    .join('');
  const last = stretches.at(-1)?.at(-1);
  return { line, area, end: last ? { x: x(last[0]), y: y(last[1]) } : null, zero: bottom < 0 ? y(0) : null };
};

const round = (value: number): number => Math.round(value * 10) / 10;

/** Stretches without a gap, as `[index, value]`. */
const stretchesOf = (values: readonly (number | null)[]): [number, number][][] => {
  const stretches: [number, number][][] = [];
  let open: [number, number][] | null = null;
  for (const [index, value] of values.entries()) {
    if (value === null) {
      open = null;
      continue;
    }
    if (open === null) {
      open = [];
      stretches.push(open);
    }
    open.push([index, value]);
  }
  return stretches;
};
