import type { QueryClient } from '@tanstack/vue-query';

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
 * Opens the stream of events into the query cache: what an event is about becomes stale and is asked again if it is
 * on the screen. The browser resumes by `Last-Event-ID`; after a gap everything on the screen is asked again.
 */
export const startLive = (queries: QueryClient): { stop(): void } => {
  const source = new EventSource('/api/v1/events');
  let opened = false;
  source.addEventListener('open', () => {
    if (opened) void queries.invalidateQueries();
    opened = true;
  });
  const read = (message: MessageEvent<string>): void => {
    const event = parseEvent(message.data);
    if (event) tell(event);
  };
  source.addEventListener('message', read);
  source.addEventListener('ledger', read);
  return { stop: () => source.close() };
};

const parseEvent = (data: string): LiveEvent | null => {
  try {
    const event = JSON.parse(data) as Partial<LiveEvent>;
    return typeof event.kind === 'string' ? { subject: '', ...event, kind: event.kind } : null;
  } catch {
    // A heartbeat or a comment of a proxy is no event.
    return null;
  }
};
