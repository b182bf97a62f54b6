import { countText, percentText, ppmText } from './number-text.ts';
import { million } from './objective.ts';

/**
 * Budget policies as data: under which conditions what follows. The judgement is pure: facts about one objective in,
 * consequences with their reasons out; who asks (the gate of changes, an action's author) does the rest.
 */
export type PolicyCondition =
  /** At least this share of the budget is spent, ppm of it: 750,000 is three quarters. */
  | { readonly kind: 'spent'; readonly sharePpm: number }
  /** Nothing is left: all of the allowed bad events happened, or more. */
  | { readonly kind: 'exhausted' }
  /** A tier of this urgency fires. */
  | { readonly kind: 'burning'; readonly urgency: 'page' | 'ticket' }
  /** One incident alone spent more than this share of the window's budget. */
  | { readonly kind: 'single-incident'; readonly sharePpm: number }
  /** Incidents of one class together spent more than this share of a quarter's budget. */
  | { readonly kind: 'incident-class'; readonly sharePpm: number };

/** A kind of change that a freeze lets through; the words of the changes module. */
export type ChangeReason = 'p0' | 'security';

export type PolicyConsequence =
  /** No change to the service until the budget is back, but those for these reasons. */
  | { readonly kind: 'freeze-changes'; readonly except: readonly ChangeReason[] }
  /** A change needs somebody's approval first. */
  | { readonly kind: 'require-approval'; readonly from: 'owner' | 'sre' }
  /** An action is opened, once for each cause. */
  | { readonly kind: 'open-action'; readonly priority: 'p0' | 'p1'; readonly what: string };

export interface PolicyRule {
  /** Unique within the policy. */
  readonly name: string;
  readonly when: PolicyCondition;
  readonly then: readonly PolicyConsequence[];
  /** Why this rule stands, for who is stopped by it. */
  readonly because: string;
}

export interface BudgetPolicy {
  readonly name: string;
  readonly title: string;
  /** Window over which the spent share is judged, minutes; null: the objective's own. */
  readonly overMinutes: number | null;
  readonly rules: readonly PolicyRule[];
}

/** The error budget policy of the SRE workbook, appendix B. */
export const workbookPolicy: BudgetPolicy = {
  name: 'default',
  title: 'The SRE workbook’s error budget policy',
  overMinutes: 28 * 1_440,
  rules: [
    {
      name: 'over-budget',
      when: { kind: 'exhausted' },
      then: [{ kind: 'freeze-changes', except: ['p0', 'security'] }],
      because:
        'The service exceeded its budget for the preceding four weeks: changes and releases other than P0 issues and security fixes halt until it is back.',
    },
    {
      name: 'single-incident',
      when: { kind: 'single-incident', sharePpm: 200_000 },
      then: [
        {
          kind: 'open-action',
          priority: 'p0',
          what: 'Hold a postmortem with at least one P0 action against the cause',
        },
      ],
      because: 'A single incident took more than 20 % of the budget of four weeks.',
    },
    {
      name: 'class-of-outage',
      when: { kind: 'incident-class', sharePpm: 200_000 },
      then: [
        {
          kind: 'open-action',
          priority: 'p0',
          what: 'Put a P0 item against this class of outage into the next quarter’s plan',
        },
      ],
      because: 'A single class of outage took more than 20 % of a quarter’s budget.',
    },
  ],
};

/** What is known of one objective when its policy is judged. Counts over the policy's window. */
export interface PolicyFacts {
  readonly targetPpm: number;
  readonly good: number;
  readonly bad: number;
  /** What one event is in all counts here (method.ts); 1 where absent. */
  readonly eventParts?: number;
  readonly firing: readonly { readonly tier: string; readonly urgency: 'page' | 'ticket' }[];
  /** Bad events of each incident that lies in the window. */
  readonly incidents: readonly { readonly name: string; readonly bad: number }[];
  /** Bad events by class of outage over the quarter, and the events of the quarter. */
  readonly quarter: {
    readonly good: number;
    readonly bad: number;
    readonly classes: readonly { readonly name: string; readonly bad: number }[];
  } | null;
}

export interface PolicyFinding {
  readonly rule: string;
  readonly consequence: PolicyConsequence;
  /** What it is about, so that an action is opened once: the incident, the class, the tier, or the budget. */
  readonly cause: string;
  /** The condition with its numbers, and why the rule stands. */
  readonly reason: string;
}

/** Everything that follows from a policy now; empty when nothing does. Shares are compared exactly. */
export const judgePolicy = (policy: BudgetPolicy, facts: PolicyFacts): PolicyFinding[] =>
  policy.rules.flatMap((rule) =>
    causesOf(rule.when, facts).flatMap(({ cause, text }) =>
      rule.then.map((consequence) => ({ rule: rule.name, consequence, cause, reason: `${text} ${rule.because}` })),
    ),
  );

