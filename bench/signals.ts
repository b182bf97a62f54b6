import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { handleOn } from '../platform/clickhouse/for-tests.ts';
import type { ClickHouse } from '../platform/clickhouse/clickhouse.ts';
import { makeToken, startProduct, type Product } from './product.ts';
import { generate, type Volume } from './signals-data.ts';

/**
 * `npm run bench:signals`: the reads of a service page, of the list of services, of the map and of a large trace over HTTP,
 * on 200 services with 30 days of rollups. `--requests N` changes how many times each is asked, `--services N` and `--days N` the data.
 */
const option = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? Number(process.argv[at + 1]) : otherwise;
};
const requests = option('requests', 100);
const volume: Volume = {
  services: option('services', 200),
  operations: 5,
  days: option('days', 30),
  operationMinuteDays: 3,
  spans: option('spans', 1_000_000),
  traceSpans: 10_000,
  traceId: randomBytes(16).toString('hex'),
};
const targets = { signals: 100, list: 200, trace: 500 };

const main = async (): Promise<void> => {
  const product = await startProduct();
  try {
    if (!(await product.ready(60_000))) throw new Error('The product was not ready within a minute.');
    const token = await makeToken(product, 'viewer');
    const clickhouse = engineOf(product);
    const began = performance.now();
    await generate(clickhouse, volume, Math.floor(Date.now() / 1_000), (line) => console.log(line));
    await makeServicesKnown(product);
    console.log(`generated in ${Math.round((performance.now() - began) / 1_000)} s\n`);
    await measureAll(product, token);
    await clickhouse.stop();
  } finally {
    await product.stop();
  }
};

const engineOf = (product: Product): ClickHouse => {
  const socket = join(product.data, 'clickhouse/engine.sock');
  if (!existsSync(socket)) throw new Error(`No engine listens at ${socket}: this benchmark fills the embedded engine.`);
  return handleOn({ socket }, 'default');
};

/** One real span of each, so that the catalog finds them as it always does. */
const makeServicesKnown = async (product: Product): Promise<void> => {
  const end = BigInt(Date.now()) * 1_000_000n;
  const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });
  const resourceSpans = Array.from({ length: volume.services }, (_, index) => ({
    resource: {
      attributes: [
        attribute('service.namespace', 'shop'),
        attribute('service.name', `service-${index}`),
        attribute('service.version', '1.0.0'),
        attribute('deployment.environment.name', 'production'),
      ],
    },
    scopeSpans: [
      {
        spans: [
          {
            traceId: randomBytes(16).toString('hex'),
            spanId: randomBytes(8).toString('hex'),
            name: 'GET /',
            kind: 2,
            startTimeUnixNano: String(end - 5_000_000n),
            endTimeUnixNano: String(end),
          },
        ],
      },
    ],
  }));
  const answer = await fetch(`${product.otlpHttpUrl}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans }),
  });
  if (!answer.ok) throw new Error(`The spans were refused: ${await answer.text()}`);
};

const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();

const measureAll = async (product: Product, token: string): Promise<void> => {
  const service = (): string => `/api/v1/services/shop%2Fservice-${Math.floor(Math.random() * volume.services)}`;
  const day = 86_400;
  const reads: [string, number | null, () => string][] = [
    ['signals, last hour', targets.signals, () => `${service()}/signals`],
    ['signals, last hour and a week before', targets.signals, () => `${service()}/signals?compare=week`],
    ['signals, 24 hours', targets.signals, () => `${service()}/signals?from=${ago(day)}`],
    ['signals, 7 days', targets.signals, () => `${service()}/signals?from=${ago(7 * day)}`],
    ['signals, 30 days', targets.signals, () => `${service()}/signals?from=${ago((volume.days - 1) * day)}`],
    [
      'signals of one operation, 24 hours',
      targets.signals,
      () => `${service()}/signals?from=${ago(day)}&operation=${encodeURIComponent('GET /resource/3')}`,
    ],
    ['operations, last hour', null, () => `${service()}/operations`],
    ['neighbours, last hour', null, () => `${service()}/neighbours`],
    ['list of services, last hour, worst first', targets.list, () => '/api/v1/services?limit=200'],
    ['list of services, 24 hours', targets.list, () => '/api/v1/services?limit=200&minutes=1440'],
    ['service map, last hour', null, () => '/api/v1/service-map'],
    [
      'traces of a service, newest',
      null,
      () => `/api/v1/traces?service=shop%2Fservice-${Math.floor(Math.random() * volume.services)}&limit=20`,
    ],
    [
      'traces of a service, slowest',
      null,
      () =>
        `/api/v1/traces?service=shop%2Fservice-${Math.floor(Math.random() * volume.services)}&sort=slowest&limit=20`,
    ],
    [
      `trace of ${volume.traceSpans} spans (the browser's target)`,
      targets.trace,
      () => `/api/v1/traces/${volume.traceId}`,
    ],
  ];
  console.log(`${'read'.padEnd(46)} ${'p50'.padStart(8)} ${'p95'.padStart(8)} ${'target'.padStart(8)}`);
  for (const [name, target, path] of reads) {
    const times = await measure(product, token, path);
    const at = (share: number): number => times[Math.min(times.length - 1, Math.ceil(times.length * share) - 1)]!;
    console.log(
      `${name.padEnd(46)} ${text(at(0.5))} ${text(at(0.95))} ${target === null ? '-'.padStart(8) : text(target)}${target !== null && at(0.95) > target ? '  MISSED' : ''}`,
    );
    if (target !== null && at(0.95) > target) process.exitCode = 1;
  }
};

const text = (ms: number): string => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`.padStart(8);

/** Milliseconds of each request with its whole body, sorted; a few before the clock runs. */
const measure = async (product: Product, token: string, path: () => string): Promise<number[]> => {
  const times: number[] = [];
  for (let index = -3; index < requests; index++) {
    const from = performance.now();
    const answer = await fetch(`${product.url}${path()}`, { headers: { authorization: `Bearer ${token}` } });
    const body = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status} ${body.slice(0, 500)}`);
    if (index >= 0) times.push(performance.now() - from);
  }
  return times.sort((a, b) => a - b);
};

await main();
