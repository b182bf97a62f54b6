import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { freePorts } from './product.ts';

/**
 * Debian's Prometheus with 17 rules an objective, made from the public formulas (SRE workbook, chapter 5): error ratios of eight
 * windows, two alerts on four pairs of them, and what describes budget and burn. History is put in by promtool.
 */
export interface Peer {
  readonly pid: number;
  readonly version: string;
  readonly url: string;
  /** Counters go on; the first `count` objectives fail while it is on. */
  fail(count: number): void;
  /** Alerts that fire now, `objective severity`. */
  firing(): Promise<Set<string>>;
  stop(): Promise<void>;
}

const windows = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;
const instances = 5;
const perSecond = 10;
const scrapeSeconds = 15;
const evaluateSeconds = 30;
const errorsShare = 0.0003;

/** Null where there is none on this machine. */
export const prometheusVersion = (): string | null => {
  const found = spawnSync('prometheus', ['--version'], { encoding: 'utf8' });
  return found.status === 0 ? (/version ([^\s,]+)/.exec(`${found.stdout}${found.stderr}`)?.[1] ?? 'unknown') : null;
};

export const startPeer = async (of: { objectives: number; historyHours: number }): Promise<Peer> => {
  const folder = await mkdtemp(join(tmpdir(), 'leadline-prometheus-'));
  const [port] = await freePorts();
  const startedAt = Math.floor(Date.now() / 1_000);
  let failing = 0;
  const counters = Array.from({ length: of.objectives }, () => ({ ok: 0, failed: 0, at: startedAt }));
  const total0 = of.historyHours * 3_600 * perSecond;
  for (const counter of counters) {
    counter.failed = Math.floor(total0 * errorsShare);
    counter.ok = total0 - counter.failed;
  }
  const advance = (): void => {
    const now = Date.now() / 1_000;
    for (const [index, counter] of counters.entries()) {
      const events = (now - counter.at) * perSecond;
      counter.at = now;
      if (index < failing) counter.failed += events;
      else counter.ok += events;
    }
  };
  const exporter = createServer((_request, answer) => {
    advance();
    answer.setHeader('content-type', 'text/plain; version=0.0.4');
    answer.end(counters.map(({ ok, failed }, index) => lines(index, ok, failed)).join(''));
  });
  exporter.listen(0, '127.0.0.1');
  await once(exporter, 'listening');
  await writeHistory(folder, of, startedAt);
  const child = await startPrometheus(folder, port, exporter, of.objectives);
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url);
  return {
    pid: child.pid!,
    version: prometheusVersion() ?? 'unknown',
    url,
    fail: (count) => {
      advance();
      failing = count;
    },
    firing: async () => {
      const answer = (await (await fetch(`${url}/api/v1/alerts`)).json()) as {
        data: { alerts: { state: string; labels: { objective: string; severity: string } }[] };
      };
      const alerts = answer.data.alerts.filter(({ state }) => state === 'firing');
      return new Set(alerts.map(({ labels }) => `${labels.objective} ${labels.severity}`));
    },
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      exporter.close();
      exporter.closeAllConnections();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** Five instances with two codes each are ten series an objective, as services behind a load balancer have them. */
const lines = (index: number, ok: number, failed: number): string =>
  Array.from(
    { length: instances },
    (_, instance) =>
      `${seriesName(index, instance, '200')} ${Math.floor(ok / instances)}\n${seriesName(index, instance, '500')} ${Math.floor(failed / instances)}\n`,
  ).join('');

const seriesName = (index: number, instance: number, code: string): string =>
  `requests_total{objective="bench-${index + 1}",pod="pod-${instance}",code="${code}"}`;

const writeHistory = async (
  folder: string,
  { objectives, historyHours }: { objectives: number; historyHours: number },
  until: number,
): Promise<void> => {
  const path = join(folder, 'history.txt');
  const out = createWriteStream(path);
  out.write('# TYPE requests counter\n');
  const from = until - historyHours * 3_600;
  for (let index = 0; index < objectives; index += 1)
    for (let series = 0; series < instances * 2; series += 1) {
      const code = series % 2 === 0 ? '200' : '500';
      const share = (code === '500' ? errorsShare : 1 - errorsShare) / instances;
      const name = seriesName(index, Math.floor(series / 2), code);
      const rows: string[] = [];
      for (let at = from; at < until - scrapeSeconds; at += scrapeSeconds)
        rows.push(`${name} ${Math.floor((at - from) * perSecond * share)} ${at}\n`);
      if (!out.write(rows.join(''))) await once(out, 'drain');
    }
  out.end('# EOF\n');
  await once(out, 'finish');
  const made = spawnSync(
    'promtool',
    ['tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=24h', path, join(folder, 'data')],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (made.status !== 0) throw new Error('promtool could not take the history in');
  await rm(path);
};

const startPrometheus = async (
  folder: string,
  port: number,
  exporter: Server,
  objectives: number,
): Promise<ChildProcess> => {
  const target = `127.0.0.1:${(exporter.address() as { port: number }).port}`;
  await writeFile(join(folder, 'rules.json'), JSON.stringify({ groups: rules(objectives) }));
  await writeFile(
    join(folder, 'prometheus.yml'),
    JSON.stringify({
      global: { scrape_interval: `${scrapeSeconds}s`, evaluation_interval: `${evaluateSeconds}s` },
      rule_files: [join(folder, 'rules.json')],
      scrape_configs: [{ job_name: 'bench', static_configs: [{ targets: [target] }] }],
    }),
  );
  return spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--storage.tsdb.retention.time=400d',
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
};

/** 99.9 % over 30 days: recording rules of one objective in a group, as generators of such rules make them. */
const rules = (objectives: number): unknown[] =>
  Array.from({ length: objectives }, (_, index) => {
    const labels = { objective: `bench-${index + 1}` };
    const of = `{objective="bench-${index + 1}"}`;
    const ratio = (window: string): string =>
      `sum(rate(requests_total{objective="bench-${index + 1}",code="500"}[${window}])) / sum(rate(requests_total${of}[${window}]))`;
    const record = (name: string, expr: string) => ({ record: name, expr, labels });
    const both = (long: string, short: string, rate: number): string =>
      `(max(ratio_${long}${of} > (${rate} * 0.001)) and max(ratio_${short}${of} > (${rate} * 0.001)))`;
    return {
      name: `bench-${index + 1}`,
      rules: [
        ...windows.map((window) => record(`ratio_${window}`, ratio(window))),
        record('ratio_30d', `sum_over_time(ratio_5m${of}[30d]) / count_over_time(ratio_5m${of}[30d])`),
        record('objective_ratio', 'vector(0.999)'),
        record('budget_ratio', 'vector(1 - 0.999)'),
        record('period_days', 'vector(30)'),
        record('burn_rate', `ratio_5m${of} / on(objective) group_left budget_ratio${of}`),
        record('period_burn_rate', `ratio_30d${of} / on(objective) group_left budget_ratio${of}`),
        record('period_remaining', `1 - period_burn_rate${of}`),
        record('objective_info', 'vector(1)'),
        {
          alert: 'Burning',
          expr: `${both('1h', '5m', 14.4)} or ${both('6h', '30m', 6)}`,
          labels: { ...labels, severity: 'page' },
        },
        {
          alert: 'Burning',
          expr: `${both('1d', '2h', 3)} or ${both('3d', '6h', 1)}`,
          labels: { ...labels, severity: 'ticket' },
        },
      ],
    };
  });

const untilReady = async (url: string): Promise<void> => {
  for (let tries = 0; tries < 600; tries += 1) {
    const answer = await fetch(`${url}/-/ready`).catch(() => null);
    if (answer?.ok) return;
    await pause(100);
  }
  throw new Error('Prometheus did not become ready within a minute');
};