/** One rule as it stands: `unknown` where nothing tells of it yet. */
export interface RuleStanding {
  readonly rule: string;
  readonly holds: 'yes' | 'no' | 'unknown';
  readonly when: PolicyCondition;
  readonly reason: string;
}

/** Every rule with its numbers, also those that do not hold. */
export const standingOfRules = (policy: BudgetPolicy, facts: PolicyFacts): RuleStanding[] =>
  policy.rules.map(({ name, when }) => {
    const causes = causesOf(when, facts);
    if (causes.length > 0) return { rule: name, holds: 'yes', when, reason: causes.map(({ text }) => text).join(' ') };
    if (when.kind === 'incident-class' && facts.quarter === null)
      return { rule: name, holds: 'unknown', when, reason: 'Nothing tells of which class an outage was.' };
    return { rule: name, holds: 'no', when, reason: whyNot(when, facts) };
  });

const whyNot = (when: PolicyCondition, facts: PolicyFacts): string => {
  const total = facts.good + facts.bad;
  if (when.kind === 'burning') return `No tier of the urgency ${when.urgency} fires.`;
  if (total === 0) return 'Nothing was counted in the window.';
  switch (when.kind) {
    case 'exhausted':
    case 'spent':
      return budgetCause(facts).text;
    case 'single-incident': {
      const worst = facts.incidents.toSorted((a, b) => b.bad - a.bad)[0];
      return worst
        ? shareText(`The worst incident, ${worst.name},`, worst.bad, total, facts)
        : 'No incident lies in the window.';
    }
    case 'incident-class':
      return `No class of outage spent more than ${ppmText(when.sharePpm)} of the quarter’s budget.`;
  }
};

interface Cause {
  readonly cause: string;
  readonly text: string;
}

const causesOf = (when: PolicyCondition, facts: PolicyFacts): Cause[] => {
  const total = facts.good + facts.bad;
  switch (when.kind) {
    case 'exhausted':
      return atLeast(facts.bad, total, facts.targetPpm, million) ? [budgetCause(facts)] : [];
    case 'spent':
      return atLeast(facts.bad, total, facts.targetPpm, when.sharePpm) ? [budgetCause(facts)] : [];
    case 'burning':
      return facts.firing
        .filter((each) => each.urgency === when.urgency)
        .map((each) => ({ cause: each.tier, text: `The tier ${each.tier} fires.` }));
    case 'single-incident':
      return facts.incidents
        .filter((each) => moreThan(each.bad, total, facts.targetPpm, when.sharePpm))
        .map((each) => ({
          cause: each.name,
          text: shareText(`Incident ${each.name}`, each.bad, total, facts),
        }));
    case 'incident-class': {
      const { quarter } = facts;
      if (quarter === null) return [];
      const events = quarter.good + quarter.bad;
      return quarter.classes
        .filter((each) => moreThan(each.bad, events, facts.targetPpm, when.sharePpm))
        .map((each) => ({
          cause: each.name,
          text: shareText(`Class ${each.name}`, each.bad, events, facts),
        }));
    }
  }
};

const budgetCause = (facts: PolicyFacts): Cause => ({
  cause: 'budget',
  text: shareText('The window', facts.bad, facts.good + facts.bad, facts),
});

/** `bad ≥ share × (1 − target) × total`, in whole numbers. No events meet no condition. */
const atLeast = (bad: number, total: number, targetPpm: number, sharePpm: number): boolean =>
  total > 0 && sides(bad, total, targetPpm, sharePpm).excess >= 0n;

const moreThan = (bad: number, total: number, targetPpm: number, sharePpm: number): boolean =>
  total > 0 && sides(bad, total, targetPpm, sharePpm).excess > 0n;

const sides = (bad: number, total: number, targetPpm: number, sharePpm: number): { excess: bigint } => ({
  excess: BigInt(bad) * BigInt(million) ** 2n - BigInt(sharePpm) * BigInt(million - targetPpm) * BigInt(total),
});

const shareText = (
  what: string,
  bad: number,
  total: number,
  { targetPpm, eventParts = 1 }: Pick<PolicyFacts, 'targetPpm' | 'eventParts'>,
): string => {
  const allowed = (total * (million - targetPpm)) / million;
  const [badText, allowedText, totalText] = [bad, allowed, total].map((parts) => countText(parts / eventParts));
  return `${what} spent ${percentText(bad / allowed)} of the budget: ${badText} bad events, ${allowedText} allowed at ${ppmText(targetPpm)} of ${totalText}.`;
};
