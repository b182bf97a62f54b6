import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { Indicator } from '../domain/indicator.ts';
import type { Objective } from '../domain/objective.ts';

type Origin = 'hand' | 'file';

/** PostgreSQL tables of objectives, as Kysely sees them. */
export interface ObjectivesTables {
  'objectives.document': {
    kind: string;
    name: string;
    body: JSONColumnType<Record<string, unknown>>;
    origin: Origin;
    source: string | null;
    override: ColumnType<Record<string, unknown> | null, string | null, string | null>;
    changed_by: string;
    changed_at: Date;
  };
  'objectives.indicator': {
    number: Generated<number>;
    canonical: string;
    kind: string;
    definition: JSONColumnType<Indicator>;
    created_at: Date;
    counted_from: Date | null;
    unused_since: Date | null;
  };
  'objectives.objective': {
    id: string;
    name: string;
    document: string;
    service: string | null;
    owner: string | null;
    definition: JSONColumnType<Objective>;
    created_at: Date;
    changed_at: Date;
  };
  'objectives.version': {
    objective: string;
    since: Date;
    definition: JSONColumnType<Objective>;
    changed_by: string;
  };
  'objectives.condition': {
    objective: string;
    what: string;
    holds: boolean;
    since: Date;
    decision: JSONColumnType<Record<string, unknown>>;
  };
  'objectives.evaluation': {
    only_row: Generated<boolean>;
    process: string;
    windows_to: Date | null;
    decided_at: Date | null;
    tried_at: Date;
    objectives: number;
    failure: string | null;
  };
}
