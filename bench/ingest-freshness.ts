import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Product } from './product.ts';

const probesApartMs = 700;
const lookEveryMs = 100;
const giveUpMs = 30_000;

/**
 * Sends a request of one span of a service of its own every now and then, and looks at that service's golden signals until
 * they count it: milliseconds from each acknowledgement to the first answer that holds it, sorted.
 */
export const measureFreshness = async (product: Product, token: string, seconds: number): Promise<number[]> => {
  const until = Date.now() + seconds * 1_000;
  const from = new Date(Date.now() - 60_000).toISOString();
  const service = `probe-${randomBytes(4).toString('hex')}`;
  const delays: number[] = [];
  const acknowledged: number[] = [];
  let counted = 0;

  const looking = (async () => {
    while (Date.now() < until + 5_000 && (Date.now() < until || counted < acknowledged.length)) {
      const now = await requestsOf(product, token, service, from);
      const atMs = performance.now();
      while (counted < now && counted < acknowledged.length) delays.push(Math.max(0, atMs - acknowledged[counted++]!));
      await pause(lookEveryMs);
    }
  })();
  while (Date.now() < until) {
    const answer = await fetch(`${product.otlpHttpUrl}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: oneSpan(service),
    });
    if (answer.ok) acknowledged.push(performance.now());
    await pause(probesApartMs);
  }
  await looking;
  for (; counted < acknowledged.length; counted += 1) delays.push(giveUpMs);
  return delays.sort((a, b) => a - b);
};

const requestsOf = async (product: Product, token: string, service: string, from: string): Promise<number> => {
  const to = new Date(Math.ceil((Date.now() + 10_000) / 10_000) * 10_000).toISOString();
  const query = new URLSearchParams({ from: `${from.slice(0, 18)}0Z`, to, step: '10' });
  const answer = await fetch(`${product.url}/api/v1/services/${service}/signals?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!answer.ok) return 0;
  return ((await answer.json()) as { totals: { requests: number | null } }).totals.requests ?? 0;
};

const oneSpan = (service: string): string => {
  const end = BigInt(Date.now()) * 1_000_000n;
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
        scopeSpans: [
          {
            spans: [
              {
                traceId: randomBytes(16).toString('hex'),
                spanId: randomBytes(8).toString('hex'),
                name: 'GET /probe',
                kind: 2,
                startTimeUnixNano: String(end - 5_000_000n),
                endTimeUnixNano: String(end),
                attributes: [{ key: 'http.request.method', value: { stringValue: 'GET' } }],
              },
            ],
          },
        ],
      },
    ],
  });
};
