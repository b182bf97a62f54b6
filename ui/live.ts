import type { QueryClient } from '@tanstack/vue-query';
import { openStream } from './stream.ts';

/** One event of the ledger as the server streams it. */
export interface LiveEvent {
  readonly kind: string;
  readonly subject: string;
  readonly service?: string | null;
}

type Listener = (event: LiveEvent) => void;
const listeners = new Map<string, Set<Listener>>();

/**
 * Calls `listener` for every event whose kind starts with `prefix` (`service.`, `identity.`); gives back how to stop.
 * A screen usually only names the query keys that an event makes stale: `onLive('service.', () => invalidate(['services']))`.
 */
export const onLive = (prefix: string, listener: Listener): (() => void) => {
  const set = listeners.get(prefix) ?? new Set();
  set.add(listener);
  listeners.set(prefix, set);
  return () => set.delete(listener);
};

const tell = (event: LiveEvent): void => {
  for (const [prefix, set] of listeners) {
    if (event.kind.startsWith(prefix)) for (const listener of set) listener(event);
  }
};

/**
 * Opens the ledger's stream of events into the query cache: what an event is about becomes stale and is asked again if
 * it is on the screen. After a pause everything on the screen is asked again.
 */
export const startLive = (queries: QueryClient): { stop(): void } =>
  openStream({
    url: '/api/v1/events',
    on: { message: hear, ledger: hear },
    onReopen: () => void queries.invalidateQueries(),
  });

const hear = (data: unknown): void => {
  const event = data as Partial<LiveEvent>;
  if (typeof event.kind === 'string') tell({ subject: '', ...event, kind: event.kind });
};
