import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { Refusal } from '../../kernel/problem.ts';
import type { Postgres } from '../postgres/postgres.ts';

export interface HttpTables {
  'http.idempotency': {
    actor: string;
    key: string;
    request_hash: Buffer;
    status: number | null;
    body: string | null;
    begun_at: Date;
  };
}

/** A begun request that did not end after this long is taken to have died with its process. */
const abandonedAfterSeconds = 60;
const keptForHours = 24;

export type Begun =
  | { readonly repeat: false; done(status: number, body: string | null): Promise<void>; dropped(): Promise<void> }
  | { readonly repeat: true; readonly status: number; readonly body: string | null };

/**
 * Remembers answers to writes by (actor, key). The first request runs; a repeat with the same content gets the first answer;
 * the same key with another content is refused (422), one still under way as well (409).
 * After draft-ietf-httpapi-idempotency-key-header.
 */
export const createIdempotency = (postgres: Postgres) => {
  const db = postgres.tables<HttpTables>();
  return {
    async begin(actor: string, key: string, request: { method: string; url: string; body: unknown }): Promise<Begun> {
      const hash = createHash('sha256')
        .update(`${request.method} ${request.url}\n${JSON.stringify(request.body ?? null)}`)
        .digest();
      // Takes the key if nobody has it, or if its holder died; gives back a row only to the one who took it.
      const taken = await sql<{ actor: string }>`
        INSERT INTO http.idempotency AS held (actor, key, request_hash, begun_at) VALUES (${actor}, ${key}, ${hash}, now())
        ON CONFLICT (actor, key) DO UPDATE SET begun_at = now(), request_hash = excluded.request_hash, status = NULL, body = NULL
        WHERE (held.status IS NULL AND held.begun_at < now() - make_interval(secs => ${abandonedAfterSeconds}))
           OR held.begun_at < now() - make_interval(hours => ${keptForHours})
        RETURNING actor`.execute(db);
      if (taken.rows.length === 0) return answerRepeat(await load(actor, key), hash);
      const ours = () => db.updateTable('http.idempotency').where('actor', '=', actor).where('key', '=', key);
      return {
        repeat: false,
        done: async (status, body) => {
          await ours().set({ status, body }).execute();
        },
        dropped: async () => {
          await db
            .deleteFrom('http.idempotency')
            .where('actor', '=', actor)
            .where('key', '=', key)
            .where('status', 'is', null)
            .execute();
        },
      };
    },
    /** Removes what is older than a day; run by the housekeeping lane. */
    async forgetOld(): Promise<void> {
      await sql`DELETE FROM http.idempotency WHERE begun_at < now() - make_interval(hours => ${keptForHours})`.execute(
        db,
      );
    },
  };

  async function load(actor: string, key: string) {
    return db
      .selectFrom('http.idempotency')
      .selectAll()
      .where('actor', '=', actor)
      .where('key', '=', key)
      .executeTakeFirst();
  }
};

const answerRepeat = (
  row: { request_hash: Buffer; status: number | null; body: string | null } | undefined,
  hash: Buffer,
): Begun => {
  if (row && !row.request_hash.equals(hash)) {
    throw new Refusal({
      status: 422,
      code: 'http.idempotency-key-reused',
      title: 'This Idempotency-Key was used for another request',
      detail: 'Take a new key for each different request.',
    });
  }
  if (!row || row.status === null) {
    throw new Refusal({
      status: 409,
      code: 'http.idempotency-in-flight',
      title: 'The first request with this Idempotency-Key is still under way',
      detail: 'Try again in a moment.',
      retryAfterSeconds: 1,
    });
  }
  return { repeat: true, status: row.status, body: row.body };
};
