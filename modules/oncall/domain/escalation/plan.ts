import { secondsOf } from '../../../../kernel/time-span.ts';

/** What a page follows: the policy as it was when the page was raised. Seconds instead of durations, nothing left open. */
export interface Plan {
  readonly steps: readonly PlanStep[];
  /** Further rounds after the first. */
  readonly repeat: number;
  readonly lowUrgency: 'working-hours' | 'at-once';
  readonly otherwise: { readonly afterSeconds: number; readonly notify: readonly Target[] };
}

export interface PlanStep {
  readonly afterSeconds: number;
  readonly notify: readonly Target[];
  readonly roundRobin: boolean;
  readonly when: { readonly urgency?: Urgency | undefined; readonly workingHours?: 'inside' | 'outside' | undefined };
}

export type Urgency = 'high' | 'low';

export type Target =
  | { readonly person: string }
  | { readonly schedule: string }
  | { readonly next: string }
  | { readonly team: string }
  | { readonly webhook: string };

/** A policy as documents say it; durations are ISO 8601 and were checked. */
export interface SaidPolicy {
  readonly team: string | null;
  readonly steps: readonly {
    readonly after: string;
    readonly notify: readonly Target[];
    readonly roundRobin: boolean;
    readonly when: PlanStep['when'];
  }[];
  readonly repeat: number;
  readonly lowUrgency: 'working-hours' | 'at-once';
  readonly otherwise: { readonly after: string; readonly notify: readonly Target[] };
}

/** The policy with seconds. */
export const planOf = (said: SaidPolicy): Plan => ({
  steps: said.steps.map(({ after, ...step }) => ({ ...step, afterSeconds: secondsOf(after) ?? 0 })),
  repeat: said.repeat,
  lowUrgency: said.lowUrgency,
  otherwise: { afterSeconds: secondsOf(said.otherwise.after) ?? 0, notify: said.otherwise.notify },
});

/** One text a target: the key of what it resolves to. */
export const keyOf = (target: Target): string => Object.entries(target)[0]!.join(':');

/** `who is on call in payments`, for timelines and messages. */
export const targetInWords = (target: Target): string => {
  if ('person' in target) return target.person;
  if ('schedule' in target) return `who is on call in ${target.schedule}`;
  if ('next' in target) return `who is next on call in ${target.next}`;
  if ('team' in target) return `the team ${target.team}`;
  return `the webhook ${target.webhook}`;
};

/** What happens after the last step, as a sentence: it is always stated. */
export const afterLastInWords = (said: SaidPolicy): string => {
  const rounds = said.repeat + 1;
  const whom =
    said.otherwise.notify.length > 0
      ? said.otherwise.notify.map(targetInWords).join(', ')
      : said.team === null
        ? 'the admins of the organisation'
        : `the admins of the team ${said.team} (of the organisation, where it has none)`;
  const wait = secondsInWords(secondsOf(said.otherwise.after) ?? 0);
  return `${rounds === 1 ? 'After the last step' : `After the last step of round ${rounds}`}${wait === '' ? '' : ` and ${wait} more`} the page says that nobody answered, and ${whom} are told. It stays open.`;
};

/** What is allowed but odd, so that whoever writes a policy sees it before the night. */
export const oddities = (said: SaidPolicy): string[] => {
  const plan = planOf(said);
  const round = plan.steps.reduce((sum, step) => sum + step.afterSeconds, 0);
  const found: string[] = [];
  if (plan.repeat > 0 && round === 0)
    found.push(
      `A round takes no time, so all ${plan.repeat + 1} rounds begin at once: give a step \`after\`, which counts from the step before.`,
    );
  for (const urgency of ['high', 'low'] as const)
    if (plan.steps.every(({ when }) => when.urgency !== undefined && when.urgency !== urgency))
      found.push(`No step is for pages of ${urgency} urgency: only what stands under \`otherwise\` happens to them.`);
  return found;
};

/** `5 min`, `1 h 30 min`; nothing for 0. */
export const secondsInWords = (seconds: number): string => {
  const parts: [number, string][] = [
    [Math.floor(seconds / 3_600), 'h'],
    [Math.floor((seconds % 3_600) / 60), 'min'],
    [seconds % 60, 's'],
  ];
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
};
