/** A ratio of whole numbers, reduced; the denominator is at least 1. Thresholds are kept so, and never rounded before they are compared. */
export interface Ratio {
  readonly numerator: number;
  readonly denominator: number;
}

/**
 * The reduced ratio of two whole numbers. Throws RangeError where it cannot be said in safe whole numbers: that is a bug,
 * the limits of objectives keep all of ours far below.
 */
export const ratioOf = (numerator: number | bigint, denominator: number | bigint): Ratio => {
  const [top, bottom] = reduced(BigInt(numerator), BigInt(denominator));
  const ratio = { numerator: Number(top), denominator: Number(bottom) };
  if (bottom <= 0n || !Number.isSafeInteger(ratio.numerator) || !Number.isSafeInteger(ratio.denominator))
    throw new RangeError(`No exact ratio of ${numerator} and ${denominator}`);
  return ratio;
};

/** The nearest number: for people and charts, never for a comparison. */
export const valueOf = ({ numerator, denominator }: Ratio): number => numerator / denominator;

/** Both divided by their greatest common divisor. */
export const reduced = (top: bigint, bottom: bigint): readonly [bigint, bigint] => {
  let [a, b] = [top < 0n ? -top : top, bottom < 0n ? -bottom : bottom];
  while (b > 0n) [a, b] = [b, a % b];
  return a === 0n ? [top, bottom] : [top / a, bottom / a];
};

/** Whether `leftA × leftB` is at least `rightA × rightB`: exact for whole numbers of any size, fast where the products are safe. */
export const productAtLeast = (leftA: number, leftB: number, rightA: number, rightB: number): boolean => {
  const left = leftA * leftB;
  const right = rightA * rightB;
  if (left <= Number.MAX_SAFE_INTEGER && right <= Number.MAX_SAFE_INTEGER) return left >= right;
  return BigInt(leftA) * BigInt(leftB) >= BigInt(rightA) * BigInt(rightB);
};
