import { expect, test } from 'vitest';
import { testClickHouse } from '../../../../platform/clickhouse/for-tests.ts';
import { readAttributeValue } from '../../domain/attribute-value.ts';
import type { MessageName } from '../../domain/otlp-schema.ts';
import { protobufOfJson } from '../../domain/otlp-json.ts';
import { OtlpDecoder, type Decoded, type Signal } from '../../domain/otlp-decoder.ts';
import { encodeOtlp, type Otlp } from '../../otlp-fixtures.ts';
import { readStructures } from '../keep/structures.ts';

const clickhouse = await testClickHouse([{ name: 'telemetry', folder: new URL('../migrations/', import.meta.url) }]);
const structures = await readStructures(clickhouse);
const nowSeconds = 1_544_713_000;
const messages: Record<Signal, MessageName> = { traces: 'TracesRequest', metrics: 'MetricsRequest', logs: 'LogsRequest' };
let segment = 0;

/** Decodes and delivers as the log does; protobufjs encodes, so the reader is checked by another implementation. */
const store = async (signal: Signal, request: Otlp, encoding: 'json' | 'protobuf'): Promise<Decoded> => {
  const bytes = encoding === 'json' ? protobufOfJson(JSON.stringify(request), messages[signal]) : encodeOtlp(messages[signal], request);
  const decoded = new OtlpDecoder({ redactionRules: [] }).decode({ signal, bytes, nowSeconds, retentionDays: 8, request: 1 });
  segment++;
  for (const { table, bytes: body } of decoded.rows) {
    await clickhouse.insert({ sql: `INSERT INTO ${table} SELECT *, ${segment} FROM input('${structures.columns[table]!.replaceAll("'", "\\'")}')`, format: 'RowBinary', body });
  }
  return decoded;
};

const read = async <Row>(table: string, columns: string): Promise<Row[]> =>
  clickhouse.query<Row>(`-- The rows of the segment at hand.\nSELECT ${columns} FROM ${table} WHERE segment = {segment:UInt64}`, { params: { segment } });

const typed = (map: Record<string, string>) => Object.fromEntries(Object.entries(map).map(([key, value]) => [key, readAttributeValue(value)]));

const everyType: Otlp[] = [
  { key: 'text', value: { stringValue: 'ümlaut "quoted" \\ \n\t\u0001 €😀' } },
  { key: 'empty', value: { stringValue: '' } },
  { key: 'yes', value: { boolValue: true } },
  { key: 'no', value: { boolValue: false } },
  { key: 'int', value: { intValue: '9223372036854775807' } },
  { key: 'negative', value: { intValue: '-9223372036854775808' } },
  { key: 'whole double', value: { doubleValue: 3 } },
  { key: 'double', value: { doubleValue: 637.704 } },
  { key: 'nan', value: { doubleValue: 'NaN' } },
  { key: 'infinite', value: { doubleValue: '-Infinity' } },
  { key: 'bytes', value: { bytesValue: 'AAECAwT/' } },
  { key: 'array', value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }, { doubleValue: 1 }, { boolValue: true }, { arrayValue: { values: [] } }] } } },
  { key: 'kvlist', value: { kvlistValue: { values: [{ key: 'inner', value: { kvlistValue: { values: [{ key: 'deep', value: { intValue: '5' } }] } } }, { key: 'second', value: { stringValue: 's' } }] } } },
  { key: 'like bytes', value: { kvlistValue: { values: [{ key: 'bytes', value: { stringValue: 'no' } }] } } },
  { key: 'like kvlist', value: { kvlistValue: { values: [{ key: 'kvlist', value: { kvlistValue: { values: [{ key: 'x', value: { stringValue: 'y' } }] } } }] } } },
  { key: 'nothing', value: {} },
];

