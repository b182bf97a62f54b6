import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { killInTurn, killQuietly, type Kills } from './fault-paging-kills.ts';
import { documentsFor, owedBy, policies } from './fault-paging-model.ts';
import { startReceivers, type Came } from './fault-paging-receivers.ts';
import { startTraffic, type SentPage } from './fault-paging-traffic.ts';
import { askApi } from './fault-objectives-product.ts';
import { processesOf } from './fault-victims.ts';
import { freePorts, makeToken, startProduct, type Product } from './product.ts';

/** What came of a run, by the receivers' and the sender's own logs. */
export interface PagingReport {
  readonly kills: Kills;
  readonly pages: readonly SentPage[];
  readonly sends: number;
  /** Sends that came once more, under the key that they had. */
  readonly repeats: number;
  readonly owed: number;
  readonly answered: number;
  /** Sends that came after an answer was accepted, with the latest of them in milliseconds. */
  readonly afterAnswer: { readonly count: number; readonly latestMs: number };
  readonly wrongs: readonly string[];
}

/** A send that had passed its check when the answer came is under way for no longer. */
const underWayMs = 2_000;
/** An answer counts against what was due so long before it: a start takes its time. */
const dueBeforeMs = 45_000;
const settleMs = 120_000;

/** Raises pages while the product's processes are killed, and compares what came with what was owed. */
export const killWhilePaging = async (kills: number, perSecond: number, minutesMax = 60): Promise<PagingReport> => {
  const receivers = await startReceivers();
  const again = {
    data: await mkdtemp(join(tmpdir(), 'leadline-fault-')),
    ports: await freePorts(),
    environment: { LEADLINE_SMTP_URL: receivers.smtp, LEADLINE_SMTP_FROM: 'leadline@example.org' },
  };
  const until = performance.now() + minutesMax * 60_000;
  const run = { product: await startProduct(again), again, receivers, until };
  try {
    if (!(await run.product.ready(120_000))) throw new Error('Leadline did not become ready within 120 s');
    const token = await makeToken(run.product, 'admin');
    for (const { path, body } of documentsFor(receivers.hooks)) await put(run.product, token, path, body);
    const traffic = startTraffic(() => run.product, token, receivers, perSecond);
    await traffic.nextTold(60_000);
    const struck = Object.assign(run, { traffic });
    const done = await killInTurn(kills, struck);
    await traffic.finish();
    await settled(traffic.pages, receivers.log);
    const found = compare(traffic.pages, receivers.log);
    const audit = await askApi<{ ok: boolean; findings: unknown[] }>(run.product, token, 'oncall/audit');
    if (!audit.ok) found.wrongs.push(`the audit finds ${JSON.stringify(audit.findings.slice(0, 5))}`);
    return { kills: done, pages: traffic.pages, ...found };
  } finally {
    await run.product.stop();
    for (const pid of processesOf(run.product, 'everything')) killQuietly(pid);
    await receivers.stop();
    await rm(again.data, { recursive: true, force: true });
  }
};

const put = async (product: Product, token: string, path: string, body: unknown): Promise<void> => {
  const answer = await fetch(`${product.url}/api/v1/${path}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`PUT ${path}: ${answer.status} ${await answer.text()}`);
};

/** Until everything that is owed came and nothing more comes, or the time is over. */
const settled = async (pages: readonly SentPage[], log: readonly Came[]): Promise<void> => {
  const until = Date.now() + settleMs;
  for (let before = -1; Date.now() < until; await pause(1_000)) {
    const { wrongs } = compare(pages, log);
    if (wrongs.length === 0 && log.length === before) return;
    before = log.length;
  }
};

type Compared = Omit<PagingReport, 'kills' | 'pages' | 'wrongs'> & { wrongs: string[] };

/** What came against what is owed, page by page. */
export const compare = (pages: readonly SentPage[], log: readonly Came[]): Compared => {
  const wrongs: string[] = [];
  const after = { count: 0, latestMs: 0 };
  const byPage = Map.groupBy(log, ({ summary }) => summary);
  let [owedCount, answered] = [0, 0];
  for (const page of pages) {
    const came = byPage.get(page.summary) ?? [];
    byPage.delete(page.summary);
    if (page.answered) answered += 1;
    owedCount += comparePage(page, came, after, wrongs);
  }
  for (const [summary] of byPage) if (summary === '?') wrongs.push('a send tells of no page that was raised');
  const slotsOfKeys = Map.groupBy(log, ({ key }) => key);
  for (const [key, sends] of slotsOfKeys)
    if (new Set(sends.map(({ summary, slot }) => `${summary} ${slot}`)).size > 1)
      wrongs.push(`the key ${key} came for ${sends.map(({ summary, slot }) => `${summary} ${slot}`).join(', ')}`);
  return {
    sends: log.length,
    repeats: log.length - slotsOfKeys.size,
    owed: owedCount,
    answered,
    afterAnswer: after,
    wrongs,
  };
};

/** Compares one page; gives back how many sends it owes for certain. */
const comparePage = (
  page: SentPage,
  came: readonly Came[],
  after: { count: number; latestMs: number },
  wrongs: string[],
): number => {
  const say = (text: string): void => void wrongs.push(`${page.summary} (${page.policy}): ${text}`);
  const answer = page.answered;
  const bySlot = Map.groupBy(came, ({ slot }) => slot);
  const expected = Map.groupBy(owedBy(policies[page.policy]!), ({ slot }) => slot);
  let certain = 0;
  for (const [slot, sends] of bySlot) {
    const known = expected.get(slot) ?? [];
    const keys = [...Map.groupBy(sends, ({ key }) => key).values()].map((same) => same[0]!);
    if (keys.length > known.length) say(`${slot} came under ${keys.length} keys, ${known.length} owed`);
    // The first of each key is not before it was due.
    for (const [index, each] of keys.entries())
      if (known[index] && each.atMs < page.askedMs + known[index].dueSeconds * 1_000 - 50)
        say(`${slot} came ${page.askedMs + known[index].dueSeconds * 1_000 - each.atMs} ms too soon`);
  }
  for (const [slot, sends] of expected) {
    const keys = new Set((bySlot.get(slot) ?? []).map(({ key }) => key)).size;
    const owed = sends.filter(
      ({ dueSeconds }) => !answer || page.acceptedMs + dueSeconds * 1_000 + dueBeforeMs < answer.askedMs,
    ).length;
    certain += owed;
    if (keys < owed) say(`${slot} is owed ${owed} times and came ${keys} times`);
  }
  if (answer?.doneMs)
    for (const { atMs, slot } of came) {
      const lateMs = atMs - answer.doneMs;
      if (lateMs <= 0) continue;
      after.count += 1;
      after.latestMs = Math.max(after.latestMs, lateMs);
      if (lateMs > underWayMs) say(`${slot} came ${lateMs} ms after it was answered (${answer.how})`);
    }
  return certain;
};
