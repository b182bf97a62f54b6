import { setTimeout as wait } from 'node:timers/promises';
import pg, { type ClientConfig } from 'pg';
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
  let client: pg.Client | null = null;
  let running: Promise<void> | null = null;

  const tellAll = (): void => {
    for (const set of listeners.values()) for (const onNotify of set) onNotify('');
  };

  const connectOnce = async (firstTime: boolean, onReady: () => void): Promise<void> => {
    const fresh = new pg.Client({ ...config, keepAlive: true });
    const lost = new Promise<void>((resolve) => {
      fresh.on('error', () => resolve());
      fresh.on('end', () => resolve());
    });
    fresh.on('notification', ({ channel, payload }) => {
      for (const onNotify of listeners.get(channel) ?? []) onNotify(payload ?? '');
    });
    await fresh.connect();
    try {
      for (const channel of listeners.keys()) await fresh.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      client = fresh;
      // A channel asked for while the others were being announced.
      for (const channel of listeners.keys()) await fresh.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      onReady();
      if (!firstTime) tellAll();
      const probe = setInterval(() => void fresh.query('SELECT 1').catch(() => fresh.end()), probeMs);
      await Promise.race([lost, aborted(ending.signal)]);
      clearInterval(probe);
    } finally {
      client = null;
      await fresh.end().catch(() => undefined);
    }
  };

  const run = async (onReady: () => void): Promise<void> => {
    let firstTime = true;
    for (let pauseMs = reconnectMs.first; !ending.signal.aborted; ) {
      try {
        await connectOnce(firstTime, () => {
          firstTime = false;
          pauseMs = reconnectMs.first;
          onReady();
        });
        if (!ending.signal.aborted) log.warn('the listening connection to PostgreSQL was lost');
      } catch (error) {
        log.warn({ error: (error as Error).message, pauseMs }, 'no listening connection to PostgreSQL');
      }
      await wait(pauseMs, undefined, { signal: ending.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, reconnectMs.most);
    }
  };

  return {
    listen: async (channel, onNotify) => {
      const set = listeners.get(channel) ?? new Set();
      listeners.set(channel, set);
      set.add(onNotify);
      if (!running) await new Promise<void>((resolve) => (running = run(resolve)));
      else await client?.query(`LISTEN ${pg.escapeIdentifier(channel)}`).catch(() => undefined);
      return {
        stop: async () => {
          set.delete(onNotify);
          if (set.size > 0) return;
          listeners.delete(channel);
          await client?.query(`UNLISTEN ${pg.escapeIdentifier(channel)}`).catch(() => undefined);
        },
      };
    },
    stop: async () => {
      ending.abort();
      await running;
    },
  };
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
