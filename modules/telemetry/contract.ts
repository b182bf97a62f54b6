import { z } from 'zod';
import { route, signedIn } from '../../kernel/route.ts';
import { mapEdge, mapNode, operation, signals, versionFigures, type saturationSeries } from './contract/figures.ts';
import { metricPoint, metricSeries } from './contract/points.ts';
import { logRecord, metric, trace, traceSummary, type span } from './contract/records.ts';

/** Bounds of every read; a request beyond them is refused with the bound named. */
export const telemetryLimits = {
  /** Points of one series in one answer. */
  points: 1_500,
  /** Longest stretch of time one request may ask for. */
  rangeDays: 400,
  pageSize: 200,
  operations: 500,
  traceSpans: 50_000,
  textLength: 500,
  attributeFilters: 8,
  facetValues: 50,
  mapNodes: 2_000,
  mapEdges: 10_000,
  metricNames: 500,
  metricAttributes: 100,
  metricAttributeValues: 20,
  saturationSeries: 200,
} as const;

const instant = z.iso.datetime({ offset: true });
const shortText = z.string().max(telemetryLimits.textLength);
const name = z.string().min(1).max(255);
const hex = (length: number) =>
  z.string().regex(new RegExp(`^[0-9a-fA-F]{${length}}$`), `${length} hexadecimal digits`);

const from = instant.optional().describe('RFC 3339; the default is an hour before `to`');
const to = instant.optional().describe('RFC 3339, exclusive; the default is now');
const environment = z.string().max(255).optional().describe('Only this environment; all where absent');
const cursor = z.string().max(1_000).optional();
const limit = (otherwise: number) => z.coerce.number().int().min(1).max(telemetryLimits.pageSize).default(otherwise);

const facet = z.array(z.object({ value: z.string(), count: z.number().int() }));

/** Several: repeat the parameter, `attribute=http.route=/cart&attribute=http.response.status_code=500`. */
const attributeFilter = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? [value] : value))
  .pipe(
    z
      .array(
        z
          .string()
          .max(1_000)
          .regex(/^[^=]+=/s, 'name=value'),
      )
      .max(telemetryLimits.attributeFilters),
  )
  .optional();

const serviceParams = z.object({ name: name });

export const getSignals = route({
  method: 'GET',
  path: '/api/v1/services/:name/signals',
  summary: 'The four golden signals of a service over time, with exact totals',
  access: signedIn,
  params: serviceParams,
  query: z.object({
    from,
    to,
    step: z.coerce
      .number()
      .int()
      .min(10)
      .max(30 * 86_400)
      .optional()
      .describe('Seconds, a multiple of 10; the default gives about 120 points'),
    environment,
    operation: shortText.optional(),
    version: z.string().max(255).optional(),
    compare: z.enum(['week', 'day']).optional().describe('Adds the same signals a week (day) before'),
  }),
  answer: signals,
});

const range = { from, to, environment };

export const listOperations = route({
  method: 'GET',
  path: '/api/v1/services/:name/operations',
  summary: 'Operations of a service with their figures, the most time-consuming first',
  access: signedIn,
  params: serviceParams,
  query: z.object({ ...range, version: z.string().max(255).optional(), cursor, limit: limit(100) }),
  answer: z.object({ from: instant, to: instant, items: z.array(operation), next: z.string().nullable() }),
});

export const listVersions = route({
  method: 'GET',
  path: '/api/v1/services/:name/versions',
  summary: 'Versions of a service that served in the range, with their figures, the newest first',
  access: signedIn,
  params: serviceParams,
  query: z.object({ ...range, limit: limit(50) }),
  answer: z.object({ from: instant, to: instant, items: z.array(versionFigures) }),
});

export const getNeighbours = route({
  method: 'GET',
  path: '/api/v1/services/:name/neighbours',
  summary: 'Who calls a service and what it calls, with rates, errors and latency',
  access: signedIn,
  params: serviceParams,
  query: z.object(range),
  answer: z.object({
    from: instant,
    to: instant,
    nodes: z.array(mapNode),
    callers: z.array(mapEdge),
    calls: z.array(mapEdge),
  }),
});

