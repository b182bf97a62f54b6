/** Something that holds until it is over: a tier of an objective's burn, or a silent heartbeat. */
export interface Condition {
  /** Conditions of one group are one page an urgency: `budget:checkout-answers`, `heartbeat:backup`. */
  readonly group: string;
  /** Within its group: the tier, or ''. */
  readonly name: string;
  readonly urgency: 'high' | 'low';
}

export type Action =
  | { readonly do: 'raise'; readonly urgency: 'high' | 'low'; readonly key: string; readonly reason: RaiseReason }
  | { readonly do: 'resolve'; readonly key: string; readonly reason: 'all-over' };

export type RaiseReason = 'began' | 'again' | 'high-is-over-low-goes-on';
export type NoActionReason = 'someone-is-paged-for-it' | 'others-go-on' | 'was-not-known';

export interface ConditionDecision {
  readonly actions: readonly Action[];
  /** Why nothing is done, where nothing is. */
  readonly nothing: NoActionReason | null;
}

export const keyOf = (group: string, urgency: 'high' | 'low'): string => `${group}:${urgency}`;

/**
 * What follows when a condition begins. `holding` are the others of its group that hold already. One page a group and urgency:
 * four tiers of one burn are one matter, and what wakes somebody already needs no second page for the morning.
 */
export const began = (condition: Condition, holding: readonly Condition[]): ConditionDecision => {
  const key = keyOf(condition.group, condition.urgency);
  const others = holding.filter((each) => each.name !== condition.name);
  if (condition.urgency === 'low' && others.some(({ urgency }) => urgency === 'high'))
    return { actions: [], nothing: 'someone-is-paged-for-it' };
  const again = others.some(({ urgency }) => urgency === condition.urgency);
  return {
    actions: [{ do: 'raise', urgency: condition.urgency, key, reason: again ? 'again' : 'began' }],
    nothing: null,
  };
};

/** What follows when a condition is over: its page ends with the last one of its urgency. */
export const ended = (condition: Condition, holding: readonly Condition[]): ConditionDecision => {
  if (!holding.some((each) => each.name === condition.name)) return { actions: [], nothing: 'was-not-known' };
  const left = holding.filter((each) => each.name !== condition.name);
  if (left.some(({ urgency }) => urgency === condition.urgency)) return { actions: [], nothing: 'others-go-on' };
  const over: Action = { do: 'resolve', key: keyOf(condition.group, condition.urgency), reason: 'all-over' };
  // A low one that was held back because somebody was awake for the high one is now somebody's matter of the morning.
  const goesOn = condition.urgency === 'high' && left.some(({ urgency }) => urgency === 'low');
  if (!goesOn) return { actions: [over], nothing: null };
  const low: Action = {
    do: 'raise',
    urgency: 'low',
    key: keyOf(condition.group, 'low'),
    reason: 'high-is-over-low-goes-on',
  };
  return { actions: [over, low], nothing: null };
};
