import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Configuration } from '../config/settings.ts';
import type { Log } from '../log/log.ts';
import { away } from './away.ts';
import type { ClickHouse } from './clickhouse.ts';
import { createTalk, type Talk } from './client.ts';
import { superviseEngine, type Standing } from './supervise.ts';

/** A start waits so long for the engine, then goes on without telemetry. */
const firstUpMs = 10_000;
const externalCheckMs = 5_000;
/** Linux takes 107 bytes in a socket's path, macOS 103. */
const socketPathBytesMax = 100;

/** The embedded engine under supervision, or the server that `clickhouseUrl` names. Never throws because ClickHouse is away. */
export const startClickHouse = async (config: Pick<Configuration, 'values'>, log: Log): Promise<ClickHouse> => {
  const url = config.values.clickhouseUrl;
  return url ? startExternal(url, log) : startEmbedded(config.values.data, config.values.diskReserveMb, log);
};

const startEmbedded = async (
  data: string,
  reserveMb: number,
  log: Log,
): Promise<ClickHouse & { enginePid(): number | null }> => {
  const folder = join(data, 'clickhouse');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const socket = socketIn(folder);
  const talk = createTalk({ socket }, { embedded: true });
  const engine = superviseEngine({ data: folder, socket, reserveMb }, log);
  await engine.settled(firstUpMs);
  return {
    ...guarded(talk, () => engine.status()),
    kind: 'embedded',
    status: () => engine.status(),
    onUp: (listener) => engine.onUp(listener),
    enginePid: () => engine.pid(),
    stop: async () => {
      await engine.stop();
      await talk.close();
    },
  };
};

/** Asks a server every few seconds, because nothing else tells that it went or came back. */
const startExternal = async (url: string, log: Log): Promise<ClickHouse> => {
  const talk = createTalk({ url }, { embedded: false });
  const listeners: (() => void)[] = [];
  let standing: Standing = { state: 'starting', detail: 'not asked yet' };
  const ask = async (): Promise<void> => {
    const before = standing.state;
    standing = await talk.check().then(
      (): Standing => ({ state: 'up', detail: `serving at ${new URL(url).host}` }),
      (error: Error): Standing => ({ state: 'down', detail: `${new URL(url).host}: ${error.message}` }),
    );
    if (before !== 'up' && standing.state === 'up') for (const listener of listeners) listener();
    if (before !== standing.state)
      log[standing.state === 'up' ? 'info' : 'error']({ detail: standing.detail }, `ClickHouse is ${standing.state}`);
  };
  await ask();
  const timer = setInterval(() => void ask(), externalCheckMs);
  timer.unref();
  const { close, ...statements } = talk;
  return {
    ...statements,
    kind: 'external',
    status: () => standing,
    onUp: (listener) => void listeners.push(listener),
    stop: async () => {
      clearInterval(timer);
      await close();
    },
  };
};

/** A statement does not knock at an engine that is known to be down: its answer says why at once. */
const guarded = (talk: Talk, status: () => Standing): Omit<Talk, 'close'> => {
  const whenUp =
    <Args extends readonly unknown[], Value>(run: (...args: Args) => Promise<Value>) =>
    async (...args: Args): Promise<Value> => {
      const { state, detail } = status();
      if (state !== 'up') throw away(detail);
      return run(...args);
    };
  return {
    query: whenUp(talk.query) as Talk['query'],
    queryBinary: whenUp(talk.queryBinary),
    command: whenUp(talk.command),
    insert: whenUp(talk.insert),
    running: whenUp(talk.running),
    kill: whenUp(talk.kill),
    check: whenUp(talk.check),
  };
};

/** Beside the data; in a short folder of this user's own where that path is too long for a socket. */
export const socketIn = (folder: string): string => {
  const beside = join(folder, 'engine.sock');
  if (Buffer.byteLength(beside) <= socketPathBytesMax) return beside;
  const short = join(
    tmpdir(),
    `leadline-${process.getuid?.() ?? 0}-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`,
  );
  mkdirSync(short, { recursive: true, mode: 0o700 });
  const found = lstatSync(short);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0) {
    throw new Error(
      `${short} is not a folder that only this user can enter: remove it, or choose a data folder with a shorter path.`,
    );
  }
  return join(short, 'engine.sock');
};
