import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freshDatabases } from './fresh-databases.ts';

/**
 * The real product as a person starts it: `leadline serve` on data of its own and free ports. With `DATABASE_URL` or
 * `CLICKHOUSE_URL` it stands on databases of its own on those servers instead of its embedded engines.
 */
export interface Product {
  readonly url: string;
  readonly otlpHttpUrl: string;
  readonly otlpGrpcUrl: string;
  readonly setupLink: string;
  readonly data: string;
  /** What it printed and logged, for the message of a failing test. */
  output(): string;
  /** Runs `leadline …` against this product and gives what it printed; rejects with what it said on standard error. */
  cli(...args: string[]): Promise<string>;
  /** The same, as whoever the token belongs to. */
  cliAs(token: string, ...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

const house = dirname(import.meta.dirname);
const startMsMax = 90_000;
const stopMsMax = 40_000;
const cli = join(house, 'apps/cli/main.ts');

export const startProduct = async (extra: readonly string[] = []): Promise<Product> => {
  const data = mkdtempSync(join(tmpdir(), 'leadline-e2e-'));
  const [port, otlpHttpPort, otlpGrpcPort] = await freePorts(3);
  const databases = await freshDatabases();
  const child = spawn(
    process.execPath,
    [
      cli,
      'serve',
      '--data',
      data,
      '--port',
      `${port}`,
      '--otlp-http-port',
      `${otlpHttpPort}`,
      '--otlp-grpc-port',
      `${otlpGrpcPort}`,
      '--log-level',
      'warn',
      ...extra,
    ],
    { cwd: data, env: { ...ownEnvironment(), ...databases.environment }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const stop = async (): Promise<void> => {
    await end(child);
    await databases.drop();
    rmSync(data, { recursive: true, force: true });
  };
  try {
    const setupLink = await until(
      () => /Set it up here, once: (\S+)/.exec(said)?.[1],
      child,
      () => said,
    );
    const environment = { ...databases.environment, LEADLINE_URL: `http://127.0.0.1:${port}`, LEADLINE_DATA: data };
    return {
      url: `http://127.0.0.1:${port}`,
      otlpHttpUrl: `http://127.0.0.1:${otlpHttpPort}`,
      otlpGrpcUrl: `http://127.0.0.1:${otlpGrpcPort}`,
      setupLink,
      data,
      output: () => said,
      cli: (...args) => runCli(args, environment),
      cliAs: (token, ...args) => runCli(args, { ...environment, LEADLINE_TOKEN: token }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** A LEADLINE_… of the machine must not reach the product under test. */
const ownEnvironment = (): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(LEADLINE_|OTEL_|VITEST|NODE_ENV$)/.test(name)));

/** Ports that were free a moment ago; held together, so that they differ. */
const freePorts = async (count: number): Promise<number[]> => {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
};

const until = (found: () => string | undefined, child: ChildProcess, said: () => string): Promise<string> =>
  new Promise((resolve, reject) => {
    const give = (error: Error | null, value?: string): void => {
      clearTimeout(timer);
      child.stdout?.off('data', look);
      child.off('exit', ended);
      if (error) reject(error);
      else resolve(value!);
    };
    const look = (): void => {
      const value = found();
      if (value !== undefined) give(null, value);
    };
    const ended = (code: number | null): void =>
      give(new Error(`Leadline ended with ${code} before it served:\n${said()}`));
    const timer = setTimeout(
      () => give(new Error(`Leadline did not serve within ${startMsMax} ms:\n${said()}`)),
      startMsMax,
    );
    child.stdout?.on('data', look);
    child.on('exit', ended);
    look();
  });

const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });

const runCli = (args: readonly string[], environment: Record<string, string>): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], {
      env: { ...ownEnvironment(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('close', (code) =>
      code === 0 ? resolve(out.trim()) : reject(new Error(`leadline ${args.join(' ')} ended with ${code}: ${err}`)),
    );
  });
