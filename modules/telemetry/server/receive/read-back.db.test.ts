import { expect, test } from 'vitest';
import {
  everyType,
  everyTypeRead,
  ids,
  read,
  resource,
  scope,
  store,
  typed,
  type StoredRow,
} from './testing/stored.ts';
import type { Otlp } from './testing/otlp.ts';

const span = {
  ...ids,
  parentSpanId: 'EEE19B7EC3C1B173',
  traceState: 'rojo=00f067aa0ba902b7',
  flags: 769,
  name: "I'm a server span",
  kind: 2,
  startTimeUnixNano: '1544712660000000001',
  endTimeUnixNano: '1544712661000000004',
  attributes: everyType,
  droppedAttributesCount: 1,
  events: [
    { timeUnixNano: '1544712660500000000', name: 'exception', attributes: everyType, droppedAttributesCount: 2 },
    { timeUnixNano: '1544712660600000000', name: 'second' },
  ],
  droppedEventsCount: 3,
  links: [
    {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceState: 'a=b',
      attributes: everyType,
      droppedAttributesCount: 6,
      flags: 1,
    },
  ],
  droppedLinksCount: 7,
  status: { code: 2, message: 'it broke' },
};

test.each(['json', 'protobuf'] as const)('a span sent as %s reads back with every field', async (encoding) => {
  const request = {
    resourceSpans: [
      { resource, scopeSpans: [{ scope, spans: [span], schemaUrl: 'https://s/2' }], schemaUrl: 'https://s/1' },
    ],
  };
  const decoded = await store('traces', request, encoding);
  expect(decoded).toMatchObject({ accepted: 1, rejected: 0 });
  const [row] = await read<StoredRow>(
    'telemetry_spans',
    '*, toString(started_at) AS started, toString(ended_at) AS ended, lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, lower(hex(parent_span_id)) AS parent, arrayMap(l -> lower(hex(l.trace_id)), links) AS link_traces',
  );
  expect(row).toMatchObject({
    started: '2018-12-13 14:51:00.000000001',
    ended: '2018-12-13 14:51:01.000000004',
    duration_ns: '1000000003',
    trace: span.traceId.toLowerCase(),
    span: 'eee19b7ec3c1b174',
    parent: 'eee19b7ec3c1b173',
    trace_state: span.traceState,
    flags: 769,
    service: 'my.service',
    environment: '',
    version: '2.0',
    name: span.name,
    kind: 'server',
    status: 'error',
    status_message: 'it broke',
    timing: 'ok',
    dropped_attributes: 1,
    dropped_events: 3,
    dropped_links: 7,
    is_request: 1,
    request_reason: 'server-span',
    is_error: 1,
    error_reason: 'status-error',
    is_folded: 0,
    neighbour: '',
    link_traces: ['0af7651916cd43dd8448eb211c80319c'],
  });
  expect(typed(row!.attributes)).toEqual(everyTypeRead);
  const { events, links } = row!;
  expect(events).toMatchObject([
    { time: '2018-12-13 14:51:00.500000000', name: 'exception', dropped_attributes: 2 },
    { time: '2018-12-13 14:51:00.600000000', name: 'second', attributes: {}, dropped_attributes: 0 },
  ]);
  expect(typed(events[0]!.attributes)).toEqual(everyTypeRead);
  expect(links).toMatchObject([{ trace_state: 'a=b', dropped_attributes: 6, flags: 1 }]);
  expect(typed(links[0]!.attributes)).toEqual(everyTypeRead);
  const [origin] = await read<StoredRow>('telemetry_origins', '*');
  expect(origin).toMatchObject({
    day: '2018-12-13',
    origin_id: row!.origin_id,
    service: 'my.service',
    resource: { 'service.name': '"my.service"', 'service.version': '"2.0"' },
    resource_dropped_attributes: 4,
    resource_schema_url: 'https://s/1',
    scope_name: 'my.library',
    scope_version: '1.0.0',
    scope_attributes: { 'my.scope.attribute': '"some scope attribute"' },
    scope_dropped_attributes: 5,
    scope_schema_url: 'https://s/2',
  });
  expect(JSON.parse(origin!.resource_entities)).toEqual(resource.entityRefs);
});

test.each(['json', 'protobuf'] as const)(
  'a log record sent as %s reads back with every field, a body of any type too',
  async (encoding) => {
    const record = {
      timeUnixNano: '1544712660300000000',
      observedTimeUnixNano: '1544712660400000000',
      severityNumber: 10,
      severityText: 'Information',
      eventName: 'browser.page_view',
      flags: 1,
      traceId: span.traceId,
      spanId: span.spanId,
      droppedAttributesCount: 8,
      attributes: everyType,
    };
    const bodies: Otlp[] = [
      { stringValue: 'Example "log"\nrecord' },
      { kvlistValue: { values: [{ key: 'type', value: { intValue: '0' } }] } },
      { bytesValue: 'AAE=' },
      { doubleValue: 2 },
    ];
    const logRecords = [
      ...bodies.map((body) => ({ ...record, body })),
      { observedTimeUnixNano: '1544712660400000000' },
      {},
    ];
    await store('logs', { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords }] }] }, encoding);
    const rows = await read<StoredRow>(
      'telemetry_logs',
      '*, toString(time) AS at, lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span',
    );
    const ofKind = (kind: string) => rows.find((row) => row.body_kind === kind)!;
    expect(ofKind('string')).toMatchObject({
      at: '2018-12-13 14:51:00.300000000',
      time_source: 'event',
      observed_at: '2018-12-13 14:51:00.400000000',
      trace: span.traceId.toLowerCase(),
      span: 'eee19b7ec3c1b174',
      flags: 1,
      service: 'my.service',
      severity_number: 10,
      severity_text: 'Information',
      event_name: 'browser.page_view',
      body: 'Example "log"\nrecord',
      dropped_attributes: 8,
    });
    expect(typed(ofKind('string').attributes)).toEqual(everyTypeRead);
    expect([ofKind('kvlist').body, ofKind('bytes').body, ofKind('double').body]).toEqual([
      '{"type":0}',
      '{"bytes":"AAE="}',
      '2.0',
    ]);
    const bare = rows
      .filter((row) => row.body_kind === 'none')
      .map((row) => [row.time_source, row.at, row.trace, row.severity_number]);
    expect(bare.toSorted()).toEqual([
      ['observed', '2018-12-13 14:51:00.400000000', '0'.repeat(32), 0],
      ['received', '2018-12-13 14:56:40.000000000', '0'.repeat(32), 0],
    ]);
  },
);
