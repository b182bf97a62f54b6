/**
 * Whole seconds of a 64-bit count of nanoseconds that is given in halves, exact also where a double would round
 * across the second (1.8e18 ns needs 61 bits).
 */
export const secondsOfNanos = (low: number, high: number): number => {
  const guess = Math.floor(high * 4.294967296 + low / 1e9);
  const rest = (low - Math.imul(guess | 0, 1_000_000_000)) | 0;
  return rest < 0 ? guess - 1 : rest >= 1_000_000_000 ? guess + 1 : guess;
};
