import { sql } from 'kysely';
import type { Log } from '../log/log.ts';
import type { Postgres } from '../postgres/postgres.ts';
import type { SealedEvent } from './ledger.ts';
import { selectEvents, selectHead } from './store.ts';

export interface Reaction {
  readonly name: string;
  readonly kinds: readonly string[] | '*';
  readonly react: (event: SealedEvent) => Promise<void>;
}

export interface ReactionGround {
  readonly postgres: Postgres;
  readonly log: Log;
  /** This process among those that share the database. */
  readonly holder: string;
  readonly leaseSeconds: number;
  readonly onFailure: (name: string) => void;
}

const batchMax = 100;
/** A position is written for events of other kinds only now and then. */
const passedOverMax = 1_000n;
const retrySeconds = { first: 1, most: 300 };
const errorCharsMax = 2_000;

/** Makes the reaction's row at its first registration: from the beginning of the chain, so that nothing goes unannounced. */
export const registerReaction = async (postgres: Postgres, name: string): Promise<void> => {
  await sql`-- A reaction begins at the beginning; a known one goes on where it was.
    INSERT INTO ledger.reaction (name) VALUES (${name}) ON CONFLICT (name) DO NOTHING`.execute(postgres.tables<any>());
};

/**
 * One round of one reaction: takes the lease when there is something to react to, reacts event by event, keeps the
 * position after each, and gives the lease back. `more` when the batch was full.
 */
export const reactOnce = async (
  reaction: Reaction,
  ground: ReactionGround,
  stopping: () => boolean,
): Promise<'more' | 'rest'> => {
  const db = ground.postgres.tables<any>();
  const before = await positionOf(reaction.name, ground);
  if (before === null) return 'rest';
  const head = await selectHead(db);
  if (!head || head.place <= before) return 'rest';
  const waiting = await nextEvents(reaction, ground, before, 1);
  if (waiting.length === 0 && head.place - before < passedOverMax) return 'rest';
  const place = await takeLease(reaction.name, ground);
  if (place === null) return 'rest';
  const beat = setInterval(
    () => void takeLease(reaction.name, ground).catch(() => undefined),
    (ground.leaseSeconds * 1_000) / 3,
  );
  try {
    const events = await nextEvents(reaction, ground, place, batchMax);
    for (const event of events) {
      if (stopping() || !(await reactTo(event, reaction, ground))) return 'rest';
    }
    if (events.length === batchMax) return 'more';
    // Read before the events were: none of these kinds stands up to here.
    if (events.length === 0 && head.place > place) await keepPosition(reaction.name, head.place, ground);
    return 'rest';
  } finally {
    clearInterval(beat);
    await giveBack(reaction.name, ground).catch((error: Error) =>
      ground.log.warn({ error: error.message }, 'a lease will run out by itself'),
    );
  }
};

/** True when the event is done and the position kept; false when the rest must wait or another process holds the lease. */
const reactTo = async (event: SealedEvent, reaction: Reaction, ground: ReactionGround): Promise<boolean> => {
  try {
    await reaction.react(event);
  } catch (error) {
    ground.onFailure(reaction.name);
    const retryInSeconds = await keepFailure(reaction.name, error, ground);
    ground.log.warn(
      { reaction: reaction.name, place: String(event.place), kind: event.kind, retryInSeconds, err: error },
      'a reaction failed and will be tried again',
    );
    return false;
  }
  return keepPosition(reaction.name, event.place, ground);
};

const nextEvents = (reaction: Reaction, ground: ReactionGround, after: bigint, limit: number): Promise<SealedEvent[]> =>
  selectEvents(ground.postgres.tables<any>(), { kinds: reaction.kinds === '*' ? null : reaction.kinds, after, limit });

/** The position of a reaction that may run now, or null while it waits after a failure or is held elsewhere. */
const positionOf = async (name: string, { postgres, holder }: ReactionGround): Promise<bigint | null> => {
  const { rows } = await sql<{ place: string }>`-- How far a reaction has come, if it may go on.
    SELECT place FROM ledger.reaction WHERE name = ${name} AND (next_try IS NULL OR next_try <= ground.now())
      AND (holder IS NULL OR holder = ${holder} OR lease_until <= ground.now())`.execute(postgres.tables<any>());
  return rows[0] ? BigInt(rows[0].place) : null;
};

const takeLease = async (name: string, { postgres, holder, leaseSeconds }: ReactionGround): Promise<bigint | null> => {
  const { rows } = await sql<{ place: string }>`-- Takes or prolongs the lease by the database's clock.
    UPDATE ledger.reaction SET holder = ${holder}, lease_until = ground.now() + make_interval(secs => ${leaseSeconds})
    WHERE name = ${name} AND (holder IS NULL OR holder = ${holder} OR lease_until <= ground.now())
    RETURNING place`.execute(postgres.tables<any>());
  return rows[0] ? BigInt(rows[0].place) : null;
};

const keepPosition = async (name: string, place: bigint, { postgres, holder }: ReactionGround): Promise<boolean> => {
  const { numAffectedRows } = await sql`-- The event is done; only the holder of the lease may say so.
    UPDATE ledger.reaction SET place = ${place.toString()}::bigint, failures = 0, last_error = NULL, next_try = NULL
    WHERE name = ${name} AND holder = ${holder} AND place < ${place.toString()}::bigint`.execute(
    postgres.tables<any>(),
  );
  return numAffectedRows === 1n;
};

const keepFailure = async (
  name: string,
  error: unknown,
  { postgres, holder }: ReactionGround,
): Promise<number | null> => {
  const message = (error instanceof Error ? error.message : String(error)).slice(0, errorCharsMax);
  const { rows } = await sql<{
    seconds: number;
  }>`-- Doubles the pause before the same event is tried again, up to a bound.
    UPDATE ledger.reaction SET failures = failures + 1, last_error = ${message}, next_try = ground.now()
      + make_interval(secs => least(${retrySeconds.most}, ${retrySeconds.first} * 2 ^ least(failures, 20)))
    WHERE name = ${name} AND holder = ${holder}
    RETURNING extract(epoch FROM next_try - ground.now())::int AS seconds`.execute(postgres.tables<any>());
  return rows[0]?.seconds ?? null;
};

const giveBack = async (name: string, { postgres, holder }: ReactionGround): Promise<void> => {
  await sql`-- Another process may take the reaction at once.
    UPDATE ledger.reaction SET holder = NULL, lease_until = NULL WHERE name = ${name} AND holder = ${holder}`.execute(
    postgres.tables<any>(),
  );
};
