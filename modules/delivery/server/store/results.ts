import { sql } from 'kysely';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import type { AttemptResult, ChannelName, MessageState } from '../../contract.ts';
import type { Tries } from '../../domain/choose-provider.ts';
import { runPrepared } from './prepared.ts';
import type { Handle } from './tables.ts';

/** How a call ended, for its attempt. */
export interface EndedAttempt {
  readonly id: string;
  readonly result: AttemptResult;
  readonly status: number | null;
  readonly detail: string | null;
  readonly providerRef: string | null;
}

/** What becomes of a message after a call, or after nobody was left to call. */
export interface NextStep {
  readonly id: string;
  readonly fence: string;
  readonly state: MessageState;
  readonly tries: Tries;
  readonly lane: string;
  /** Seconds from now until it is looked at again; null for a state that is an end. */
  readonly afterSeconds: number | null;
  readonly called: boolean;
  readonly detail: string | null;
}

export interface Settled {
  readonly key: string;
  readonly channel: ChannelName;
  readonly about: string;
  readonly state: MessageState;
  readonly detail: string | null;
  readonly attempts: number;
}

/**
 * Writes results in one statement and gives back the messages that it wrote. Attempts are completed with their answers; one
 * that a successor took for dead, but that did end, says so now. What becomes of a message is written only by its newest holder;
 * one that was cancelled while its call was under way and arrived all the same did leave, and is told as such.
 */
const writing = (attempts: readonly EndedAttempt[], steps: readonly NextStep[]) =>
  sql<Settled>`-- Messages are locked in one order, so that two writers never wait in a circle.
    WITH ended AS (
      -- A receipt that came before the provider's own answer is not taken back.
      UPDATE delivery.attempt AS attempt SET
        result = CASE WHEN attempt.receipt_at IS NOT NULL THEN 'delivered' ELSE ended.result END,
        status = ended.status, detail = ended.detail, ended_at = ground.now(),
        provider_ref = coalesce(ended."providerRef", attempt.provider_ref)
      FROM jsonb_to_recordset(${JSON.stringify(attempts)}::jsonb)
        AS ended (id uuid, result text, status int, detail text, "providerRef" text)
      WHERE attempt.id = ended.id AND (attempt.result IS NULL OR attempt.result = 'superseded')
    ), next AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(steps)}::jsonb) AS next
        (id uuid, fence bigint, state text, tries jsonb, lane text, "afterSeconds" float8, called boolean, detail text)
    ), ours AS (
      SELECT message.id FROM delivery.message AS message JOIN next ON message.id = next.id AND message.fence = next.fence
      WHERE message.state IN ('waiting', 'unconfirmed')
        OR (message.state = 'cancelled' AND next.state IN ('accepted', 'unconfirmed', 'delivered'))
      ORDER BY message.id FOR UPDATE OF message
    )
    UPDATE delivery.message AS message SET
      state = CASE WHEN message.state = 'cancelled' AND next.state = 'unconfirmed' THEN 'accepted' ELSE next.state END,
      tries = next.tries, lane = next.lane, holder = NULL, last_detail = next.detail,
      attempts = message.attempts + next.called::int,
      ready_at = CASE WHEN next."afterSeconds" IS NULL THEN message.ready_at
        WHEN next.state = 'unconfirmed' THEN ground.now() + make_interval(secs => next."afterSeconds")
        ELSE least(ground.now() + make_interval(secs => next."afterSeconds"),
          CASE WHEN message.expires_at IS NOT NULL THEN greatest(message.expires_at, ground.now()) END) END,
      ended_at = CASE WHEN next."afterSeconds" IS NULL THEN ground.now() END
    FROM next JOIN ours USING (id) WHERE message.id = next.id
    RETURNING message.key, message.channel, message.about, message.state, message.last_detail AS detail, message.attempts`;

/** In a transaction of the caller, who has more to write about them. */
export const writeResultsIn = async (
  tx: Handle,
  attempts: readonly EndedAttempt[],
  steps: readonly NextStep[],
): Promise<readonly Settled[]> => (await writing(attempts, steps).execute(tx)).rows;

/** In a transaction of its own. */
export const writeResults = (
  postgres: Postgres,
  attempts: readonly EndedAttempt[],
  steps: readonly NextStep[],
): Promise<readonly Settled[]> => runPrepared(postgres, 'write-results', writing(attempts, steps));

/** Leaves a lane alone for some time; a pause that is longer already stays. */
export const pauseLane = async (db: Handle, lane: string, seconds: number): Promise<void> => {
  await sql`-- The provider asked for it (429, Retry-After): all processes keep to it.
    INSERT INTO delivery.pace AS pace (lane, paused_until) VALUES (${lane}, ground.now() + make_interval(secs => ${seconds}))
    ON CONFLICT (lane) DO UPDATE SET paused_until = greatest(pace.paused_until, excluded.paused_until)`.execute(db);
};

/** Seconds for which lanes are still paused. */
export const pausedLanes = async (db: Handle): Promise<ReadonlyMap<string, number>> => {
  const { rows } = await sql<{ lane: string; seconds: number }>`-- Few: only lanes that were put off and still are.
    SELECT lane, extract(epoch FROM paused_until - ground.now())::float8 AS seconds FROM delivery.pace
    WHERE paused_until > ground.now()`.execute(db);
  return new Map(rows.map(({ lane, seconds }) => [lane, seconds]));
};