export const getServiceMap = route({
  method: 'GET',
  path: '/api/v1/service-map',
  summary: 'Services, databases, queues and outside systems, and who calls whom',
  access: signedIn,
  query: z.object(range),
  answer: z.object({
    from: instant,
    to: instant,
    nodes: z.array(mapNode),
    edges: z.array(mapEdge),
    truncated: z.boolean(),
  }),
});

export const listTraces = route({
  method: 'GET',
  path: '/api/v1/traces',
  summary: 'Traces with a span that meets the filter',
  access: signedIn,
  query: z.object({
    ...range,
    service: name.optional(),
    operation: shortText.optional(),
    version: z.string().max(255).optional(),
    minDurationMs: z.coerce.number().min(0).max(86_400_000).optional(),
    maxDurationMs: z.coerce.number().min(0).max(86_400_000).optional(),
    status: z.enum(['ok', 'error']).optional(),
    q: shortText.optional().describe('Words that must stand in the name, the status message or an attribute value'),
    attribute: attributeFilter,
    sort: z.enum(['newest', 'slowest']).default('newest'),
    cursor,
    limit: limit(50),
  }),
  answer: z.object({ from: instant, to: instant, items: z.array(traceSummary), next: z.string().nullable() }),
});

export const getTrace = route({
  method: 'GET',
  path: '/api/v1/traces/:traceId',
  summary: 'All spans of a trace',
  access: signedIn,
  params: z.object({ traceId: hex(32) }),
  answer: trace,
});

const logFilter = {
  service: name.optional(),
  environment,
  q: shortText
    .optional()
    .describe('Words that must stand in the body or an attribute value, in any order, whatever the case'),
  severity: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).optional().describe('At least this severe'),
  traceId: hex(32).optional(),
  spanId: hex(16).optional(),
  attribute: attributeFilter,
};

export const listLogs = route({
  method: 'GET',
  path: '/api/v1/logs',
  summary: 'Log records, the newest first, with counts by severity and service',
  access: signedIn,
  query: z.object({
    from: from.describe(
      'RFC 3339; the default is an hour before `to`. With a traceId and neither `from` nor `to`, the time of its records',
    ),
    to,
    ...logFilter,
    cursor,
    limit: limit(100),
    facets: z.stringbool().default(true),
  }),
  answer: z.object({
    from: instant,
    to: instant,
    items: z.array(logRecord),
    next: z.string().nullable(),
    /** Null when not asked for. Counts over the whole range and filter, not only over this page. */
    facets: z.object({ severity: facet, service: facet, environment: facet, total: z.number().int() }).nullable(),
    /** Records by step and severity over the range, for the bar chart; null when facets were not asked for. */
    histogram: z
      .object({
        stepSeconds: z.number().int(),
        bars: z.array(z.object({ at: instant, severity: z.string(), count: z.number().int() })),
      })
      .nullable(),
  }),
});

/** Server-Sent Events: `event: log`, `data:` one logRecord; `event: skipped`, `data: {count}` when there were too many. */
export const liveLogs = route({
  method: 'GET',
  path: '/api/v1/logs/live',
  summary: 'New log records as they arrive (text/event-stream)',
  access: signedIn,
  query: z.object(logFilter),
});

/** Server-Sent Events: `event: rollups`, `data: {"through": instant}` whenever newer figures can be read; `event: engine`, `data: {state, detail}`. */
export const liveTelemetry = route({
  method: 'GET',
  path: '/api/v1/telemetry/live',
  summary: 'Tells when newer figures can be read (text/event-stream)',
  access: signedIn,
});

export const listMetrics = route({
  method: 'GET',
  path: '/api/v1/metrics',
  summary: 'Metric names with kind, unit and the attributes seen',
  access: signedIn,
  query: z.object({
    service: name.optional(),
    q: shortText.optional(),
    from: from.describe('RFC 3339; by whole UTC days. With neither `from` nor `to`, all that is kept'),
    to,
    cursor,
    limit: limit(100),
  }),
  answer: z.object({ items: z.array(metric), next: z.string().nullable() }),
});

