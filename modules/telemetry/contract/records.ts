import { z } from 'zod';

/** What was received, as it reads back: spans and traces, log records, metrics. */

/**
 * An attribute keeps its type: string, boolean, array, object, null (an empty value); an int is a number without a point (`2`), a double one
 * with a point or an exponent (`2.0`); an int beyond 2^53 is a string of its digits, because a browser would round it; bytes are
 * `{"bytes": base64}`, doubles that JSON has no form for `{"double": "NaN"}` (`Infinity`, `-Infinity`). An object whose only
 * key is one of those words is `{"kvlist": {…}}`.
 */
export const attributes = z.record(z.string(), z.unknown());

/** What sent a signal. */
export const resource = z.object({
  attributes: attributes,
  schemaUrl: z.string(),
  /** Attributes that the sender dropped, and those that Leadline's limits dropped. */
  droppedAttributesCount: z.number().int(),
  /** Which of the attributes identify which entity, and which describe it. */
  entities: z.array(
    z.object({
      schemaUrl: z.string(),
      type: z.string(),
      idKeys: z.array(z.string()),
      descriptionKeys: z.array(z.string()),
    }),
  ),
});

/** The instrumentation that made a signal. */
export const scope = z.object({
  name: z.string(),
  version: z.string(),
  attributes: attributes,
  schemaUrl: z.string(),
  droppedAttributesCount: z.number().int(),
});

export const span = z.object({
  spanId: z.string(),
  parentSpanId: z.string().nullable(),
  service: z.string(),
  environment: z.string(),
  version: z.string(),
  name: z.string(),
  kind: z.enum(['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']),
  /** RFC 3339 with nanoseconds. */
  startedAt: z.string(),
  durationMs: z.number(),
  status: z.enum(['unset', 'ok', 'error']),
  statusMessage: z.string(),
  /** True when it counts as a failed request or call by the rules of the module. */
  isError: z.boolean(),
  isRequest: z.boolean(),
  traceState: z.string(),
  flags: z.number().int(),
  attributes: attributes,
  events: z.array(
    z.object({ name: z.string(), at: z.string(), attributes: attributes, droppedAttributesCount: z.number().int() }),
  ),
  links: z.array(
    z.object({
      traceId: z.string(),
      spanId: z.string(),
      traceState: z.string(),
      flags: z.number().int(),
      attributes: attributes,
      droppedAttributesCount: z.number().int(),
    }),
  ),
  droppedAttributesCount: z.number().int(),
  droppedEventsCount: z.number().int(),
  droppedLinksCount: z.number().int(),
  /** Index into the trace's `resources` and `scopes`. */
  resource: z.number().int(),
  scope: z.number().int(),
});

export const trace = z.object({
  traceId: z.string(),
  startedAt: z.string(),
  durationMs: z.number(),
  /** In order of start. */
  spans: z.array(span),
  /** What sent the spans, once each. */
  resources: z.array(resource),
  scopes: z.array(scope),
  /** Spans of the trace that are stored; more than `spans` holds when it is over the limit. */
  total: z.number().int(),
});

export const traceSummary = z.object({
  traceId: z.string(),
  /** The longest span of the trace that met the filter. */
  spanId: z.string(),
  service: z.string(),
  environment: z.string(),
  operation: z.string(),
  startedAt: z.string(),
  durationMs: z.number(),
  status: z.enum(['ok', 'error']),
  statusMessage: z.string(),
  /** Name and service of the trace's first span; null when it was not stored. */
  root: z.object({ service: z.string(), operation: z.string(), durationMs: z.number() }).nullable(),
  spans: z.number().int(),
  errors: z.number().int(),
  /** Services that took part. */
  services: z.array(z.string()),
});

export const logRecord = z.object({
  /** Opaque, unique: key of a row on the page. */
  id: z.string(),
  at: z.string(),
  /** Which time `at` is: that of the event, else that of its observation, else that of its receipt. */
  atSource: z.enum(['event', 'observed', 'received']),
  observedAt: z.string().nullable(),
  service: z.string(),
  environment: z.string(),
  version: z.string(),
  severityNumber: z.number().int(),
  /** `trace`, `debug`, `info`, `warn`, `error`, `fatal`; `unset` when none was sent. */
  severity: z.enum(['unset', 'trace', 'debug', 'info', 'warn', 'error', 'fatal']),
  severityText: z.string(),
  eventName: z.string(),
  /** Of any type, written as attributes are; null where there is none. */
  body: z.unknown(),
  bodyType: z.enum(['none', 'string', 'bool', 'int', 'double', 'array', 'kvlist', 'bytes']),
  traceId: z.string().nullable(),
  spanId: z.string().nullable(),
  flags: z.number().int(),
  attributes: attributes,
  resource: resource,
  scope: scope,
  droppedAttributesCount: z.number().int(),
});

export const metric = z.object({
  name: z.string(),
  kind: z.enum(['gauge', 'sum', 'histogram', 'exponential_histogram', 'summary']),
  unit: z.string(),
  description: z.string(),
  temporality: z.enum(['unspecified', 'delta', 'cumulative']),
  monotonic: z.boolean(),
  series: z.number().int(),
  services: z.array(z.string()),
  /** Attribute names with some of their values. */
  attributes: z.array(z.object({ name: z.string(), values: z.array(z.unknown()), more: z.boolean() })),
  /** UTC day of the newest point in the range. */
  lastDay: z.iso.date(),
});