const everyTypeRead = {
  text: { kind: 'string', value: 'ümlaut "quoted" \\ \n\t\u0001 €😀' },
  empty: { kind: 'string', value: '' },
  yes: { kind: 'bool', value: true },
  no: { kind: 'bool', value: false },
  int: { kind: 'int', value: 9_223_372_036_854_775_807n },
  negative: { kind: 'int', value: -9_223_372_036_854_775_808n },
  'whole double': { kind: 'double', value: 3 },
  double: { kind: 'double', value: 637.704 },
  nan: { kind: 'double', value: Number.NaN },
  infinite: { kind: 'double', value: Number.NEGATIVE_INFINITY },
  bytes: { kind: 'bytes', base64: 'AAECAwT/' },
  array: { kind: 'array', values: [{ kind: 'string', value: 'a' }, { kind: 'int', value: 1n }, { kind: 'double', value: 1 }, { kind: 'bool', value: true }, { kind: 'array', values: [] }] },
  kvlist: { kind: 'kvlist', values: { inner: { kind: 'kvlist', values: { deep: { kind: 'int', value: 5n } } }, second: { kind: 'string', value: 's' } } },
  'like bytes': { kind: 'kvlist', values: { bytes: { kind: 'string', value: 'no' } } },
  'like kvlist': { kind: 'kvlist', values: { kvlist: { kind: 'kvlist', values: { x: { kind: 'string', value: 'y' } } } } },
  nothing: { kind: 'none' },
};

const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'my.service' } }, { key: 'service.version', value: { stringValue: '2.0' } }], droppedAttributesCount: 4, entityRefs: [{ schemaUrl: 'https://e', type: 'service', idKeys: ['service.name'], descriptionKeys: ['service.version'] }] };
const scope = { name: 'my.library', version: '1.0.0', attributes: [{ key: 'my.scope.attribute', value: { stringValue: 'some scope attribute' } }], droppedAttributesCount: 5 };

const span = {
  traceId: '5B8EFFF798038103D269B633813FC60C', spanId: 'EEE19B7EC3C1B174', parentSpanId: 'EEE19B7EC3C1B173', traceState: 'rojo=00f067aa0ba902b7', flags: 769, name: "I'm a server span", kind: 2,
  startTimeUnixNano: '1544712660000000001', endTimeUnixNano: '1544712661000000004', attributes: everyType, droppedAttributesCount: 1,
  events: [{ timeUnixNano: '1544712660500000000', name: 'exception', attributes: everyType, droppedAttributesCount: 2 }, { timeUnixNano: '1544712660600000000', name: 'second' }], droppedEventsCount: 3,
  links: [{ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceState: 'a=b', attributes: everyType, droppedAttributesCount: 6, flags: 1 }], droppedLinksCount: 7,
  status: { code: 2, message: 'it broke' },
};

test.each(['json', 'protobuf'] as const)('a span sent as %s reads back with every field', async (encoding) => {
  const request = { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span], schemaUrl: 'https://s/2' }], schemaUrl: 'https://s/1' }] };
  const decoded = await store('traces', request, encoding);
  expect(decoded).toMatchObject({ accepted: 1, rejected: 0 });
  const [row] = await read<Record<string, never>>('telemetry_spans', '*, toString(started_at) AS started, toString(ended_at) AS ended, lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, lower(hex(parent_span_id)) AS parent, arrayMap(l -> lower(hex(l.trace_id)), links) AS link_traces');
  expect(row).toMatchObject({
    started: '2018-12-13 14:51:00.000000001', ended: '2018-12-13 14:51:01.000000004', duration_ns: '1000000003', trace: span.traceId.toLowerCase(), span: 'eee19b7ec3c1b174', parent: 'eee19b7ec3c1b173',
    trace_state: span.traceState, flags: 769, service: 'my.service', environment: '', version: '2.0', name: span.name, kind: 'server', status: 'error', status_message: 'it broke', timing: 'ok',
    dropped_attributes: 1, dropped_events: 3, dropped_links: 7, is_request: 1, request_reason: 'server-span', is_error: 1, error_reason: 'status-error', is_folded: 0, neighbour: '', link_traces: ['0af7651916cd43dd8448eb211c80319c'],
  });
  expect(typed(row!.attributes)).toEqual(everyTypeRead);
  const events = row!.events as unknown as { time: string; name: string; attributes: Record<string, string>; dropped_attributes: number }[];
  expect(events).toMatchObject([{ time: '2018-12-13 14:51:00.500000000', name: 'exception', dropped_attributes: 2 }, { time: '2018-12-13 14:51:00.600000000', name: 'second', attributes: {}, dropped_attributes: 0 }]);
  expect(typed(events[0]!.attributes)).toEqual(everyTypeRead);
  const links = row!.links as unknown as { trace_state: string; attributes: Record<string, string>; dropped_attributes: number; flags: number }[];
  expect(links).toMatchObject([{ trace_state: 'a=b', dropped_attributes: 6, flags: 1 }]);
  expect(typed(links[0]!.attributes)).toEqual(everyTypeRead);
  const [origin] = await read<Record<string, never>>('telemetry_origins', '*');
  expect(origin).toMatchObject({
    day: '2018-12-13', origin_id: row!.origin_id, service: 'my.service', resource: { 'service.name': '"my.service"', 'service.version': '"2.0"' }, resource_dropped_attributes: 4, resource_schema_url: 'https://s/1',
    scope_name: 'my.library', scope_version: '1.0.0', scope_attributes: { 'my.scope.attribute': '"some scope attribute"' }, scope_dropped_attributes: 5, scope_schema_url: 'https://s/2',
  });
  expect(JSON.parse(origin!.resource_entities)).toEqual(resource.entityRefs);
});

