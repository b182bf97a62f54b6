/** Points of a sparkline: what 120 pixels can show. */
const sparklinePoints = 30;

/** Figures as telemetry answers them: only steps in which something was seen, `second` from the Unix epoch. */
export interface SeenFigures {
  readonly requests: number;
  readonly errors: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly steps: readonly {
    readonly second: number;
    readonly requests: number;
    readonly errors: number;
    readonly p99Ms: number | null;
  }[];
}

/** Figures as the list shows them: the golden figures of the contract. */
export interface ShownFigures {
  readonly from: string;
  readonly to: string;
  readonly requests: number | null;
  readonly errors: number | null;
  readonly requestsPerSecond: number | null;
  readonly errorRatio: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly stepSeconds: number;
  readonly sparklines: { readonly [Name in 'requestsPerSecond' | 'errorRatio' | 'p99Ms']: (number | null)[] };
}

/** A stretch of whole steps whose last one holds the present. Seconds from the Unix epoch. */
export interface Stretch {
  readonly fromSecond: number;
  readonly toSecond: number;
  readonly stepSeconds: number;
  readonly nowSecond: number;
}

const niceSteps = [10, 20, 30, 60, 120, 300, 600, 1_800, 3_600] as const;

/**
 * The last `minutes` as at most thirty steps. Both ends lie on a whole ten seconds, minute or hour, whichever divides the
 * step, so that telemetry can answer from its coarsest counts.
 */
export const lastMinutes = (nowSecond: number, minutes: number): Stretch => {
  const stepSeconds = niceSteps.find((step) => (minutes * 60) / step <= sparklinePoints) ?? niceSteps.at(-1)!;
  const grain = stepSeconds % 3_600 === 0 ? 3_600 : stepSeconds % 60 === 0 ? 60 : 10;
  const toSecond = (Math.floor(nowSecond / grain) + 1) * grain;
  const steps = Math.max(1, Math.round((minutes * 60) / stepSeconds));
  return { fromSecond: toSecond - steps * stepSeconds, toSecond, stepSeconds, nowSecond };
};

/**
 * Golden figures as the list shows them; null in `seen` means that nothing was seen: every figure is null, never 0. The rate
 * divides by the time since `firstSecond`, when the service was first seen, so that a young one does not look slow.
 */
export const goldenFiguresOf = (
  stretch: Stretch,
  seen: SeenFigures | null,
  firstSecond: number | null = null,
): ShownFigures => {
  const { fromSecond, toSecond, stepSeconds } = stretch;
  const count = Math.round((toSecond - fromSecond) / stepSeconds);
  const bySecond = new Map(seen?.steps.map((step) => [step.second, step]));
  const steps = Array.from({ length: count }, (_, index) => bySecond.get(fromSecond + index * stepSeconds) ?? null);
  return {
    from: instantText(fromSecond),
    to: instantText(toSecond),
    stepSeconds,
    requests: seen?.requests ?? null,
    errors: seen?.errors ?? null,
    requestsPerSecond: seen
      ? seen.requests / elapsed(stretch, Math.max(fromSecond, firstSecond ?? fromSecond), toSecond)
      : null,
    errorRatio: seen && seen.requests > 0 ? seen.errors / seen.requests : null,
    p50Ms: seen?.p50Ms ?? null,
    p99Ms: seen?.p99Ms ?? null,
    sparklines: {
      requestsPerSecond: steps.map((step) =>
        step ? step.requests / elapsed(stretch, step.second, step.second + stepSeconds) : null,
      ),
      errorRatio: steps.map((step) => (step && step.requests > 0 ? step.errors / step.requests : null)),
      p99Ms: steps.map((step) => step?.p99Ms ?? null),
    },
  };
};

/** Seconds of a stretch that have passed, so that the one that runs does not look like a dip; ten at least, so that it is no spike. */
const elapsed = (stretch: Stretch, from: number, to: number): number =>
  Math.max(10, Math.min(to, stretch.nowSecond) - from);

const instantText = (second: number): string => Temporal.Instant.fromEpochMilliseconds(second * 1_000).toString();
