import { sql } from 'kysely';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import type { Tries } from '../../domain/choose-provider.ts';
import type { ChannelName } from '../../contract.ts';
import type { MessageContent } from '../public.ts';
import { runPrepared } from './prepared.ts';
import type { Handle } from './tables.ts';

/** A message whose lease this process has. */
export interface TakenMessage {
  readonly id: string;
  readonly key: string;
  readonly channel: ChannelName;
  readonly address: string;
  readonly urgency: 'high' | 'low';
  readonly about: string;
  readonly content: MessageContent;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lane: string;
  readonly fence: string;
  readonly tries: Tries;
  readonly attempts: number;
  /** The time in which it could leave is over, by the database's clock. */
  readonly expired: boolean;
}

/** Lanes beyond these wait for a later look; a lane is a provider, or a provider and a receiving host. */
export const lanesMax = 1_000;

const taken = sql`message.id, message.key, message.channel, message.address, message.urgency, message.about, message.content,
  message.created_at AS "createdAt", message.expires_at AS "expiresAt", message.lane, message.fence, message.tries,
  message.attempts, coalesce(message.expires_at <= ground.now(), false) AS expired`;

/**
 * Takes the leases of messages that are due: in each lane at most its free places (`free`, `freeElsewhere` for lanes that
 * are not named), urgent and old ones first. Passes over what another process is just taking, over lanes that are paused,
 * and over the lanes of `limited` providers, whose rate is counted apart. What a former holder left in the middle of a call is
 * marked as superseded.
 */
export const takeDue = (
  postgres: Postgres,
  options: {
    readonly holder: string;
    readonly leaseSeconds: number;
    readonly free: ReadonlyMap<string, number>;
    readonly freeElsewhere: number;
    readonly limited: readonly string[];
    /** Paused lanes that are taken all the same: their messages can go to another provider. */
    readonly passable: readonly string[];
  },
): Promise<TakenMessage[]> => {
  const query = sql<TakenMessage>`-- Lane by lane by a loose index scan; due messages become ours until the lease ends.
    WITH RECURSIVE lanes AS (
      (SELECT lane, 1 AS n FROM delivery.message WHERE state IN ('waiting', 'unconfirmed') ORDER BY lane LIMIT 1)
      UNION ALL
      SELECT (SELECT lane FROM delivery.message
              WHERE state IN ('waiting', 'unconfirmed') AND lane > lanes.lane ORDER BY lane LIMIT 1), n + 1
      FROM lanes WHERE lanes.lane IS NOT NULL AND n < ${lanesMax}
    ), next AS (
      SELECT due.id FROM lanes
      LEFT JOIN unnest(${[...options.free.keys()]}::text[], ${[...options.free.values()]}::int[]) AS free (lane, places)
        ON free.lane = lanes.lane
      LEFT JOIN delivery.pace AS pace ON pace.lane = lanes.lane
      CROSS JOIN LATERAL (
        SELECT id FROM delivery.message
        WHERE state IN ('waiting', 'unconfirmed') AND lane = lanes.lane AND ready_at <= ground.now()
        ORDER BY urgency, ready_at LIMIT coalesce(free.places, ${options.freeElsewhere}) FOR UPDATE SKIP LOCKED
      ) AS due
      WHERE lanes.lane IS NOT NULL
        AND (pace.paused_until IS NULL OR pace.paused_until <= ground.now() OR split_part(lanes.lane, ' ', 1) = ANY(${options.passable}::text[]))
        AND split_part(lanes.lane, ' ', 1) <> ALL(${options.limited}::text[])
    ), ours AS (
      UPDATE delivery.message AS message SET holder = ${options.holder}, fence = fence + 1,
        ready_at = ground.now() + make_interval(secs => ${options.leaseSeconds})
      FROM next WHERE message.id = next.id RETURNING ${taken}
    ), left_over AS (
      UPDATE delivery.attempt AS attempt SET result = 'superseded', ended_at = ground.now(),
        detail = 'its process ended or stood still during the call'
      FROM ours WHERE ours.fence > 1 AND attempt.message = ours.id AND attempt.result IS NULL
    )
    SELECT * FROM ours`;
  return runPrepared(postgres, 'take-due', query);
};

