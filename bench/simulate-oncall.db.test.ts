import { expect, test } from 'vitest';
import { simulate } from './simulate-oncall-run.ts';

/** The small form of `npm run simulate:oncall`. */
test('two on-call years with edits, crashes and bad providers keep every invariant', async () => {
  const report = await simulate(2, 7);
  expect(report.wrongs).toEqual([]);
  expect(report.pages).toBeGreaterThan(0);
  expect(Object.keys(report.faults).length).toBeGreaterThan(3);
});
