import { gzipSync } from 'node:zlib';

/**
 * OTLP requests like those of a service under the OpenTelemetry SDK's auto-instrumentation, written straight as protobuf.
 * A body is built once and its ids and times are patched for each sending, so that a sender costs little and no two
 * bodies are equal (an equal one would be taken for a repeat).
 */
export interface LoadBody {
  /** Protobuf bytes for this sending: the same buffer each time. `round` makes the ids, `nowMs` the times. */
  fill(round: number, nowMs: number): Buffer;
  /** Spans, data points or log records. */
  readonly items: number;
}

export const servicesInLoad = 10;
const spansPerTrace = 8;
export const routes = [
  'GET /api/products',
  'GET /api/products/:id',
  'POST /api/cart',
  'GET /api/cart',
  'POST /api/orders',
  'GET /api/orders/:id',
  'POST /api/payments',
  'GET /api/recommendations',
];

class Wire {
  readonly bytes = Buffer.alloc(4 * 1024 * 1024);
  length = 0;
  varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }
  number(field: number, value: number): void {
    this.varint(field * 8);
    this.varint(value);
  }
  text(field: number, value: string): void {
    this.varint(field * 8 + 2);
    this.varint(Buffer.byteLength(value));
    this.length += this.bytes.write(value, this.length);
  }
  /** Room for a fixed64; returns where it lies. */
  fixed64(field: number): number {
    this.varint(field * 8 + 1);
    this.length += 8;
    return this.length - 8;
  }
  double(field: number, value: number): void {
    this.bytes.writeDoubleLE(value, this.fixed64(field));
  }
  room(field: number, size: number): number {
    this.varint(field * 8 + 2);
    this.varint(size);
    this.length += size;
    return this.length - size;
  }
  /** A nested message; its length is written in three bytes, which protobuf allows. */
  message(field: number, write: () => void): void {
    this.varint(field * 8 + 2);
    const at = this.length;
    this.length += 3;
    write();
    const size = this.length - at - 3;
    this.bytes[at] = (size & 0x7f) | 0x80;
    this.bytes[at + 1] = ((size >> 7) & 0x7f) | 0x80;
    this.bytes[at + 2] = size >> 14;
  }
  attribute(field: number, key: string, value: string | number | boolean): void {
    this.message(field, () => {
      this.text(1, key);
      this.message(2, () => {
        if (typeof value === 'string') this.text(1, value);
        else if (typeof value === 'boolean') this.number(2, value ? 1 : 0);
        else this.number(3, value);
      });
    });
  }
  take(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.length));
  }
}

const writeResource = (wire: Wire, service: number, instance: number): void =>
  wire.message(1, () => {
    const attributes: Record<string, string | number> = {
      'service.namespace': 'bench',
      'service.name': `service-${service}`,
      'service.version': '1.4.2',
      'service.instance.id': `0d1c7f4e-77aa-4f0e-8f5e-0000000000${instance}${service}`,
      'deployment.environment.name': 'production',
      'host.name': `node-${instance}`,
      'host.arch': 'amd64',
      'process.pid': 4_211 + service,
      'process.runtime.name': 'nodejs',
      'process.runtime.version': '26.10.0',
      'process.command': '/srv/app/main.js',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.name': 'opentelemetry',
      'telemetry.sdk.version': '2.0.1',
      'k8s.pod.name': `service-${service}-7c9f6d5b8-x2k4${instance}`,
      'k8s.namespace.name': 'shop',
    };
    for (const [key, value] of Object.entries(attributes)) wire.attribute(1, key, value);
  });

const writeScope = (wire: Wire, name: string): void =>
  wire.message(1, () => {
    wire.text(1, name);
    wire.text(2, '0.55.0');
  });

interface SpanPlace {
  readonly trace: number;
  readonly span: number;
  readonly parent: number | null;
  readonly start: number;
  readonly end: number;
  readonly traceIndex: number;
  readonly spanNumber: number;
  readonly parentNumber: number;
}

/** 512 spans of 64 traces that run through all services: a server, two databases, one call on, four within. */
export const spanBody = (service: number, instance: number, spans = 512): LoadBody => {
  const wire = new Wire();
  const places: SpanPlace[] = [];
  wire.message(1, () => {
    writeResource(wire, service, instance);
    for (let kind = 0; kind < spansPerTrace; kind += 1) {
      wire.message(2, () => {
        writeScope(
          wire,
          kind === 0 || kind === 7
            ? '@opentelemetry/instrumentation-http'
            : kind < 3
              ? '@opentelemetry/instrumentation-pg'
              : '@opentelemetry/instrumentation-express',
        );
        for (let trace = 0; trace < spans / spansPerTrace; trace += 1)
          places.push(writeSpan(wire, service, trace, kind));
      });
    }
  });
  const bytes = wire.take();
  return {
    items: places.length,
    fill: (round, nowMs) => {
      const nowNs = BigInt(Math.floor(nowMs)) * 1_000_000n;
      for (const place of places) patchSpan(bytes, place, service, instance, round, nowNs);
      return bytes;
    },
  };
};

