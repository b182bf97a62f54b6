import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startAlertmanager, type AlertmanagerProcess } from './alertmanager-process.ts';
import { alertsPerRequest, type Sent } from './intake-load.ts';
import type { Notified } from './intake-receiver.ts';
import type { Order, Receiver, Report } from './intake-sender.ts';
import { commandOf, cpuByProcess, cpuSecondsOf, processTree } from './process-tree.ts';
import { makeToken, startProduct, type Product } from './product.ts';

/**
 * npm run bench:intake: alerts as a Prometheus sends them, to Debian's Alertmanager and to Leadline in turns, the same ones in the
 * same batches, both grouped by the same labels and telling the same webhook; Leadline has each on disk before it answers. What it
 * costs is counted until the last group was told. Then how long a first notification takes, one alert at a time.
 */
const targets = { share: 0.5, goal: 1, defaultWaitShare: 0.1 } as const;
const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    firing: { type: 'string', default: '3000' },
    turns: { type: 'string', default: '20' },
    connections: { type: 'string', default: '4' },
    singles: { type: 'string', default: '12' },
  },
});
const number = (name: keyof typeof given): number => Number(given[name]);
const rows: { what: string; figure: string; target: string; met: boolean }[] = [];
/** Both are sent this much before it counts: a server that has run for a minute has compiled what it runs. */
const warmUpTurns = 12;
const groupBy = ['alertname', 'service'] as const;

interface Peer {
  readonly name: string;
  readonly to: Receiver;
  readonly path: string;
  /** Processes whose CPU counts; `all` for a look at the others. */
  pids(): readonly number[];
  all(): readonly number[];
}

const main = async (): Promise<void> => {
  const hooks = await startChild<{ url: string }>('intake-receiver.ts');
  const sender = await startChild<null>('intake-sender.ts', false);
  const stops: (() => Promise<void>)[] = [async () => hooks.child.disconnect(), async () => sender.child.disconnect()];
  try {
    const alertmanager = await startAlertmanager(configuration(hooks.first!.url, '/alertmanager', 'group_wait: 0s'));
    stops.push(alertmanager.stop);
    const product = await startProduct();
    stops.push(product.stop);
    if (!(await product.ready(120_000))) throw new Error('Leadline did not become ready within 120 s');
    const key = await describe(product, hooks.first!.url);
    const theirs = alertmanagerPeer(alertmanager, '/alertmanager');
    const ours = leadlinePeer(product, key);
    console.log(`Alertmanager ${alertmanager.version}; batches of ${alertsPerRequest}, ${given.firing} alerts firing`);
    await perCpuSecond({ theirs, ours, sender: sender.child, hooks: hooks.child });
    await firstNotifications({ theirs, ours, sender: sender.child, hooks: hooks.child, hooksUrl: hooks.first!.url });
  } finally {
    for (const stop of stops.reverse()) await stop().catch((error: unknown) => console.error(error));
  }
  print();
};

const configuration = (hooksUrl: string, path: string, route: string): string => `
route:
  receiver: hook
  group_by: [${groupBy.join(', ')}]
  ${route}
receivers:
- name: hook
  webhook_configs:
  - url: ${hooksUrl}${path}
    send_resolved: true
`;

const alertmanagerPeer = ({ url, pid }: AlertmanagerProcess, path: string): Peer => ({
  name: 'Alertmanager',
  to: { url: `${url}/api/v2/alerts`, authorization: null },
  path,
  pids: () => processTree(pid),
  all: () => processTree(pid),
});

/** The engine of telemetry has no part in this; everything else of the product counts, the supervisor and the auditor too. */
const leadlinePeer = (product: Product, key: string): Peer => ({
  name: 'Leadline',
  to: { url: `${product.url}/alertmanager/api/v2/alerts`, authorization: `Bearer ${key}` },
  path: '/leadline',
  pids: () => {
    const clickhouse = processTree(product.pid).filter((pid) => commandOf(pid) === 'engine/main.ts');
    return processTree(product.pid, clickhouse);
  },
  all: () => processTree(product.pid),
});

/** An integration with its key, and one route that sends everything to the webhook; gives back the key. */
const describe = async (product: Product, hooksUrl: string): Promise<string> => {
  const token = await makeToken(product, 'admin');
  const call = async (method: string, path: string, body: unknown): Promise<any> => {
    const answer = await fetch(`${product.url}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const said: unknown = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(said)}`);
    return said;
  };
  await call('PUT', 'routes/bench', {
    order: 1,
    to: [{ webhook: { url: `${hooksUrl}/leadline`, format: 'alertmanager', sendResolved: true } }],
    group: { by: groupBy },
  });
  return (await call('POST', 'integrations', { name: 'bench', kind: 'alertmanager' })).key;
};