/** Lanes of some providers that have due messages. */
export const dueLanesOf = async (db: Handle, providers: readonly string[]): Promise<string[]> => {
  const { rows } = await sql<{ lane: string }>`-- Where limited providers have work.
    SELECT DISTINCT lane FROM delivery.message
    WHERE state IN ('waiting', 'unconfirmed') AND ready_at <= ground.now()
      AND split_part(lane, ' ', 1) = ANY(${providers}::text[]) LIMIT ${lanesMax}`.execute(db);
  return rows.map(({ lane }) => lane);
};

/**
 * As `takeDue`, for one lane whose provider has a rate: the lane's row is locked, and what is taken is counted on it by the
 * generic cell rate algorithm (ITU-T I.371), so that all processes together keep the rate. Call in a transaction.
 */
export const takeLimited = async (
  tx: Handle,
  options: {
    readonly holder: string;
    readonly leaseSeconds: number;
    readonly lane: string;
    readonly places: number;
    readonly perSecond: number;
    readonly burst: number;
  },
): Promise<{ messages: TakenMessage[]; waitMs: number }> => {
  const { lane, perSecond, burst } = options;
  await sql`-- The row that the lane's processes count on.
    INSERT INTO delivery.pace (lane) VALUES (${lane}) ON CONFLICT (lane) DO NOTHING`.execute(tx);
  const { rows: paces } = await sql<{
    allowed: number;
    paused: boolean;
  }>`-- How many may leave now; the lock makes it true.
    SELECT floor((${burst} / ${perSecond}::float8
        - least(${burst} / ${perSecond}::float8, greatest(0, extract(epoch FROM coalesce(full_at, ground.now()) - ground.now())::float8)))
        * ${perSecond} + 1e-6)::int AS allowed,
      coalesce(paused_until > ground.now(), false) AS paused
    FROM delivery.pace WHERE lane = ${lane} FOR UPDATE`.execute(tx);
  const places = Math.min(options.places, paces[0]!.allowed);
  if (places <= 0 || paces[0]!.paused) return { messages: [], waitMs: 1_000 / perSecond };
  const { rows } = await sql<TakenMessage>`-- Due messages of the lane become ours, and are counted on its pace.
    WITH next AS (
      SELECT id FROM delivery.message
      WHERE state IN ('waiting', 'unconfirmed') AND lane = ${lane} AND ready_at <= ground.now()
      ORDER BY urgency, ready_at LIMIT ${places} FOR UPDATE SKIP LOCKED
    ), ours AS (
      UPDATE delivery.message AS message SET holder = ${options.holder}, fence = fence + 1,
        ready_at = ground.now() + make_interval(secs => ${options.leaseSeconds})
      FROM next WHERE message.id = next.id RETURNING ${taken}
    ), left_over AS (
      UPDATE delivery.attempt AS attempt SET result = 'superseded', ended_at = ground.now(),
        detail = 'its process ended or stood still during the call'
      FROM ours WHERE ours.fence > 1 AND attempt.message = ours.id AND attempt.result IS NULL
    ), counted AS (
      UPDATE delivery.pace SET full_at = greatest(coalesce(full_at, ground.now()), ground.now())
        + make_interval(secs => (SELECT count(*) FROM ours) / ${perSecond}::float8)
      WHERE lane = ${lane}
    )
    SELECT * FROM ours`.execute(tx);
  return { messages: rows, waitMs: 1_000 / perSecond };
};

