import { expect, test } from 'vitest';
import { Queue } from './queue.ts';

// Promise: background work never takes the last places, and nobody waits without end.

const bounds = { runningMax: 3, runningBackgroundMax: 2, waitingMax: 2, waitMs: 60_000 };
const never = new AbortController().signal;

test('background work leaves a place for interactive statements', async () => {
  const queue = new Queue(bounds);
  await queue.enter('background', never);
  const leave = await queue.enter('background', never);
  const third = queue.enter('background', never);
  expect(queue.waiting).toBe(1);
  await queue.enter('interactive', never);
  expect(queue.running).toBe(3);
  leave();
  await third;
  expect([queue.running, queue.waiting]).toEqual([3, 0]);
});

test('among those who wait, interactive statements go first', async () => {
  const queue = new Queue(bounds);
  const leave = await queue.enter('interactive', never);
  const leaveBackground = await queue.enter('background', never);
  await queue.enter('background', never);
  const order: string[] = [];
  const background = queue.enter('background', never).then((done) => (order.push('background'), done));
  const interactive = queue.enter('interactive', never).then((done) => (order.push('interactive'), done));
  leave();
  (await interactive)();
  leaveBackground();
  (await background)();
  expect(order).toEqual(['interactive', 'background']);
});

test('too many who wait are refused with a code', async () => {
  const queue = new Queue({ ...bounds, runningMax: 1, waitingMax: 1 });
  await queue.enter('interactive', never);
  void queue.enter('interactive', never);
  await expect(queue.enter('interactive', never)).rejects.toMatchObject({ status: 503, code: 202 });
});

test('waiting has an end', async () => {
  const queue = new Queue({ ...bounds, runningMax: 1, waitMs: 1 });
  await queue.enter('interactive', never);
  await expect(queue.enter('interactive', never)).rejects.toMatchObject({ status: 503, code: 202 });
});

test('a client that goes away leaves the queue', async () => {
  const queue = new Queue({ ...bounds, runningMax: 1 });
  await queue.enter('interactive', never);
  const gone = new AbortController();
  const waiting = queue.enter('interactive', gone.signal);
  gone.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  expect(queue.waiting).toBe(0);
});

test('a place is given back once, however often its holder says so', async () => {
  const queue = new Queue(bounds);
  const leave = await queue.enter('interactive', never);
  leave();
  leave();
  expect(queue.running).toBe(0);
});
