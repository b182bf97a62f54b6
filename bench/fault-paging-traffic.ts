import { setTimeout as pause } from 'node:timers/promises';
import type { PagingReceivers } from './fault-paging-receivers.ts';
import { policies } from './fault-paging-model.ts';
import type { Product } from './product.ts';

/** One page as its sender knows it: asked and accepted, and whether somebody answered. */
export interface SentPage {
  readonly summary: string;
  readonly policy: string;
  readonly askedMs: number;
  readonly acceptedMs: number;
  readonly id: string;
  answered: {
    readonly how: 'acknowledge' | 'resolve' | 'link';
    readonly askedMs: number;
    doneMs: number | null;
  } | null;
}

export interface PagingTraffic {
  readonly pages: readonly SentPage[];
  /** Resolves when a page that was raised from now on was accepted and told to somebody. */
  nextTold(ms: number): Promise<number>;
  /** Raises nothing more and waits for everything that was begun. */
  finish(): Promise<void>;
}

const outstandingMax = 30;

/** Asks again for as long as the product is away or at fault. */
const asksOf = (product: () => Product, token: string) => {
  const until = async (ask: () => Promise<Response>): Promise<Response> => {
    for (;;) {
      const answer = await ask().catch(() => null);
      if (answer && answer.status < 500 && answer.status !== 429) return answer;
      await answer?.body?.cancel().catch(() => undefined);
      await pause(50 + Math.random() * 150);
    }
  };
  const post = (path: string, body: unknown): Promise<Response> =>
    until(() =>
      fetch(`${product().url}/api/v1/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(10_000),
      }),
    );
  return { until, post };
};

/** Raises pages at random moments, and answers some, asking again whatever the product did not answer. */
export const startTraffic = (
  product: () => Product,
  token: string,
  receivers: PagingReceivers,
  perSecond: number,
): PagingTraffic => {
  const pages: SentPage[] = [];
  const work = new Set<Promise<void>>();
  const names = Object.keys(policies);
  let [number, stopping] = [0, false];
  const track = (promise: Promise<void>): void => {
    work.add(promise);
    void promise.finally(() => work.delete(promise));
  };
  const { until, post } = asksOf(product, token);
  const raise = async (): Promise<void> => {
    number += 1;
    const summary = `Fault page ${number}`;
    const policy = names[Math.floor(Math.random() * names.length)]!;
    const askedMs = Date.now();
    const answer = await post('pages', { summary, policy, dedupKey: `fault-${number}` });
    const body = (await answer.json()) as { id: string };
    if (!answer.ok) throw new Error(`a page was refused: ${answer.status} ${JSON.stringify(body)}`);
    const page: SentPage = { summary, policy, askedMs, acceptedMs: Date.now(), id: body.id, answered: null };
    pages.push(page);
    if (Math.random() < 0.4) track(answerIt(page));
  };
  const answerIt = async (page: SentPage): Promise<void> => {
    await pause(Math.random() * 7_000);
    const link = receivers.links.get(page.summary);
    const how = link ? 'link' : Math.random() < 0.7 ? 'acknowledge' : 'resolve';
    const answered = { how, askedMs: Date.now(), doneMs: null as number | null } as const;
    page.answered = answered;
    const answer = link
      ? await until(() =>
          fetch(new URL(new URL(link).pathname, product().url), {
            method: 'POST',
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: '',
            signal: AbortSignal.timeout(10_000),
          }),
        )
      : await post(`pages/${page.id}/${how}`, {});
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`${how} of ${page.summary} was refused: ${answer.status}`);
    page.answered = { ...answered, doneMs: Date.now() };
  };
  const raising = (async () => {
    while (!stopping) {
      // In bursts: the next comes at once, or after a while.
      await pause(Math.random() < 0.4 ? 0 : Math.random() * (3_300 / perSecond));
      if (work.size < outstandingMax * 2) track(raise());
    }
  })();
  return {
    pages,
    nextTold: (ms) => nextTold(pages, receivers, ms),
    finish: async () => {
      stopping = true;
      await raising;
      while (work.size > 0) await Promise.all(work);
    },
  };
};

/** Milliseconds until a page that was raised after this call was told to somebody. */
const nextTold = async (pages: readonly SentPage[], receivers: PagingReceivers, ms: number): Promise<number> => {
  const [fromMs, from] = [Date.now(), receivers.log.length];
  for (let seen = from; Date.now() - fromMs < ms; await pause(10))
    for (; seen < receivers.log.length; seen += 1) {
      const came = receivers.log[seen]!;
      if (pages.some(({ summary, askedMs }) => summary === came.summary && askedMs >= fromMs))
        return came.atMs - fromMs;
      if (!pages.some(({ summary }) => summary === came.summary)) break;
    }
  throw new Error(`no page of after the kill was told to anybody within ${ms / 1_000} s`);
};
