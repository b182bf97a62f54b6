import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { SenderOrder } from './ingest-sender.ts';
import { makeToken, startProduct, type Product } from './product.ts';

/**
 * npm run bench:objectives-latency: on the real product with 5,000 spans a second beside, from the acknowledgement of the spans
 * with which the formula crosses to `budget.burning` on the ledger, as the API gives it. Services begin to fail one after
 * the other; each crosses the four default tiers at counts that the sender knows for itself.
 */
const { values: given } = parseArgs({
  options: {
    services: { type: 'string', default: '30' },
    'steady-seconds': { type: 'string', default: '75' },
    'spans-per-second': { type: 'string', default: '5000' },
  },
});
const services = Number(given.services);
const steadySeconds = Number(given['steady-seconds']);
const targetMs = 10_000;
const spansPerSecond = Number(given['spans-per-second']);
const batchMs = 500;
const spansPerBatch = 10;
/** From one service's outage to the next: the beats of batches, counting and evaluating are met at all phases. */
const apartMs = 1_300;
const giveUpMs = 60_000;
/** Error ratios at which the default tiers fire at 99.9 % over 30 days: 14.4, 6, 3 and 1 times 0.1 %, in millionths. */
const tiers = { 'page-fast': 14_400, 'page-slow': 6_000, 'ticket-fast': 3_000, 'ticket-slow': 1_000 } as const;

interface Service {
  readonly name: string;
  readonly failsFromMs: number;
  total: number;
  bad: number;
  /** When the request was acknowledged with which the formula crossed, by tier. */
  readonly crossed: Map<string, number>;
}

const main = async (): Promise<void> => {
  const product = await startProduct();
  try {
    if (!(await product.ready(120_000))) throw new Error('Leadline did not become ready within 120 s');
    const token = await makeToken(product, 'admin');
    const seconds = steadySeconds + (services * apartMs) / 1_000 + 45;
    const startedMs = performance.now();
    const all = Array.from({ length: services }, (_, index): Service => ({
      name: `burning-${index}`,
      failsFromMs: startedMs + steadySeconds * 1_000 + index * apartMs,
      total: 0,
      bad: 0,
      crossed: new Map(),
    }));
    for (const { name } of all) await promise(product, token, name);
    const load = beside(product, seconds);
    const watching = new AbortController();
    const seen = watch(product, token, watching.signal);
    await sendAll(product, all, startedMs + seconds * 1_000);
    await untilTold(all, seen.told);
    watching.abort();
    await Promise.all([load, seen.ended]);
    report(all, seen.told);
  } finally {
    await product.stop();
  }
};

/** 99.9 % of a service's requests over 30 days, as a document of OpenSLO. */
const promise = async (product: Product, token: string, service: string): Promise<void> => {
  const source = (spans: object) => ({ metricSource: { type: 'leadline', spec: { spans } } });
  const indicator = {
    metadata: { name: service },
    spec: { ratioMetric: { bad: source({ service, status: 'error' }), total: source({ service }) } },
  };
  const answer = await fetch(`${product.url}/api/v1/objectives`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'openslo/v1',
      kind: 'SLO',
      metadata: { name: service },
      spec: {
        service,
        indicator,
        timeWindow: [{ duration: '30d', isRolling: true }],
        budgetingMethod: 'Occurrences',
        objectives: [{ target: 0.999 }],
      },
    }),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
};

