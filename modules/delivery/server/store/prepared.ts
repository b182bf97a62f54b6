import type { RawBuilder } from 'kysely';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import type { DeliveryTables } from './tables.ts';

/**
 * Runs a statement that is planned once for each connection and then kept there under its name. Taking leases is planned for
 * longer than it runs, and the sender does it dozens of times a second: measured at 100 messages a second, planning
 * was most of what PostgreSQL spent.
 */
export const runPrepared = async <Row extends object>(
  postgres: Postgres,
  name: string,
  query: RawBuilder<Row>,
): Promise<Row[]> => {
  const { sql: text, parameters } = query.compile(postgres.tables<DeliveryTables>());
  const { rows } = await postgres.pool.query<Row>({ name: `delivery.${name}`, text, values: [...parameters] });
  return rows;
};
