import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { testPostgres } from './for-tests.ts';
import { describeSchema } from './schema.ts';

const snapshot = fileURLToPath(new URL('../../docs/schema/postgres.sql', import.meta.url));

it('the committed schema is what all migrations together make (after a new migration: vitest run … -u)', async () => {
  const postgres = await testPostgres();
  try {
    await expect(await describeSchema(postgres)).toMatchFileSnapshot(snapshot);
  } finally {
    await postgres.stop();
  }
});
