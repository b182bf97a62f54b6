import { Counter, type Registry } from 'prom-client';
import type { Clock } from '../clock/clock.ts';
import { newId } from '../clock/id.ts';
import type { Log } from '../log/log.ts';
import { startLoop, type Loop } from '../postgres/loop.ts';
import type { Postgres } from '../postgres/postgres.ts';
import type { Ledger } from './ledger.ts';
import { reactOnce, registerReaction, type Reaction, type ReactionGround } from './reactions.ts';
import { pendingChannel, sealOnce, sealedChannel, sealerBatchMax } from './sealer.ts';
import { insertPending, selectEvents } from './store.ts';
import { startTail } from './tail.ts';

export interface LedgerOptions {
  /** How long a reaction stays with a process that died. */
  readonly reactionLeaseSeconds?: number;
}

const pollMs = 1_000;
const busyMs = 100;
const reactionLeaseSeconds = 10;

/** The ledger of a server process: its sealer, its reactions and its followers. */
export const startLedger = async (
  postgres: Postgres,
  _clock: Clock,
  log: Log,
  metrics: Registry,
  options: LedgerOptions = {},
): Promise<Ledger & { wake(): void; stop(): Promise<void> }> => {
  const measure = measures(metrics);
  const reactions = new Map<string, Loop>();
  let stopping = false;
  const ground: ReactionGround = {
    postgres,
    log,
    holder: newId(),
    leaseSeconds: options.reactionLeaseSeconds ?? reactionLeaseSeconds,
    onFailure: (name) => measure.failures.inc({ reaction: name }),
  };
  const sealer = startLoop({
    everyMs: pollMs,
    round: async () => {
      const sealed = await sealOnce(postgres);
      if (sealed === 'busy') return busyMs;
      measure.sealed.inc(sealed);
      return sealed === sealerBatchMax ? 'more' : 'rest';
    },
    onError: (error) => log.warn({ error: error.message }, 'the ledger could not be sealed; trying again'),
  });
  const tail = await startTail(postgres, log);
  const wakeReaders = (): void => {
    tail.wake();
    for (const loop of reactions.values()) loop.wake();
  };
  const listening = await Promise.all([
    postgres.listen(pendingChannel, () => sealer.wake()),
    postgres.listen(sealedChannel, wakeReaders),
  ]);

  return {
    append: insertPending,
    react: (name, kinds, react) => {
      if (reactions.has(name)) throw new Error(`the reaction ${name} is registered twice`);
      reactions.set(
        name,
        startReaction({ name, kinds, react }, ground, () => stopping),
      );
    },
    follow: tail.follow,
    read: ({ kind, subject, after, limit }) =>
      selectEvents(postgres.tables<any>(), {
        kinds: kind === undefined ? null : [kind],
        subject,
        after: after ?? null,
        limit,
      }),
    wake: () => {
      sealer.wake();
      wakeReaders();
    },
    stop: async () => {
      stopping = true;
      await Promise.all([...listening, tail, sealer, ...reactions.values()].map((part) => part.stop()));
    },
  };
};

const startReaction = (reaction: Reaction, ground: ReactionGround, stopping: () => boolean): Loop => {
  let registered = false;
  return startLoop({
    everyMs: pollMs,
    round: async () => {
      if (!registered) await registerReaction(ground.postgres, reaction.name);
      registered = true;
      return reactOnce(reaction, ground, stopping);
    },
    onError: (error) =>
      ground.log.warn(
        { reaction: reaction.name, error: error.message },
        'a reaction could not look for events; trying again',
      ),
  });
};

const measures = (metrics: Registry): { sealed: Counter; failures: Counter<'reaction'> } => ({
  sealed: new Counter({
    name: 'leadline_ledger_sealed_total',
    help: 'Events that this process gave a place in the chain',
    registers: [metrics],
  }),
  failures: new Counter({
    name: 'leadline_ledger_reaction_failures_total',
    help: 'Failed tries of reactions to events',
    labelNames: ['reaction'],
    registers: [metrics],
  }),
});
