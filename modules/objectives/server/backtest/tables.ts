/** PostgreSQL tables of back-tests, as Kysely sees them. */
export interface BacktestTables {
  'objectives.real_incident': {
    id: string;
    objective: string;
    began_at: Date;
    ended_at: Date;
    note: string;
    marked_by: string;
    marked_at: Date;
  };
  'objectives.objective': { id: string; name: string; owner: string | null };
}
