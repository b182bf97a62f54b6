/** What is known of the code that was sent to a method, before a try is compared. */
export interface SentCode {
  readonly expiresAt: Temporal.Instant;
  /** Tries so far, this one not counted. */
  readonly tries: number;
}

export type CodeDecision =
  | { readonly verified: true; readonly reason: 'right' }
  | { readonly verified: false; readonly reason: 'none-sent' | 'expired' | 'too-many-tries' | 'wrong' };

/** Whether a code verifies a method. A try counts whatever comes of it, so that guessing ends after `triesMax`. */
export const decideCode = (
  sent: SentCode | null,
  options: { readonly matches: boolean; readonly now: Temporal.Instant; readonly triesMax: number },
): CodeDecision => {
  if (sent === null) return { verified: false, reason: 'none-sent' };
  if (Temporal.Instant.compare(options.now, sent.expiresAt) >= 0) return { verified: false, reason: 'expired' };
  if (sent.tries >= options.triesMax) return { verified: false, reason: 'too-many-tries' };
  return options.matches ? { verified: true, reason: 'right' } : { verified: false, reason: 'wrong' };
};
