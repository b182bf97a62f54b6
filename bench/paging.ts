import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { SenderOrder } from './ingest-sender.ts';
import type { Call } from './paging-receiver.ts';
import { commandOf, cpuByProcess, processTree, pssMegabytes } from './process-tree.ts';
import { makeToken, startProduct, type Product } from './product.ts';

/**
 * npm run bench:paging: pages at a steady rate beside telemetry, from the accepted event to the call of the provider as the
 * receiver saw it; then a crash of the server in the middle; then answers and lists with many pages open. Says what was lost or doubled.
 */
const targets = { callP99Ms: 2_000, afterRestartMs: 10_000, acknowledgeMs: 100, listMs: 200 } as const;
const { values: given } = parseArgs({
  options: {
    rate: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '300' },
    crashSeconds: { type: 'string', default: '20' },
    spans: { type: 'string', default: '5000' },
    open: { type: 'string', default: '10000' },
  },
});
const number = (name: keyof typeof given): number => Number(given[name]);
const rows: { what: string; figure: string; target: string; met: boolean }[] = [];
const teams = 20;
const spansPerRequest = 512;

interface Accepted {
  readonly id: string;
  readonly askedMs: number;
  readonly acceptedMs: number;
}

const main = async (): Promise<void> => {
  const receiver = await startReceiver();
  const product = await startProduct();
  try {
    if (!(await product.ready(120_000))) throw new Error('Leadline did not become ready within 120 s');
    const token = await makeToken(product, 'admin');
    const api = apiOf(product, token);
    await describeTeams(api, receiver.url);
    await pagesAt(api, 20, 5);
    await steady(product, api, receiver);
    await crash(product, api, receiver);
    await manyOpen(api);
  } finally {
    await product.stop();
    receiver.stop();
  }
  print();
};

type Api = (method: string, path: string, body?: unknown, key?: string) => Promise<{ status: number; body: any }>;