/** The traffic of others, by a sender process of its own. */
const beside = async (product: Product, seconds: number): Promise<unknown> => {
  const others = spansPerSecond - (services * spansPerBatch * 1_000) / batchMs;
  if (others <= 0) return null;
  return new Promise((resolve, reject) => {
    const order: SenderOrder = {
      url: product.otlpHttpUrl,
      protocol: 'http',
      signal: 'traces',
      connections: 10,
      seconds,
      requestsPerSecond: others / 512,
      instance: 0,
    };
    const child = fork(new URL('ingest-sender.ts', import.meta.url), [JSON.stringify(order)]);
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the sender ended with ${code}`)));
  });
};

/** One request every half second with spans of every service; notes whose formula crosses with it. */
const sendAll = async (product: Product, all: readonly Service[], untilMs: number): Promise<void> => {
  for (let next = performance.now(); performance.now() < untilMs; next += batchMs) {
    await pause(Math.max(0, next - performance.now()));
    const failing = new Set(all.filter(({ failsFromMs }) => performance.now() >= failsFromMs));
    const answer = await fetch(`${product.otlpHttpUrl}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceSpans: all.map((service) => spansOf(service.name, failing.has(service))) }),
    });
    if (!answer.ok) throw new Error(`spans were refused: ${answer.status} ${await answer.text()}`);
    const acknowledgedMs = Date.now();
    for (const service of all) {
      service.total += spansPerBatch;
      if (failing.has(service)) service.bad += spansPerBatch;
      for (const [tier, ppm] of Object.entries(tiers))
        if (!service.crossed.has(tier) && service.bad > 0 && service.bad * 1_000_000 >= service.total * ppm)
          service.crossed.set(tier, acknowledgedMs);
    }
  }
};

const spansOf = (service: string, failed: boolean): unknown => {
  const end = BigInt(Date.now()) * 1_000_000n;
  return {
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeSpans: [
      {
        spans: Array.from({ length: spansPerBatch }, () => ({
          traceId: randomBytes(16).toString('hex'),
          spanId: randomBytes(8).toString('hex'),
          name: 'GET /',
          kind: 2,
          startTimeUnixNano: String(end - 5_000_000n),
          endTimeUnixNano: String(end),
          status: failed ? { code: 2 } : {},
        })),
      },
    ],
  };
};

/** Looks at the ledger ten times a second: when each tier of each service was first seen there. */
const watch = (product: Product, token: string, signal: AbortSignal) => {
  const told = new Map<string, number>();
  const doubled: string[] = [];
  let after = '0';
  const ended = (async () => {
    while (!signal.aborted) {
      const query = new URLSearchParams({ kind: 'budget.burning', after, limit: '500' });
      const answer = await fetch(`${product.url}/api/v1/ledger?${query}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const seenMs = Date.now();
      if (answer.ok) {
        const { items } = (await answer.json()) as {
          items: { place: string; subject: string; data: { tier: string } }[];
        };
        for (const { place, subject, data } of items) {
          const key = `${subject.replace('objective:', '')} ${data.tier}`;
          if (told.has(key)) doubled.push(key);
          else told.set(key, seenMs);
          after = String(place);
        }
      }
      await pause(100);
    }
    if (doubled.length > 0) throw new Error(`told twice: ${doubled.join(', ')}`);
  })();
  return { told, ended };
};

const untilTold = async (all: readonly Service[], told: ReadonlyMap<string, number>): Promise<void> => {
  const until = performance.now() + giveUpMs;
  const open = (): boolean =>
    all.some(({ name, crossed }) => [...crossed.keys()].some((tier) => !told.has(`${name} ${tier}`)));
  while (open() && performance.now() < until) await pause(200);
};

const report = (all: readonly Service[], told: ReadonlyMap<string, number>): void => {
  const delays: number[] = [];
  const missing: string[] = [];
  for (const { name, crossed } of all)
    for (const [tier, crossedMs] of crossed) {
      const seenMs = told.get(`${name} ${tier}`);
      if (seenMs === undefined) missing.push(`${name} ${tier}`);
      delays.push(seenMs === undefined ? giveUpMs : seenMs - crossedMs);
    }
  delays.sort((a, b) => a - b);
  const at = (share: number): number => delays[Math.max(0, Math.ceil(delays.length * share) - 1)] ?? Number.NaN;
  const met = delays.length > 0 && missing.length === 0 && at(0.99) <= targetMs;
  console.log(
    `${met ? '✓' : '✗'} acknowledgement of the crossing spans to budget.burning on the ledger, ${delays.length} crossings of ${all.length} services beside ${spansPerSecond} spans a second: ` +
      `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms (target p99 ≤ ${targetMs} ms)`,
  );
  const early = delays.filter((delay) => delay < 0).length;
  console.log(`  told before the formula crossed: ${early} (target 0)`);
  if (missing.length > 0) console.log(`  never told: ${missing.join(', ')}`);
  if (!met || early > 0) process.exitCode = 1;
};

await main();
