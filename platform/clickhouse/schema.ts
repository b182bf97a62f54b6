import type { ClickHouse } from './clickhouse.ts';

/** The whole schema of the current database as text, in the order of the names: what all migrations together made. */
export const describeClickHouseSchema = async (clickhouse: Pick<ClickHouse, 'query'>): Promise<string> => {
  const names = await clickhouse.query<{ name: string; database: string }>(
    '-- Every table, by its name.\nSELECT name, database FROM system.tables WHERE database = currentDatabase() ORDER BY name',
  );
  const statements: string[] = [];
  for (const { name, database } of names) {
    const [row] = await clickhouse.query<{ statement: string }>(
      `-- The table as the statement that would make it.\nSHOW CREATE TABLE ${name}`,
    );
    statements.push(`${row!.statement.replaceAll(`${database}.`, '')};\n`);
  }
  return `-- The whole schema of the telemetry, made by the tests from the migrations; do not edit.\n\n${statements.join('\n')}`;
};
