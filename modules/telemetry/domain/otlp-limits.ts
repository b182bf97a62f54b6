/**
 * Every bound on what one request may bring. What is beyond a bound is cut, dropped or rejected, never silently:
 * each case has a code in `otlp-notice.ts` that reaches the sender (partial success) and the notices list.
 */
export const otlpLimits = {
  /** Attributes of one span, log record, data point, event, link, resource or scope. SDKs send 128 at most by default. */
  attributes: 512,
  attributeKeyBytes: 1_024,
  /** Longest attribute value; texts and bytes are cut there, arrays and kvlists beyond it are dropped. */
  attributeValueBytes: 65_536,
  /** Longest log body. */
  bodyBytes: 262_144,
  /** Longest name of a span, event, metric, scope, service, unit, severity text or schema URL. */
  nameBytes: 2_048,
  /** Longest status message, trace state or metric description. */
  textBytes: 16_384,
  eventsPerSpan: 1_024,
  linksPerSpan: 1_024,
  exemplarsPerPoint: 128,
  /** Buckets or bounds or quantiles of one distribution. */
  buckets: 4_096,
  /** Arrays and kvlists inside one another. */
  valueDepth: 16,
  /** How far a sender's clock may be ahead. */
  futureSeconds: 600,
  /** Nothing before OpenTelemetry existed is believed: 2015-01-01T00:00:00Z. A clock at 1970 was never set. */
  earliestSeconds: 1_420_070_400,
  /** UTC days that one request may touch: each is a write of its own in the store. */
  daysPerRequest: 16,
  /** Days older than the retention that are taken within one day here, over all requests. */
  oldDays: 32,
} as const;