const apiOf =
  (product: Product, token: string): Api =>
  async (method, path, body, key) => {
    const answer = await fetch(`${product.url}/api/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(15_000),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
  };

/** Teams of three in weekly turns, each person with a webhook; a second step after an hour. */
const describeTeams = async (api: Api, hooks: string): Promise<void> => {
  const must = async (path: string, body: unknown): Promise<void> => {
    const { status, body: said } = await api('PUT', path, body);
    if (status >= 300) throw new Error(`PUT ${path}: ${status} ${JSON.stringify(said)}`);
  };
  for (let team = 0; team < teams; team += 1) {
    const people = [0, 1, 2].map((place) => `p${team * 3 + place}`);
    for (const name of people)
      await must(`people/${name}`, {
        email: `${name}@example.org`,
        zone: 'Europe/Berlin',
        contactMethods: [{ name: 'hook', channel: 'webhook', address: `${hooks}/${name}` }],
        rules: [{ after: 'PT0S', contactMethod: 'hook' }],
      });
    const rotation = { unit: 'week', length: 1, start: '2026-01-05', handoffAt: '09:00' };
    await must(`schedules/team-${team}`, { zone: 'Europe/Berlin', layers: [{ name: 'primary', rotation, people }] });
    await must(`escalation-policies/team-${team}`, {
      steps: [
        { after: 'PT0S', notify: [{ schedule: `team-${team}` }] },
        { after: 'PT1H', notify: [{ next: `team-${team}` }] },
      ],
    });
  }
};

let raised = 0;
/** Raises `rate` pages a second for `seconds`, whatever the answers take; one that fails is asked again under its key. */
const pagesAt = async (api: Api, rate: number, seconds: number): Promise<Accepted[]> => {
  const accepted: Accepted[] = [];
  const started = performance.now();
  const all: Promise<void>[] = [];
  for (let index = 0; index < rate * seconds; index += 1) {
    await pause(Math.max(0, (index * 1_000) / rate - (performance.now() - started)));
    all.push(raise(api, (raised += 1)).then((each) => void accepted.push(each)));
  }
  await Promise.all(all);
  return accepted;
};

const raise = async (api: Api, index: number): Promise<Accepted> => {
  const body = {
    summary: `Page ${index} of the bench`,
    details: 'Errors of checkout are at 4 %: https://example.org/runbook',
    policy: `team-${index % teams}`,
    dedupKey: `bench-${index}`,
  };
  const askedMs = Date.now();
  for (;;) {
    const answer = await api('POST', 'pages', body).catch(() => null);
    if (answer && answer.status < 300) return { id: answer.body.id, askedMs, acceptedMs: Date.now() };
    if (answer && answer.status < 500) throw new Error(`a page was refused: ${JSON.stringify(answer.body)}`);
    await pause(100);
  }
};

const steady = async (product: Product, api: Api, receiver: Receiver): Promise<void> => {
  const seconds = number('seconds');
  const before = cpuByProcess(processTree(product.pid));
  const telemetry = sendSpans(product, seconds);
  const accepted = await pagesAt(api, number('rate'), seconds);
  await telemetry;
  const calls = await receiver.until(accepted, 30_000);
  const waits = accepted.map(({ id, acceptedMs }) => (calls.get(id)?.[0]?.atMs ?? Infinity) - acceptedMs);
  const answers = accepted.map(({ askedMs, acceptedMs }) => acceptedMs - askedMs);
  const what = `${given.rate} pages/s for ${seconds} s beside ${given.spans} spans/s`;
  row(`${what}: accepted → provider called, p99`, quantile(waits, 0.99), targets.callP99Ms);
  console.log(
    `  p50 ${ms(quantile(waits, 0.5))}, p99.9 ${ms(quantile(waits, 0.999))}, most ${ms(Math.max(...waits))}; raising answered in p50 ${ms(quantile(answers, 0.5))}, p99 ${ms(quantile(answers, 0.99))}`,
  );
  const pids = processTree(product.pid);
  const cores = [...cpuByProcess(pids)].map(
    ([name, used]) => [name, (used - (before.get(name) ?? 0)) / seconds] as const,
  );
  console.log(
    `  cores: ${cores
      .filter(([, used]) => used > 0.02)
      .map(([name, used]) => `${name} ${used.toFixed(2)}`)
      .join(', ')}; ${Math.round(pssMegabytes(pids))} MB`,
  );
  lostAndDoubled(what, accepted, calls);
};

const crash = async (product: Product, api: Api, receiver: Receiver): Promise<void> => {
  const seconds = number('crashSeconds');
  if (seconds === 0) return;
  const raising = pagesAt(api, number('rate'), seconds);
  await pause((seconds * 1_000) / 2);
  const server = processTree(product.pid).find((pid) => commandOf(pid) === 'server/main.ts');
  if (server === undefined) throw new Error('no server process was found');
  process.kill(server, 'SIGKILL');
  const killedMs = Date.now();
  if (!(await product.ready(60_000))) throw new Error('Leadline did not come back');
  const readyMs = Date.now();
  const accepted = await raising;
  const calls = await receiver.until(accepted, 60_000);
  const waits = accepted.map(
    ({ id, acceptedMs }) => (calls.get(id)?.[0]?.atMs ?? Infinity) - Math.max(acceptedMs, readyMs),
  );
  console.log(`  the server was killed in the middle and ready again after ${ms(readyMs - killedMs)}`);
  const what = `the same for ${seconds} s with a SIGKILL of the server`;
  row(`${what}: restart → provider called, most`, Math.max(...waits), targets.afterRestartMs);
  lostAndDoubled(what, accepted, calls);
};

const lostAndDoubled = (
  what: string,
  accepted: readonly Accepted[],
  calls: ReadonlyMap<string, readonly Call[]>,
): void => {
  const lost = accepted.filter(({ id }) => !calls.has(id)).length;
  const keys = accepted.map(({ id }) => new Set((calls.get(id) ?? []).map(({ key }) => key)).size);
  const doubled = keys.filter((count) => count > 1).length;
  const repeats = accepted.reduce((sum, { id }) => sum + Math.max(0, (calls.get(id)?.length ?? 0) - 1), 0);
  const pages = new Set(accepted.map(({ id }) => id)).size;
  rows.push({ what: `${what}: lost, of ${accepted.length}`, figure: `${lost}`, target: '0', met: lost === 0 });
  rows.push({
    what: `${what}: under a second key (${repeats} repeats under their own)`,
    figure: `${doubled}`,
    target: '0',
    met: doubled === 0,
  });
  rows.push({
    what: `${what}: pages of ${accepted.length} keys`,
    figure: `${pages}`,
    target: `${accepted.length}`,
    met: pages === accepted.length,
  });
};

const manyOpen = async (api: Api): Promise<void> => {
  const open = number('open');
  while (raised < open) await pagesAt(api, 200, Math.min(10, Math.ceil((open - raised) / 200)));
  const lists: number[] = [];
  for (const query of [
    'state=open',
    'state=open&limit=200',
    'state=triggered&team=none',
    'state=open&policy=team-3',
    'state=open&person=p4',
  ])
    for (let time = 0; time < 8; time += 1) lists.push(await timed(() => api('GET', `pages?${query}`)));
  const { body } = await api('GET', 'pages?state=triggered&limit=200');
  const acknowledged: number[] = [];
  for (const { id } of body.items) acknowledged.push(await timed(() => api('POST', `pages/${id}/acknowledge`, {})));
  row(`acknowledge with ${raised} pages open, p99`, quantile(acknowledged, 0.99), targets.acknowledgeMs);
  row(`list with ${raised} pages open (five filters), p99`, quantile(lists, 0.99), targets.listMs);
};

const timed = async (ask: () => Promise<{ status: number; body: unknown }>): Promise<number> => {
  const from = performance.now();
  const { status, body } = await ask();
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
  return performance.now() - from;
};

const sendSpans = (product: Product, seconds: number): Promise<void> => {
  if (number('spans') === 0) return Promise.resolve();
  const order: SenderOrder = {
    url: product.otlpHttpUrl,
    protocol: 'http',
    signal: 'traces',
    connections: 10,
    seconds,
    requestsPerSecond: number('spans') / spansPerRequest,
    instance: 0,
  };
  return new Promise((resolve, reject) => {
    const child = fork(new URL('ingest-sender.ts', import.meta.url), [JSON.stringify(order)]);
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`the sender of spans ended with ${code}`)));
  });
};

interface Receiver {
  readonly url: string;
  /** Calls by page, once each accepted page was called for or the time is over. */
  until(accepted: readonly Accepted[], msMax: number): Promise<Map<string, Call[]>>;
  stop(): void;
}

const startReceiver = async (): Promise<Receiver> => {
  const child: ChildProcess = fork(new URL('paging-receiver.ts', import.meta.url));
  const next = <Value>(): Promise<Value> =>
    new Promise((resolve) => child.once('message', (value) => resolve(value as Value)));
  const { url } = await next<{ url: string }>();
  const calls: Call[] = [];
  return {
    url,
    until: async (accepted, msMax) => {
      for (const deadline = performance.now() + msMax; ; await pause(250)) {
        const answer = next<{ calls: Call[] }>();
        child.send({ from: calls.length });
        calls.push(...(await answer).calls);
        const byPage = Map.groupBy(calls, ({ page }) => page);
        if (accepted.every(({ id }) => byPage.has(id)) || performance.now() > deadline) return byPage;
      }
    },
    stop: () => void child.kill(),
  };
};

const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? NaN;
};
const ms = (value: number): string => `${Math.round(value)} ms`;
const row = (what: string, figure: number, target: number): void =>
  void rows.push({ what, figure: ms(figure), target: `≤ ${target} ms`, met: figure <= target });

const print = (): void => {
  for (const { what, figure, target, met } of rows)
    console.log(`${met ? 'met   ' : 'MISSED'} ${what}: ${figure} (${target})`);
  if (rows.some(({ met }) => !met)) process.exitCode = 1;
};

await main();