export const listMetricPoints = route({
  method: 'GET',
  path: '/api/v1/metrics/:name/points',
  summary: 'Data points of a metric with every field that was received, the oldest first',
  access: signedIn,
  params: z.object({ name: z.string().min(1).max(2_048) }),
  query: z.object({
    ...range,
    service: name.optional(),
    kind: metric.shape.kind.optional().describe('Only this kind; one name may stand for several'),
    attribute: attributeFilter.describe('name=value of the data points or of the resource; repeat for several'),
    cursor,
    limit: limit(100),
  }),
  answer: z.object({
    from: instant,
    to: instant,
    /** Those of the points of this page, once each. */
    series: z.array(metricSeries),
    items: z.array(metricPoint),
    next: z.string().nullable(),
  }),
});

export const getTelemetryStatus = route({
  method: 'GET',
  path: '/api/v1/telemetry/status',
  summary: 'How the receiving of telemetry goes: engine, waiting data, notices, quarantine',
  access: signedIn,
  answer: z.object({
    engine: z.object({
      kind: z.enum(['embedded', 'external']),
      state: z.enum(['up', 'starting', 'down']),
      detail: z.string(),
    }),
    /** Acknowledged and not yet in the tables of the engine; null in a process that does not receive telemetry. */
    waiting: z
      .object({
        segments: z.number().int(),
        bytes: z.number().int(),
        bytesMax: z.number().int(),
        oldestSeconds: z.number(),
      })
      .nullable(),
    /** Why telemetry is refused now, and why its delivery is tried again; null when all is well. */
    refusing: z.string().nullable(),
    deliveryProblem: z.string().nullable(),
    /** What was folded, cut, redacted or refused, and why; the newest first. */
    notices: z.array(
      z.object({
        code: z.string(),
        /** `rejected` was not kept, `changed` was kept otherwise than sent. */
        effect: z.enum(['rejected', 'changed', 'redacted']),
        /** In words. */
        title: z.string(),
        detail: z.string(),
        service: z.string().nullable(),
        count: z.number().int(),
        firstAt: instant,
        lastAt: instant,
      }),
    ),
    /** What could not be delivered and lies aside until a person looks at it. */
    quarantine: z.array(
      z.object({
        id: z.string(),
        at: instant,
        segment: z.string(),
        reason: z.string(),
        detail: z.string(),
        table: z.string().nullable(),
        day: z.string().nullable(),
        rows: z.number().int().nullable(),
        bytes: z.number().int(),
        file: z.string(),
      }),
    ),
    endpoints: z.object({ otlpHttp: z.string().nullable(), otlpGrpc: z.string().nullable() }),
  }),
});

/** Codes of what the reads refuse; a query that takes too long or too much is refused by the ground (`clickhouse.too-slow`, `clickhouse.too-heavy`). */
export const telemetryCodes = {
  engineAway: 'telemetry.engine-away',
  serviceUnknown: 'telemetry.service-unknown',
  traceUnknown: 'telemetry.trace-unknown',
  rangeImpossible: 'telemetry.range-impossible',
  stepTooSmall: 'telemetry.step-too-small',
  tooManyStreams: 'telemetry.too-many-streams',
} as const;

export type Signals = z.output<typeof signals>;
export type SaturationSeries = z.output<typeof saturationSeries>;
export type Operation = z.output<typeof operation>;
export type VersionFigures = z.output<typeof versionFigures>;
export type MapNode = z.output<typeof mapNode>;
export type MapEdge = z.output<typeof mapEdge>;
export type Span = z.output<typeof span>;
export type Trace = z.output<typeof trace>;
export type TraceSummary = z.output<typeof traceSummary>;
export type LogRecord = z.output<typeof logRecord>;
export type Metric = z.output<typeof metric>;
export type MetricSeries = z.output<typeof metricSeries>;
export type MetricPoint = z.output<typeof metricPoint>;
