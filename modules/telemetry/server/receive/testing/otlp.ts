import protobuf from 'protobufjs';
import { otlpMessages, type MessageName } from '../../../domain/otlp-schema.ts';

/** A message as OTLP's JSON encoding has it. */
export type Otlp = Record<string, unknown>;

type Fields = Record<string, readonly [number: number, type: string, rule?: string]>;

const allMessages = otlpMessages as unknown as Record<string, Fields>;
const protoTypes: Record<string, string> = { enum: 'int32', hex: 'bytes' };

/** Fields that are sent also when they hold their type's zero: members of a oneof, or `optional`. */
const oneofs: Record<string, Record<string, string[]>> = {
  AnyValue: { value: Object.keys(otlpMessages.AnyValue) },
  NumberDataPoint: { value: ['asDouble', 'asInt'] },
  Exemplar: { value: ['asDouble', 'asInt'] },
  HistogramDataPoint: { _sum: ['sum'], _min: ['min'], _max: ['max'] },
  ExponentialHistogramDataPoint: { _sum: ['sum'], _min: ['min'], _max: ['max'] },
};

const root = protobuf.Root.fromJSON({
  nested: Object.fromEntries(
    Object.entries(allMessages).map(([message, fields]) => [
      message,
      {
        oneofs: Object.fromEntries(Object.entries(oneofs[message] ?? {}).map(([name, oneof]) => [name, { oneof }])),
        fields: Object.fromEntries(
          Object.entries(fields).map(([name, [id, type, rule]]) => [
            name,
            { id, type: protoTypes[type] ?? type, ...(rule ? { rule } : {}) },
          ]),
        ),
      },
    ]),
  ),
});

/** Bytes of the message by protobufjs: an encoder that is not ours. Ids are given as hexadecimal, bytes as base64. */
export const encodeOtlp = (message: MessageName, value: Otlp): Uint8Array<ArrayBuffer> => {
  const type = root.lookupType(message);
  return new Uint8Array(type.encode(type.fromObject(withBytes(value, allMessages[message]!) as Otlp)).finish());
};

/** Turns hexadecimal ids into the bytes that protobufjs wants. */
const withBytes = (value: unknown, fields: Fields): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const type = fields[name]?.[1];
      if (type === 'hex') return [name, Buffer.from(String(member), 'hex')];
      const inner = type === undefined ? undefined : allMessages[type];
      if (inner === undefined) return [name, member];
      return [name, Array.isArray(member) ? member.map((one) => withBytes(one, inner)) : withBytes(member, inner)];
    }),
  );
};

type PlainValue = string | boolean | number | Otlp;

/** OTLP attributes of plain values; other types are given as AnyValue: `{ bytesValue: 'AAE=' }`. */
export const attributesOf = (values: Record<string, PlainValue>): Otlp[] =>
  Object.entries(values).map(([key, value]) => ({ key, value: anyValueOf(value) }));

const anyValueOf = (value: PlainValue): Otlp => {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return value;
};

let serial = 0;
const hex = (length: number): string => (++serial * 2_654_435_761).toString(16).padStart(length, '7').slice(-length);

/** Nanoseconds of an instant as OTLP's JSON has them. */
export const nanosOf = (instant: Temporal.Instant): string => instant.epochNanoseconds.toString();

/** A server span that took 120 ms until `end`. */
export const anOtlpSpan = (
  overrides: Otlp & { readonly end?: Temporal.Instant; readonly durationMs?: number } = {},
): Otlp => {
  const { end = Temporal.Now.instant(), durationMs = 120, ...rest } = overrides;
  return {
    traceId: hex(32),
    spanId: hex(16),
    name: 'GET /cart/{id}',
    kind: 2,
    startTimeUnixNano: nanosOf(end.subtract({ microseconds: Math.round(durationMs * 1_000) })),
    endTimeUnixNano: nanosOf(end),
    attributes: attributesOf({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'http.route': '/cart/{id}',
    }),
    ...rest,
  };
};

const ofCart: Record<string, PlainValue> = { 'service.name': 'cart' };

/** A `TracesRequest` of one resource and one scope. */
export const aTracesRequest = (spans: Otlp[], resource = ofCart): Otlp => ({
  resourceSpans: [
    {
      resource: { attributes: attributesOf(resource) },
      scopeSpans: [{ scope: { name: 'shop', version: '1.2.0' }, spans }],
    },
  ],
});

/** A `LogsRequest` of one resource and one scope. */
export const aLogsRequest = (logRecords: Otlp[], resource = ofCart): Otlp => ({
  resourceLogs: [
    { resource: { attributes: attributesOf(resource) }, scopeLogs: [{ scope: { name: 'shop' }, logRecords }] },
  ],
});

/** A `MetricsRequest` of one resource and one scope. */
export const aMetricsRequest = (metrics: Otlp[], resource = ofCart): Otlp => ({
  resourceMetrics: [
    { resource: { attributes: attributesOf(resource) }, scopeMetrics: [{ scope: { name: 'shop' }, metrics }] },
  ],
});

/** Spans as a web shop sends them: about 400 bytes each, seven to ten attributes, an event on some, clients and servers. */
export const realisticTraces = (count = 512, now: Temporal.Instant = Temporal.Now.instant()): Otlp => {
  const spans = Array.from({ length: count }, (_, index) =>
    anOtlpSpan({
      traceId: (index >> 3).toString(16).padStart(32, 'a1b2c3d4'),
      parentSpanId: index % 8 === 0 ? '' : hex(16),
      name: index % 2 === 0 ? `GET /api/carts/{id}/items${index % 7}` : 'SELECT orders.cart_item',
      kind: index % 2 === 0 ? 2 : 3,
      end: now.subtract({ milliseconds: index * 7 }),
      durationMs: 3 + (index % 190),
      attributes: attributesOf(index % 2 === 0 ? serverAttributes(index) : databaseAttributes(index)),
      status: index % 50 === 0 ? { code: 2, message: 'upstream timed out' } : {},
      ...(index % 25 === 0
        ? {
            events: [
              {
                timeUnixNano: nanosOf(now),
                name: 'exception',
                attributes: attributesOf({
                  'exception.type': 'TimeoutError',
                  'exception.message': 'upstream timed out after 2000 ms',
                }),
              },
            ],
          }
        : {}),
    }),
  );
  return aTracesRequest(spans, {
    'service.namespace': 'shop',
    'service.name': 'cart',
    'service.version': '1.4.2',
    'deployment.environment.name': 'production',
    'host.name': 'node-7',
    'telemetry.sdk.language': 'nodejs',
    'process.pid': 4242,
  });
};

const serverAttributes = (index: number): Record<string, PlainValue> => ({
  'http.request.method': 'GET',
  'url.scheme': 'https',
  'url.path': `/api/carts/${index % 97}/items`,
  'http.route': '/api/carts/{id}/items',
  'http.response.status_code': index % 50 === 0 ? 500 : 200,
  'server.address': 'cart.shop.internal',
  'server.port': 8080,
  'client.address': `10.4.${index % 12}.${index % 250}`,
  'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101',
  'network.protocol.version': '1.1',
});

const databaseAttributes = (index: number): Record<string, PlainValue> => ({
  'db.system.name': 'postgresql',
  'db.namespace': 'orders',
  'db.operation.name': 'SELECT',
  'db.query.text': `SELECT id, sku, amount FROM cart_item WHERE cart_id = $1 LIMIT ${index % 10}`,
  'server.address': 'db-1.shop.internal',
  'server.port': 5432,
  'network.transport': 'tcp',
});
