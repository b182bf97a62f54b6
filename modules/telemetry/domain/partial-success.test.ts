import { expect, test } from 'vitest';
import {
  anOtlpSpan,
  aLogsRequest,
  aMetricsRequest,
  attributesOf,
  aTracesRequest,
  encodeOtlp,
  nanosOf,
  type Otlp,
} from '../server/receive/testing/otlp.ts';
import { OtlpDecoder, type Decoded, type Signal } from './otlp-decoder.ts';
import { otlpLimits } from './otlp-limits.ts';

const now = Temporal.Instant.from('2026-11-22T12:00:00Z');
const nowSeconds = now.epochMilliseconds / 1_000;
const messages = { traces: 'TracesRequest', logs: 'LogsRequest', metrics: 'MetricsRequest' } as const;

const decode = (signal: Signal, request: Otlp, decoder = new OtlpDecoder({ redactionRules: [] })): Decoded =>
  decoder.decode({ signal, bytes: encodeOtlp(messages[signal], request), nowSeconds, retentionDays: 8, request: 1 });

const span = (overrides: Parameters<typeof anOtlpSpan>[0] = {}): Otlp => anOtlpSpan({ end: now, ...overrides });
const rowsOf = (decoded: Decoded, table: string): number =>
  decoded.rows.filter((rows) => rows.table === table).reduce((sum, rows) => sum + rows.count, 0);

test.each<[string, Otlp, string, string]>([
  ['a trace id of zeros', span({ traceId: '0'.repeat(32) }), 'rejected', 'trace-id-invalid'],
  ['no trace id', span({ traceId: '' }), 'rejected', 'trace-id-invalid'],
  ['a trace id of 8 bytes', span({ traceId: 'a'.repeat(16) }), 'rejected', 'trace-id-invalid'],
  ['a span id of zeros', span({ spanId: '0'.repeat(16) }), 'rejected', 'span-id-invalid'],
  ['a start in 1970', span({ startTimeUnixNano: '1000000000' }), 'rejected', 'time-too-old'],
  ['no start', span({ startTimeUnixNano: '0' }), 'rejected', 'time-missing'],
  ['an end in 2262', span({ endTimeUnixNano: '9223372036854775807' }), 'rejected', 'time-in-future'],
  [
    'an end past what 64 bits with a sign hold',
    span({ endTimeUnixNano: '18446744073709551615' }),
    'rejected',
    'time-in-future',
  ],
  ['an end eleven minutes ahead', span({ end: now.add({ minutes: 11 }) }), 'rejected', 'time-in-future'],
  ['a clock nine minutes ahead', span({ end: now.add({ minutes: 9 }) }), 'kept', ''],
  ['an end older than the retention', span({ end: now.subtract({ hours: 24 * 9 }) }), 'kept', 'older-than-retention'],
  ['no end', span({ endTimeUnixNano: '0' }), 'kept', 'no-end'],
  [
    'an end before the start',
    span({ startTimeUnixNano: nanosOf(now), endTimeUnixNano: nanosOf(now.subtract({ seconds: 1 })) }),
    'kept',
    'end-before-start',
  ],
  ['a parent id of 3 bytes', span({ parentSpanId: 'abcdef' }), 'kept', 'id-dropped'],
  ['a link without ids', span({ links: [{ traceId: '', spanId: '' }] }), 'kept', 'links-dropped'],
  ['an attribute of 10 MB', span({ attributes: attributesOf({ big: 'x'.repeat(10_000_000) }) }), 'kept', 'value-cut'],
  [
    'bytes of 1 MB',
    span({ attributes: attributesOf({ big: { bytesValue: Buffer.alloc(1_000_000).toString('base64') } }) }),
    'kept',
    'value-cut',
  ],
  [
    'an array of 1 MB',
    span({ attributes: attributesOf({ big: { arrayValue: { values: [{ stringValue: 'x'.repeat(1_000_000) }] } } }) }),
    'kept',
    'value-dropped',
  ],
  ['a name of 1 MB', span({ name: 'é'.repeat(500_000) }), 'kept', 'text-cut'],
  [
    '2,000 attributes',
    span({ attributes: attributesOf(Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`a${at}`, at]))) }),
    'kept',
    'attributes-dropped',
  ],
  [
    'an attribute name of 2,000 bytes',
    span({ attributes: attributesOf({ ['n'.repeat(2_000)]: 1 }) }),
    'kept',
    'attributes-dropped',
  ],
  [
    '5,000 events',
    span({ events: Array.from({ length: 5_000 }, () => ({ timeUnixNano: nanosOf(now), name: 'e' })) }),
    'kept',
    'events-dropped',
  ],
])('a span with %s', (_name, bad, fate, code) => {
  const decoded = decode('traces', aTracesRequest([bad, span()]));
  expect(rowsOf(decoded, 'telemetry_spans')).toBe(fate === 'kept' ? 2 : 1);
  expect([decoded.accepted, decoded.rejected]).toEqual(fate === 'kept' ? [2, 0] : [1, 1]);
  expect(decoded.notices.map((notice) => notice.code)).toEqual(code === '' ? [] : [code]);
  if (code !== '') expect(decoded.message).toContain(`[${code}]`);
  const bytes = decoded.rows.find(({ table }) => table === 'telemetry_spans')!.bytes.length;
  expect(bytes).toBeLessThan(200_000);
});

