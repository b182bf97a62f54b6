import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../../../../platform/postgres/eventually.ts';

/** Counters as a scrape every 15 s would have seen them: [epoch seconds, value]. */
export interface SampledSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [number, number])[];
}

export interface TestPrometheus {
  readonly url: string;
  /** Debian's Prometheus, or the small server that speaks its protocol where there is none. */
  readonly isReal: boolean;
  stop(): Promise<void>;
}

/** Whether Debian's package is installed here; the tests say which one they ran against. */
export const hasPrometheus = ['prometheus', 'promtool'].every(
  (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0,
);

/** A Prometheus that holds these series: the real one on loopback with a folder of its own, else a fake. */
export const prometheusWith = (series: readonly SampledSeries[]): Promise<TestPrometheus> =>
  hasPrometheus ? realPrometheus(series) : fakePrometheus(series);

const realPrometheus = async (series: readonly SampledSeries[]): Promise<TestPrometheus> => {
  const folder = await mkdtemp(join(tmpdir(), 'leadline-prometheus-'));
  const lines = series.flatMap(({ name, labels, samples }) => [
    `# TYPE ${name.replace(/_total$/, '')} counter`,
    ...samples.map(([at, value]) => `${name}{${labelsText(labels)}} ${value} ${at}`),
  ]);
  // One family has one TYPE line.
  const text = [
    ...new Set(lines.filter((line) => line.startsWith('#'))),
    ...lines.filter((line) => !line.startsWith('#')),
  ];
  await writeFile(join(folder, 'series.om'), `${text.join('\n')}\n# EOF\n`);
  await writeFile(join(folder, 'prometheus.yml'), 'scrape_configs: []\n');
  const made = spawnSync('promtool', [
    'tsdb',
    'create-blocks-from',
    'openmetrics',
    join(folder, 'series.om'),
    join(folder, 'tsdb'),
  ]);
  if (made.status !== 0) throw new Error(`promtool: ${made.stderr.toString()}${made.stdout.toString()}`);
  const port = await freePort();
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'tsdb')}`,
      '--storage.tsdb.retention.time=10y',
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => {
    const answer = await fetch(`${url}/-/ready`);
    if (answer.status !== 200) throw new Error(`not ready: ${answer.status}`);
  });
  return {
    url,
    isReal: true,
    stop: async () => {
      await ended(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });

const labelsText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',');

const lookBackSeconds = 300;

/** Answers range queries for a selector of one name and equal labels, as Prometheus does. */
const fakePrometheus = async (series: readonly SampledSeries[]): Promise<TestPrometheus> => {
  const source = await fakeSource(({ form }) => {
    const { query, start, end, step } = form;
    const [, name, matchers = ''] = /^([a-z_]+)(?:\{(.*)\})?$/.exec(query!)!;
    const wanted = [...matchers.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label!, value!]);
    const found = series.filter(
      (one) => one.name === name && wanted.every(([label, value]) => one.labels[label!] === value),
    );
    const result = found.map(({ labels, samples }) => {
      const values: [number, string][] = [];
      for (let at = Number(start); at <= Number(end); at += Number(step)) {
        const last = samples.findLast(([sampled]) => sampled <= at);
        if (last && last[0] > at - lookBackSeconds) values.push([at, String(last[1])]);
      }
      return { metric: { __name__: name, ...labels }, values };
    });
    return { body: { status: 'success', data: { resultType: 'matrix', result } } };
  });
  return { ...source, isReal: false };
};

export interface FakeRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What a source answers: JSON, text as it is, or nothing at all (the connection is left open). */
export type FakeAnswer = { readonly status?: number; readonly body: unknown } | 'silence';

/** An outside source on loopback that answers as it is told, over real HTTP. */
export const fakeSource = async (
  answer: (request: FakeRequest) => FakeAnswer,
): Promise<{ url: string; stop(): Promise<void> }> => {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url!, 'http://source');
      const answered = answer({
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        form: Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString())),
        headers: request.headers,
      });
      if (answered === 'silence') return;
      response.writeHead(answered.status ?? 200, { 'content-type': 'application/json' });
      response.end(typeof answered.body === 'string' ? answered.body : JSON.stringify(answered.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};

const freePort = async (): Promise<number> => {
  const { url, stop } = await fakeSource(() => 'silence');
  await stop();
  const port = Number(new URL(url).port);
  return port;
};
