import { fork } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { SenderOrder, SenderReport } from './ingest-sender.ts';
import { caughtUp, figure, metricsText } from './ingest-caught-up.ts';
import { measureFreshness } from './ingest-freshness.ts';
import { applyObjectives, type LoadObjective } from './load-objectives.ts';
import { routes, servicesInLoad } from './otlp-load.ts';
import { cpuByProcess, cpuSecondsOf, processTree, pssMegabytes } from './process-tree.ts';
import { makeToken, startProduct, type Product } from './product.ts';

/**
 * npm run bench:ingest: what taking telemetry in costs, on the real product with all its processes and rollups on, and how
 * soon it shows. Senders are processes of their own and are not counted.
 */
const targets = { spansPerCpuSecond: 40_000, freshnessP99Ms: 3_000, eventLoopMs: 50, pssMegabytes: 1_024 } as const;

const { values: given } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    only: { type: 'string' },
    processes: { type: 'boolean', default: false },
    /** So many objectives over the load's services are applied first: what counting them costs is the difference. */
    objectives: { type: 'string', default: '0' },
  },
});
const seconds = Number(given.seconds);
const wanted = (name: string): boolean => given.only === undefined || given.only.split(',').includes(name);
const rows: { what: string; figure: string; target: string; met: boolean | null }[] = [];

const main = async (): Promise<void> => {
  const product = await startProduct();
  try {
    if (!(await product.ready(120_000))) throw new Error('Leadline did not become ready within 120 s');
    const token = await makeToken(product, 'admin');
    await send(product, { signal: 'traces', protocol: 'http', seconds: 5, requestsPerSecond: 20 });
    if (Number(given.objectives) > 0) await applyObjectives(product, token, objectivesOfLoad(Number(given.objectives)));
    if (wanted('traces'))
      await throughput(
        product,
        token,
        'spans over HTTP, gzip protobuf',
        { signal: 'traces', protocol: 'http', seconds },
        targets.spansPerCpuSecond,
      );
    if (wanted('grpc'))
      await throughput(
        product,
        token,
        'spans over gRPC, gzip',
        { signal: 'traces', protocol: 'grpc', seconds: seconds / 3 },
        null,
      );
    if (wanted('metrics'))
      await throughput(
        product,
        token,
        'metric data points over HTTP',
        { signal: 'metrics', protocol: 'http', seconds: seconds / 3 },
        null,
      );
    if (wanted('logs'))
      await throughput(
        product,
        token,
        'log records over HTTP',
        { signal: 'logs', protocol: 'http', seconds: seconds / 3 },
        null,
      );
    if (wanted('fresh')) await freshness(product, token);
  } finally {
    await product.stop();
  }
  print();
};

/** Availability and latency in turn, over the services of the load and their operations. */
const objectivesOfLoad = (count: number): LoadObjective[] =>
  Array.from({ length: count }, (_, index) => {
    const nth = Math.floor(index / servicesInLoad);
    const operation = nth >= 4 ? routes[((nth - 4) >> 1) % routes.length]! : undefined;
    return {
      name: `bench-${index}`,
      service: `bench/service-${index % servicesInLoad}`,
      ...(operation === undefined ? {} : { operation }),
      bad: nth % 2 === 0 ? { status: 'error' } : { slowerThanMs: [100, 300, 1_000][nth % 3]! },
    };
  });

type Load = Pick<SenderOrder, 'signal' | 'protocol' | 'seconds'> & { readonly requestsPerSecond?: number };

/** Two sender processes, ten connections each. */
const send = async (product: Product, load: Load): Promise<SenderReport> => {
  const reports = await Promise.all(
    [0, 1].map(
      (instance) =>
        new Promise<SenderReport>((resolve, reject) => {
          const order: SenderOrder = {
            ...load,
            url: load.protocol === 'http' ? product.otlpHttpUrl : product.otlpGrpcUrl,
            connections: 10,
            requestsPerSecond: (load.requestsPerSecond ?? 0) / 2,
            instance,
          };
          const child = fork(new URL('ingest-sender.ts', import.meta.url), [JSON.stringify(order)]);
          child.once('message', (report) => resolve(report as SenderReport));
          child.once('exit', (code) => reject(new Error(`a sender ended with ${code}`)));
        }),
    ),
  );
  return {
    acknowledgedItems: total(reports, 'acknowledgedItems'),
    acknowledgedRequests: total(reports, 'acknowledgedRequests'),
    refusedRequests: total(reports, 'refusedRequests'),
    failedRequests: total(reports, 'failedRequests'),
    wireBytes: total(reports, 'wireBytes'),
    latenciesMs: reports.flatMap(({ latenciesMs }) => latenciesMs).sort((a, b) => a - b),
  };
};

const total = (reports: readonly SenderReport[], field: Exclude<keyof SenderReport, 'latenciesMs'>): number =>
  reports.reduce((sum, report) => sum + report[field], 0);

