import type { Rule } from './rule.ts';

/** Steps that are caught up with after a pause; of a longer one the newest of them are decided. */
export const catchUpMax = 60;

export interface DueSteps {
  /** Instants to decide, in their order, seconds since 1970. */
  readonly steps: readonly number[];
  /** Steps before them are passed over: nobody was there for too long. */
  readonly paused: boolean;
}

/**
 * Which steps of a rule are to be decided now. Steps lie at the multiples of `every` since 1970, so that all processes mean the
 * same ones. A forecast is a matter of hours: of several due steps only the newest is decided.
 */
export const dueSteps = (
  rule: Pick<Rule, 'everySeconds' | 'forecast'>,
  decidedTo: number | null,
  now: number,
): DueSteps => {
  const every = rule.everySeconds;
  const newest = Math.floor(now / every) * every;
  if (decidedTo === null) return { steps: [newest], paused: false };
  const first = (Math.floor(decidedTo / every) + 1) * every;
  const count = Math.round((newest - first) / every) + 1;
  if (count <= 0) return { steps: [], paused: false };
  const taken = Math.min(count, rule.forecast === null ? catchUpMax : 1);
  return {
    steps: Array.from({ length: taken }, (_, index) => newest - (taken - 1 - index) * every),
    paused: count > catchUpMax,
  };
};

/** When a rule is to be looked at again after a step. */
export const nextStep = ({ everySeconds }: Pick<Rule, 'everySeconds'>, decided: number): number =>
  (Math.floor(decided / everySeconds) + 1) * everySeconds;

export interface Windows {
  readonly firstEnd: number;
  readonly stepSeconds: number;
  readonly count: number;
  readonly windowSeconds: number;
}

/** What has to be measured for some steps of a rule: now, and for a change the same time before; for a forecast its history. */
export const windowsOf = (
  rule: Rule,
  steps: readonly number[],
): { readonly now: Windows; readonly then: Windows | null } => {
  const { overSeconds, everySeconds, delaySeconds, changeSeconds, forecast } = rule;
  const firstEnd = steps[0]! - delaySeconds;
  if (forecast !== null) {
    const count = Math.floor(forecast.fromSeconds / overSeconds);
    const back = (count - 1) * overSeconds;
    return {
      now: { firstEnd: firstEnd - back, stepSeconds: overSeconds, count, windowSeconds: overSeconds },
      then: null,
    };
  }
  const now = { firstEnd, stepSeconds: everySeconds, count: steps.length, windowSeconds: overSeconds };
  return { now, then: changeSeconds === null ? null : { ...now, firstEnd: firstEnd - changeSeconds } };
};
