/** What the judgement looks at: the golden figures of the contract, null where nothing was seen. */
export interface JudgedFigures {
  readonly requests: number | null;
  readonly errors: number | null;
  readonly errorRatio: number | null;
  readonly requestsPerSecond: number | null;
  readonly sparklines: { readonly p99Ms: readonly (number | null)[] };
}

/** How a service is doing and why, from a closed set. */
export interface Health {
  readonly level: 'critical' | 'warning' | 'good' | 'quiet' | 'unknown';
  readonly reason:
    | 'errors-high'
    | 'errors-raised'
    | 'latency-raised'
    | 'nothing-wrong'
    | 'no-requests'
    | 'figures-away';
}

/** Where "something is wrong" begins; the same for every service until it has an objective of its own. */
export const healthThresholds = {
  /** Share of failed requests that is critical, or a warning. */
  errorRatioCritical: 0.05,
  errorRatioWarning: 0.01,
  /** Fewer failed requests than this say nothing, whatever their share. */
  errorsMin: 3,
  /** The newest quarter's p99 against the median of the steps before it. */
  latencyFactor: 2,
  /** A rise from 1 to 3 ms is noise to a person. */
  latencyMsMin: 50,
  /** Steps with data that a comparison needs before it. */
  stepsMin: 6,
} as const;

/**
 * How a service is doing, from its golden figures alone, with the reason. Null figures: the telemetry engine is away.
 * Order of the questions: failing loudest first.
 */
export const judgeHealth = (figures: JudgedFigures | null): Health => {
  if (figures === null) return { level: 'unknown', reason: 'figures-away' };
  if (figures.requests === null || figures.requests === 0) return { level: 'quiet', reason: 'no-requests' };
  const ratio = figures.errorRatio ?? 0;
  const enough = (figures.errors ?? 0) >= healthThresholds.errorsMin;
  if (enough && ratio >= healthThresholds.errorRatioCritical) return { level: 'critical', reason: 'errors-high' };
  if (enough && ratio >= healthThresholds.errorRatioWarning) return { level: 'warning', reason: 'errors-raised' };
  if (latencyRaised(figures.sparklines.p99Ms)) return { level: 'warning', reason: 'latency-raised' };
  return { level: 'good', reason: 'nothing-wrong' };
};

/** True when the median p99 of the newest quarter of the steps is twice that of the steps before. */
const latencyRaised = (p99Ms: readonly (number | null)[]): boolean => {
  const cut = Math.floor((p99Ms.length * 3) / 4);
  const before = p99Ms.slice(0, cut).filter((value) => value !== null);
  const newest = p99Ms.slice(cut).filter((value) => value !== null);
  if (before.length < healthThresholds.stepsMin || newest.length === 0) return false;
  const now = median(newest);
  return now >= healthThresholds.latencyMsMin && now >= healthThresholds.latencyFactor * median(before);
};

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

const levels: readonly Health['level'][] = ['critical', 'warning', 'good', 'quiet', 'unknown'];

/** What the order of a list looks at. */
export interface Ranked {
  readonly name: string;
  readonly environment: string;
  readonly tier: number | null;
  readonly health: Health;
  readonly figures: Pick<JudgedFigures, 'errorRatio' | 'requestsPerSecond'> | null;
}

/** Worst first: level, then tier (1 before 4 before none), then share of errors, then traffic, then name. */
export const compareWorst = (a: Ranked, b: Ranked): number =>
  levels.indexOf(a.health.level) - levels.indexOf(b.health.level) ||
  (a.tier ?? 5) - (b.tier ?? 5) ||
  (b.figures?.errorRatio ?? 0) - (a.figures?.errorRatio ?? 0) ||
  compareTraffic(a, b);

/** Busiest first, then by name. */
export const compareTraffic = (a: Ranked, b: Ranked): number =>
  (b.figures?.requestsPerSecond ?? 0) - (a.figures?.requestsPerSecond ?? 0) || compareName(a, b);

/** By name, then environment, in code point order: the same on every machine. */
export const compareName = (a: Ranked, b: Ranked): number =>
  order(a.name, b.name) || order(a.environment, b.environment);

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
