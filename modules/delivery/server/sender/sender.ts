import { newId } from '../../../../platform/clock/id.ts';
import { startLoop, type Loop } from '../../../../platform/postgres/loop.ts';
import { providerOfLane } from '../../domain/lane.ts';
import { dueChannel } from '../store/enqueue.ts';
import { endFarWaits, prolongLeases } from '../store/sending.ts';
import type { Db, DeliveryTables } from '../store/tables.ts';
import { createHeld, type Held } from './held.ts';
import { createPauses } from './pauses.ts';
import { createSendOne, type SendGround } from './send-one.ts';
import { createRounds } from './take-round.ts';

export interface SenderOptions {
  /** How long messages stay with a process that died. */
  readonly leaseSeconds?: number;
  readonly beatMs?: number;
  readonly drainMs?: number;
}

export interface Sender {
  wake(): void;
  /** The providers were changed: what is remembered of their pauses is read anew. */
  providersChanged(): void;
  /** Takes nothing more, hands back what was not begun, and waits for the calls under way. */
  stop(): Promise<void>;
}

export const senderLimits = {
  leaseSeconds: 5,
  /** A wake-up that got lost costs no more. */
  beatMs: 1_000,
  drainMs: 10_000,
  /** A clock of the database that was set back is found out within this time. */
  clockMs: 5_000,
  /** Calls at once to one provider (or to one receiving host), in each process. */
  places: 24,
  /** Leases that one process has at once; beyond it only few are taken in each lane. */
  held: 2_000,
} as const;

/**
 * The sender of one process: takes leases lane by lane (take-round.ts), sends each message that has a place (send-one.ts),
 * and prolongs the leases of what takes longer. Several processes share the work by the leases alone.
 */
export const startSender = async (ground: SendGround, options: SenderOptions = {}): Promise<Sender> => {
  const { postgres, log } = ground;
  const db = postgres.tables<DeliveryTables>();
  const leaseSeconds = options.leaseSeconds ?? senderLimits.leaseSeconds;
  const restMs = options.beatMs ?? senderLimits.beatMs;
  const stopping = new AbortController();
  let ending = false;
  const pauses = createPauses(db, ground.clock);
  const placesOf = (lane: string): number =>
    ground.providers().byName(providerOfLane(lane))?.rateLimit.concurrency ?? senderLimits.places;
  const held = createHeld(placesOf);
  const rounds = createRounds(
    ground,
    { held, pauses },
    { holder: newId(), leaseSeconds, places: senderLimits.places, heldMax: senderLimits.held, restMs },
  );
  const sendOne = createSendOne(ground, { db, pauses, leaseSeconds, stopping: stopping.signal, ending: () => ending });
  const calls = new Set<Promise<void>>();
  const pump = (): void => {
    for (let message = held.next(); message; message = held.next()) {
      const current = message;
      const call = sendOne(current)
        .catch((error: unknown): 'left-to-its-lease' => {
          log.warn({ key: current.key, err: error }, 'a message is left to its lease and will be taken up again');
          return 'left-to-its-lease';
        })
        .then((outcome) => {
          held.release(current);
          held.done(current);
          calls.delete(call);
          pump();
          if (outcome === 'soon' || rounds.hungry(current.lane)) loop.wake();
        });
      calls.add(call);
    }
  };
  const loop: Loop = startLoop({
    everyMs: restMs,
    round: async () => {
      const mayRestMs = await rounds.round();
      pump();
      return mayRestMs;
    },
    onError: (error) => log.warn({ error: error.message }, 'due messages could not be looked for; trying again'),
  });
  const listening = await postgres.listen(dueChannel, () => loop.wake());
  const clock = followingClock(ground, db, leaseSeconds, () => {
    pauses.doubt();
    loop.wake();
  });
  const beat = prolonging(ground, db, held, leaseSeconds);
  return {
    wake: () => loop.wake(),
    providersChanged: () => {
      pauses.doubt();
      loop.wake();
    },
    stop: async () => {
      ending = true;
      await listening.stop();
      await clock.stop();
      await loop.stop();
      const late = setTimeout(() => stopping.abort(), options.drainMs ?? senderLimits.drainMs);
      while (calls.size > 0) await Promise.all(calls);
      clearTimeout(late);
      clearInterval(beat);
    },
  };
};

/** Where the database's clock was set far back, nothing waits for the time that it lost. */
const followingClock = ({ log }: SendGround, db: Db, leaseSeconds: number, changed: () => void): Loop =>
  startLoop({
    everyMs: senderLimits.clockMs,
    round: async () => {
      if ((await endFarWaits(db, leaseSeconds)) > 0) changed();
      return 'rest';
    },
    onError: (error) => log.warn({ error: error.message }, 'waits of another clock could not be looked for'),
  });

/** While this process lives, what it holds stays its own. */
const prolonging = ({ log }: SendGround, db: Db, held: Held, leaseSeconds: number): NodeJS.Timeout =>
  setInterval(
    () => {
      if (held.count() > 0)
        void prolongLeases(db, held.all(), leaseSeconds).catch((error: Error) =>
          log.warn({ error: error.message }, 'leases could not be prolonged'),
        );
    },
    (leaseSeconds * 1_000) / 3,
  );
