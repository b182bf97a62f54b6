import { expect, test } from 'vitest';
import { everyType, ids, scope, store } from './receive/testing/stored.ts';
import type { Otlp } from './receive/testing/otlp.ts';
import { encodings, everyTypeTold, getText, named, namedTold, scopeTold } from './signals/testing/over-http.ts';

/** Documents that fill every field of OTLP's protocol, sent in both encodings and read back over HTTP, field by field. */
const traceId = ids.traceId.toLowerCase();
const spanId = ids.spanId.toLowerCase();
test.each(encodings)('a trace sent as %s', async (encoding) => {
  const own = `${traceId.slice(0, 31)}${encodings.indexOf(encoding)}`;
  const span = {
    traceId: own,
    spanId,
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
      { timeUnixNano: '1544712660500000009', name: 'exception', attributes: everyType, droppedAttributesCount: 2 },
      { timeUnixNano: '1544712660600000000', name: 'second' },
    ],
    droppedEventsCount: 3,
    links: [
      { ...ids, traceState: 'a=b', attributes: everyType, droppedAttributesCount: 6, flags: 1 },
      { traceId: own, spanId },
    ],
    droppedLinksCount: 7,
    status: { code: 2, message: 'it broke' },
  };
  const spans = [span, { ...span, spanId: 'eee19b7ec3c1b175', kind: 5, status: { code: 1 }, links: [], events: [] }];
  const scopeSpans = [{ scope, spans, schemaUrl: 'https://s/2' }];
  await store(
    'traces',
    { resourceSpans: [{ resource: named(encoding), scopeSpans, schemaUrl: 'https://s/1' }] },
    encoding,
  );
  const text = await getText(`traces/${own}`);
  const trace = JSON.parse(text);
  const [told, second] = trace.spans;
  expect(told).toEqual({
    spanId,
    parentSpanId: 'eee19b7ec3c1b173',
    service: 'my.service',
    environment: '',
    version: '2.0',
    name: span.name,
    kind: 'server',
    startedAt: '2018-12-13T14:51:00.000000001Z',
    durationMs: 1_000.000003,
    status: 'error',
    statusMessage: 'it broke',
    isError: true,
    isRequest: true,
    traceState: span.traceState,
    flags: 769,
    attributes: everyTypeTold,
    events: [
      {
        name: 'exception',
        at: '2018-12-13T14:51:00.500000009Z',
        attributes: everyTypeTold,
        droppedAttributesCount: 2,
      },
      { name: 'second', at: '2018-12-13T14:51:00.600000000Z', attributes: {}, droppedAttributesCount: 0 },
    ],
    links: [
      { traceId, spanId, traceState: 'a=b', flags: 1, attributes: everyTypeTold, droppedAttributesCount: 6 },
      { traceId: own, spanId, traceState: '', flags: 0, attributes: {}, droppedAttributesCount: 0 },
    ],
    droppedAttributesCount: 1,
    droppedEventsCount: 3,
    droppedLinksCount: 7,
    resource: 0,
    scope: 0,
  });
  expect(second).toMatchObject({ kind: 'consumer', status: 'ok', links: [], events: [] });
  expect([trace.resources, trace.scopes]).toEqual([[namedTold(encoding)], [scopeTold]]);
  // A whole double is told from an int by its point.
  expect(text).toContain('"whole double":3.0,');
});

test.each(encodings)('log records sent as %s, bodies of every type', async (encoding) => {
  const record = {
    timeUnixNano: '1544712660300000007',
    observedTimeUnixNano: '1544712660400000000',
    severityNumber: 10,
    severityText: 'Information',
    eventName: 'browser.page_view',
    flags: 1,
    ...ids,
    droppedAttributesCount: 8,
    attributes: everyType,
  };
  const bodies: [string, Otlp | undefined, unknown][] = [
    ['string', { stringValue: 'Example "log"\nrecord' }, 'Example "log"\nrecord'],
    ['bool', { boolValue: false }, false],
    ['int', { intValue: '-9007199254740993' }, '-9007199254740993'],
    ['double', { doubleValue: 2 }, 2],
    ['bytes', { bytesValue: 'AAE=' }, { bytes: 'AAE=' }],
    ['array', { arrayValue: { values: [{ intValue: '1' }, {}] } }, [1, null]],
    ['kvlist', { kvlistValue: { values: [{ key: 'type', value: { intValue: '0' } }] } }, { type: 0 }],
    ['none', undefined, null],
  ];
  const logRecords = [
    ...bodies.map(([, body]) => ({ ...record, ...(body ? { body } : {}) })),
    { observedTimeUnixNano: '1544712660400000000', severityText: 'only observed' },
  ];
  const scopeLogs = [{ scope, logRecords, schemaUrl: 'https://s/2' }];
  await store('logs', { resourceLogs: [{ resource: named(encoding), scopeLogs, schemaUrl: 'https://s/1' }] }, encoding);
  const text = await getText(
    `logs?service=my.service&attribute=sent.as%3D${encoding}&from=2018-12-13T14:00:00Z&to=2018-12-13T15:00:00Z`,
  );
  const { items } = JSON.parse(text);
  for (const [bodyType, , body] of bodies) {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    const { id, ...told } = items.find((each: any) => each.bodyType === bodyType && each.atSource === 'event');
    expect(typeof id).toBe('string');
    expect(told).toEqual({
      at: '2018-12-13T14:51:00.300000007Z',
      atSource: 'event',
      observedAt: '2018-12-13T14:51:00.400000000Z',
      service: 'my.service',
      environment: '',
      version: '2.0',
      severityNumber: 10,
      severity: 'info',
      severityText: 'Information',
      eventName: 'browser.page_view',
      body,
      bodyType,
      traceId,
      spanId,
      flags: 1,
      attributes: everyTypeTold,
      resource: namedTold(encoding),
      scope: scopeTold,
      droppedAttributesCount: 8,
    });
  }
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  expect(items.find((each: any) => each.severityText === 'only observed')).toMatchObject({
    at: '2018-12-13T14:51:00.400000000Z',
    atSource: 'observed',
    severity: 'unset',
    traceId: null,
    spanId: null,
    eventName: '',
  });
  expect(text).toContain('"body":2.0,');
  expect(text).toContain('"whole double":3.0,');
});
