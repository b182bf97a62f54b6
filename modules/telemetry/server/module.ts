import { join } from 'node:path';
import type { Ground, ServerModule } from '../../../platform/module/ground.ts';
import type { CatalogDoor } from '../../catalog/server/public.ts';
import type { IdentityDoor } from '../../identity/server/public.ts';
import { noticeCodes, type NoticeCode } from '../domain/otlp-notice.ts';
import { startKeep, type RunningKeep } from './keep/start-keep.ts';
import { createLiveRollups } from './live-rollups.ts';
import type { TelemetryDoor } from './public.ts';
import { startReceivers, type Receivers } from './receive/start.ts';
import { addRoutes } from './routes.ts';
import { tellCatalog } from './seen-in-catalog.ts';
import { createCallHistory } from './signals/call-history.ts';
import { createEngine } from './signals/engine.ts';
import { createMeasures } from './signals/measures.ts';
import type { Reads } from './signals/reads.ts';
import { createRequestHistory } from './signals/request-history.ts';
import { figuresWhileUp } from './signals/service-figures.ts';
import { serviceTotals } from './signals/service-signals.ts';
import type { StatusSource } from './status.ts';

/** Spans, logs and metrics: received, kept, counted, and read back as golden signals, traces and logs. */
export const telemetryModule: ServerModule<{ identity: IdentityDoor; catalog: CatalogDoor }, TelemetryDoor> = {
  name: 'telemetry',
  migrations: new URL('./migrations/', import.meta.url),
  start: async (ground, doors) => {
    const { config, clock, clickhouse } = ground;
    const reads: Reads = {
      engine: createEngine(clickhouse),
      clock,
      config,
      knowsService: (name) => doors.catalog.knowsService(name),
    };
    doors.catalog.answerFigures((question) => figuresWhileUp(reads, question));
    const ingest = config.values.run.includes('ingest') ? await startIngest(ground, doors) : null;
    const live = createLiveRollups(reads);
    const endpoints = {
      httpUrl: ingest && urlOf(config.values.otlpHost, ingest.receivers.httpPort),
      grpcUrl: ingest && urlOf(config.values.otlpHost, ingest.receivers.grpcPort),
    };
    addRoutes(ground, reads, live, statusSource(ingest, endpoints));
    return {
      door: {
        receivers: () => endpoints,
        totals: (question) => serviceTotals(reads, question),
        deriveFromCounts: (counts) => {
          ingest?.keep.derive(counts);
          return ingest !== null;
        },
        history: { ...createRequestHistory(reads), ...createCallHistory(reads) },
        measures: createMeasures(reads),
      },
      stop: async () => {
        live.stop();
        await ingest?.receivers.stop();
        await ingest?.keep.stop();
      },
    };
  },
};

interface Ingest {
  readonly keep: RunningKeep;
  readonly receivers: Receivers;
}

/** The way in: the log first, because what is received must have a place. */
const startIngest = async (
  ground: Ground,
  { identity, catalog }: { identity: IdentityDoor; catalog: CatalogDoor },
): Promise<Ingest> => {
  const { config, clickhouse, clock, log, metrics, http } = ground;
  const { values } = config;
  const keep = await startKeep({
    folder: join(values.data, 'telemetry'),
    clickhouse,
    clock,
    log,
    metrics,
    diskReserveMb: values.diskReserveMb,
    retention: {
      spans: values.spansDays,
      logs: values.logsDays,
      metrics: values.metricsDays,
      rollups: values.rollupsDays,
    },
    cluster: values.clickhouseCluster ?? null,
    seen: tellCatalog(catalog),
    holdForDerived: true,
  });
  try {
    const receivers = await startReceivers({
      config,
      log,
      clock,
      keep,
      metrics,
      fastify: http.fastify,
      authorise: (sender) => identity.authoriseIngest(sender),
    });
    return { keep, receivers };
  } catch (error) {
    await keep.stop();
    throw error;
  }
};

const statusSource = (
  ingest: Ingest | null,
  endpoints: { httpUrl: string | null; grpcUrl: string | null },
): StatusSource => ({
  keep: () => ingest?.keep.status() ?? null,
  quarantine: () => ingest?.keep.quarantine() ?? [],
  notices: () =>
    (ingest?.receivers.notices() ?? []).map((notice) => ({
      ...notice,
      effect: noticeCodes[notice.code as NoticeCode]?.[0] ?? 'rejected',
      firstAt: notice.firstAt.toString(),
      lastAt: notice.lastAt.toString(),
    })),
  endpoints: () => ({ otlpHttp: endpoints.httpUrl, otlpGrpc: endpoints.grpcUrl }),
});

/** The address that a sender on this machine uses; a host that means "all" is told as localhost. */
const urlOf = (host: string, port: number): string => {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
};
