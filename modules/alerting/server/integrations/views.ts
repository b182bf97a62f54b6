import { sql } from 'kysely';
import type { IntegrationKind } from '../../domain/alert.ts';
import type { Db } from './store.ts';
import type { IntegrationRow } from './tables.ts';

export const integrationNamed = (db: Db, name: string): Promise<IntegrationRow | undefined> =>
  // One integration, for its page.
  db.selectFrom('alerting.integration').selectAll().where('name', '=', name).executeTakeFirst();

/** One page of integrations by name. */
export const integrationsAfter = (
  db: Db,
  filter: {
    readonly after: string | null;
    readonly kind: IntegrationKind | null;
    readonly team: string | null;
    readonly limit: number;
  },
): Promise<IntegrationRow[]> =>
  // By code point, so that a cursor means the same everywhere.
  db
    .selectFrom('alerting.integration')
    .selectAll()
    .$if(filter.kind !== null, (query) => query.where('kind', '=', filter.kind!))
    .$if(filter.team !== null, (query) => query.where('team', '=', filter.team))
    .$if(filter.after !== null, (query) => query.where(sql<boolean>`name COLLATE "C" > ${filter.after}`))
    .orderBy(sql`name COLLATE "C"`)
    .limit(filter.limit)
    .execute();

export interface Figures {
  readonly integration: string;
  readonly received: string;
  readonly faulty: string;
  readonly last_at: Date | null;
  readonly last_error: { readonly at: string; readonly status: number; readonly error: string } | null;
}

/** What came in the last 24 hours, and what was last wrong, an integration. */
export const figuresOf = async (db: Db, integrations: readonly string[]): Promise<ReadonlyMap<string, Figures>> => {
  const { rows } = await sql<Figures>`-- For the list and the page of integrations.
    SELECT i.id AS integration, coalesce(h.received, 0) AS received, coalesce(h.faulty, 0) AS faulty, p.last_at, e.last_error
    FROM unnest(${integrations}::uuid[]) AS i (id)
    LEFT JOIN LATERAL (SELECT sum(received) AS received, sum(faulty) AS faulty FROM alerting.integration_hour
      WHERE integration = i.id AND hour > ground.now() - interval '24 hours') h ON true
    LEFT JOIN LATERAL (SELECT max(at) AS last_at FROM alerting.payload WHERE integration = i.id) p ON true
    LEFT JOIN LATERAL (SELECT json_build_object('at', at, 'status', status, 'error', error) AS last_error FROM alerting.payload
      WHERE integration = i.id AND faulty ORDER BY at DESC, id DESC LIMIT 1) e ON true`.execute(db);
  return new Map(rows.map((row) => [row.integration, row]));
};
