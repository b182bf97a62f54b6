/** PostgreSQL tables of read-only links, as Kysely sees them. */
export interface SharesTables {
  'objectives.share': {
    id: string;
    secret_hash: Buffer;
    title: string;
    objectives: string[];
    created_by: string;
    created_by_id: string;
    created_at: Date;
    expires_at: Date | null;
    ended_at: Date | null;
    ended_by: string | null;
  };
  'objectives.objective': { name: string; owner: string | null; service: string | null };
}
