import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Call } from './paging-receiver.ts';
import { cpuByProcess, processTree, pssMegabytes } from './process-tree.ts';
import { makeToken, startProduct, type Product } from './product.ts';

/**
 * npm run bench:alerts [-- --active 100000 --storm 50000 --seconds 60]: how the inbox answers with many active alerts, and a storm
 * that comes within a minute: that it becomes groups with one page each, and what it costs the pages of everybody else.
 */
const targets = { listMs: 200, changeMs: 100, otherPageMs: 2_000 } as const;
const { values: given } = parseArgs({
  options: {
    active: { type: 'string', default: '100000' },
    storm: { type: 'string', default: '50000' },
    seconds: { type: 'string', default: '60' },
    groups: { type: 'string', default: '200' },
  },
});
const number = (name: keyof typeof given): number => Number(given[name]);
const batch = 1_000;
const stormBatch = 64;
const rows: { what: string; figure: string; target: string; met: boolean }[] = [];

const main = async (): Promise<void> => {
  const receiver = await startReceiver();
  const product = await startProduct();
  try {
    if (!(await product.ready(120_000))) throw new Error('Leadline did not become ready within 120 s');
    const api = apiOf(product, await makeToken(product, 'admin'));
    for (const team of ['sre', 'other']) await describeTeam(api, team, receiver.url);
    await fill(product, api);
    await inbox(api);
    await storm(product, api, receiver);
  } finally {
    await product.stop();
    receiver.stop();
  }
  for (const { what, figure, target, met } of rows)
    console.log(`${met ? 'met   ' : 'MISSED'} ${what}: ${figure} (${target})`);
  if (rows.some(({ met }) => !met)) process.exitCode = 1;
};