test('the message of a partial success counts, says why and names the limit', () => {
  const { message, rejected } = decode(
    'traces',
    aTracesRequest([
      span({ traceId: '' }),
      span({ traceId: '' }),
      span({ end: now.add({ hours: 1 }) }),
      span({ name: 'x'.repeat(3_000) }),
    ]),
  );
  expect(rejected).toBe(3);
  expect(message).toBe(
    'rejected 2: the trace id is not 16 bytes or is all zeros [trace-id-invalid]; rejected 1: the time is more than 10 minutes ahead of the clock here (start 2026-11-22T12:59:59Z) [time-in-future]; changed 1: a name or text is longer than the limit and was cut (3000 bytes) [text-cut]',
  );
});

test('values that lie deeper than the limit are dropped alone', () => {
  const nest = (depth: number): Otlp =>
    depth === 0 ? { intValue: '1' } : { arrayValue: { values: [nest(depth - 1)] } };
  expect(
    decode('traces', aTracesRequest([span({ attributes: attributesOf({ fine: nest(otlpLimits.valueDepth) }) })]))
      .notices,
  ).toEqual([]);
  const deep = decode(
    'traces',
    aTracesRequest([span({ attributes: attributesOf({ deep: nest(otlpLimits.valueDepth + 1), fine: 1 }) })]),
  );
  expect(deep.notices.map(({ code, detail }) => [code, detail])).toEqual([['value-dropped', 'deep']]);
});

test('bytes that are not UTF-8 are replaced, with a notice, and nothing else is touched', () => {
  const body = encodeOtlp('TracesRequest', aTracesRequest([span({ name: 'GET /_ü_' })]));
  const at = Buffer.from(body).indexOf('GET /_') + 6;
  body[at] = 0xff;
  const decoded = new OtlpDecoder({ redactionRules: [] }).decode({
    signal: 'traces',
    bytes: body,
    nowSeconds,
    retentionDays: 8,
    request: 1,
  });
  expect(decoded.notices.map(({ code }) => code)).toEqual(['text-not-utf8']);
  expect(Buffer.from(decoded.rows.find(({ table }) => table === 'telemetry_spans')!.bytes).toString()).toContain(
    'GET /_\ufffd\ufffd_',
  );
});

test('spans with the same id are all kept: what the sender sends twice in one request is there twice', () => {
  const twin = span();
  expect(rowsOf(decode('traces', aTracesRequest([twin, twin])), 'telemetry_spans')).toBe(2);
});

test('a request may touch sixteen days; old days are bounded over all requests', () => {
  const daysAgo = (days: number) => span({ end: now.subtract({ hours: 24 * days }) });
  const many = decode('traces', aTracesRequest(Array.from({ length: 20 }, (_, days) => daysAgo(days))));
  expect([many.accepted, many.rejected]).toEqual([otlpLimits.daysPerRequest, 20 - otlpLimits.daysPerRequest]);
  const decoder = new OtlpDecoder({ redactionRules: [] });
  const rejected = Array.from(
    { length: 60 },
    (_, index) => decode('traces', aTracesRequest([daysAgo(10 + index)]), decoder).rejected,
  );
  expect(rejected.filter((count) => count === 0)).toHaveLength(otlpLimits.oldDays);
});

const point = { timeUnixNano: nanosOf(now), attributes: [] };
test.each<[string, Otlp, string]>([
  ['a point without a value', { name: 'm', gauge: { dataPoints: [point] } }, 'point-without-value'],
  ['a point without a time', { name: 'm', gauge: { dataPoints: [{ asDouble: 1 }] } }, 'time-missing'],
  ['a metric without a name', { gauge: { dataPoints: [{ ...point, asDouble: 1 }] } }, 'metric-without-name'],
  [
    'one count for two bounds',
    { name: 'm', histogram: { dataPoints: [{ ...point, count: '1', bucketCounts: ['1'], explicitBounds: [1, 2] }] } },
    'buckets-inconsistent',
  ],
  [
    'bounds that fall',
    {
      name: 'm',
      histogram: { dataPoints: [{ ...point, count: '1', bucketCounts: ['1', '0', '0'], explicitBounds: [2, 1] }] },
    },
    'buckets-inconsistent',
  ],
  [
    '5,000 buckets',
    {
      name: 'm',
      exponentialHistogram: {
        dataPoints: [
          { ...point, count: '0', positive: { offset: 0, bucketCounts: Array.from({ length: 5_000 }, () => '1') } },
        ],
      },
    },
    'too-many-buckets',
  ],
])('%s is rejected alone', (_name, metric, code) => {
  const decoded = decode(
    'metrics',
    aMetricsRequest([metric, { name: 'good', gauge: { dataPoints: [{ ...point, asInt: '1' }] } }]),
  );
  expect([decoded.accepted, decoded.rejected, decoded.notices.map((notice) => notice.code)]).toEqual([1, 1, [code]]);
});

test('a log record without any time is kept under the time of receipt, one from the future is rejected', () => {
  const decoded = decode(
    'logs',
    aLogsRequest([{ body: { stringValue: 'x'.repeat(300_000) } }, { timeUnixNano: nanosOf(now.add({ hours: 3 })) }]),
  );
  expect([decoded.accepted, decoded.rejected, decoded.notices.map(({ code }) => code)]).toEqual([
    1,
    1,
    ['value-cut', 'time-in-future'],
  ]);
});
