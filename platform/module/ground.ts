import type { Registry } from 'prom-client';
import type { Clock } from '../clock/clock.ts';
import type { Configuration } from '../config/settings.ts';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import type { Http } from '../http/http.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Log } from '../log/log.ts';
import type { Postgres } from '../postgres/postgres.ts';

/** What every module's server stands on; built once by `apps/server`, handed to each module's `start`. */
export interface Ground {
  readonly config: Configuration;
  readonly log: Log;
  readonly clock: Clock;
  readonly postgres: Postgres;
  readonly clickhouse: ClickHouse;
  readonly ledger: Ledger;
  readonly jobs: Jobs;
  readonly http: Http;
  /** Leadline's own Prometheus metrics, shown at `/metrics`. */
  readonly metrics: Registry;
}

/** What a module's `start` gives back: its door for modules above it, and how to stop it. */
export interface Started<Door> {
  readonly door: Door;
  /** Called in reverse floor order at shutdown; finishes what was begun, loses nothing. */
  stop?(): Promise<void>;
}

/**
 * A module as `apps/server` sees it. `start` registers routes, reactions and jobs; it must not assume that
 * ClickHouse is up (telemetry degrades, the rest goes on).
 */
export interface ServerModule<Doors, Door> {
  readonly name: string;
  /** Folder of `<UTC time>-<what>.pg.sql` and `.ch.sql`; null when the module keeps nothing. */
  readonly migrations: URL | null;
  start(ground: Ground, doors: Doors): Promise<Started<Door>>;
}