type Api = (method: string, path: string, body?: unknown) => Promise<any>;
const apiOf =
  (product: Product, token: string): Api =>
  async (method, path, body) => {
    const answer = await fetch(`${product.url}/api/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };

const describeTeam = async (api: Api, team: string, hooks: string): Promise<void> => {
  await api('PUT', `people/${team}-person`, {
    email: `${team}@example.org`,
    zone: 'Europe/Berlin',
    contactMethods: [{ name: 'hook', channel: 'webhook', address: `${hooks}/${team}` }],
    rules: [{ after: 'PT0S', contactMethod: 'hook' }],
  });
  await api('PUT', `teams/${team}`, { displayName: team, members: [{ person: `${team}-person`, role: 'responder' }] });
  await api('PUT', `escalation-policies/${team}`, {
    team,
    steps: [{ after: 'PT0S', notify: [{ person: `${team}-person` }] }],
  });
};

const alertOf = (index: number, groups: number, prefix: string, team = 'sre') => ({
  labels: {
    alertname: `${prefix}-${index % groups}`,
    instance: `host-${index}.example.org:9100`,
    job: 'node',
    region: `eu-${index % 7}`,
    severity: ['critical', 'error', 'warning'][index % 3]!,
    environment: 'production',
  },
  annotations: {
    summary: `${prefix} ${index}: the disk of host ${index} fills in four hours`,
    description: 'At this rate nothing is left by noon. Rotate the logs, or grow the volume.',
    runbook_url: 'https://runbooks.example.org/disk',
  },
  severity: 'critical',
  team,
});

/** All active alerts, in groups of a hundred, until each is decided. */
const fill = async (product: Product, api: Api): Promise<void> => {
  const count = number('active');
  const groups = Math.max(1, Math.round(count / 500));
  const before = cpuByProcess(processTree(product.pid));
  const from = performance.now();
  for (let index = 0; index < count; index += batch)
    await api(
      'POST',
      'alerts',
      Array.from({ length: Math.min(batch, count - index) }, (_, place) => alertOf(index + place, groups, 'Filled')),
    );
  const sentMs = performance.now() - from;
  await untilDecided(api, 'Filled', count);
  const seconds = (performance.now() - from) / 1_000;
  console.log(
    `  ${count} alerts of ${groups} groups accepted in ${(sentMs / 1_000).toFixed(1)} s, all decided after ${seconds.toFixed(1)} s`,
  );
  const pids = processTree(product.pid);
  const used = [...cpuByProcess(pids)].map(([name, cpu]) => [name, cpu - (before.get(name) ?? 0)] as const);
  console.log(
    `  CPU seconds: ${used
      .filter(([, cpu]) => cpu > 0.5)
      .map(([name, cpu]) => `${name} ${cpu.toFixed(1)}`)
      .join(', ')}; ${Math.round(pssMegabytes(pids))} MB`,
  );
};

const untilDecided = async (api: Api, prefix: string, count: number): Promise<void> => {
  for (const deadline = Date.now() + 600_000; ; await pause(500)) {
    const { items } = await api('GET', 'alert-groups?limit=200');
    const open = items.filter((each: any) => each.labels.alertname?.startsWith(prefix));
    const firing = open.reduce((sum: number, each: any) => sum + each.counts.firing, 0);
    const told = open.every((each: any) => each.pages.length > 0);
    if (told && (firing >= count || items.length === 200)) {
      const { facets } = await api('GET', 'alerts?limit=1&facets=true');
      const { items: newest } = await api('GET', 'alerts?limit=500');
      if (facets.total >= count && newest.every((each: any) => each.decisions.length > 0)) return;
    }
    if (Date.now() > deadline) throw new Error(`the alerts ${prefix} were not all decided within ten minutes`);
  }
};

const inbox = async (api: Api): Promise<void> => {
  const lists: [string, number[]][] = [];
  for (const query of [
    'limit=50&facets=true',
    'state=firing&limit=200',
    'label=alertname%3DFilled-17',
    'label=instance%3Dhost-4711.example.org%3A9100',
    'severity=critical&facets=true',
    'source=api&q=host%204712',
    'state=suppressed',
  ]) {
    const took: number[] = [];
    for (let time = 0; time < 12; time += 1) took.push(await timed(() => api('GET', `alerts?${query}`)));
    lists.push([query, took]);
  }
  for (const [query, took] of lists)
    console.log(`  ${query}: p50 ${ms(quantile(took, 0.5))}, most ${ms(Math.max(...took))}`);
  const { items } = await api('GET', 'alerts?limit=200');
  const [acknowledged, resolved]: [number[], number[]] = [[], []];
  for (const { id } of items.slice(0, 100))
    acknowledged.push(await timed(() => api('POST', `alerts/${id}/acknowledge`, {})));
  for (const { id } of items.slice(0, 50)) resolved.push(await timed(() => api('POST', `alerts/${id}/resolve`, {})));
  const all = lists.flatMap(([, took]) => took);
  row(
    `list with ${number('active')} active alerts (${lists.length} questions), p95`,
    quantile(all, 0.95),
    targets.listMs,
  );
  row('acknowledge one of them, p95', quantile(acknowledged, 0.95), targets.changeMs);
  row('resolve one of them, p95', quantile(resolved, 0.95), targets.changeMs);
};

/** The storm, beside pages and alerts of another team once a second each. */
const storm = async (product: Product, api: Api, receiver: Receiver): Promise<void> => {
  const [count, seconds, groups] = [number('storm'), number('seconds'), number('groups')];
  const others: { id: Promise<string | null>; atMs: number; how: string }[] = [];
  const before = cpuByProcess(processTree(product.pid));
  const started = performance.now();
  const sends: Promise<unknown>[] = [];
  let other = 0;
  for (let index = 0; index < count; index += stormBatch) {
    await pause(Math.max(0, (index / count) * seconds * 1_000 - (performance.now() - started)));
    const alerts = Array.from({ length: Math.min(stormBatch, count - index) }, (_, place) =>
      alertOf(index + place, groups, 'Storm'),
    );
    sends.push(api('POST', 'alerts', alerts));
    if (performance.now() - started < other * 1_000) continue;
    other += 1;
    others.push(otherPage(api, other), otherAlert(api, other));
  }
  await Promise.all(sends);
  const sentSeconds = (performance.now() - started) / 1_000;
  await untilDecided(api, 'Storm', count);
  const decidedSeconds = (performance.now() - started) / 1_000;
  const calls = await receiver.calls();
  const waits: Record<string, number[]> = { page: [], alert: [] };
  for (const { id, atMs, how } of others) {
    const page = await id;
    const call = calls.find((each) => each.page === page);
    waits[how]!.push((call?.atMs ?? Infinity) - atMs);
  }
  const found = (await allGroups(api)).filter((each) => each.labels.alertname?.startsWith('Storm'));
  const pages = found.flatMap((each) => each.pages);
  const used = [...cpuByProcess(processTree(product.pid))].map(
    ([name, cpu]) => [name, cpu - (before.get(name) ?? 0)] as const,
  );
  console.log(
    `  ${count} alerts sent in ${sentSeconds.toFixed(1)} s, decided after ${decidedSeconds.toFixed(1)} s; CPU seconds: ${used
      .filter(([, cpu]) => cpu > 0.5)
      .map(([name, cpu]) => `${name} ${cpu.toFixed(1)}`)
      .join(', ')}`,
  );
  exact(`a storm of ${count}: alerts in its groups`, sum(found.map((each) => each.counts.firing)), count);
  exact('groups', found.length, groups);
  exact('pages of these groups', new Set(pages).size, groups);
  const byPage = Map.groupBy(calls, ({ page }) => page);
  exact(
    'of these pages told once',
    pages.filter((id) => new Set(byPage.get(id)?.map(({ key }) => key)).size === 1).length,
    groups,
  );
  for (const [how, took] of Object.entries(waits))
    for (const q of [0.5, 0.99])
      row(
        `other pages meanwhile, by ${how} (${took.length}): asked → provider called, p${q * 100}`,
        quantile(took, q),
        targets.otherPageMs,
      );
};

const otherPage = (api: Api, index: number) => {
  const atMs = Date.now();
  const id = api('POST', 'pages', { summary: `Other ${index}`, team: 'other', dedupKey: `other-${index}` });
  return { id: id.then((page) => page.id as string), atMs, how: 'page' };
};

const otherAlert = (api: Api, index: number) => {
  const atMs = Date.now();
  const sent = api('POST', 'alerts', { ...alertOf(index, 1_000_000, 'Other', 'other') });
  const id = sent.then(async ({ items }) => {
    for (let tries = 0; tries < 60; tries += 1, await pause(1_000)) {
      const { pages } = await api('GET', `alerts/${items[0].id}`);
      if (pages.length > 0) return pages[0] as string;
    }
    return null;
  });
  return { id, atMs, how: 'alert' };
};

const allGroups = async (api: Api): Promise<any[]> => {
  const found: any[] = [];
  for (let cursor = ''; ;) {
    const page = await api('GET', `alert-groups?limit=200${cursor}`);
    found.push(...page.items);
    if (page.next === null) return found;
    cursor = `&cursor=${page.next}`;
  }
};

interface Receiver {
  readonly url: string;
  calls(): Promise<Call[]>;
  stop(): void;
}

const startReceiver = async (): Promise<Receiver> => {
  const child: ChildProcess = fork(new URL('paging-receiver.ts', import.meta.url));
  const next = <Value>(): Promise<Value> =>
    new Promise((resolve) => child.once('message', (value) => resolve(value as Value)));
  const { url } = await next<{ url: string }>();
  return {
    url,
    calls: async () => {
      const answer = next<{ calls: Call[] }>();
      child.send({ from: 0 });
      return (await answer).calls;
    },
    stop: () => void child.kill(),
  };
};

const timed = async (ask: () => Promise<unknown>): Promise<number> => {
  const from = performance.now();
  await ask();
  return performance.now() - from;
};
const sum = (values: readonly number[]): number => values.reduce((all, each) => all + each, 0);
const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? NaN;
};
const ms = (value: number): string => `${Math.round(value)} ms`;
const row = (what: string, figure: number, target: number): void =>
  void rows.push({ what, figure: ms(figure), target: `≤ ${target} ms`, met: figure <= target });
const exact = (what: string, figure: number, target: number): void =>
  void rows.push({ what, figure: String(figure), target: String(target), met: figure === target });

await main();
