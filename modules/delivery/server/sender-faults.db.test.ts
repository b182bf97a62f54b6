import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { moveClock, testPostgres, urlOf } from '../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../platform/postgres/postgres.ts';
import type { OutgoingMessage } from './public.ts';
import { laneOf } from '../domain/lane.ts';
import { insertMessages } from './store/enqueue.ts';
import { pauseLane } from './store/results.ts';
import { takeDue } from './store/sending.ts';
import type { DeliveryTables } from './store/tables.ts';
import { attemptsOfKey, progressOf } from './store/views.ts';
import { aWebhookMessage } from './testing/a-webhook-message.ts';
import { startReceiver, type Receiver } from './testing/receiver.ts';

/** Whatever dies or stands still: no message is lost, and one that comes twice comes under its own key. */
const leaseSeconds = 2;
const program = fileURLToPath(new URL('./testing/sender-process.ts', import.meta.url));
let postgres: Postgres;
let receiver: Receiver;
const senders = new Set<ChildProcess>();

beforeAll(async () => {
  postgres = await testPostgres();
});
afterAll(async () => {
  await postgres.stop();
});
beforeEach(async () => {
  receiver = await startReceiver();
  return async () => {
    for (const each of senders) each.kill('SIGKILL');
    senders.clear();
    await receiver.stop();
  };
});

const startSenderProcess = async (): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [program, await urlOf(postgres), String(leaseSeconds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  senders.add(child);
  await once(child.stdout!, 'data');
  return child;
};
const kill = async (child: ChildProcess): Promise<void> => {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  senders.delete(child);
};
const db = () => postgres.tables<DeliveryTables>();
const enqueue = (messages: readonly OutgoingMessage[]) =>
  insertMessages(
    db(),
    messages.map((message) => ({ message, lane: laneOf('built-in-webhook', new URL(message.address).host) })),
  );
const some = (count: number): OutgoingMessage[] =>
  Array.from({ length: count }, () => aWebhookMessage({ address: receiver.url }));
const states = async (messages: readonly OutgoingMessage[]) =>
  new Set(await Promise.all(messages.map(async ({ key }) => (await progressOf(db(), key))?.state)));
const resultsOf = async (key: string) => (await attemptsOfKey(db(), key)).map(({ result, fence }) => [result, fence]);
const comings = (key: string) => receiver.arrivals.filter((arrival) => arrival.key === key).length;

describe('a sending process', () => {
  it('that is killed in the middle of its calls leaves them to another, which sends under the same keys', async () => {
    // The receiver holds every call: the killed process never hears an answer.
    receiver.answer(() => undefined);
    const messages = some(20);
    const first = await startSenderProcess();
    await enqueue(messages);
    await expect.poll(() => receiver.arrivals.length, { timeout: 20_000 }).toBe(20);
    await kill(first);
    const killedAt = performance.now();
    receiver.answer((_arrival, response) => void response.writeHead(200).end());
    await startSenderProcess();
    await expect.poll(() => states(messages), { timeout: 20_000 }).toEqual(new Set(['accepted']));
    const again = receiver.arrivals.slice(20);
    // The lease bounds how long the dead are waited for; what is over is the start of a process on a busy machine.
    console.warn(`first call after the kill: ${Math.round(again[0]!.at - killedAt)} ms, lease ${leaseSeconds} s`);
    expect(again[0]!.at - killedAt).toBeLessThan(10_000);
    for (const { key } of messages) {
      expect(comings(key)).toBe(2);
      expect(await resultsOf(key)).toEqual([
        ['superseded', 1n],
        ['accepted', 2n],
      ]);
    }
  });

  it('that is killed again and again loses nothing, and makes no second message of any', async () => {
    receiver.answer((_arrival, response) => void setTimeout(() => response.writeHead(200).end(), 20));
    const messages = some(300);
    let sender = await startSenderProcess();
    for (let part = 0; part < 3; part += 1) {
      const before = receiver.arrivals.length;
      await enqueue(messages.slice(part * 100, part * 100 + 100));
      await expect.poll(() => receiver.arrivals.length, { timeout: 20_000, interval: 2 }).toBeGreaterThan(before + 10);
      await kill(sender);
      sender = await startSenderProcess();
    }
    await expect.poll(() => states(messages), { timeout: 30_000 }).toEqual(new Set(['accepted']));
    const keys = new Set(messages.map(({ key }) => key));
    expect(receiver.arrivals.every(({ key }) => keys.has(key!))).toBe(true);
    expect(new Set(receiver.arrivals.map(({ key }) => key)).size).toBe(300);
    console.warn(`300 messages, 3 kills: ${receiver.arrivals.length - 300} repeats, each under its own key`);
  });

  it('that stood still past its lease sends nothing with its old token, but what was past its check', async () => {
    // Few places: of 200 messages most are leased and wait, when the process is frozen.
    receiver.answer(() => undefined);
    const messages = some(200);
    const frozen = await startSenderProcess();
    await enqueue(messages);
    await expect.poll(() => receiver.arrivals.length, { timeout: 20_000 }).toBe(24);
    frozen.kill('SIGSTOP');
    const past = new Set(receiver.arrivals.map(({ key }) => key));
    receiver.answer((_arrival, response) => void response.writeHead(200).end());
    await startSenderProcess();
    await expect.poll(() => states(messages), { timeout: 30_000 }).toEqual(new Set(['accepted']));
    const before = receiver.arrivals.length;
    frozen.kill('SIGCONT');
    // It is alive again and works: it takes and sends what comes now, so it had every chance to send what it held.
    const later = some(100);
    await enqueue(later);
    await expect.poll(() => states(later), { timeout: 20_000 }).toEqual(new Set(['accepted']));
    const laterKeys = new Set(later.map(({ key }) => key));
    expect(receiver.arrivals.slice(before).every(({ key }) => laterKeys.has(key!))).toBe(true);
    // What had not passed the check came once; what had, came from it and from its successor, under the same key.
    for (const { key } of messages) expect(comings(key)).toBe(past.has(key) ? 2 : 1);
    expect(past.size).toBe(24);
  });
});

describe('a clock of the database that is set back a day', () => {
  it('keeps no message with a process that died, nor a lane paused, for that day', async () => {
    receiver.answer((_arrival, response) => void response.writeHead(200).end());
    const messages = some(3);
    await enqueue(messages);
    const lane = laneOf('built-in-webhook', new URL(receiver.url).host);
    const options = { holder: 'dead', leaseSeconds, freeElsewhere: 10, limited: [], passable: [] };
    expect(await takeDue(postgres, { ...options, free: new Map() })).toHaveLength(3);
    await pauseLane(db(), lane, 30);
    await moveClock(postgres, '-1 day');
    await startSenderProcess();
    await expect.poll(() => states(messages), { timeout: 20_000 }).toEqual(new Set(['accepted']));
    for (const { key } of messages) expect(comings(key)).toBe(1);
    await moveClock(postgres, '1 day');
  });
});

describe('two processes on one database', () => {
  it('share the work, and nothing comes twice', async () => {
    receiver.answer((_arrival, response) => void setTimeout(() => response.writeHead(200).end(), 5));
    await Promise.all([startSenderProcess(), startSenderProcess()]);
    const messages = some(1_000);
    for (let part = 0; part < 1_000; part += 50) await enqueue(messages.slice(part, part + 50));
    await expect.poll(() => states(messages), { timeout: 30_000 }).toEqual(new Set(['accepted']));
    expect(receiver.arrivals).toHaveLength(1_000);
  });
});
