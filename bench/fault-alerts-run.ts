import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  startAlertReceiver,
  startAlertTraffic,
  type AlertReceiver,
  type AlertTraffic,
  type CameAlert,
  type SentBatch,
} from './fault-alerts-traffic.ts';
import { askApi, connectState } from './fault-objectives-product.ts';
import { killQuietly } from './fault-paging-kills.ts';
import { processesOf } from './fault-victims.ts';
import { freePorts, makeToken, startProduct, type Product } from './product.ts';

const victims = ['server', 'postgres', 'server', 'leadline', 'server', 'postgres'] as const;
const startsAgainMs = 90_000;
const settleMs = 120_000;

export interface AlertsReport {
  readonly kills: number;
  readonly by: Record<string, number>;
  /** Kills with a batch under way, a call under way, or an alert that is accepted and not decided. */
  readonly inFlight: number;
  readonly struck: Record<string, number>;
  readonly againMs: readonly number[];
  /** From a kill of the server until it is ready again, and from then to the first call about what was sent after the kill. */
  readonly readyMs: readonly number[];
  readonly behindMs: readonly number[];
  readonly batches: readonly SentBatch[];
  readonly sends: number;
  readonly repeats: number;
  /** Batches that the route was told of in parts, with what each call told and when. */
  readonly inParts: readonly string[];
  readonly wrongs: readonly string[];
}

interface Run {
  product: Product;
  readonly again: { data: string; ports: [number, number, number] };
  readonly receiver: AlertReceiver;
  readonly traffic: AlertTraffic;
}

/** Sends alerts while the product's processes are killed, and compares what is there and what came with what was accepted. */
export const killWhileAlerting = async (
  kills: number,
  perSecond: number,
  minutesMax: number,
): Promise<AlertsReport> => {
  const receiver = await startAlertReceiver();
  const again = { data: await mkdtemp(join(tmpdir(), 'leadline-fault-')), ports: await freePorts() };
  let run: { product: Product } = { product: await startProduct(again) };
  try {
    if (!(await run.product.ready(120_000))) throw new Error('Leadline did not become ready within 120 s');
    const token = await makeToken(run.product, 'admin');
    await describe(run.product, token, receiver.url);
    const started: Run = Object.assign(run, {
      again,
      receiver,
      traffic: startAlertTraffic(() => run.product, token, receiver, perSecond),
    });
    run = started;
    await started.traffic.nextTold(60_000);
    const done = await killInTurn(kills, started, performance.now() + minutesMax * 60_000);
    await started.traffic.finish();
    const wrongs = await settled(started, token);
    const keys = new Set(receiver.log.map(({ key }) => key)).size;
    const { batches } = started.traffic;
    const inParts = batches.flatMap((batch) => partsOf(receiver.log, batch));
    return { ...done, inParts, batches, sends: receiver.log.length, repeats: receiver.log.length - keys, wrongs };
  } finally {
    await run.product.stop();
    for (const pid of processesOf(run.product, 'everything')) killQuietly(pid);
    await receiver.stop();
    await rm(again.data, { recursive: true, force: true });
  }
};

