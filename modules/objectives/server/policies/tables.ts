import type { JSONColumnType } from 'kysely';
import type { BudgetPolicy, PolicyFinding } from '../../domain/policy.ts';

/** PostgreSQL tables of budget policies, as Kysely sees them. */
export interface PoliciesTables {
  'objectives.budget_policy': {
    name: string;
    policy: JSONColumnType<BudgetPolicy>;
    changed_by: string;
    changed_at: Date;
  };
  'objectives.policy_consequence': {
    objective: string;
    rule: string;
    consequence: string;
    cause: string;
    since: Date;
    finding: JSONColumnType<PolicyFinding & { policy: string }>;
  };
  'objectives.objective': {
    id: string;
    name: string;
    service: string | null;
    definition: JSONColumnType<{ budgetPolicy: string }>;
  };
  'objectives.real_incident': { id: string; objective: string; began_at: Date; ended_at: Date; note: string };
}
