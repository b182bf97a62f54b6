import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { durations, failEach } from './oracle-durations.ts';

// A user's program for `oracle:counts`: the real SDK, set up by OTEL_* variables only. Ends when all is sent.
const endMs = Number(process.env['ORACLE_END_MS']);
const sdk = new NodeSDK();
sdk.start();
const tracer = trace.getTracer('oracle');
for (const [index, duration] of durations(Number(process.env['ORACLE_SEED'])).entries()) {
  const span = tracer.startSpan('GET /sdk', { kind: SpanKind.SERVER, startTime: endMs - duration, root: true });
  if (index % failEach === 0) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(endMs);
  // The exporter has at most 30 requests under way and drops the rest: a service would not end 20,000 requests in a blink either.
  if (index % 1_000 === 999) await new Promise((resolve) => setTimeout(resolve, 250));
}
await sdk.shutdown();
