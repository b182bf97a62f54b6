import { sql } from 'kysely';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';

/** Table of signed messages that were taken, as Kysely sees it. */
export interface SeenTables {
  'alerting.seen_message': { integration: string; hash: Buffer; at: Date };
}

export const wasSeen = async (postgres: Postgres, integration: string, hash: Buffer): Promise<boolean> => {
  // By the primary key.
  const row = await postgres
    .tables<SeenTables>()
    .selectFrom('alerting.seen_message')
    .select('at')
    .where('integration', '=', integration)
    .where('hash', '=', hash)
    .executeTakeFirst();
  return row !== undefined;
};

export const keepSeen = async (postgres: Postgres, integration: string, hash: Buffer): Promise<void> => {
  await sql`-- Two deliveries at once of one message are one.
    INSERT INTO alerting.seen_message (integration, hash, at) VALUES (${integration}, ${hash}, ground.now())
    ON CONFLICT DO NOTHING`.execute(postgres.tables<SeenTables>());
};

export const forgetSeen = async (postgres: Postgres, hours: number): Promise<void> => {
  await sql`-- What is older is refused by its age.
    DELETE FROM alerting.seen_message WHERE at < ground.now() - make_interval(hours => ${hours})`.execute(
    postgres.tables<SeenTables>(),
  );
};