test.each(['json', 'protobuf'] as const)('a log record sent as %s reads back with every field, a body of any type too', async (encoding) => {
  const record = { timeUnixNano: '1544712660300000000', observedTimeUnixNano: '1544712660400000000', severityNumber: 10, severityText: 'Information', eventName: 'browser.page_view', flags: 1, traceId: span.traceId, spanId: span.spanId, droppedAttributesCount: 8, attributes: everyType };
  const bodies: Otlp[] = [{ stringValue: 'Example "log"\nrecord' }, { kvlistValue: { values: [{ key: 'type', value: { intValue: '0' } }] } }, { bytesValue: 'AAE=' }, { doubleValue: 2 }];
  const logRecords = [...bodies.map((body) => ({ ...record, body })), { observedTimeUnixNano: '1544712660400000000' }, {}];
  await store('logs', { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords }] }] }, encoding);
  const rows = await read<Record<string, never>>('telemetry_logs', '*, toString(time) AS at, lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span');
  const ofKind = (kind: string) => rows.find((row) => row.body_kind === kind)!;
  expect(ofKind('string')).toMatchObject({
    at: '2018-12-13 14:51:00.300000000', time_source: 'event', observed_at: '2018-12-13 14:51:00.400000000', trace: span.traceId.toLowerCase(), span: 'eee19b7ec3c1b174', flags: 1, service: 'my.service',
    severity_number: 10, severity_text: 'Information', event_name: 'browser.page_view', body: 'Example "log"\nrecord', dropped_attributes: 8,
  });
  expect(typed(ofKind('string').attributes)).toEqual(everyTypeRead);
  expect([ofKind('kvlist').body, ofKind('bytes').body, ofKind('double').body]).toEqual(['{"type":0}', '{"bytes":"AAE="}', '2.0']);
  const bare = rows.filter((row) => row.body_kind === 'none').map((row) => [row.time_source, row.at, row.trace, row.severity_number]);
  expect(bare.toSorted()).toEqual([['observed', '2018-12-13 14:51:00.400000000', '0'.repeat(32), 0], ['received', '2018-12-13 14:56:40.000000000', '0'.repeat(32), 0]]);
});

const times = { startTimeUnixNano: '1544712660300000000', timeUnixNano: '1544712670300000000' };
const exemplar = { timeUnixNano: '1544712665000000000', asInt: '42', traceId: span.traceId, spanId: span.spanId, filteredAttributes: everyType };
const metrics: Otlp[] = [
  { name: 'my.counter', unit: '1', description: 'I am a Counter', metadata: [{ key: 'm', value: { stringValue: 'd' } }], sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [{ ...times, asDouble: 5, attributes: [{ key: 'a', value: { stringValue: 'x' } }], exemplars: [exemplar] }, { ...times, asInt: '-7', attributes: [{ key: 'a', value: { stringValue: 'y' } }] }] } },
  { name: 'my.gauge', unit: '1', gauge: { dataPoints: [{ timeUnixNano: times.timeUnixNano, asDouble: 10.5 }, { timeUnixNano: '1544712680300000000', flags: 1 }] } },
  { name: 'my.histogram', histogram: { aggregationTemporality: 2, dataPoints: [{ ...times, count: '3', sum: 2.5, bucketCounts: ['1', '2', '0'], explicitBounds: [0.5, 1], min: 0, max: 2 }, { timeUnixNano: times.timeUnixNano, count: '0', attributes: [{ key: 'a', value: { stringValue: 'no buckets' } }] }] } },
  { name: 'my.exponential', exponentialHistogram: { aggregationTemporality: 1, dataPoints: [{ ...times, count: '6', sum: 10, scale: -2, zeroCount: '1', zeroThreshold: 0.25, positive: { offset: -1, bucketCounts: ['0', '2'] }, negative: { offset: 3, bucketCounts: ['3'] }, min: -5, max: 5 }] } },
  { name: 'my.summary', summary: { dataPoints: [{ ...times, count: '4', sum: 8, quantileValues: [{ quantile: 0.5, value: 1 }, { quantile: 0.99, value: 7 }] }] } },
];

