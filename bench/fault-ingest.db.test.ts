import { expect, test } from 'vitest';
import { killUnderLoad } from './fault-kills.ts';
import { victims } from './fault-victims.ts';

/** The small form of `npm run fault:ingest`, on the real product with real kills. */
test(
  'each way of killing Leadline under load loses and doubles nothing, and it starts again',
  { timeout: 400_000 },
  async () => {
    const done = await killUnderLoad(victims.length);
    expect(done.wrongs).toEqual([]);
    expect(done.log.unknown).toEqual([]);
    expect(done.log.acknowledged.length).toBeGreaterThan(0);
    expect(done.withRequests).toBeGreaterThanOrEqual(victims.length - 1);
  },
);