interface Bench {
  readonly theirs: Peer;
  readonly ours: Peer;
  readonly sender: ChildProcess;
  readonly hooks: ChildProcess;
}

const perCpuSecond = async (bench: Bench): Promise<void> => {
  const { theirs, ours } = bench;
  await load(bench, theirs, 1, warmUpTurns);
  await load(bench, ours, 1, warmUpTurns);
  const figures = new Map<Peer, { alerts: number; cpu: number; seconds: number }[]>([
    [theirs, []],
    [ours, []],
  ]);
  for (let round = 0; round < number('rounds'); round += 1)
    for (const peer of round % 2 === 0 ? [theirs, ours] : [ours, theirs])
      figures.get(peer)!.push(await load(bench, peer, 100 + round, number('turns')));
  const rate = (peer: Peer): number => {
    const all = figures.get(peer)!;
    return sum(all.map(({ alerts }) => alerts)) / sum(all.map(({ cpu }) => cpu));
  };
  const [theirRate, ourRate] = [rate(theirs), rate(ours)];
  rows.push({
    what: `alerts a CPU-second: Leadline ${whole(ourRate)}, Alertmanager ${whole(theirRate)}`,
    figure: `${(ourRate / theirRate).toFixed(2)} of its`,
    target: `≥ ${targets.share}, the goal is ${targets.goal}`,
    met: ourRate / theirRate >= targets.share,
  });
};

/** Sends one load and waits until every group of it was told; gives back what it cost. */
const load = async (
  { sender, hooks }: Bench,
  peer: Peer,
  seed: number,
  turns: number,
): Promise<{ alerts: number; cpu: number; seconds: number }> => {
  const before = cpuByProcess(peer.all());
  const cpuBefore = cpuSecondsOf(peer.pids());
  const from = Date.now();
  const { connections, firing } = { connections: number('connections'), firing: number('firing') };
  const report = await ask<Report>(sender, { do: 'load', to: peer.to, seed, firing, turns, connections });
  await untilQuiet(hooks, peer);
  const cpu = cpuSecondsOf(peer.pids()) - cpuBefore;
  const seconds = (Date.now() - from) / 1_000;
  const alerts = sum(Object.values(report.sent));
  const { sent, answersMs, failed } = report;
  console.log(
    `  ${peer.name}: ${alerts} alerts (${mixOf(sent)}) in ${report.seconds.toFixed(1)} s, told after ${seconds.toFixed(1)} s: ` +
      `${cpu.toFixed(2)} CPU-seconds, ${whole(alerts / cpu)} alerts each; answers p50 ${quantile(answersMs, 0.5).toFixed(1)} ms, ` +
      `p99 ${quantile(answersMs, 0.99).toFixed(1)} ms${failed > 0 ? `, ${failed} REFUSED` : ''}`,
  );
  const used = [...cpuByProcess(peer.all())].map(([name, now]) => [name, now - (before.get(name) ?? 0)] as const);
  const shown = used.filter(([, each]) => each >= 0.1).map(([name, each]) => `${name} ${each.toFixed(2)}`);
  if (shown.length > 1) console.log(`    ${shown.join(', ')}`);
  if (failed > 0) throw new Error(`${peer.name} refused ${failed} requests`);
  return { alerts, cpu, seconds };
};

const mixOf = ({ fresh, repeated, resolved, resolvedAgain }: Sent): string =>
  `${fresh} new, ${repeated} repeated, ${resolved} resolved, ${resolvedAgain} resolved again`;

const quietMs = 1_500;
const quietWithinMs = 120_000;
/** Nothing further was told for a while: what is to be told of a load was told. */
const untilQuiet = async (hooks: ChildProcess, peer: Peer): Promise<void> => {
  let last = { count: -1, atMs: Date.now() };
  const until = Date.now() + quietWithinMs;
  while (Date.now() < until) {
    const count = (await notified(hooks)).filter(({ path }) => path === peer.path).length;
    if (count !== last.count) last = { count, atMs: Date.now() };
    if (Date.now() - last.atMs > quietMs) return;
    await pause(100);
  }
  throw new Error(`${peer.name} still tells after ${quietWithinMs / 1_000} s`);
};