/** 0 the server span, 1 and 2 databases, 3 to 6 within the process, 7 the call to the next service. */
const writeSpan = (wire: Wire, service: number, traceIndex: number, number: number): SpanPlace => {
  const route = routes[(traceIndex + service) % routes.length]!;
  const failed = number === 0 && traceIndex % 50 === 0;
  const places: { [name: string]: number } = {};
  wire.message(2, () => {
    places['trace'] = wire.room(1, 16);
    places['span'] = wire.room(2, 8);
    if (number > 0 || service > 0) places['parent'] = wire.room(4, 8);
    wire.text(
      5,
      number === 0
        ? route
        : number === 7
          ? 'GET'
          : number < 3
            ? 'pg.query:SELECT orders'
            : `middleware - ${['query', 'expressInit', 'session', 'router'][number - 3]}`,
    );
    wire.number(6, number === 0 ? 2 : number < 3 || number === 7 ? 3 : 1);
    places['start'] = wire.fixed64(7);
    places['end'] = wire.fixed64(8);
    for (const [key, value] of Object.entries(attributesOf(route, service, number, traceIndex, failed)))
      wire.attribute(9, key, value);
    if (failed) wire.message(15, () => wire.number(3, 2));
    wire.varint(16 * 8 + 5);
    wire.bytes.writeUInt32LE(0x101, wire.length);
    wire.length += 4;
  });
  const parentNumber = number === 0 ? 7 : 0;
  return {
    trace: places['trace']!,
    span: places['span']!,
    parent: places['parent'] ?? null,
    start: places['start']!,
    end: places['end']!,
    traceIndex,
    spanNumber: number,
    parentNumber,
  };
};

const attributesOf = (
  route: string,
  service: number,
  number: number,
  trace: number,
  failed: boolean,
): Record<string, string | number> => {
  if (number === 0) {
    return {
      'http.request.method': route.split(' ')[0]!,
      'http.route': route.split(' ')[1]!,
      'url.path': route.split(' ')[1]!.replace(':id', String(1_000 + trace)),
      'url.scheme': 'http',
      'server.address': `service-${service}`,
      'server.port': 8_080,
      'client.address': `10.0.3.${trace}`,
      'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
      'network.protocol.version': '1.1',
      'http.response.status_code': failed ? 500 : 200,
    };
  }
  if (number === 7) {
    return {
      'http.request.method': 'GET',
      'url.full': `http://service-${service + 1}:8080/api/items/${1_000 + trace}`,
      'server.address': `service-${service + 1}`,
      'server.port': 8_080,
      'network.peer.address': `10.0.4.${service + 1}`,
      'network.peer.port': 8_080,
      'http.response.status_code': 200,
    };
  }
  if (number < 3) {
    return {
      'db.system.name': 'postgresql',
      'db.namespace': 'orders',
      'db.query.text':
        'SELECT id, customer_id, total, created_at FROM orders WHERE customer_id = $1 ORDER BY created_at DESC LIMIT 20',
      'db.operation.name': 'SELECT',
      'db.collection.name': 'orders',
      'server.address': 'orders-db.internal',
      'server.port': 5_432,
    };
  }
  return {
    'express.name': 'router',
    'express.type': 'middleware',
    'http.route': route.split(' ')[1]!,
    'code.function.name': 'handle',
    'thread.id': 1,
  };
};

const patchSpan = (
  bytes: Buffer,
  place: SpanPlace,
  service: number,
  instance: number,
  round: number,
  nowNs: bigint,
): void => {
  const key = (place.traceIndex * 2_654_435_761 + round * 40_503) >>> 0;
  bytes.writeUInt32LE((key ^ 0x9e37_79b9) >>> 0, place.trace);
  bytes.writeUInt32LE(instance, place.trace + 4);
  bytes.writeUInt32LE(round, place.trace + 8);
  bytes.writeUInt32LE(place.traceIndex + 1, place.trace + 12);
  putSpanId(bytes, place.span, key, round, service, place.spanNumber, instance);
  if (place.parent !== null)
    putSpanId(
      bytes,
      place.parent,
      key,
      round,
      place.spanNumber === 0 ? service - 1 : service,
      place.parentNumber,
      instance,
    );
  // A request takes 2 to about 400 ms, the inner ones less; all end within the last second.
  const wholeUs = (2_000 + (key % 1_000) * (key % 400)) * (1 - service / 12);
  const partUs = place.spanNumber === 0 ? wholeUs : wholeUs * (place.spanNumber === 7 ? 0.9 : 0.1 * place.spanNumber);
  const endNs = nowNs - BigInt((key % 900) * 1_000_000 + service * 1_000 + place.spanNumber * 100);
  bytes.writeBigUInt64LE(endNs, place.end);
  bytes.writeBigUInt64LE(endNs - BigInt(Math.floor(partUs)) * 1_000n, place.start);
};