const describe = async (product: Product, token: string, hooks: string): Promise<void> => {
  const put = async (path: string, body: unknown): Promise<void> => {
    const answer = await fetch(`${product.url}/api/v1/${path}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`PUT ${path}: ${answer.status} ${await answer.text()}`);
  };
  await put('people/ada', {
    email: 'ada@example.org',
    zone: 'Europe/Berlin',
    contactMethods: [{ name: 'hook', channel: 'webhook', address: `${hooks}/person` }],
    rules: [{ after: 'PT0S', contactMethod: 'hook' }],
  });
  await put('escalation-policies/sre', { steps: [{ after: 'PT0S', notify: [{ person: 'ada' }] }] });
  await put('routes/faults', {
    match: ['alertname="Fault"'],
    to: [{ policy: 'sre' }, { webhook: { url: `${hooks}/route`, format: 'alertmanager', sendResolved: true } }],
    group: { by: ['batch'], wait: 'PT0S', interval: 'PT1S' },
  });
};

const killInTurn = async (kills: number, run: Run, untilMs: number) => {
  const done = { kills: 0, by: {} as Record<string, number>, inFlight: 0, struck: {} as Record<string, number> };
  const [againMs, readyMs, behindMs]: [number[], number[], number[]] = [[], [], []];
  for (; done.kills < kills && performance.now() < untilMs; done.kills += 1) {
    await pause(Math.random() * 900);
    const victim = victims[done.kills % victims.length]!;
    for (let tries = 0; tries < 300 && run.traffic.open() + run.receiver.open() === 0; tries += 1) await pause(3);
    const places = await standing(run);
    const pids =
      victim === 'leadline'
        ? [run.product.pid, ...processesOf(run.product, 'server')]
        : processesOf(run.product, victim);
    if (run.traffic.open() > 0) places.push('a batch is sent and not answered');
    if (run.receiver.open() > 0) places.push('a receiver has the call and has not answered');
    const killedMs = performance.now();
    for (const pid of pids) killQuietly(pid);
    for (const place of places) done.struck[place] = (done.struck[place] ?? 0) + 1;
    if (places.length > 0) done.inFlight += 1;
    done.by[victim] = (done.by[victim] ?? 0) + 1;
    if (victim === 'leadline') run.product = await startProduct(run.again);
    // PostgreSQL comes back beneath a server that stays ready.
    const ready =
      victim === 'postgres' ? null : run.product.ready(startsAgainMs).then(() => performance.now() - killedMs);
    againMs.push(await run.traffic.nextTold(startsAgainMs));
    if (ready === null) continue;
    readyMs.push(await ready);
    behindMs.push(Math.max(0, againMs.at(-1)! - readyMs.at(-1)!));
  }
  return { ...done, againMs, readyMs, behindMs };
};

/** Where alerts stand in the database right before the kill; nothing where it does not answer. */
const standing = async ({ product }: Run): Promise<string[]> => {
  const client = await connectState(product);
  if (!client) return [];
  try {
    const { rows } = await client.query<Record<string, boolean>>(
      `SELECT EXISTS (SELECT 1 FROM alerting.alert WHERE pending_at IS NOT NULL) AS "an alert is accepted and not judged",
        EXISTS (SELECT 1 FROM alerting.alert_group WHERE due_at <= ground.now()) AS "a group is due and not told",
        EXISTS (SELECT 1 FROM oncall.step WHERE state = 'waiting' AND due_at <= ground.now()) AS "a page is raised and not decided",
        EXISTS (SELECT 1 FROM delivery.message WHERE state = 'waiting') AS "handed over and not sent"`,
    );
    return Object.entries(rows[0]!).flatMap(([place, there]) => (there ? [place] : []));
  } catch {
    return [];
  } finally {
    await client.end().catch(() => undefined);
  }
};

/** Until everything that is owed is there and came, or the time is over; gives back what is wrong then. */
const settled = async (run: Run, token: string): Promise<string[]> => {
  for (const until = Date.now() + settleMs; ; await pause(1_000)) {
    const wrongs: string[] = [];
    for (const batch of run.traffic.batches)
      wrongs.push(...(await compare(run, token, batch)).map((text) => `batch ${batch.number}: ${text}`));
    for (const { batch } of run.receiver.log)
      if (!run.traffic.batches.some(({ number }) => number === batch)) wrongs.push(`a call tells of batch ${batch}`);
    if (wrongs.length === 0 || Date.now() > until) return wrongs;
  }
};

const compare = async (run: Run, token: string, batch: SentBatch): Promise<string[]> => {
  const { items } = await askApi<{ items: any[] }>(
    run.product,
    token,
    `alerts?state=all&limit=100&label=${encodeURIComponent(`batch=${batch.number}`)}`,
  );
  const wrongs: string[] = [];
  const is = (what: string, found: unknown, owed: unknown): void => {
    if (found !== owed) wrongs.push(`${what}: ${String(found)} instead of ${String(owed)}`);
  };
  const keys = new Set(items.map(({ dedupKey }) => dedupKey));
  is('alerts', items.length, batch.size);
  is('keys', keys.size, batch.size);
  const over = batch.resolvedMs !== null;
  for (const { dedupKey, status, decisions } of items) {
    const count = (...kinds: string[]): number =>
      decisions.filter(({ decision }: { decision: string }) => kinds.includes(decision)).length;
    // Two receivers: a decision for each.
    is(`decisions of ${dedupKey}`, count('notified', 'joined'), 2);
    is(`times that ${dedupKey} was resolved`, count('resolved'), over ? 1 : 0);
    is(`status of ${dedupKey}`, status, over ? 'resolved' : 'firing');
  }
  const pages = new Set(items.flatMap((each) => each.pages as string[]));
  is('pages', pages.size, 1);
  const [page] = pages;
  if (page !== undefined) {
    const { state } = await askApi<{ state: string }>(run.product, token, `pages/${page}`);
    is('the page', state, over ? 'resolved' : 'triggered');
  }
  compareCalls(run.receiver.log, batch, { is, page, over });
  return wrongs;
};

interface Owed {
  is(what: string, found: unknown, owed: unknown): void;
  readonly page: string | undefined;
  readonly over: boolean;
}

const compareCalls = (log: readonly CameAlert[], batch: SentBatch, { is, page, over }: Owed): void => {
  const came = log.filter((each) => each.batch === batch.number);
  const paged = came.filter(({ way }) => way === 'page');
  is('keys of the page’s calls', new Set(paged.map(({ key }) => key)).size, 1);
  is('pages that called', new Set(paged.map((each) => each.page)).size, 1);
  is('the page that called', paged[0]?.page, page);
  const told = came.filter(({ way }) => way === 'webhook');
  const inFull = told.filter(({ status }) => status === 'resolved');
  is('keys of the route’s calls (resolved)', new Set(inFull.map(({ key }) => key)).size, over ? 1 : 0);
  const known = new Set<string>();
  for (const { alerts } of newsOf(told)) {
    is(
      'calls of the route under a further key that say nothing new',
      alerts.every((each) => known.has(each)),
      false,
    );
    for (const each of alerts) known.add(each);
  }
  const heard = (status: string): number => [...known].filter((each) => each.endsWith(` ${status}`)).length;
  is('alerts that the route was told of (firing)', heard('firing'), batch.size);
  is('alerts that the route was told of (resolved)', heard('resolved'), over ? batch.size : 0);
};

/**
 * What the route's calls said, once a key, in the order in which they came. A batch may be judged in parts (its sender tells it again
 * while it is judged), and the second part makes a further call under a key of its own; a further call without news is a second one.
 */
const newsOf = (told: readonly CameAlert[]): readonly CameAlert[] =>
  told.filter(({ key }, index) => told.findIndex((each) => each.key === key) === index);

const partsOf = (log: readonly CameAlert[], { number, size, askedMs, acceptedMs }: SentBatch): readonly string[] => {
  const firing = newsOf(
    log.filter((each) => each.batch === number && each.way === 'webhook' && each.status === 'firing'),
  );
  if (firing.length < 2) return [];
  const parts = firing.map(({ alerts, atMs }) => `${alerts.length} after ${atMs - askedMs} ms`).join(', ');
  return [`batch ${number} of ${size}, accepted after ${(acceptedMs ?? askedMs) - askedMs} ms: ${parts}`];
};
