import { isBeyond, type Rule } from './rule.ts';

/** What was measured for one group at one step; null: there is no number, and `why` says for what reason. */
export type Reading =
  | { readonly value: number; readonly why: 'measured' }
  | { readonly value: null; readonly why: 'nothing-measured' | 'nothing-to-compare' | 'too-little-history' };

/** Where one group of a rule stands between two steps. Seconds since 1970. */
export interface GroupState {
  readonly phase: 'ok' | 'pending' | 'firing';
  /** Since when it is in this phase. */
  readonly since: number;
  /** Since when the condition holds without a known pause. */
  readonly holdsSince: number | null;
  /** While it fires: since when it is on the good side. */
  readonly clearsSince: number | null;
  /** Since when nothing was measured. */
  readonly missingSince: number | null;
  /** What it fires for. */
  readonly cause: 'threshold' | 'no-data' | null;
}

/** Why a step decided as it did: a closed set, that people will read at night. */
export type RuleReason =
  | 'within-threshold'
  | 'holds-not-long-enough'
  | 'held-long-enough'
  | 'still-beyond'
  | 'not-beyond-clear-threshold-yet'
  | 'clear-not-long-enough'
  | 'cleared'
  | 'data-came-back'
  | 'missing-not-long-enough'
  | 'kept-without-data'
  | 'no-data'
  | 'still-no-data'
  | 'cleared-without-data'
  | 'nothing-to-compare'
  | 'too-little-history';

export interface Outcome {
  readonly state: GroupState;
  readonly reason: RuleReason;
  /** The step in which it began or ceased to fire. */
  readonly became: 'firing' | 'cleared' | null;
}

export const firstState = (at: number): GroupState => ({
  phase: 'ok',
  since: at,
  holdsSince: null,
  clearsSince: null,
  missingSince: null,
  cause: null,
});

export const isSameState = (one: GroupState, other: GroupState): boolean =>
  one.phase === other.phase &&
  one.since === other.since &&
  one.holdsSince === other.holdsSince &&
  one.clearsSince === other.clearsSince &&
  one.missingSince === other.missingSince &&
  one.cause === other.cause;

/**
 * One decision: of what was before and what is measured now. Pure, so that the preview over history, a catch-up after a crash and
 * the running product decide alike. A threshold must hold at each step over `for`; it clears when `clear.value` is kept for
 * `keepFor`; where nothing is measured for `noData.after`, `noData.then` says what becomes of it.
 */
export const evaluate = (rule: Rule, state: GroupState, reading: Reading, at: number): Outcome => {
  if (reading.value === null)
    return reading.why === 'nothing-measured' ? missing(rule, state, at) : { state, reason: reading.why, became: null };
  const known: GroupState = { ...state, missingSince: null };
  const { op, value } = rule.spec.fire;
  const holds = isBeyond(reading.value, op, value);
  return state.phase === 'firing'
    ? whileFiring(rule, known, reading.value, holds, at)
    : whileCalm(rule, known, holds, at);
};

const whileCalm = (rule: Rule, state: GroupState, holds: boolean, at: number): Outcome => {
  if (!holds)
    return {
      state: { ...state, phase: 'ok', since: state.phase === 'ok' ? state.since : at, holdsSince: null },
      reason: 'within-threshold',
      became: null,
    };
  const holdsSince = state.holdsSince ?? at;
  if (at - holdsSince >= rule.forSeconds)
    return {
      state: { ...state, phase: 'firing', since: at, holdsSince, clearsSince: null, cause: 'threshold' },
      reason: 'held-long-enough',
      became: 'firing',
    };
  return {
    state: { ...state, phase: 'pending', since: state.phase === 'pending' ? state.since : at, holdsSince },
    reason: 'holds-not-long-enough',
    became: null,
  };
};

const whileFiring = (rule: Rule, state: GroupState, value: number, holds: boolean, at: number): Outcome => {
  if (holds)
    return {
      state: { ...state, clearsSince: null, holdsSince: state.holdsSince ?? at, cause: 'threshold' },
      reason: 'still-beyond',
      became: null,
    };
  const calm: GroupState = { ...state, phase: 'ok', since: at, holdsSince: null, clearsSince: null, cause: null };
  // What fired only because nothing came is over when something good comes.
  if (state.cause === 'no-data') return { state: calm, reason: 'data-came-back', became: 'cleared' };
  const { clear, fire } = rule.spec;
  if (clear.value !== null && isBeyond(value, fire.op, clear.value))
    return { state: { ...state, clearsSince: null }, reason: 'not-beyond-clear-threshold-yet', became: null };
  const clearsSince = state.clearsSince ?? at;
  if (at - clearsSince >= rule.keepForSeconds) return { state: calm, reason: 'cleared', became: 'cleared' };
  return { state: { ...state, clearsSince }, reason: 'clear-not-long-enough', became: null };
};

const missing = (rule: Rule, state: GroupState, at: number): Outcome => {
  const missingSince = state.missingSince ?? at;
  const known: GroupState = { ...state, missingSince };
  if (at - missingSince < rule.noDataSeconds) return { state: known, reason: 'missing-not-long-enough', became: null };
  // A condition that nobody saw for so long does not go on holding by itself.
  const calm: GroupState = { ...known, phase: 'ok', holdsSince: null, clearsSince: null, cause: null };
  switch (rule.spec.noData.then) {
    case 'alert':
      if (state.phase === 'firing') return { state: known, reason: 'still-no-data', became: null };
      return {
        state: { ...calm, phase: 'firing', since: at, cause: 'no-data' },
        reason: 'no-data',
        became: 'firing',
      };
    case 'keep':
      return state.phase === 'firing'
        ? { state: known, reason: 'kept-without-data', became: null }
        : {
            state: { ...calm, since: state.phase === 'ok' ? state.since : at },
            reason: 'kept-without-data',
            became: null,
          };
    case 'ok':
      return state.phase === 'ok'
        ? { state: calm, reason: 'cleared-without-data', became: null }
        : {
            state: { ...calm, since: at },
            reason: 'cleared-without-data',
            became: state.phase === 'firing' ? 'cleared' : null,
          };
  }
};

/**
 * The state after steps that were never decided because nobody was there for too long: what fires goes on firing until it is
 * measured again; a condition that was waited for begins anew, because nobody knows that it held.
 */
export const afterPause = (state: GroupState, at: number): GroupState =>
  state.phase === 'pending'
    ? firstState(at)
    : {
        ...state,
        holdsSince: state.phase === 'firing' ? state.holdsSince : null,
        clearsSince: null,
        missingSince: null,
      };
