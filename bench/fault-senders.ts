import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

/** Senders that do not give up: each request is sent, byte for byte, until it is acknowledged. */
/** Services that the spans are of: `fault-0` and on. */
export const faultServices = 5;

export interface Senders {
  /** Requests that are on their way now. */
  inFlight(): number;
  acknowledged(): number;
  /** Answers by status, 0 for a broken connection. */
  answers(): Readonly<Record<number, number>>;
  /** Resolves with the next acknowledgement of a request that was begun after this call; rejects after `ms`. */
  nextAcknowledgement(ms: number): Promise<void>;
  /** Begins no more requests and resolves when each is acknowledged, or given up after `ms`. */
  finish(ms: number): Promise<SentLog>;
}

/** The senders' own log: what was acknowledged, and what never was. */
export interface SentLog {
  /** `connection/number` of requests. */
  readonly acknowledged: readonly string[];
  readonly unknown: readonly string[];
}

export const spansPerRequest = 50;

export const startSenders = (url: string, connections: number, pauseMs: number): Senders => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const acknowledged: string[] = [];
  const unknown: string[] = [];
  const answers: Record<number, number> = {};
  const begun = { requests: 0 };
  let waiting: { from: number; resolve: () => void }[] = [];
  let inFlight = 0;
  let stopping = false;
  let giveUpAt = Number.POSITIVE_INFINITY;

  const sendUntilAcknowledged = async (id: string, body: Buffer): Promise<boolean> => {
    while (performance.now() < giveUpAt) {
      inFlight += 1;
      const status = await post(url, agent, body).catch(() => 0);
      inFlight -= 1;
      answers[status] = (answers[status] ?? 0) + 1;
      if (status === 200) return true;
      if (status !== 0 && status !== 429 && status !== 503) throw new Error(`request ${id} was answered ${status}`);
      await pause(50 + Math.random() * 200);
    }
    return false;
  };
  const loop = async (connection: number): Promise<void> => {
    for (let number = 0; !stopping; number += 1) {
      const mine = (begun.requests += 1);
      const id = `${connection}/${number}`;
      const well = await sendUntilAcknowledged(id, bodyOf(connection, number));
      (well ? acknowledged : unknown).push(id);
      if (well) {
        const done = waiting.filter(({ from }) => mine > from);
        waiting = waiting.filter(({ from }) => mine <= from);
        for (const { resolve } of done) resolve();
      }
      await pause(Math.random() * pauseMs);
    }
  };
  const loops = Array.from({ length: connections }, (_, connection) => loop(connection));
  for (const one of loops) one.catch(() => {});

  return {
    inFlight: () => inFlight,
    acknowledged: () => acknowledged.length,
    answers: () => answers,
    nextAcknowledgement: (ms) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`nothing was acknowledged for ${ms / 1_000} s`)), ms);
        waiting.push({ from: begun.requests, resolve: () => (clearTimeout(timer), resolve()) });
      }),
    finish: async (ms) => {
      stopping = true;
      giveUpAt = performance.now() + ms;
      await Promise.all(loops);
      agent.destroy();
      return { acknowledged, unknown };
    },
  };
};

const post = (url: string, agent: Agent, body: Buffer): Promise<number> =>
  new Promise((resolve, reject) => {
    const outgoing = request(
      new URL('/v1/traces', url),
      {
        method: 'POST',
        agent,
        timeout: 15_000,
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': body.byteLength },
      },
      (answer) => {
        answer.resume();
        answer.on('end', () => (answer.complete ? resolve(answer.statusCode ?? 0) : reject(new Error('cut off'))));
        answer.on('error', reject);
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')));
    outgoing.on('error', reject);
    outgoing.end(body);
  });

/** The span id says which request it came with: connection from 1 (2 bytes), number (4), place in the request (2). */
const bodyOf = (connection: number, number: number): Buffer => {
  const nowNs = BigInt(Date.now()) * 1_000_000n;
  const spans = Array.from({ length: spansPerRequest }, (_, index) => {
    const end = nowNs - BigInt((index % 7) * 1_700_000_000) - BigInt(index);
    return {
      traceId: `${hex(connection, 8)}${hex(number, 16)}${hex(Math.floor(index / 2) + 1, 8)}`,
      spanId: `${hex(connection + 1, 4)}${hex(number, 8)}${hex(index, 4)}`,
      ...(index % 2 === 1 ? { parentSpanId: `${hex(connection + 1, 4)}${hex(number, 8)}${hex(index - 1, 4)}` } : {}),
      name: index % 2 === 0 ? 'GET' : `GET /thing/${index % 10}`,
      kind: index % 2 === 0 ? 3 : 2,
      startTimeUnixNano: String(end - BigInt(1 + index) * 3_000_000n),
      endTimeUnixNano: String(end),
      attributes: [
        { key: 'server.address', value: { stringValue: 'neighbour' } },
        { key: 'http.request.method', value: { stringValue: 'GET' } },
      ],
      ...(index % 11 === 3 ? { status: { code: 2 } } : {}),
    };
  });
  const resource = {
    attributes: [{ key: 'service.name', value: { stringValue: `fault-${connection % faultServices}` } }],
  };
  return gzipSync(JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }), { level: 1 });
};

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
