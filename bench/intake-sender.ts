import { Agent, request } from 'node:http';
import { alertOf, bodiesOf, prometheus, type Sent } from './intake-load.ts';

/** What the sender is told to do, over IPC; it answers each order with a report. */
export type Order =
  | {
      readonly do: 'load';
      readonly to: Receiver;
      readonly seed: number;
      readonly firing: number;
      readonly turns: number;
      readonly connections: number;
    }
  /** One alert of a group that there was not yet. */
  | { readonly do: 'one'; readonly to: Receiver; readonly name: string }
  | { readonly do: 'resolve'; readonly to: Receiver; readonly name: string };

export interface Receiver {
  /** Address of `POST …/api/v2/alerts`. */
  readonly url: string;
  readonly authorization: string | null;
}

export interface Report {
  readonly sent: Sent;
  readonly seconds: number;
  /** Milliseconds to each answer, sorted. */
  readonly answersMs: readonly number[];
  readonly failed: number;
  readonly sentAtMs: number;
}

const agent = new Agent({ keepAlive: true });

const post = ({ url, authorization }: Receiver, body: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          ...(authorization === null ? {} : { authorization }),
        },
      },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });

const load = async (order: Order & { do: 'load' }): Promise<Report> => {
  const sent: Sent = { fresh: 0, repeated: 0, resolved: 0, resolvedAgain: 0 };
  const source = prometheus(order.firing, order.seed, order.turns);
  const answersMs: number[] = [];
  let failed = 0;
  const sentAtMs = Date.now();
  for (;;) {
    // A turn is sent whole before the next: an alert is never over before it was new.
    const bodies = bodiesOf(source.next(sent));
    if (bodies.length === 0) break;
    await Promise.all(
      Array.from({ length: order.connections }, async () => {
        for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
          const from = performance.now();
          const status = await post(order.to, body).catch(() => 0);
          answersMs.push(performance.now() - from);
          if (status !== 200) failed += 1;
        }
      }),
    );
  }
  const seconds = (Date.now() - sentAtMs) / 1_000;
  return { sent, seconds, answersMs: answersMs.sort((a, b) => a - b), failed, sentAtMs };
};

const one = async ({ to, name, do: what }: Order & { do: 'one' | 'resolve' }): Promise<Report> => {
  const nowMs = Date.now();
  const endsAt = new Date(what === 'one' ? nowMs + 240_000 : nowMs - 1).toISOString();
  const alert = alertOf(0, 0, new Date(nowMs - 10_000).toISOString(), endsAt);
  const body = JSON.stringify([{ ...alert, labels: { ...alert.labels, alertname: name } }]);
  const sentAtMs = Date.now();
  const status = await post(to, body);
  const sent: Sent = { fresh: 1, repeated: 0, resolved: 0, resolvedAgain: 0 };
  const seconds = (Date.now() - sentAtMs) / 1_000;
  return { sent, seconds, answersMs: [seconds * 1_000], failed: status === 200 ? 0 : 1, sentAtMs };
};

process.on('message', (order: Order) => {
  void (order.do === 'load' ? load(order) : one(order)).then((report) => process.send!(report));
});
process.on('disconnect', () => process.exit(0));
