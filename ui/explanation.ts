/** How a number came about: what `ExplainedNumber` opens. */
export interface Explanation {
  /** In words, where the formula alone says too little. */
  readonly text?: string | null;
  /** `1 − 660 ÷ (2,000,000 × 0.05 %) = 34 %`. */
  readonly formula?: string | null;
  /** `25 Oct, 12:00 – 22 Nov, 12:00, 28 days`. */
  readonly window?: string | null;
  readonly counts?: readonly { readonly label: string; readonly value: string }[];
}
