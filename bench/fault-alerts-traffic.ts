import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Product } from './product.ts';

/** One batch of alerts as its sender knows it. */
export interface SentBatch {
  readonly number: number;
  readonly size: number;
  readonly askedMs: number;
  acceptedMs: number | null;
  /** When it was accepted that all of them are over; null: they fire to the end. */
  resolvedMs: number | null;
  resolveAsked: boolean;
}

/** One call as it came to a person's webhook or to the route's. */
export interface CameAlert {
  readonly batch: number;
  readonly way: 'page' | 'webhook';
  readonly page: string;
  readonly key: string;
  readonly status: 'firing' | 'resolved';
  /** What a webhook told: `index` labels with their states (`3 firing`). */
  readonly alerts: readonly string[];
  readonly atMs: number;
}

export interface AlertReceiver {
  readonly url: string;
  readonly log: readonly CameAlert[];
  /** Calls whose answer is not given yet. */
  open(): number;
  stop(): Promise<void>;
}

const answerMs = { least: 10, most: 250 } as const;

/** A person's webhook (`/person`) and a route's (`/route`): slow, so that calls are under way when something is killed. */
export const startAlertReceiver = async (): Promise<AlertReceiver> => {
  const log: CameAlert[] = [];
  let open = 0;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString('utf8'));
      const key = String(request.headers['idempotency-key']);
      log.push(request.url === '/route' ? toRoute(body, key) : toPerson(body, key));
      open += 1;
      setTimeout(
        () => {
          open -= 1;
          response.writeHead(204).end();
        },
        answerMs.least + Math.random() * (answerMs.most - answerMs.least),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    open: () => open,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};

const toRoute = (body: any, key: string): CameAlert => ({
  batch: Number(body.groupLabels.batch),
  way: 'webhook',
  page: '',
  key,
  status: body.status,
  alerts: body.alerts.map(({ labels, status }: any) => `${labels.index} ${status}`),
  atMs: Date.now(),
});

const toPerson = (body: any, key: string): CameAlert => ({
  batch: Number(/^Fault batch (\d+) /.exec(body.data.page.summary)?.[1] ?? -1),
  way: 'page',
  page: body.data.page.id,
  key,
  status: 'firing',
  alerts: [],
  atMs: Date.now(),
});

export interface AlertTraffic {
  readonly batches: readonly SentBatch[];
  /** Requests whose answer is not there yet. */
  open(): number;
  /** Milliseconds until a batch that was sent from now on was told to somebody. */
  nextTold(ms: number): Promise<number>;
  finish(): Promise<void>;
}

const outstandingMax = 12;

/** Sends batches at random moments, each again until it is accepted, and ends half of those that were told, again until accepted. */
export const startAlertTraffic = (
  product: () => Product,
  token: string,
  receiver: AlertReceiver,
  perSecond: number,
): AlertTraffic => {
  const batches: SentBatch[] = [];
  const work = new Set<Promise<void>>();
  let [number, stopping, open] = [0, false, 0];
  const track = (promise: Promise<void>): void => {
    work.add(promise);
    void promise.finally(() => work.delete(promise));
  };
  const post = postTo(product, token, (change) => (open += change));
  const send = async (): Promise<void> => {
    number += 1;
    const batch: SentBatch = {
      number,
      size: 1 + Math.floor(Math.random() * 20),
      askedMs: Date.now(),
      acceptedMs: null,
      resolvedMs: null,
      resolveAsked: false,
    };
    batches.push(batch);
    await post(alertsOf(batch, 'trigger'));
    batch.acceptedMs = Date.now();
    if (Math.random() < 0.5) track(end(batch));
  };
  /** Only what both were told of is ended, so that what is owed is certain. */
  const end = async (batch: SentBatch): Promise<void> => {
    const ways = (): number =>
      new Set(receiver.log.filter((came) => came.batch === batch.number).map(({ way }) => way)).size;
    while (ways() < 2 && !stopping) await pause(20);
    if (ways() < 2) return;
    while (!(await isToldWhole(product(), token, batch)) && !stopping) await pause(200);
    if (stopping) return;
    await pause(Math.random() * 1_500);
    batch.resolveAsked = true;
    await post(alertsOf(batch, 'resolve'));
    batch.resolvedMs = Date.now();
  };
  const sending = (async () => {
    while (!stopping) {
      await pause(Math.random() < 0.4 ? 0 : Math.random() * (3_300 / perSecond));
      if (open < outstandingMax) track(send());
    }
  })();
  return {
    batches,
    open: () => open,
    nextTold: (ms) => nextTold(batches, receiver, ms),
    finish: async () => {
      stopping = true;
      await sending;
      while (work.size > 0) await Promise.all(work);
    },
  };
};

/** Whether both receivers were told of every alert: a batch may be judged in parts, and what ends before its part is told is not told. */
const isToldWhole = async (product: Product, token: string, { number, size }: SentBatch): Promise<boolean> => {
  const answer = await fetch(`${product.url}/api/v1/alerts?limit=100&label=batch%3D${number}`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(10_000),
  }).catch(() => null);
  const body: any = answer?.ok ? await answer.json().catch(() => null) : null;
  return body?.items.filter(({ decisions }: any) => decisions.length >= 2).length === size;
};

/** Posts again for as long as the product is away or at fault. */
const postTo =
  (product: () => Product, token: string, opened: (change: number) => void) =>
  async (body: unknown): Promise<void> => {
    for (;;) {
      opened(1);
      const answer = await fetch(`${product().url}/api/v1/alerts`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(10_000),
      }).catch(() => null);
      opened(-1);
      const text = await answer?.text().catch(() => null);
      if (answer?.status === 202 && text !== null) return;
      if (answer && answer.status < 500 && answer.status !== 429)
        throw new Error(`alerts were refused: ${answer.status} ${text}`);
      await pause(50 + Math.random() * 150);
    }
  };

/** Milliseconds until a batch that was sent from now on was told to somebody. */
const nextTold = async (batches: readonly SentBatch[], receiver: AlertReceiver, ms: number): Promise<number> => {
  const [fromMs, from] = [Date.now(), receiver.log.length];
  for (let seen = from; Date.now() - fromMs < ms; await pause(10))
    for (; seen < receiver.log.length; seen += 1) {
      const came = receiver.log[seen]!;
      const of = batches.find((batch) => batch.number === came.batch);
      if (of && of.askedMs >= fromMs) return came.atMs - fromMs;
    }
  throw new Error(`nothing of after the kill was told to anybody within ${ms / 1_000} s`);
};

const alertsOf = ({ number, size }: SentBatch, action: 'trigger' | 'resolve') =>
  Array.from({ length: size }, (_, index) => ({
    dedupKey: `fault-${number}-${index}`,
    action,
    summary: `Fault batch ${number} alert ${index}`,
    severity: 'critical',
    labels: { alertname: 'Fault', batch: String(number), index: String(index) },
  }));
