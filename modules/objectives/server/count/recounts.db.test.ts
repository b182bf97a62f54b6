import { afterAll, beforeAll, expect, it } from 'vitest';
import { testPostgres } from '../../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import { recountsNow } from '../evaluate/store.ts';
import type { ObjectivesTables } from '../tables.ts';
import { createRecounts } from './recounts.ts';
import type { CountTables } from './tables.ts';

const now = Temporal.Instant.from('2026-11-22T12:34:56Z');
const seconds = now.epochMilliseconds / 1_000;
let postgres: Postgres;
beforeAll(async () => {
  postgres = await testPostgres();
});
afterAll(() => postgres.stop());

const marks = () => recountsNow(postgres.tables<ObjectivesTables>());

it.each([
  { level: '10s', age: '5 minutes', seconds: 300, moves: [] },
  { level: '10s', age: '8 minutes', seconds: 480, moves: ['recent'] },
  { level: 'minute', age: '2 hours', seconds: 7_200, moves: ['old'] },
  { level: 'minute', age: '20 days', seconds: 20 * 86_400, moves: ['old'] },
  { level: 'hour', age: '2 hours, over for one', seconds: 7_200, moves: [] },
  { level: 'hour', age: '3 hours, over for two', seconds: 10_800, moves: ['old'] },
] as const)('a $level that began $age ago and is counted anew moves $moves', async ({ level, seconds: ago, moves }) => {
  const recounts = createRecounts({ db: postgres.tables<CountTables>(), now: () => now });
  const before = await marks();
  const during = await recounts.around(level, seconds - ago, marks);
  const after = await marks();
  const moved = (from: typeof before, to: typeof before) =>
    (['recent', 'old'] as const).filter((name) => from[name] !== to[name]);
  // Before the work and after it: what is read in between may hold half of it.
  expect([moved(before, during), moved(during, after)]).toEqual([moves, moves]);
});

it('work that fails is told too', async () => {
  const recounts = createRecounts({ db: postgres.tables<CountTables>(), now: () => now });
  const before = await marks();
  await expect(recounts.around('minute', 0, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect((await marks()).old).not.toBe(before.old);
});
