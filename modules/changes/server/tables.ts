import type { ChangeKind } from '../contract.ts';

/** PostgreSQL tables of changes, as Kysely sees them. */
export interface ChangesTables {
  'changes.change': {
    id: string;
    service: string;
    environment: string;
    kind: ChangeKind;
    version: string | null;
    title: string;
    description: string;
    by: string;
    link: string | null;
    started_at: Date;
    ended_at: Date | null;
    key: string | null;
    announced_at: Date;
    announced_by: string;
  };
}