const notified = async (hooks: ChildProcess): Promise<readonly Notified[]> =>
  (await ask<{ notified: readonly Notified[] }>(hooks, { from: 0 })).notified;

/** One alert at a time, each of a group of its own: from sending it to the webhook's call. */
const firstNotifications = async (bench: Bench & { readonly hooksUrl: string }): Promise<void> => {
  const { theirs, ours, hooksUrl } = bench;
  const singles = number('singles');
  const ourMs = await singlesOf(bench, ours, { count: singles, series: 'a', atOnce: false });
  const zeroMs = await singlesOf(bench, theirs, { count: singles, series: 'b', atOnce: false });
  const standard = await startAlertmanager(configuration(hooksUrl, '/standard', ''));
  let standardMs: readonly number[];
  try {
    // They wait beside each other: at its defaults each takes half a minute.
    standardMs = await singlesOf(bench, alertmanagerPeer(standard, '/standard'), {
      count: 3,
      series: 'c',
      atOnce: true,
    });
  } finally {
    await standard.stop();
  }
  const [our, zero, slow] = [median(ourMs), median(zeroMs), median(standardMs)];
  rows.push({
    what: `time to the first notification at each one's defaults: Leadline ${milliseconds(our)}, Alertmanager ${milliseconds(slow)}`,
    figure: `${(our / slow).toFixed(4)} of its`,
    target: `≤ ${targets.defaultWaitShare}`,
    met: our / slow <= targets.defaultWaitShare,
  });
  rows.push({
    what: `the same with its group_wait at 0: Leadline ${milliseconds(our)}, Alertmanager ${milliseconds(zero)}`,
    figure: `${(our / zero).toFixed(2)} of its`,
    target: 'not longer',
    met: our <= zero,
  });
  const spread = (all: readonly number[]): string => all.map((each) => Math.round(each)).join(' ');
  console.log(`  each in ms: Leadline ${spread(ourMs)}; Alertmanager with group_wait 0 ${spread(zeroMs)}`);
};

const singlesOf = async (
  { sender, hooks }: Bench,
  peer: Peer,
  { count, series, atOnce }: { readonly count: number; readonly series: string; readonly atOnce: boolean },
): Promise<readonly number[]> => {
  const sent: { name: string; atMs: number }[] = [];
  const waits: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const name = `Single${series}${index}`;
    const { sentAtMs, failed } = await ask<Report>(sender, { do: 'one', to: peer.to, name });
    if (failed > 0) throw new Error(`${peer.name} refused an alert`);
    sent.push({ name, atMs: sentAtMs });
    if (!atOnce) await untilTold(hooks, peer, name);
  }
  for (const { name, atMs } of sent) waits.push((await untilTold(hooks, peer, name)).atMs - atMs);
  return waits;
};

const untilTold = async (hooks: ChildProcess, peer: Peer, name: string): Promise<Notified> => {
  const until = Date.now() + 60_000;
  while (Date.now() < until) {
    const found = (await notified(hooks)).find(({ path, alertname }) => path === peer.path && alertname === name);
    if (found) return found;
    await pause(20);
  }
  throw new Error(`${peer.name} did not tell of ${name} within a minute`);
};

const startChild = async <First>(
  file: string,
  speaks = true,
): Promise<{ readonly child: ChildProcess; readonly first: First | null }> => {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const first = speaks
    ? await new Promise<First>((resolve) => child.once('message', (message) => resolve(message as First)))
    : null;
  return { child, first };
};

const ask = <Answer>(child: ChildProcess, question: Order | { readonly from: number }): Promise<Answer> =>
  new Promise((resolve) => {
    child.once('message', (message) => resolve(message as Answer));
    child.send(question);
  });

const sum = (all: readonly number[]): number => all.reduce((total, each) => total + each, 0);
const median = (all: readonly number[]): number =>
  quantile(
    all.toSorted((a, b) => a - b),
    0.5,
  );
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const whole = (value: number): string => Math.round(value).toLocaleString('en');
const milliseconds = (value: number): string =>
  value >= 10_000 ? `${(value / 1_000).toFixed(1)} s` : `${Math.round(value)} ms`;

const print = (): void => {
  for (const { what, figure, target, met } of rows)
    console.log(`${met ? 'met   ' : 'MISSED'} ${what}: ${figure} (${target})`);
  if (rows.some(({ met }) => !met)) process.exitCode = 1;
};

await main();
