import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

/** A service whose spans are sent; `badOf20`: how many of each twenty requests fail just now. */
export interface SentService {
  readonly name: string;
  badOf20: number;
  total: number;
  bad: number;
}

/** A sender that does not give up and knows for itself what it sent. */
export interface Traffic {
  /** Begins no more requests and resolves when each one was acknowledged. */
  rest(): Promise<void>;
  go(): void;
  stop(): Promise<void>;
}

const spansPerBatch = 20;
const batchMs = 500;
const giveUpMs = 180_000;

/** Every half second twenty requests of each service, each body sent again until it is acknowledged. */
export const startTraffic = (url: string, services: readonly SentService[]): Traffic => {
  const open = new Set<Promise<void>>();
  let sending = true;
  let ended = false;
  let failure: unknown = null;
  const loop = (async () => {
    while (!ended) {
      if (sending) {
        const before = services.map(({ badOf20 }) => badOf20);
        const spans = services.map((service) => {
          service.total += spansPerBatch;
          service.bad += service.badOf20;
          return resourceOf(service.name, evenEnds(Date.now(), spansPerBatch, service.badOf20));
        });
        const sent = sendUntilAcknowledged(url, spans)
          .then((rejected) => {
            // A clock that went back finds them too far ahead, and says so: they are not counted on either side.
            if (rejected === 0) return;
            if (rejected !== services.length * spansPerBatch) throw new Error(`${rejected} spans were rejected`);
            for (const [index, service] of services.entries()) {
              service.total -= spansPerBatch;
              service.bad -= before[index]!;
            }
          })
          .catch((error: unknown) => void (failure = error));
        open.add(sent);
        void sent.finally(() => open.delete(sent));
      }
      await pause(batchMs);
    }
  })();
  const settled = async (): Promise<void> => {
    while (open.size > 0) await Promise.all(open);
    if (failure !== null) throw failure;
  };
  return {
    rest: () => ((sending = false), settled()),
    go: () => void (sending = true),
    stop: async () => {
      ended = true;
      await loop;
      await settled();
    },
  };
};

/** A request of a service: when it ended, and whether it failed. */
export interface Ended {
  readonly atMs: number;
  readonly failed: boolean;
}

const evenEnds = (atMs: number, count: number, bad: number): Ended[] =>
  Array.from({ length: count }, (_, index) => ({ atMs, failed: index < bad }));

/** Spans of one service as OTLP/JSON. */
export const resourceOf = (service: string, ends: readonly Ended[]): unknown => ({
  resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
  scopeSpans: [
    {
      spans: ends.map(({ atMs, failed }) => ({
        traceId: randomBytes(16).toString('hex'),
        spanId: randomBytes(8).toString('hex'),
        name: 'GET /',
        kind: 2,
        startTimeUnixNano: String(BigInt(atMs - 5) * 1_000_000n),
        endTimeUnixNano: String(BigInt(atMs) * 1_000_000n),
        status: failed ? { code: 2 } : {},
      })),
    },
  ],
});

/** The same body again and again until it is taken; how many spans of it were rejected. Throws where it is refused or never answered. */
export const sendUntilAcknowledged = async (url: string, resourceSpans: readonly unknown[]): Promise<number> => {
  const body = JSON.stringify({ resourceSpans });
  const until = performance.now() + giveUpMs;
  while (performance.now() < until) {
    const answer = await fetch(`${url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(15_000),
    }).catch(() => null);
    const said = await answer?.text().catch(() => null);
    if (answer?.status === 200 && typeof said === 'string') return rejectedIn(said);
    if (answer && ![429, 502, 503, 504].includes(answer.status))
      throw new Error(`spans were answered ${answer.status}`);
    await pause(100 + Math.random() * 300);
  }
  throw new Error(`spans were not acknowledged within ${giveUpMs / 1_000} s`);
};

const rejectedIn = (answer: string): number => {
  const { partialSuccess } = JSON.parse(answer || '{}') as { partialSuccess?: { rejectedSpans?: string | number } };
  return Number(partialSuccess?.rejectedSpans ?? 0);
};
