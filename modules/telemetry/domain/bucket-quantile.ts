/** So many values lie in (low, high]; the last bucket of a histogram has no upper end. */
export interface Bucket {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/**
 * A quantile of what lies in buckets, linear within one, as Prometheus's histogram_quantile has it for classic histograms: the first
 * bucket begins at 0 where its bound is above it, and what lies in a bucket without an upper end is told at its lower one. Buckets
 * may overlap (instances with other bounds): their shares are then added up. NaN of nothing.
 */
export const bucketQuantile = (buckets: readonly Bucket[], quantile: number): number => {
  const filled = buckets.filter(({ count }) => count > 0).map(closed);
  const total = filled.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return Number.NaN;
  const edges = [...new Set(filled.flatMap(({ low, high }) => [low, high]))].sort((a, b) => a - b);
  const target = quantile * total;
  let before = { edge: edges[0]!, upTo: upTo(filled, edges[0]!) };
  if (before.upTo >= target) return before.edge;
  for (const edge of edges.slice(1)) {
    const now = { edge, upTo: upTo(filled, edge) };
    if (now.upTo >= target) {
      // A point mass at the edge itself is reached only there.
      const open = now.upTo - massAt(filled, edge);
      if (target > open) return edge;
      return before.edge + ((edge - before.edge) * (target - before.upTo)) / (open - before.upTo);
    }
    before = now;
  }
  return edges.at(-1)!;
};

const closed = ({ low, high, count }: Bucket): Bucket => {
  if (high === Number.POSITIVE_INFINITY) return { low, high: low, count };
  if (low === Number.NEGATIVE_INFINITY) return { low: high > 0 ? 0 : high, high, count };
  return { low, high, count };
};

const massAt = (buckets: readonly Bucket[], edge: number): number =>
  buckets.reduce((sum, { low, high, count }) => (low === high && low === edge ? sum + count : sum), 0);

/** How many lie at `edge` or below. */
const upTo = (buckets: readonly Bucket[], edge: number): number =>
  buckets.reduce((sum, { low, high, count }) => {
    if (edge >= high) return sum + count;
    return edge <= low ? sum : sum + (count * (edge - low)) / (high - low);
  }, 0);
