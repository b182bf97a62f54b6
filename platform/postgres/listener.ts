import { setTimeout as wait } from 'node:timers/promises';
import { Client, escapeIdentifier, type ClientConfig } from 'pg';
import type { Log } from '../log/log.ts';

type OnNotify = (payload: string) => void;

export interface Listener {
  listen(channel: string, onNotify: OnNotify): Promise<{ stop(): Promise<void> }>;
  stop(): Promise<void>;
}

const reconnectMs = { first: 50, most: 5_000 };
/** A connection that died without a word (a cut cable) is found by asking. */
const probeMs = 15_000;

/**
 * One connection that LISTENs on all channels of a process and comes back by itself. After it came back every listener
 * is called once with an empty payload, because what was told meanwhile is gone: listeners look at the tables anyway.
 */
export const startListener = (config: ClientConfig, log: Log): Listener => {
  const listeners = new Map<string, Set<OnNotify>>();
  const ending = new AbortController();
  let client: Client | null = null;
  let running: Promise<void> | null = null;

  const connectOnce = async (onReady: () => void): Promise<void> => {
    const fresh = new Client({ ...config, keepAlive: true });
    const lost = lossOf(fresh, ending.signal);
    fresh.on('notification', ({ channel, payload }) => tell(listeners.get(channel), payload ?? ''));
    await fresh.connect();
    const probe = setInterval(() => void fresh.query('SELECT 1').catch(() => fresh.end()), probeMs);
    try {
      client = fresh;
      for (const channel of listeners.keys()) await fresh.query(`LISTEN ${escapeIdentifier(channel)}`);
      onReady();
      await lost;
    } finally {
      client = null;
      clearInterval(probe);
      await fresh.end().catch(() => undefined);
    }
  };

  const run = async (onFirst: () => void): Promise<void> => {
    let pauseMs: number = reconnectMs.first;
    let connectedBefore = false;
    const onReady = (): void => {
      pauseMs = reconnectMs.first;
      onFirst();
      if (connectedBefore) for (const set of listeners.values()) tell(set, '');
      connectedBefore = true;
    };
    while (!ending.signal.aborted) {
      await connectOnce(onReady).catch((error: Error) =>
        log.debug({ error: error.message }, 'no listening connection yet'),
      );
      if (ending.signal.aborted) return;
      log.warn({ pauseMs }, 'the listening connection to PostgreSQL is away; connecting again');
      await wait(pauseMs, undefined, { signal: ending.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, reconnectMs.most);
    }
  };

  const unlisten = async (channel: string, onNotify: OnNotify): Promise<void> => {
    const set = listeners.get(channel);
    set?.delete(onNotify);
    if (!set || set.size > 0) return;
    listeners.delete(channel);
    await client?.query(`UNLISTEN ${escapeIdentifier(channel)}`).catch(() => undefined);
  };

  return {
    listen: async (channel, onNotify) => {
      listeners.set(channel, (listeners.get(channel) ?? new Set()).add(onNotify));
      if (running) await client?.query(`LISTEN ${escapeIdentifier(channel)}`).catch(() => undefined);
      else await new Promise<void>((resolve) => (running = run(resolve)));
      return { stop: () => unlisten(channel, onNotify) };
    },
    stop: async () => {
      ending.abort();
      await running;
    },
  };
};

const tell = (listeners: Iterable<OnNotify> | undefined, payload: string): void => {
  for (const onNotify of listeners ?? []) onNotify(payload);
};

/** Resolves when the connection ended, or when it shall. */
const lossOf = (client: Client, ending: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    client.on('error', () => resolve());
    client.on('end', () => resolve());
    if (ending.aborted) resolve();
    else ending.addEventListener('abort', () => resolve(), { once: true });
  });
