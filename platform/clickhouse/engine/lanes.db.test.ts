import { expect, test } from 'vitest';
import { ownEngine } from './for-tests.ts';
import { limits } from './limits.ts';

// Promise: heavy background work never takes the place of a person's question.

const engine = await ownEngine();

test('with more background statements than places, an interactive one is answered at once', async () => {
  const heavy = Array.from({ length: limits.runningMax + 2 }, (_none, at) =>
    engine.send({
      query: { max_execution_time: '3', max_threads: '1', query_id: `heavy-${at}` },
      body: 'SELECT count() FROM numbers(10000000000000)',
      headers: { 'X-Leadline-Lane': 'background' },
    }),
  );
  const running = async (): Promise<number> =>
    Number(
      (await engine.send({ body: "SELECT count() FROM system.processes WHERE Settings['log_comment'] LIKE 'heavy-%'" }))
        .text,
    );
  await expect.poll(running, { timeout: 10_000 }).toBe(limits.runningBackgroundMax);
  const before = performance.now();
  const answer = await engine.send({ body: 'SELECT 1' });
  expect(answer.text).toBe('1\n');
  expect(performance.now() - before).toBeLessThan(1_000);
  expect(await running()).toBe(limits.runningBackgroundMax);
  for (const ended of await Promise.all(heavy)) expect(ended.code).toBe('159');
});