const putSpanId = (
  bytes: Buffer,
  at: number,
  key: number,
  round: number,
  service: number,
  number: number,
  instance: number,
): void => {
  bytes.writeUInt32LE((key ^ Math.imul(round, 0x85eb_ca6b)) >>> 0, at);
  bytes.writeUInt32LE((((round & 0xffff) << 16) | (instance << 8) | (service << 4) | number) >>> 0, at + 4);
};

/** 1,000 data points of gauges and counters of one process, 40 metrics of 25 series each. */
export const metricBody = (service: number, instance: number, points = 1_000): LoadBody => {
  const wire = new Wire();
  const times: number[] = [];
  const starts: number[] = [];
  const values: number[] = [];
  const perMetric = 25;
  wire.message(1, () => {
    writeResource(wire, service, instance);
    wire.message(2, () => {
      writeScope(wire, 'bench-metrics');
      for (let metric = 0; metric < points / perMetric; metric += 1) {
        const counter = metric % 2 === 0;
        wire.message(2, () => {
          wire.text(1, counter ? `app.requests.${metric}` : `app.pool.usage.${metric}`);
          wire.text(3, counter ? '{request}' : '1');
          wire.message(counter ? 7 : 5, () => {
            for (let series = 0; series < perMetric; series += 1) {
              wire.message(1, () => {
                starts.push(wire.fixed64(2));
                times.push(wire.fixed64(3));
                values.push(wire.fixed64(4));
                wire.attribute(7, 'http.route', routes[series % routes.length]!);
                wire.attribute(7, 'shard', `shard-${series}`);
              });
            }
            if (counter) {
              wire.number(2, 2);
              wire.number(3, 1);
            }
          });
        });
      }
    });
  });
  const bytes = wire.take();
  const startedNs = BigInt(Date.now()) * 1_000_000n;
  return {
    items: times.length,
    fill: (round, nowMs) => {
      const nowNs = BigInt(Math.floor(nowMs)) * 1_000_000n;
      for (const at of times) bytes.writeBigUInt64LE(nowNs, at);
      for (const at of starts) bytes.writeBigUInt64LE(startedNs, at);
      for (const [index, at] of values.entries())
        bytes.writeDoubleLE(index % 50 < perMetric ? round * 7 + index : ((round * 31 + index * 17) % 100) / 100, at);
      return bytes;
    },
  };
};

/** 512 log records, one in twelve an error, each with its trace. */
export const logBody = (service: number, instance: number, records = 512): LoadBody => {
  const wire = new Wire();
  const times: number[] = [];
  const observed: number[] = [];
  const traces: number[] = [];
  wire.message(1, () => {
    writeResource(wire, service, instance);
    wire.message(2, () => {
      writeScope(wire, 'pino');
      for (let record = 0; record < records; record += 1) {
        const error = record % 12 === 0;
        wire.message(2, () => {
          times.push(wire.fixed64(1));
          wire.number(2, error ? 17 : 9);
          wire.text(3, error ? 'ERROR' : 'INFO');
          wire.message(5, () =>
            wire.text(
              1,
              error
                ? `payment of order ${10_000 + record} was declined: insufficient funds`
                : `order ${10_000 + record} of customer ${record % 97} was priced at ${record}.90 in 3 steps`,
            ),
          );
          wire.attribute(6, 'order.id', 10_000 + record);
          wire.attribute(6, 'customer.tier', ['gold', 'silver', 'none'][record % 3]!);
          wire.attribute(6, 'code.file.path', '/srv/app/modules/orders/price.js');
          traces.push(wire.room(9, 16));
          wire.room(10, 8);
          observed.push(wire.fixed64(11));
        });
      }
    });
  });
  const bytes = wire.take();
  return {
    items: times.length,
    fill: (round, nowMs) => {
      const nowNs = BigInt(Math.floor(nowMs)) * 1_000_000n;
      for (const [index, at] of times.entries()) bytes.writeBigUInt64LE(nowNs - BigInt(index) * 100_000n, at);
      for (const at of observed) bytes.writeBigUInt64LE(nowNs, at);
      for (const [index, at] of traces.entries()) {
        bytes.writeUInt32LE(round, at);
        bytes.writeUInt32LE(instance * 16 + service, at + 4);
        bytes.writeUInt32LE(index + 1, at + 8);
      }
      return bytes;
    },
  };
};

export const bodyOf = { traces: spanBody, metrics: metricBody, logs: logBody } as const;

/** As an exporter compresses: gzip, here at level 1 so that a sender costs less than what it measures. */
export const compressed = (bytes: Uint8Array): Buffer => gzipSync(bytes, { level: 1 });
