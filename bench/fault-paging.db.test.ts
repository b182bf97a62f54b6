import { expect, test } from 'vitest';
import { killWhilePaging } from './fault-paging-run.ts';

/** The small form of `npm run fault:paging`, on the real product with real kills. */
test('killed servers, auditors and databases lose no page and double none', { timeout: 300_000 }, async () => {
  const report = await killWhilePaging(4, 3);
  expect(report.wrongs).toEqual([]);
  expect(report.kills.againMs).toHaveLength(4);
  expect(report.owed).toBeGreaterThan(0);
});
