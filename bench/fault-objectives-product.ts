import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { createTalk, type Talk } from '../platform/clickhouse/client.ts';
import { socketIn } from '../platform/clickhouse/start.ts';
import { placesOf, socketFolder } from '../platform/postgres/places.ts';
import { embeddedTarget } from '../platform/postgres/start.ts';
import type { Product } from './product.ts';

/** How a fault says what came of it; the target stands beside the figure. */
export type Report = (well: boolean, text: string) => void;

/** Everything that a fault asks a running product for, from outside. */
export const askApi = async <Answer>(
  product: Product,
  token: string,
  path: string,
  body?: unknown,
): Promise<Answer> => {
  const answer = await fetch(`${product.url}/api/v1/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${(await answer.text()).slice(0, 2_000)}`);
  return (await answer.json()) as Answer;
};

/** Applies documents, at most a hundred at once. */
export const applyDocuments = async (product: Product, token: string, documents: readonly unknown[]): Promise<void> => {
  for (let at = 0; at < documents.length; at += 100) {
    const text = documents
      .slice(at, at + 100)
      .map((document) => JSON.stringify(document))
      .join('\n---\n');
    await askApi(product, token, 'objectives', { text });
  }
};

/** An event of the ledger. */
export interface LedgerEvent {
  readonly place: string;
  readonly kind: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** All events of some kinds, in the order of the ledger. */
export const ledgerOf = async (product: Product, token: string, kinds: readonly string[]): Promise<LedgerEvent[]> => {
  const all: LedgerEvent[] = [];
  for (const kind of kinds) {
    for (let after = '0'; ;) {
      const query = new URLSearchParams({ kind, after, limit: '500' });
      const { items } = await askApi<{ items: LedgerEvent[] }>(product, token, `ledger?${query}`);
      all.push(...items);
      if (items.length === 0) break;
      after = String(items.at(-1)!.place);
    }
  }
  return all.sort((a, b) => Number(a.place) - Number(b.place));
};

/** The product's own PostgreSQL, by its socket; null while it is down. */
export const connectState = async (product: Product): Promise<Client | null> => {
  const socket = socketFolder(placesOf(product.data), process.getuid?.() ?? 0);
  const client = new Client(embeddedTarget(socket));
  client.on('error', () => undefined);
  return client.connect().then(
    () => client,
    () => null,
  );
};

/** The product's own ClickHouse, by its socket. */
export const connectCounts = (product: Product): Talk =>
  createTalk({ socket: socketIn(join(product.data, 'clickhouse')) }, { embedded: true });

/** Waits for a condition of the outside world; throws with `what` after `ms`. */
export const untilTrue = async (what: string, ms: number, condition: () => Promise<boolean>): Promise<void> => {
  for (const until = performance.now() + ms; performance.now() < until; await pause(250))
    if (await condition().catch(() => false)) return;
  throw new Error(`${what}: not within ${ms / 1_000} s`);
};

/** A promise over the requests of one service, with one tier of its own where `needs` is named, and nothing else that tells. */
export const promiseOver = (of: {
  readonly name: string;
  readonly service: string;
  readonly targetPercent: number;
  readonly window: string;
  /** Share of bad requests within one minute at which the tier fires, percent. */
  readonly needsPercent?: number;
}): unknown => {
  const source = (spans: object) => ({ metricSource: { type: 'leadline', spec: { spans } } });
  const tier = of.needsPercent === undefined ? [] : [tierOf(of.needsPercent / (100 - of.targetPercent))];
  return {
    apiVersion: 'openslo/v1',
    kind: 'SLO',
    metadata: {
      name: of.name,
      annotations: {
        'leadline.dev/exhausts-within': 'off',
        'leadline.dev/no-data-minutes': 'off',
        ...(tier.length === 0 ? { 'leadline.dev/alerts': 'off' } : {}),
      },
    },
    spec: {
      service: of.service,
      indicator: {
        metadata: { name: `${of.service}-answered` },
        spec: {
          ratioMetric: {
            counter: true,
            bad: source({ service: of.service, status: 'error' }),
            total: source({ service: of.service }),
          },
        },
      },
      timeWindow: [{ duration: of.window, isRolling: true }],
      budgetingMethod: 'Occurrences',
      objectives: [{ displayName: 'all', targetPercent: of.targetPercent }],
      ...(tier.length === 0 ? {} : { alertPolicies: tier }),
    },
  };
};

const tierOf = (threshold: number): unknown => ({
  kind: 'AlertPolicy',
  metadata: { name: 'one-minute' },
  spec: {
    alertWhenBreaching: true,
    conditions: [
      {
        kind: 'AlertCondition',
        metadata: { name: 'one-minute' },
        spec: {
          severity: 'page',
          condition: { kind: 'burnrate', op: 'gte', threshold: Number(threshold.toFixed(6)), lookbackWindow: '1m' },
        },
      },
    ],
    notificationTargets: [
      { kind: 'AlertNotificationTarget', metadata: { name: 'nobody' }, spec: { target: 'ledger' } },
    ],
  },
});
