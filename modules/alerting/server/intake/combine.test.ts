import { expect, it } from 'vitest';
import { combine } from './combine.ts';

/** Work that ends when it is told to; keeps what each batch was. */
const held = (max: number, fails: (asked: readonly string[]) => boolean = () => false) => {
  const batches: (readonly string[])[] = [];
  const ends: (() => void)[] = [];
  const combiner = combine<string, string>(max, async (asked) => {
    batches.push(asked);
    const ended = Promise.withResolvers<void>();
    ends.push(ended.resolve);
    await ended.promise;
    if (fails(asked)) throw new Error(`not ${asked.join(' ')}`);
    return asked.map((each) => each.toUpperCase());
  });
  /** Ends what runs, until nothing does. */
  const endAll = async (): Promise<void> => {
    while (!combiner.isIdle()) {
      ends.splice(0).forEach((end) => end());
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { combiner, batches, endAll };
};

it('what comes alone waits for nothing, what comes meanwhile goes together in its order, each with its own answer', async () => {
  const { combiner, batches, endAll } = held(10);
  const calls = [combiner.do(['a']), combiner.do(['b', 'c']), combiner.do([]), combiner.do(['d'])];
  expect(batches).toEqual([['a']]);
  await endAll();
  expect(await Promise.all(calls)).toEqual([['A'], ['B', 'C'], [], ['D']]);
  expect(batches).toEqual([['a'], ['b', 'c', 'd']]);
});

it('a batch has at most so many, and a call is never cut', async () => {
  const { combiner, batches, endAll } = held(3);
  const calls = [['a'], ['b', 'c'], ['d'], ['e', 'f'], ['1', '2', '3', '4']].map((asked) => combiner.do(asked));
  await endAll();
  expect((await Promise.all(calls)).flat().join('')).toBe('ABCDEF1234');
  expect(batches).toEqual([['a'], ['b', 'c', 'd'], ['e', 'f'], ['1', '2', '3', '4']]);
});

it('nobody is refused for what a neighbour sent', async () => {
  const { combiner, batches, endAll } = held(10, (asked) => asked.includes('bad'));
  const calls = [['a'], ['b'], ['bad'], ['c']].map((asked) => combiner.do(asked));
  const all = Promise.allSettled(calls);
  await endAll();
  expect((await all).map((each) => (each.status === 'fulfilled' ? each.value : String(each.reason)))).toEqual([
    ['A'],
    ['B'],
    'Error: not bad',
    ['C'],
  ]);
  expect(batches).toEqual([['a'], ['b', 'bad', 'c'], ['b'], ['bad'], ['c']]);
  const after = combiner.do(['d']);
  await endAll();
  expect(await after).toEqual(['D']);
});
