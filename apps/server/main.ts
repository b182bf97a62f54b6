import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import { Refusal } from '../../kernel/problem.ts';
import { startClickHouse } from '../../platform/clickhouse/start.ts';
import { migrateClickHouse } from '../../platform/clickhouse/migrate.ts';
import { systemClock } from '../../platform/clock/clock.ts';
import { loadConfiguration } from '../../platform/config/load.ts';
import type { Configuration } from '../../platform/config/settings.ts';
import { createHttp } from '../../platform/http/start.ts';
import { startJobs } from '../../platform/jobs/start.ts';
import { serveLedger } from '../../platform/ledger/routes.ts';
import { startLedger } from '../../platform/ledger/start.ts';
import { createLog, type Log } from '../../platform/log/log.ts';
import type { Ground } from '../../platform/module/ground.ts';
import { startPostgres } from '../../platform/postgres/start.ts';
import { migratePostgres, underMigrationLock } from '../../platform/postgres/migrate.ts';
import { serveHealth } from './about.ts';
import { holdDataFolder } from './data-folder.ts';
import { migrationSources } from './migration-sources.ts';
import { startModules } from './modules.ts';
import { serveScreens } from './screens.ts';

export interface RunningServer {
  readonly url: string;
  readonly setupLink: string | null;
  readonly otlpHttpUrl: string | null;
  readonly otlpGrpcUrl: string | null;
  stop(): Promise<void>;
}

/** Longest time that a shutdown may take before the process ends anyway; what is not finished is finished by the next start. */
const shutdownMsMax = 25_000;

/** Starts everything in one process: engines, ground, modules in floor order, HTTP. Throws what made a start impossible. */
export const startServer = async (config: Configuration, log: Log): Promise<RunningServer> => {
  const version = packageVersion();
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics, prefix: 'leadline_' });
  const stops: { name: string; stop: () => Promise<void> }[] = [];
  try {
    const folder = await holdDataFolder(config, log);
    stops.push({ name: 'data folder', stop: () => folder.release() });
    const [postgres, clickhouse] = await bothEngines(config, log, stops);
    await migratePostgres(postgres, migrationSources, log);
    const migrateTelemetry = () =>
      underMigrationLock(postgres, () => migrateClickHouse(clickhouse, config, migrationSources, log));
    if (clickhouse.status().state === 'up') await migrateTelemetry();
    else
      clickhouse.onUp(
        () =>
          void migrateTelemetry().catch((error: unknown) => log.error({ err: error }, 'ClickHouse migrations failed')),
      );
    const ledger = await startLedger(postgres, systemClock, log, metrics);
    stops.push({ name: 'ledger', stop: () => ledger.stop() });
    const jobs = await startJobs(postgres, systemClock, log, metrics);
    stops.push({ name: 'jobs', stop: () => jobs.stop() });
    const http = createHttp({ config, log, postgres, metrics, version });
    stops.push({ name: 'http', stop: () => http.stop() });

    const ground: Ground = { config, log, clock: systemClock, postgres, clickhouse, ledger, jobs, http, metrics };
    let ready = false;
    const { doors, stops: moduleStops } = await startModules(ground);
    serveLedger(ground, doors.identity.kindsForAdmins);
    stops.push({
      name: 'readiness',
      stop: async () => {
        ready = false;
      },
    });
    const otlp = doors.telemetry.receivers();
    serveHealth({ http, postgres, clickhouse, metrics, version, ready: () => ready, otlp: () => otlp });
    jobs.every('http.forget-answers', 3_600, () => http.forgetOldAnswers());
    tellVersion(metrics, version, () => clickhouse.status().state === 'up');
    await serveScreens(http.fastify, fileURLToPath(new URL('../../.cache/web/', import.meta.url)));
    const { url } = await http.listen();
    ready = true;
    const setupLink = await doors.identity.setupLink(url);
    stops.splice(stops.length - 2, 0, ...moduleStops);
    const stop = async (): Promise<void> => {
      await folder.leave().catch((error: unknown) => log.warn({ err: error }, 'nobody is told that this server stops'));
      await stopAll(stops, log);
    };
    return { url, setupLink, otlpHttpUrl: otlp.httpUrl, otlpGrpcUrl: otlp.grpcUrl, stop };
  } catch (error) {
    await stopAll(stops, log);
    throw error;
  }
};

const bothEngines = async (config: Configuration, log: Log, stops: { name: string; stop: () => Promise<void> }[]) => {
  const [postgres, clickhouse] = await Promise.allSettled([startPostgres(config, log), startClickHouse(config, log)]);
  if (postgres.status === 'fulfilled') stops.push({ name: 'postgres', stop: () => postgres.value.stop() });
  if (clickhouse.status === 'fulfilled') stops.push({ name: 'clickhouse', stop: () => clickhouse.value.stop() });
  if (postgres.status === 'rejected') throw postgres.reason;
  if (clickhouse.status === 'rejected') throw clickhouse.reason;
  return [postgres.value, clickhouse.value] as const;
};

const stopAll = async (stops: { name: string; stop: () => Promise<void> }[], log: Log): Promise<void> => {
  for (const { name, stop } of stops.splice(0).reverse()) {
    await stop().catch((error: unknown) => log.error({ err: error, part: name }, 'stopping failed'));
  }
};

const tellVersion = (metrics: Registry, version: string, telemetryUp: () => boolean): void => {
  new Gauge({
    name: 'leadline_build_info',
    help: 'Always 1; the label is the version',
    labelNames: ['version'],
    registers: [metrics],
  }).set({ version }, 1);
  new Gauge({
    name: 'leadline_clickhouse_up',
    help: '1 while the telemetry engine answers',
    registers: [metrics],
    collect() {
      this.set(telemetryUp() ? 1 : 0);
    },
  });
};

const packageVersion = (): string =>
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;

/** Run as a process of its own by the supervisor, which reads one JSON line from it when it is ready. */
const runAsProcess = async (): Promise<void> => {
  const config = loadConfiguration({
    flags: JSON.parse(process.env['LEADLINE_FLAGS'] ?? '{}') as Record<string, unknown>,
    environment: process.env,
    folder: process.cwd(),
  });
  const log = createLog(config.values.logLevel);
  // A signal that comes while it starts waits for the start: ending in the middle would leave the engines behind.
  const starting = startServer(config, log);
  let stopping = false;
  const stop = (why: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({ why }, 'stopping');
    setTimeout(() => process.exit(1), shutdownMsMax).unref();
    void starting
      .then((server) => server.stop())
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  // The supervisor is gone: nobody would stop or restart this process any more.
  process.on('disconnect', () => stop('supervisor gone'));
  const { url, setupLink, otlpHttpUrl, otlpGrpcUrl } = await starting;
  process.send?.({ ready: { url, setupLink, otlpHttpUrl, otlpGrpcUrl } });
  // A process that is killed writes nothing at its end.
  flushCompileCache();
};

if (import.meta.main) {
  runAsProcess().catch((error: unknown) => {
    const refusal = error instanceof Refusal;
    process.send?.({ failed: { message: error instanceof Error ? error.message : String(error), refusal } });
    if (!refusal) console.error(error);
    process.exit(refusal ? 78 : 1);
  });
}
