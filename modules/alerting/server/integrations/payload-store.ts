import { sql } from 'kysely';
import { integrationLimits } from '../../domain/integrations/limits.ts';
import type { Db } from './store.ts';
import type { PayloadRow } from './tables.ts';

export type NewPayload = Omit<PayloadRow, 'bytes'> & { readonly bytes: number };

/** Writes payloads, and forgets what is beyond the last ones of each integration that they are of. */
export const insertPayloads = async (db: Db, payloads: readonly NewPayload[]): Promise<void> => {
  if (payloads.length === 0) return;
  const rows = payloads.map((each) => ({
    ...each,
    at: each.at.toISOString(),
    body: each.body.toString('base64'),
  }));
  await sql`-- One statement for all of a second; an integration that was deleted meanwhile keeps nothing.
    INSERT INTO alerting.payload (id, integration, at, faulty, method, path, query, headers, content_type, body, bytes, status, error, outcome, replay_of)
    SELECT p.id, p.integration, p.at, p.faulty, p.method, p.path, p.query, p.headers, p.content_type, decode(p.body, 'base64'),
      p.bytes, p.status, p.error, p.outcome, p.replay_of
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS p (id uuid, integration uuid, at timestamptz, faulty boolean, method text,
      path text, query jsonb, headers jsonb, content_type text, body text, bytes bigint, status integer, error text, outcome jsonb, replay_of uuid)
    WHERE EXISTS (SELECT 1 FROM alerting.integration i WHERE i.id = p.integration)
    ON CONFLICT (id) DO NOTHING`.execute(db);
  const touched = new Map(payloads.map((each) => [`${each.integration} ${each.faulty}`, each]));
  for (const { integration, faulty } of touched.values()) await forgetBeyond(db, integration, faulty);
};

const forgetBeyond = async (db: Db, integration: string, faulty: boolean): Promise<void> => {
  await sql`-- The last ones stay, by number and by bytes; good and faulty ones do not push each other out.
    DELETE FROM alerting.payload WHERE id IN (
      SELECT id FROM (
        SELECT id, row_number() OVER newest AS place, sum(length(body)) OVER newest AS bytes
        FROM alerting.payload WHERE integration = ${integration} AND faulty = ${faulty}
        WINDOW newest AS (ORDER BY at DESC, id DESC)) p
      WHERE place > ${integrationLimits.payloads} OR (bytes > ${integrationLimits.payloadsBytes} AND place > 1))`.execute(
    db,
  );
};

/** Payloads of one integration, the newest first. */
export const payloadsOf = (
  db: Db,
  { integration, faulty }: { readonly integration: string; readonly faulty: boolean | null },
): Promise<PayloadRow[]> => {
  // All that are kept: at most twice the limit.
  let query = db
    .selectFrom('alerting.payload')
    .selectAll()
    .where('integration', '=', integration)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(2 * integrationLimits.payloads);
  if (faulty !== null) query = query.where('faulty', '=', faulty);
  return query.execute();
};

export const payloadById = (db: Db, integration: string, id: string): Promise<PayloadRow | undefined> =>
  // One payload whole, to be looked at or played again.
  db
    .selectFrom('alerting.payload')
    .selectAll()
    .where('integration', '=', integration)
    .where('id', '=', id)
    .executeTakeFirst();

export interface Count {
  readonly integration: string;
  readonly received: number;
  readonly faulty: number;
}

/** Adds to the counts of the hour. */
export const addCounts = async (db: Db, counts: readonly Count[]): Promise<void> => {
  if (counts.length === 0) return;
  await sql`-- In one order over all processes, so that two never wait in a circle.
    INSERT INTO alerting.integration_hour AS h (integration, hour, received, faulty)
    SELECT c.integration, date_trunc('hour', ground.now(), 'UTC'), c.received, c.faulty
    FROM jsonb_to_recordset(${JSON.stringify(counts)}::jsonb) AS c (integration uuid, received bigint, faulty bigint)
    JOIN alerting.integration i ON i.id = c.integration ORDER BY c.integration
    ON CONFLICT (integration, hour) DO UPDATE SET received = h.received + excluded.received, faulty = h.faulty + excluded.faulty`.execute(
    db,
  );
};
