import { logs, metrics, SeverityNumber, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';

// A program of a user, for tests: the real SDK, set up by OTEL_* variables only. Sends SENDER_COUNT server spans, as many
// log records, and one counter, histogram, gauge; prints nothing; ends when all is sent.

const count = Number(process.env.SENDER_COUNT ?? '100');
const sdk = new NodeSDK();
sdk.start();

const tracer = trace.getTracer('sender', '1.0.0');
const logger = logs.getLogger('sender', '1.0.0');
const meter = metrics.getMeter('sender', '1.0.0');
const counter = meter.createCounter('sender.items', { unit: '{item}', description: 'Items sent' });
const histogram = meter.createHistogram('sender.duration', { unit: 's' });
const gauge = meter.createGauge('sender.level');

for (let index = 0; index < count; index++) {
  const span = tracer.startSpan(`GET /things/${index % 5}`, {
    kind: index % 2 === 0 ? SpanKind.SERVER : SpanKind.CLIENT,
    attributes: {
      'http.request.method': 'GET',
      index,
      ratio: 0.5,
      isTest: true,
      tags: ['a', 'b'],
      'server.address': 'things.example',
      'server.port': 8443,
    },
    links: [{ context: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 } }],
  });
  span.addEvent('looked up', { hits: index });
  if (index % 10 === 0) span.setStatus({ code: SpanStatusCode.ERROR, message: 'broken' });
  logger.emit({
    severityNumber: SeverityNumber.WARN,
    severityText: 'WARN',
    body: `thing ${index}`,
    attributes: { index },
  });
  span.end();
  counter.add(1, { colour: index % 2 === 0 ? 'red' : 'blue' });
  histogram.record(index / 100);
}
gauge.record(7.25);
await sdk.shutdown();
