/** What a page follows: the policy as it was when the page was raised. Seconds instead of durations, nothing left open. */
export interface Plan {
  readonly steps: readonly PlanStep[];
  /** Further rounds after the first. */
  readonly repeat: number;
  readonly lowUrgency: 'working-hours' | 'at-once';
  readonly workingHours: WorkingHours;
  readonly otherwise: { readonly afterSeconds: number; readonly notify: readonly Target[] };
}

export interface PlanStep {
  readonly afterSeconds: number;
  readonly notify: readonly Target[];
  readonly roundRobin: boolean;
  readonly when: { readonly urgency?: Urgency | undefined; readonly workingHours?: 'inside' | 'outside' | undefined };
}

export type Urgency = 'high' | 'low';
export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** Wall-clock hours in a person's own zone, `[from, to)`. */
export interface WorkingHours {
  readonly days: readonly Weekday[];
  readonly from: string;
  readonly to: string;
}

export type Target =
  | { readonly person: string }
  | { readonly schedule: string }
  | { readonly next: string }
  | { readonly team: string }
  | { readonly webhook: string };

/** `schedule payments`, for timelines and messages. */
export const targetInWords = (target: Target): string => {
  if ('person' in target) return target.person;
  if ('schedule' in target) return `who is on call in ${target.schedule}`;
  if ('next' in target) return `who is next on call in ${target.next}`;
  if ('team' in target) return `the team ${target.team}`;
  return `the webhook ${target.webhook}`;
};