const throughput = async (
  product: Product,
  token: string,
  what: string,
  load: Load,
  target: number | null,
): Promise<void> => {
  const before = processTree(product.pid);
  const cpuBefore = cpuSecondsOf(before);
  const each = cpuByProcess(before);
  const watch = watchLoop(product, token);
  const startedMs = performance.now();
  const report = await send(product, load);
  const wall = (performance.now() - startedMs) / 1_000;
  await caughtUp(product, token, 150_000);
  // What was acknowledged is also stored and counted before the clock stops: the whole price.
  const pids = processTree(product.pid);
  const cpu = cpuSecondsOf(pids) - cpuBefore;
  const blocked = await watch();
  if (given.processes)
    for (const [name, used] of cpuByProcess(pids))
      console.log(`  ${name}: ${(used - (each.get(name) ?? 0)).toFixed(2)} CPU s`);
  const perCpu = report.acknowledgedItems / cpu;
  note(
    `${what}: a CPU-second`,
    `${thousands(perCpu)} (${thousands(report.acknowledgedItems / wall)} a second, ${(cpu / wall).toFixed(2)} cores, ${thousands(report.acknowledgedItems)} in ${wall.toFixed(0)} s)`,
    target === null ? '' : `≥ ${thousands(target)}`,
    target === null ? null : perCpu >= target,
  );
  note(
    `${what}: acknowledged after p50 / p99`,
    `${at(report.latenciesMs, 0.5)} / ${at(report.latenciesMs, 0.99)} ms`,
    '',
    null,
  );
  if (report.refusedRequests + report.failedRequests > 0)
    note(
      `${what}: refused / failed requests`,
      `${report.refusedRequests} / ${report.failedRequests}`,
      '0 failed',
      report.failedRequests === 0,
    );
  note(
    `${what}: longest work between two turns of the event loop`,
    `${blocked.workMs.toFixed(0)} ms of CPU (lag on this machine up to ${blocked.lagMs.toFixed(0)} ms)`,
    `≤ ${targets.eventLoopMs} ms`,
    blocked.workMs <= targets.eventLoopMs,
  );
};

const freshness = async (product: Product, token: string): Promise<void> => {
  let pss = 0;
  const loading = send(product, { signal: 'traces', protocol: 'http', seconds, requestsPerSecond: 10_000 / 512 });
  const sampling = setInterval(() => (pss = Math.max(pss, pssMegabytes(processTree(product.pid)))), 2_000);
  const cpuBefore = cpuSecondsOf(processTree(product.pid));
  const startedMs = performance.now();
  const delaysMs = await measureFreshness(product, token, seconds - 5);
  const report = await loading;
  clearInterval(sampling);
  const wall = (performance.now() - startedMs) / 1_000;
  const cpu = cpuSecondsOf(processTree(product.pid)) - cpuBefore;
  note(
    'at 10,000 spans a second: acknowledgement to golden signals p50 / p99',
    `${at(delaysMs, 0.5)} / ${at(delaysMs, 0.99)} ms (${delaysMs.length} probes)`,
    `p99 ≤ ${thousands(targets.freshnessP99Ms)} ms`,
    delaysMs.length > 0 && quantile(delaysMs, 0.99) <= targets.freshnessP99Ms,
  );
  note(
    'at 10,000 spans a second: memory of all processes (PSS, most)',
    `${pss.toFixed(0)} MB`,
    `≤ ${thousands(targets.pssMegabytes)} MB`,
    pss <= targets.pssMegabytes,
  );
  note('at 10,000 spans a second: cores, reading probes included', (cpu / wall).toFixed(2), '', null);
  note(
    'at 10,000 spans a second: sent / acknowledged after p99',
    `${thousands(report.acknowledgedItems / wall)} a second / ${at(report.latenciesMs, 0.99)} ms`,
    '',
    null,
  );
};

/**
 * The longest time that a body kept the serving process's event loop, from its own metrics (each reading begins anew): in CPU
 * time, and as lag, which on a busy machine also holds the time in which others ran.
 */
const watchLoop = (product: Product, token: string): (() => Promise<{ workMs: number; lagMs: number }>) => {
  const most = { workMs: 0, lagMs: 0 };
  let running = true;
  const looking = (async () => {
    await metricsText(product, token);
    while (running) {
      await pause(1_000);
      const text = await metricsText(product, token);
      most.workMs = Math.max(most.workMs, figure(text, 'leadline_event_loop_work_seconds_max') * 1_000);
      most.lagMs = Math.max(most.lagMs, figure(text, 'leadline_nodejs_eventloop_lag_max_seconds') * 1_000);
    }
  })();
  return async () => {
    running = false;
    await looking;
    return most;
  };
};

const note = (what: string, value: string, target: string, met: boolean | null): void => {
  rows.push({ what, figure: value, target, met });
  console.log(`${met === null ? ' ' : met ? '✓' : '✗'} ${what}: ${value}${target ? `  (target ${target})` : ''}`);
};

const print = (): void => {
  const missed = rows.filter(({ met }) => met === false);
  console.log(
    missed.length === 0
      ? '\nEvery target is met.'
      : `\n${missed.length} targets are missed: ${missed.map(({ what }) => what).join('; ')}`,
  );
  process.exitCode = missed.length === 0 ? 0 : 1;
};

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
const at = (sorted: readonly number[], q: number): string =>
  quantile(
    [...sorted].sort((a, b) => a - b),
    q,
  ).toFixed(0);
const thousands = (value: number): string => Math.round(value).toLocaleString('en-US');

await main();
