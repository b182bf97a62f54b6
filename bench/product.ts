import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Leadline as a person starts it, on free ports and in a folder of its own. */
export interface Product {
  readonly pid: number;
  readonly data: string;
  readonly url: string;
  readonly otlpHttpUrl: string;
  readonly otlpGrpcUrl: string;
  readonly child: ChildProcess;
  /** Ends it in order and waits. */
  stop(): Promise<void>;
  /** True once /readyz says so; false when it did not within `ms`. */
  ready(ms: number): Promise<boolean>;
}

export interface ProductOptions {
  /** Kept after the end when given. */
  readonly data?: string;
  readonly ports?: readonly [number, number, number];
  readonly environment?: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const cli = join(root, 'apps/cli/main.ts');

export const startProduct = async (options: ProductOptions = {}): Promise<Product> => {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'leadline-bench-')));
  const [port, http, grpc] = options.ports ?? (await freePorts());
  const child = spawn(
    process.execPath,
    [
      cli,
      'serve',
      '--data',
      data,
      '--port',
      String(port),
      '--otlp-http-port',
      String(http),
      '--otlp-grpc-port',
      String(grpc),
      '--log-level',
      'warn',
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env: { ...ownEngines(), ...options.environment } },
  );
  const url = `http://127.0.0.1:${port}`;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid: child.pid!,
    data,
    url,
    child,
    otlpHttpUrl: `http://127.0.0.1:${http}`,
    otlpGrpcUrl: `http://127.0.0.1:${grpc}`,
    ready: (ms) => untilReady(url, ms),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
      if (options.data === undefined) await rm(data, { recursive: true, force: true });
    },
  };
};

/** The environment without what would lead it to other engines or another folder than the ones that are measured. */
const ownEngines = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !['DATABASE_URL', 'CLICKHOUSE_URL'].includes(name) && !name.startsWith('LEADLINE_'),
    ),
  );

const untilReady = async (url: string, ms: number): Promise<boolean> => {
  const until = Date.now() + ms;
  while (Date.now() < until) {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    if (answer?.ok) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
};

/** Ports that nobody listens on now. */
export const freePorts = async (): Promise<[number, number, number]> => {
  const servers = await Promise.all(
    [0, 0, 0].map(
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer().once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports as [number, number, number];
};

/** A token of the product's own command line; works while it runs. */
export const makeToken = (product: Product, role: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [cli, 'token', 'create', '--role', role, '--name', `bench-${Date.now()}`, '--data', product.data],
      { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env: ownEngines() },
    );
    let text = '';
    child.stdout.on('data', (chunk) => (text += String(chunk)));
    child.once('exit', (code) =>
      code === 0 ? resolve(text.trim()) : reject(new Error(`token create ended with ${code}`)),
    );
  });
