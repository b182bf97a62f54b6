import { describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { startLoop } from './loop.ts';

const never = 1_000_000;

describe('a loop runs one round at a time and misses no wake-up', () => {
  it('runs at once, and again for each wake-up, also one that comes during a round', async () => {
    let rounds = 0;
    let gate = Promise.withResolvers<void>();
    const loop = startLoop({
      everyMs: never,
      round: async () => {
        rounds += 1;
        await gate.promise;
        return 'rest';
      },
      onError: () => undefined,
    });
    expect(rounds).toBe(1);
    loop.wake();
    loop.wake();
    const first = gate;
    gate = Promise.withResolvers();
    first.resolve();
    await eventually(() => expect(rounds).toBe(2));
    gate.resolve();
    loop.wake();
    await eventually(() => expect(rounds).toBe(3));
    await loop.stop();
    loop.wake();
    expect(rounds).toBe(3);
  });

  it('goes on at once while there is more, tells errors and goes on after them', async () => {
    const errors: string[] = [];
    let rounds = 0;
    const loop = startLoop({
      everyMs: 1,
      round: async () => {
        rounds += 1;
        if (rounds === 3) throw new Error('not now');
        return rounds < 3 ? 'more' : never;
      },
      onError: (error) => errors.push(error.message),
    });
    await eventually(() => expect(rounds).toBeGreaterThan(5));
    expect(errors).toEqual(['not now']);
    await loop.stop();
  });
});
