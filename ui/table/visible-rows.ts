import { drawnWholeMax } from './limits.ts';

/** Rows drawn above and below what is in view, so that fast scrolling shows no gaps. */
const marginRows = 12;

/** The half-open stretch of rows to draw. `topPx` is how far the list's top lies above the view (negative: below it). */
export const visibleRows = (view: {
  readonly count: number;
  readonly rowPx: number;
  readonly topPx: number;
  readonly heightPx: number;
}): { readonly first: number; readonly last: number } => {
  if (view.count <= drawnWholeMax) return { first: 0, last: view.count };
  const inView = Math.max(Math.ceil(view.heightPx / view.rowPx), 30);
  const first = Math.max(0, Math.floor(view.topPx / view.rowPx) - marginRows);
  const start = Math.min(first, Math.max(0, view.count - inView));
  return { first: start, last: Math.min(view.count, start + inView + 2 * marginRows) };
};
