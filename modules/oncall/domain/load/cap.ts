/** How much one shift may bring. The SRE book (chapter 11): at most two incidents in twelve hours, about six hours of work each. */
export interface Cap {
  readonly incidents: number;
  readonly hours: number;
  /** `warn`: the page goes on, the lead is told. `hand-on`: what is beyond goes to the next in line, and the lead is told. */
  readonly then: 'warn' | 'hand-on';
}

export const capDefault: Cap = { incidents: 2, hours: 12, then: 'warn' };

export type CapDecision =
  | { readonly to: 'person'; readonly reason: 'within-cap' | 'low-urgency'; readonly count: number }
  | { readonly to: 'person'; readonly reason: 'over-cap-warned' | 'over-cap-nobody-next'; readonly count: number }
  | { readonly to: 'next'; readonly next: string; readonly reason: 'over-cap-handed-on'; readonly count: number };

/**
 * Does a page still go to this person? `before` are the instants (milliseconds) of other high-urgency pages that they were told of.
 * Beyond the cap it goes to the next in line where the policy says so and somebody is: never to nobody.
 */
export const decideCap = (given: {
  readonly cap: Cap;
  readonly urgency: 'high' | 'low';
  readonly before: readonly number[];
  readonly now: number;
  /** Who would be paged instead: the next on call who is not beyond the cap themselves. */
  readonly next: string | null;
}): CapDecision => {
  const { cap, now } = given;
  const count = given.before.filter((at) => at > now - cap.hours * 3_600_000 && at <= now).length;
  if (given.urgency === 'low') return { to: 'person', reason: 'low-urgency', count };
  if (count < cap.incidents) return { to: 'person', reason: 'within-cap', count };
  if (cap.then === 'warn') return { to: 'person', reason: 'over-cap-warned', count };
  if (given.next === null) return { to: 'person', reason: 'over-cap-nobody-next', count };
  return { to: 'next', next: given.next, reason: 'over-cap-handed-on', count };
};

/** The decision as the timeline tells it. */
export const capInWords = (decision: CapDecision, person: string, cap: Cap): string => {
  const had = `${person} had ${decision.count} ${decision.count === 1 ? 'page' : 'pages'} in ${cap.hours} hours; the cap is ${cap.incidents}`;
  switch (decision.reason) {
    case 'low-urgency':
    case 'within-cap':
      return `${had}.`;
    case 'over-cap-warned':
      return `${had}: the page goes on, and the lead is told.`;
    case 'over-cap-nobody-next':
      return `${had}, and nobody is next in line: the page goes on, and the lead is told.`;
    case 'over-cap-handed-on':
      return `${had}: it goes to ${decision.next}, the next in line, and the lead is told.`;
  }
};
