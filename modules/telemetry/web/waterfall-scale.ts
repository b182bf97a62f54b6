/** Share of the width that the whole trace takes, in percent; what is left is for the length that stands after a bar. */
export const barsPercent = 88;
