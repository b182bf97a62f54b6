/** PostgreSQL tables of probes, as Kysely sees them. */
export interface ProbesTables {
  'probes.heartbeat': {
    name: string;
    description: string;
    every_seconds: number;
    grace_seconds: number;
    service: string | null;
    team: string | null;
    secret_hash: Buffer | null;
    last_ping_at: Date | null;
    missed_since: Date | null;
    pings: string | number;
    made_at: Date;
  };
}

export type HeartbeatRow = ProbesTables['probes.heartbeat'];
