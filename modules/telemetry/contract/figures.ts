import { z } from 'zod';

/** What was counted: golden signals, operations, versions, the map. */

const instant = z.iso.datetime({ offset: true });

/** `[instant, value]`; a step in which nothing was seen has no point. */
const point = z.tuple([instant, z.number()]);
/** `[instant, ratio]`; null in a step in which nothing was seen. */
const ratioPoint = z.tuple([instant, z.number().nullable()]);

const perSecond = z
  .number()
  .describe(
    'Count divided by the seconds in which it existed within the range: from the later of `from` and its first request (call) to the earlier of `to` and now',
  );

const totals = z.object({
  /** Exact count of requests whose span ended in [from, to); null when nothing was seen. */
  requests: z.number().int().nullable(),
  errors: z.number().int().nullable(),
  requestsPerSecond: perSecond.nullable(),
  errorRatio: z.number().nullable(),
  p50Ms: z.number().nullable(),
  p90Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  p999Ms: z.number().nullable(),
});

const latency = z.object({ p50: z.array(point), p90: z.array(point), p99: z.array(point), p999: z.array(point) });

/** How near to its limit one resource is, only from what was really sent. */
export const saturationSeries = z.object({
  /** `cpu`, `memory`, `event-loop`, `garbage-collection`, `connection-pool`, `thread-pool`, `queue`, `disk`, `network`, `file-descriptors`. */
  resource: z.string(),
  /** Which one, in words: `host web-1`, `pool orders`. '' where there is only one. */
  subject: z.string(),
  /** `ratio` is 0 to 1 of the limit; else the unit as sent: `By`, `s`, `{request}`. */
  unit: z.string(),
  /** Metric it was computed from. */
  metric: z.string(),
  /** Where the meaning comes from: the semantic convention's page. */
  source: z.string(),
  /** Services that sent it: of a host several may, an agent among them. */
  reportedBy: z.array(z.string()),
  /** Share of each step's time that was looked at: 1, and less where a step is longer than two hours. */
  coverage: z.number(),
  /** At the steps of the answer; beyond 100 two-hour stretches (eight days) at every second, third … of them. */
  points: z.array(point),
});

export const signals = z.object({
  service: z.string(),
  environment: z.string().nullable(),
  operation: z.string().nullable(),
  version: z.string().nullable(),
  from: instant,
  to: instant,
  stepSeconds: z.number().int(),
  totals: totals,
  latency: latency,
  traffic: z.array(point),
  errors: z.array(ratioPoint),
  saturation: z.array(saturationSeries),
  /** A quantile q told here lies within this relative distance of the true one: 0.01 is 1 %. */
  latencyErrorBound: z.number(),
  /** Exact counts of requests by duration: `[upper edge in ms, requests at most that long]`, cumulative. */
  latencyBuckets: z.array(z.tuple([z.number(), z.number().int()])),
  /** The same signals the given time before, shifted onto this range; null unless asked for. */
  compare: z
    .object({
      from: instant,
      to: instant,
      totals: totals,
      latency: latency,
      traffic: z.array(point),
      errors: z.array(ratioPoint),
    })
    .nullable(),
});

export const operation = z.object({
  operation: z.string(),
  /** `server` or `consumer`: the kind of span that counts as a request. */
  kind: z.string(),
  requests: z.number().int(),
  errors: z.number().int(),
  requestsPerSecond: perSecond,
  errorRatio: z.number().nullable(),
  p50Ms: z.number().nullable(),
  p90Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  /** Share of all the service's request time that was spent here. */
  timeShare: z.number().nullable(),
});

export const versionFigures = z.object({
  version: z.string(),
  environment: z.string(),
  requests: z.number().int(),
  errors: z.number().int(),
  requestsPerSecond: perSecond,
  errorRatio: z.number().nullable(),
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  /** First and last request in the asked range, to ten seconds (minutes or hours further back). */
  firstSeen: instant,
  lastSeen: instant,
});

export const mapNode = z.object({
  /** Name of a service, or what callers call it: `postgresql: orders`. Unique together with `kind`. */
  id: z.string(),
  name: z.string(),
  kind: z.enum(['service', 'database', 'messaging', 'external']),
  requests: z.number().int().nullable(),
  requestsPerSecond: perSecond.nullable(),
  errorRatio: z.number().nullable(),
  p99Ms: z.number().nullable(),
});

export const mapEdge = z.object({
  /** `id` of the caller's node. */
  source: z.string(),
  target: z.string(),
  kind: z.enum(['http', 'rpc', 'messaging', 'database', 'other']),
  calls: z.number().int(),
  /** Those of the calls that no span answered (connection refused, a killed server): led to the service that answered at their address before. */
  callsByAddress: z.number().int(),
  errors: z.number().int(),
  callsPerSecond: perSecond,
  errorRatio: z.number().nullable(),
  /** As the caller saw it. */
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
});
