import { describe, expect, it } from 'vitest';
import { burnTest, reaches } from './burn.ts';
import { ratioOf } from './ratio.ts';
import { runningSums } from './series.ts';
import { stepsAtOnce, surelyBelow } from './surely-below.ts';

/** Numbers in [0, 1) that are the same in every run. */
let seed = 7;
const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;

describe('Stretches are passed over only where nothing in them can burn', () => {
  it.each([
    ['even traffic with few failures', () => 100, () => (random() < 0.02 ? 3 : 0)],
    ['bursts of failures', () => 50, () => (random() < 0.003 ? 50 : 0)],
    ['gaps without traffic', () => (random() < 0.5 ? 0 : 10), () => (random() < 0.01 ? 10 : 0)],
  ])('%s', (_, totalOf, badOf) => {
    const steps = 4_000;
    const totals = Array.from({ length: steps }, totalOf);
    const bads = totals.map((total) => Math.min(total, badOf()));
    const sums = runningSums({
      startsAt: 0,
      stepSeconds: 60,
      good: Float64Array.from(totals, (total, step) => total - bads[step]!),
      bad: Float64Array.from(bads),
    });
    let [passed, wrong] = [0, 0];
    for (const length of [1, 5, 60, 360]) {
      for (const threshold of [1, 6, 14]) {
        const test = burnTest(990_000, ratioOf(threshold, 1));
        const together = stepsAtOnce(length);
        for (let from = 0; from < steps; from += together) {
          const to = Math.min(steps, from + together);
          if (!surelyBelow(sums, { from, to, length }, test)) continue;
          passed += to - from;
          for (let end = from + 1; end <= to; end++) {
            const start = Math.max(0, end - length);
            if (reaches(sums.total[end]! - sums.total[start]!, sums.bad[end]! - sums.bad[start]!, test)) wrong += 1;
          }
        }
      }
    }
    expect(wrong).toBe(0);
    expect(passed).toBeGreaterThan(steps);
  });
});
