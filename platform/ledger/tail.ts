import type { Log } from '../log/log.ts';
import { startLoop } from '../postgres/loop.ts';
import type { Postgres } from '../postgres/postgres.ts';
import type { SealedEvent } from './ledger.ts';
import { readLimitMax, selectEvents, selectHead } from './store.ts';

export interface Tail {
  follow(afterPlace: bigint | null, onEvent: (event: SealedEvent) => void): { stop(): void };
  wake(): void;
  stop(): Promise<void>;
}

interface Follower {
  place: bigint;
  /** False while it still reads what lies further back than memory. */
  attached: boolean;
  stopped: boolean;
  readonly onEvent: (event: SealedEvent) => void;
}

/** Newest events kept in memory, so that a page that comes back after a moment costs no query. */
const rememberedMax = 1_000;
const pollMs = 1_000;

/** Reads the chain's end once for the whole process and hands it to every follower. */
export const startTail = async (postgres: Postgres, log: Log): Promise<Tail> => {
  const db = postgres.tables<any>();
  const followers = new Set<Follower>();
  let remembered: SealedEvent[] = [];
  let head = (await selectHead(db))?.place ?? 0n;

  const loop = startLoop({
    everyMs: pollMs,
    round: async () => {
      const events = await selectEvents(db, { kinds: null, after: head, limit: readLimitMax });
      if (events.length === 0) return 'rest';
      remembered = [...remembered, ...events].slice(-rememberedMax);
      head = events.at(-1)!.place;
      for (const follower of followers) if (follower.attached) hand(follower, events, log);
      return events.length === readLimitMax ? 'more' : 'rest';
    },
    onError: (error) => log.warn({ error: error.message }, 'the end of the ledger could not be read'),
  });

  const catchUp = async (follower: Follower): Promise<void> => {
    while (!follower.stopped) {
      const oldest = remembered[0]?.place ?? head + 1n;
      if (follower.place >= oldest - 1n) {
        hand(follower, remembered, log);
        follower.attached = true;
        return;
      }
      const events = await selectEvents(db, { kinds: null, after: follower.place, limit: readLimitMax });
      hand(follower, events, log);
      if (events.length === 0) follower.place = head;
    }
  };

  return {
    follow: (afterPlace, onEvent) => {
      // A place beyond the end is from before a restore: what comes next is told.
      const place = afterPlace === null || afterPlace > head ? head : afterPlace;
      const follower: Follower = { place, attached: false, stopped: false, onEvent };
      followers.add(follower);
      void catchUp(follower).catch((error: Error) => {
        log.warn({ error: error.message }, 'a follower of the ledger could not be served');
        followers.delete(follower);
      });
      return {
        stop: () => {
          follower.stopped = true;
          followers.delete(follower);
        },
      };
    },
    wake: loop.wake,
    stop: loop.stop,
  };
};

const hand = (follower: Follower, events: readonly SealedEvent[], log: Log): void => {
  for (const event of events) {
    if (follower.stopped || event.place <= follower.place) continue;
    follower.place = event.place;
    try {
      follower.onEvent(event);
    } catch (error) {
      log.error({ err: error, place: String(event.place) }, 'a follower of the ledger threw');
    }
  }
};
