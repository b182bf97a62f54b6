/** Bounds of load, each with its reason. */
export const loadLimits = {
  /** A year of shifts in one answer; longer is asked in parts. */
  windowDays: 370,
  /** More interrupts than this in one window are no longer somebody's load but a fault of alerts. */
  interrupts: 200_000,
  shiftsShown: 2_000,
  /** Messages to one person that a cap is judged by: far more than any cap. */
  messagesLookedBack: 200,
  noteLength: 20_000,
  /** Who is over the cap is looked for this often. */
  lookSeconds: 60,
} as const;
