import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changeFaults } from './control.ts';
import { startShop, type Shop } from './start.ts';

interface Span {
  readonly service: string;
  readonly environment: string;
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly failed: boolean;
  readonly events: readonly string[];
}
const spans: Span[] = [];
const logs: { service: string; severity: string; traceId: string }[] = [];
const metrics = new Set<string>();

/** An OTLP receiver that is not ours: what arrives is what the real SDK sends. */
const receiver = http.createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const bytes = Buffer.concat(chunks);
    keep(JSON.parse((request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString()));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
});

const keep = (body: any): void => {
  const of = (resource: any, key: string): string =>
    resource.attributes.find((attribute: any) => attribute.key === key)?.value.stringValue ?? '';
  for (const { resource, scopeSpans } of body.resourceSpans ?? []) {
    for (const span of scopeSpans.flatMap((scope: any) => scope.spans)) {
      spans.push({
        service: `${of(resource, 'service.namespace')}/${of(resource, 'service.name')}`,
        environment: of(resource, 'deployment.environment.name'),
        name: span.name,
        kind: span.kind,
        traceId: span.traceId,
        failed: span.status?.code === 2,
        events: span.events.map((event: any) => event.name),
      });
    }
  }
  for (const { resource, scopeLogs } of body.resourceLogs ?? []) {
    for (const record of scopeLogs.flatMap((scope: any) => scope.logRecords)) {
      logs.push({
        service: of(resource, 'service.name'),
        severity: record.severityText,
        traceId: record.traceId ?? '',
      });
    }
  }
  for (const { scopeMetrics } of body.resourceMetrics ?? []) {
    for (const metric of scopeMetrics.flatMap((scope: any) => scope.metrics)) metrics.add(metric.name);
  }
};

let shop: Shop;
// A shop that runs on this machine meanwhile keeps its own control file.
const ownTemporary = mkdtempSync(join(tmpdir(), 'leadline-shop-test-'));
beforeAll(async () => {
  process.env['TMPDIR'] = ownTemporary;
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  shop = await startShop({ otlpHttpUrl: `http://127.0.0.1:${port}`, protocol: 'http/json', rate: 40 });
});
afterAll(async () => {
  await shop?.stop();
  receiver.closeAllConnections();
  receiver.close();
  rmSync(ownTemporary, { recursive: true, force: true });
});

const untilMs = 30_000;

it('tells every service, its neighbours in one trace, its metrics', async () => {
  await expect
    .poll(() => new Set(spans.map(({ service }) => service)), { timeout: untilMs })
    .toEqual(new Set(['shop/gateway', 'shop/catalog', 'shop/cart', 'shop/checkout', 'shop/payment']));
  await expect
    .poll(
      () => {
        const paid = spans.filter(({ service, kind }) => service === 'shop/payment' && kind === 2);
        return paid.some(
          ({ traceId }) =>
            new Set(spans.filter((span) => span.traceId === traceId).map(({ service }) => service)).size >= 4,
        );
      },
      { timeout: untilMs },
    )
    .toBe(true);
  expect(new Set(spans.map(({ environment }) => environment))).toEqual(new Set(['demo']));
  expect(spans.some(({ name, kind }) => name === 'POST /payments' && kind === 2)).toBe(true);
  await expect
    .poll(() => metrics.has('nodejs.eventloop.utilization') && metrics.has('process.cpu.utilization'), {
      timeout: untilMs,
    })
    .toBe(true);
});

it('fails as told while it runs: the span shows the fault, the log line has its trace, the caller fails too', async () => {
  expect(await changeFaults({ payment: { errors: 1, latencyMs: 0 } })).toMatchObject({ payment: { errors: 1 } });
  const failing = () => spans.filter(({ service, kind, failed }) => service === 'shop/payment' && kind === 2 && failed);
  await expect.poll(() => failing().length, { timeout: untilMs }).toBeGreaterThan(10);
  expect(failing().every(({ events }) => events.includes('exception'))).toBe(true);
  await expect
    .poll(() => spans.some(({ service, kind, failed }) => service === 'shop/checkout' && kind === 2 && failed), {
      timeout: untilMs,
    })
    .toBe(true);
  const traces = new Set(failing().map(({ traceId }) => traceId));
  await expect
    .poll(
      () =>
        logs.some(
          ({ service, severity, traceId }) => service === 'payment' && severity === 'error' && traces.has(traceId),
        ),
      { timeout: untilMs },
    )
    .toBe(true);
});

it('works again after the fault is cleared', async () => {
  await changeFaults({ payment: { errors: 0, latencyMs: 0 } });
  const before = spans.length;
  await expect
    .poll(
      () =>
        spans
          .slice(before)
          .filter(({ service, name, failed }) => service === 'shop/payment' && name === 'POST /payments' && !failed)
          .length,
      { timeout: untilMs },
    )
    .toBeGreaterThan(10);
});

it('refuses a fault in a service that there is not, in words', async () => {
  await expect(changeFaults({ stock: { errors: 1, latencyMs: 0 } })).rejects.toThrow(/no service stock/);
});
