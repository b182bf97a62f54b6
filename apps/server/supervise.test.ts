import { expect, it } from 'vitest';
import { restartWaitMs } from './supervise.ts';

it('a server that dies before it is ready waits longer and longer, one that was ready never longer than half a second', () => {
  expect([0, 1, 2, 3, 4, 5, 99].map((deaths) => restartWaitMs(deaths, false))).toEqual([
    200, 500, 1_000, 2_000, 5_000, 10_000, 10_000,
  ]);
  expect([0, 1, 2, 99].map((deaths) => restartWaitMs(deaths, true))).toEqual([200, 500, 500, 500]);
});
