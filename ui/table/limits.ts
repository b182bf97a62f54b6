/** Lists up to this many rows are drawn whole: simpler for screen readers and for find-in-page. */
export const drawnWholeMax = 120;
