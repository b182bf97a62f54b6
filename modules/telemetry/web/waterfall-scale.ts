/**
 * Where a share (0 to 1) of the trace stands in the width, as CSS. The bars take `--bars` of it, which the list sets by the width
 * of the screen; what is left is for the length that stands after a bar.
 */
export const placeOf = (share: number): string => `calc(var(--bars) * ${share})`;

/** The least that a bar is drawn wide, and what it takes from the end: a share of the bars. */
export const leastShare = 0.003;