test.each(['json', 'protobuf'] as const)('data points of every kind sent as %s read back with every field', async (encoding) => {
  const decoded = await store('metrics', { resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] }, encoding);
  expect(decoded).toMatchObject({ accepted: 8, rejected: 0 });
  const series = await read<Record<string, never>>('telemetry_series', '*');
  const idOf = (metric: string, value?: string) => series.find((row) => row.metric === metric && (value === undefined || row.attributes['a'] === `"${value}"`))!.series_id;
  expect(series).toHaveLength(7);
  expect(series.find((row) => row.series_id === idOf('my.counter', 'x'))).toMatchObject({
    day: '2018-12-13', unit: '1', description: 'I am a Counter', kind: 'sum', temporality: 'delta', is_monotonic: 1, is_folded: 0, service: 'my.service', version: '2.0', resource: { 'service.name': '"my.service"', 'service.version': '"2.0"' }, metadata: { m: '"d"' },
  });
  const samples = await read<Record<string, never>>('telemetry_samples', '*, toString(value) AS number');
  expect(samples.find((row) => row.series_id === idOf('my.counter', 'x'))).toMatchObject({ time: '2018-12-13 14:51:10.300000000', started_at: '2018-12-13 14:51:00.300000000', number: '5', is_integer: 0, flags: 0 });
  expect(samples.find((row) => row.series_id === idOf('my.counter', 'y'))).toMatchObject({ number: '-7', is_integer: 1 });
  expect(samples.filter((row) => row.series_id === idOf('my.gauge')).map((row) => [row.number, row.flags])).toEqual([['10.5', 0], ['nan', 1]]);
  const distributions = await read<Record<string, never>>('telemetry_distributions', '*');
  const of = (metric: string) => distributions.find((row) => row.series_id === idOf(metric))!;
  expect(distributions.find((row) => row.series_id === idOf('my.histogram', 'no buckets'))).toMatchObject({ count: '0', sum: null, min: null, max: null, bounds: [], bucket_counts: [] });
  expect(distributions.find((row) => row.series_id !== idOf('my.histogram', 'no buckets') && row.bounds.length > 0)).toMatchObject({ count: '3', sum: 2.5, min: 0, max: 2, bounds: [0.5, 1], bucket_counts: ['1', '2', '0'] });
  expect(of('my.exponential')).toMatchObject({ count: '6', sum: 10, scale: -2, zero_count: '1', zero_threshold: 0.25, positive_offset: -1, positive_counts: ['0', '2'], negative_offset: 3, negative_counts: ['3'], min: -5, max: 5 });
  expect(of('my.summary')).toMatchObject({ count: '4', sum: 8, quantiles: [0.5, 0.99], quantile_values: [1, 7] });
  const [kept] = await read<Record<string, never>>('telemetry_exemplars', '*, lower(hex(trace_id)) AS trace');
  expect(kept).toMatchObject({ series_id: idOf('my.counter', 'x'), point_time: '2018-12-13 14:51:10.300000000', time: '2018-12-13 14:51:05.000000000', value: 42, is_integer: 1, trace: span.traceId.toLowerCase() });
  expect(typed(kept!.attributes)).toEqual(everyTypeRead);
});

test('a series has one id whether it is sent as JSON or protobuf, whatever the order of its attributes', async () => {
  const request = (attributes: Otlp[]) => ({ resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics: [{ name: 'm', gauge: { dataPoints: [{ timeUnixNano: times.timeUnixNano, asDouble: 1, attributes }] } }] }] }] });
  await store('metrics', request(everyType), 'json');
  const [first] = await read<{ series_id: string }>('telemetry_series', 'series_id');
  await store('metrics', request(everyType.toReversed()), 'protobuf');
  const [second] = await read<{ series_id: string }>('telemetry_series', 'series_id');
  expect(second).toEqual(first);
});