/** Milliseconds until the next open message may be taken; null when none is open but what is due already. */
export const untilNextMs = async (postgres: Postgres): Promise<number | null> => {
  const query = sql<{ ms: number | null }>`-- When there is work again.
    SELECT (extract(epoch FROM min(ready_at) - ground.now()) * 1000)::float8 AS ms FROM delivery.message
    WHERE state IN ('waiting', 'unconfirmed') AND ready_at > ground.now()`;
  return (await runPrepared(postgres, 'until-next', query))[0]?.ms ?? null;
};

/** Prolongs leases that still stand; what another has taken meanwhile keeps its own. */
export const prolongLeases = async (
  db: Handle,
  messages: readonly { readonly id: string; readonly fence: string }[],
  leaseSeconds: number,
): Promise<void> => {
  await sql`-- The holder is alive: its leases begin anew.
    UPDATE delivery.message AS message SET ready_at = ground.now() + make_interval(secs => ${leaseSeconds})
    FROM (SELECT message.id FROM delivery.message
      JOIN unnest(${messages.map(({ id }) => id)}::uuid[], ${messages.map(({ fence }) => fence)}::bigint[]) AS held (id, fence)
        ON message.id = held.id AND message.fence = held.fence
      WHERE message.holder IS NOT NULL ORDER BY message.id FOR UPDATE OF message SKIP LOCKED) AS ours
    WHERE message.id = ours.id`.execute(db);
};

/** Nothing waits longer: the longest time for a receipt is an hour, back-offs and pauses are shorter. */
const waitSecondsMax = 3_600;
const slackSeconds = 1;

/**
 * Where the database's clock was set far back: a lease that ends further ahead than its own length is none, nothing waits and no lane is
 * paused for longer than anything ever is. Gives back how many messages are due by it.
 */
export const endFarWaits = async (db: Handle, leaseSeconds: number): Promise<number> => {
  await sql`-- Pauses of another clock.
    UPDATE delivery.pace SET paused_until = NULL
    WHERE paused_until > ground.now() + make_interval(secs => ${waitSecondsMax + slackSeconds})`.execute(db);
  const { numAffectedRows } = await sql`-- Leases and waits of another clock: due now.
    UPDATE delivery.message SET ready_at = ground.now()
    WHERE state IN ('waiting', 'unconfirmed') AND ready_at > ground.now() + make_interval(secs =>
      CASE WHEN holder IS NULL THEN ${waitSecondsMax + slackSeconds}::float8 ELSE ${leaseSeconds + slackSeconds}::float8 END)`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0n);
};

/** A call that is about to be made. */
export interface Beginning {
  readonly id: string;
  readonly fence: string;
  readonly attempt: string;
  readonly provider: string;
  readonly lane: string;
}

/**
 * The check right before the calls, and their first trace: for each message whose lease is still the newest and has not
 * run out, that is still wanted and not expired, and whose lane is not paused, the attempt is written. Gives back the
 * attempts that may be made; the others must not be.
 */
export const beginAttempts = async (postgres: Postgres, beginnings: readonly Beginning[]): Promise<Set<string>> => {
  const query = sql<{ id: string }>`-- Only what this holder may still send gets an attempt.
    INSERT INTO delivery.attempt (id, message, provider, fence, at)
    SELECT asked.attempt, message.id, asked.provider, message.fence, ground.now()
    FROM jsonb_to_recordset(${JSON.stringify(beginnings)}::jsonb)
      AS asked (id uuid, fence bigint, attempt uuid, provider text, lane text)
    JOIN delivery.message AS message ON message.id = asked.id AND message.fence = asked.fence
    LEFT JOIN delivery.pace AS pace ON pace.lane = asked.lane
    WHERE message.state IN ('waiting', 'unconfirmed') AND message.holder IS NOT NULL AND message.ready_at > ground.now()
      AND (message.expires_at IS NULL OR message.expires_at > ground.now())
      AND (pace.paused_until IS NULL OR pace.paused_until <= ground.now())
    RETURNING id`;
  return new Set((await runPrepared(postgres, 'begin', query)).map(({ id }) => id));
};
