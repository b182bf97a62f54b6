import type { Ground } from '../../../platform/module/ground.ts';
import * as contract from '../contract.ts';
import { createEventStreams } from './event-streams.ts';
import { tailLogs } from './live-logs.ts';
import type { LiveRollups } from './live-rollups.ts';
import { serviceMap, serviceNeighbours } from './signals/edges.ts';
import { searchLogs } from './signals/logs.ts';
import { knownMetrics } from './signals/metrics.ts';
import { metricPoints } from './signals/points.ts';
import { serviceOperations, serviceVersions } from './signals/operations.ts';
import type { Reads } from './signals/reads.ts';
import { serviceSignals } from './signals/service-signals.ts';
import { traceText } from './signals/trace.ts';
import { searchTraces } from './signals/trace-search.ts';
import type { StatusSource } from './status.ts';
import { telemetryStatus } from './status.ts';

/** Puts the reads of telemetry on the HTTP ground. */
export const addRoutes = (
  ground: Pick<Ground, 'http' | 'metrics' | 'log'>,
  reads: Reads,
  live: LiveRollups,
  status: StatusSource,
): void => {
  const { http, log } = ground;
  const streams = createEventStreams(ground);
  http.route(contract.getSignals, ({ params, query }) => serviceSignals(reads, params.name, query));
  http.route(contract.listOperations, ({ params, query }) => serviceOperations(reads, params.name, query));
  http.route(contract.listVersions, ({ params, query }) => serviceVersions(reads, params.name, query));
  http.route(contract.getNeighbours, ({ params, query }) => serviceNeighbours(reads, params.name, query));
  http.route(contract.getServiceMap, ({ query }) => serviceMap(reads, query));
  http.route(contract.listTraces, ({ query }) => searchTraces(reads, query));
  http.route(contract.getTrace, async ({ params, reply }) => {
    const text = await traceText(reads, params.traceId);
    // The text is the answer: parsing and checking ten thousand spans again would cost more than reading them.
    const { raw } = reply.hijack();
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
    });
    raw.end(text);
    return undefined as never;
  });
  http.route(contract.listLogs, ({ query }) => searchLogs(reads, query));
  http.route(contract.liveLogs, async ({ query, reply }) => {
    tailLogs(reads, query, streams.open({ reply }), (error) =>
      log.warn({ error: String(error) }, 'the live tail of logs could not be read'),
    );
    return undefined as never;
  });
  http.route(contract.liveTelemetry, async ({ reply }) => {
    live.watch(streams.open({ reply }));
    return undefined as never;
  });
  http.route(contract.listMetrics, ({ query }) => knownMetrics(reads, query));
  http.route(contract.listMetricPoints, ({ params, query }) => metricPoints(reads, params.name, query));
  http.route(contract.getTelemetryStatus, async () => telemetryStatus(reads, status));
};
