/** Points of a sparkline: what 120 pixels can show. */
const sparklinePoints = 30;

/** Figures as telemetry answers them: only steps in which something was seen, `second` from the Unix epoch. */
export interface SeenFigures {
  readonly requests: number;
  readonly errors: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly steps: readonly { readonly second: number; readonly requests: number; readonly errors: number; readonly p99Ms: number | null }[];
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

/** A stretch of whole steps that ends with the present. Seconds from the Unix epoch. */
export interface Stretch {
  readonly fromSecond: number;
  readonly toSecond: number;
  readonly stepSeconds: number;
}

/**
 * The last `minutes` as about thirty steps. The end is the end of the ten seconds (minute, over three hours) that run now,
 * so that what has just arrived is in it.
 */
export const lastMinutes = (nowSecond: number, minutes: number): Stretch => {
  const grain = minutes <= 180 ? 10 : 60;
  const toSecond = (Math.floor(nowSecond / grain) + 1) * grain;
  const stepSeconds = Math.max(grain, Math.ceil((minutes * 60) / sparklinePoints / grain) * grain);
  const steps = Math.max(1, Math.round((minutes * 60) / stepSeconds));
  return { fromSecond: toSecond - steps * stepSeconds, toSecond, stepSeconds };
};

/** Golden figures as the list shows them; null in `seen` means that nothing was seen: every figure is null, never 0. */
export const goldenFiguresOf = (stretch: Stretch, seen: SeenFigures | null): ShownFigures => {
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
    requestsPerSecond: seen ? seen.requests / (toSecond - fromSecond) : null,
    errorRatio: seen && seen.requests > 0 ? seen.errors / seen.requests : null,
    p50Ms: seen?.p50Ms ?? null,
    p99Ms: seen?.p99Ms ?? null,
    sparklines: {
      requestsPerSecond: steps.map((step) => (step ? step.requests / stepSeconds : null)),
      errorRatio: steps.map((step) => (step && step.requests > 0 ? step.errors / step.requests : null)),
      p99Ms: steps.map((step) => step?.p99Ms ?? null),
    },
  };
};

const instantText = (second: number): string => Temporal.Instant.fromEpochMilliseconds(second * 1_000).toString();
