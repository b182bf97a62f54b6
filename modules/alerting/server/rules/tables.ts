import type { Kysely, Transaction } from 'kysely';
import type { RuleSpecSaid } from '../../contract/rules.ts';
import type { GroupState } from '../../domain/rules/evaluate.ts';
import type { Numbers } from '../../domain/rules/read-steps.ts';

/** How one group was judged at the last step. */
export interface LastJudged {
  readonly key: string;
  readonly reason: string;
  readonly words: string;
  readonly numbers: Numbers;
  readonly phase: 'ok' | 'pending' | 'firing';
  readonly since: number;
}

export interface RuleTables {
  'alerting.rule': {
    name: string;
    team: string | null;
    spec: RuleSpecSaid;
    enabled: boolean;
    origin: 'hand' | 'file';
    source: string | null;
    changed_at: Date;
    changed_by: string;
    revision: string;
    decided_to: Date | null;
    due: Date;
    lease_until: Date | null;
    unknown_since: Date | null;
    unknown_reason: string | null;
    last: { readonly groups: readonly LastJudged[]; readonly pending: number } | null;
  };
  'alerting.rule_group': {
    rule: string;
    key: string;
    state: GroupState;
    firing: boolean;
    wanted: 'trigger' | 'resolve' | null;
    alert: KeptAlert | null;
    gone: boolean;
    version: string;
  };
  'alerting.rule_change': {
    id: string;
    rule: string;
    key: string;
    at: Date;
    decided_at: Date;
    became: 'firing' | 'cleared';
    reason: string;
    words: string;
    numbers: Numbers;
  };
}

/** What is told to the intake, as it is kept; instants as text. */
export interface KeptAlert {
  readonly dedupKey: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly severity: 'critical' | 'error' | 'warning' | 'info';
  readonly summary: string;
  readonly service: string | null;
  readonly team: string | null;
  readonly startsAt: string | null;
  readonly endsAt: string | null;
  readonly links: readonly { readonly label: string; readonly url: string }[];
}

export type RuleRow = RuleTables['alerting.rule'];
export type RuleGroupRow = RuleTables['alerting.rule_group'];
export type RuleDb = Kysely<RuleTables>;
export type RuleTx = Transaction<RuleTables>;
