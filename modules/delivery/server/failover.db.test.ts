import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { moveClock } from '../../../platform/postgres/for-tests.ts';
import { aContent } from '../fixtures.ts';
import { aWebhookMessage } from './testing/a-webhook-message.ts';
import { startReceiver, type Arrival, type Receiver } from './testing/receiver.ts';
import { startDelivery, type DeliveryWorld } from './testing/world.ts';

/** Two SMS gateways: when the first fails, is slow, or gives no receipt, the second sends. */
let world: DeliveryWorld;
let first: Receiver;
let second: Receiver;

const gateway = (receiver: Receiver, priority: number, more: object = {}) => ({
  channel: 'sms',
  kind: 'http-gateway',
  priority,
  settings: {
    url: receiver.url,
    body: '{"to":"{{to}}","text":"{{text}}","report":"{{receiptUrl}}"}',
    success: { path: 'id' },
    refPath: 'id',
    receipt: { statusPath: 'state', delivered: ['DELIVRD'], failed: ['UNDELIV'], refPath: 'id' },
  },
  secrets: { callbackSecret: 'call-me-back' },
  ...more,
});
const takes = (_arrival: Arrival, response: Parameters<Parameters<Receiver['answer']>[0]>[1]) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(`{"id":"m-${Math.random()}"}`);

beforeAll(async () => {
  world = await startDelivery({ publicUrl: 'https://leadline.example.org' });
});
afterAll(async () => {
  await world.stop();
});
beforeEach(async () => {
  [first, second] = [await startReceiver(), await startReceiver()];
  for (const each of [first, second]) each.answer(takes);
  await world.provider('first', gateway(first, 10));
  await world.provider('second', gateway(second, 20));
});
afterEach(async () => {
  for (const name of ['first', 'second']) await world.call('DELETE', `/api/v1/delivery/providers/${name}`);
  await Promise.all([first.stop(), second.stop()]);
});

const anSms = (about = 'page:8') =>
  aWebhookMessage({ channel: 'sms', address: '+4915112345678', about, content: aContent() });
const stateOf = (key: string, state: string) =>
  expect.poll(async () => (await world.message(key))?.state, { timeout: 20_000 }).toBe(state);
const triedBy = async (key: string) =>
  (await world.message(key)).attempts.map(({ provider, result }: any) => [provider, result]);
/** The gateway reports, to the address that it was told for this message. */
const report = async (arrival: Arrival, state: string) => {
  const url = new URL(JSON.parse(arrival.body).report);
  expect(url.origin).toBe('https://leadline.example.org');
  const payload = JSON.stringify({ state, id: 'whatever' });
  const headers = { 'content-type': 'application/json' };
  const answer = await world.http.fastify.inject({ method: 'POST', url: url.pathname, payload, headers });
  return answer.statusCode;
};

describe('the next provider sends at once', () => {
  it.each<[string, Parameters<Receiver['answer']>[0], string]>([
    ['when the first fails', (_arrival, response) => void response.writeHead(500).end(), 'failed'],
    ['when the first refuses', (_arrival, response) => void response.writeHead(403).end('{}'), 'refused'],
    ['when the connection breaks', (_arrival, response) => void response.destroy(), 'failed'],
    [
      'when the first answers 200 with an error inside',
      (_a, response) => void response.end('{"error":"no credit"}'),
      'refused',
    ],
    [
      'when the first wants to be left alone',
      (_a, r) => void r.writeHead(429, { 'retry-after': '60' }).end(),
      'failed',
    ],
  ])('%s', async (_, how, result) => {
    first.answer(how);
    const message = anSms();
    const began = performance.now();
    await world.enqueue(message);
    await stateOf(message.key, 'accepted');
    expect(performance.now() - began).toBeLessThan(2_500);
    expect(await triedBy(message.key)).toEqual([
      ['first', result],
      ['second', 'accepted'],
    ]);
    expect([first.arrivals[0]!.key, second.arrivals[0]!.key]).toEqual([message.key, message.key]);
  });

  it('when the first does not answer in time; meanwhile nobody else waits for it', async () => {
    first.answer(() => undefined);
    const [slow, ...others] = [anSms(), ...Array.from({ length: 30 }, () => anSms())];
    const fast = await startReceiver();
    const webhooks = Array.from({ length: 20 }, () => aWebhookMessage({ address: fast.url }));
    await world.enqueue(slow!, ...others, ...webhooks);
    const began = performance.now();
    for (const { key } of webhooks) await stateOf(key, 'accepted');
    expect(performance.now() - began).toBeLessThan(3_000);
    await stateOf(slow!.key, 'accepted');
    // The bound of a call is 10 s.
    expect(performance.now() - began).toBeGreaterThan(9_000);
    expect(await triedBy(slow!.key)).toEqual([
      ['first', 'timeout'],
      ['second', 'accepted'],
    ]);
    await fast.stop();
  });

  it('and when no provider is left the failure is told once, with how often it was tried', async () => {
    for (const each of [first, second]) each.answer((_arrival, response) => void response.writeHead(400).end());
    const message = anSms('page:nobody');
    await world.enqueue(message);
    await stateOf(message.key, 'failed');
    await expect
      .poll(() => world.ledger.read({ kind: 'message.failed', subject: 'page:nobody', limit: 9 }))
      .toMatchObject([
        { data: { key: message.key, attempts: 2, reason: expect.stringContaining('every provider refused') } },
      ]);
  });
});

describe('receipts', () => {
  beforeEach(async () => {
    await world.provider('first', gateway(first, 10, { receiptWithinSeconds: 30 }));
    await world.provider('second', gateway(second, 20, { receiptWithinSeconds: 30 }));
  });

  it('say that it arrived; the same again, or "failed" after it, changes nothing', async () => {
    const message = anSms();
    await world.enqueue(message);
    await stateOf(message.key, 'unconfirmed');
    for (const state of ['DELIVRD', 'DELIVRD', 'UNDELIV']) await report(first.arrivals[0]!, state);
    await moveClock(world.postgres, '31 seconds');
    await stateOf(message.key, 'delivered');
    const { attempts } = await world.message(message.key);
    expect(attempts).toMatchObject([{ provider: 'first', result: 'delivered', receiptAt: expect.any(String) }]);
    expect(second.arrivals).toEqual([]);
  });

  it('that do not come in time let the second send; one that comes late still counts', async () => {
    const message = anSms('page:late');
    await world.enqueue(message);
    await stateOf(message.key, 'unconfirmed');
    await moveClock(world.postgres, '31 seconds');
    await expect.poll(() => second.arrivals.length, { timeout: 10_000 }).toBe(1);
    expect(second.arrivals[0]!.key).toBe(message.key);
    await expect.poll(async () => (await triedBy(message.key)).length).toBe(2);
    await stateOf(message.key, 'unconfirmed');
    await moveClock(world.postgres, '31 seconds');
    // Both took it and none said that it arrived: that is told as a failure …
    await stateOf(message.key, 'failed');
    await expect
      .poll(() => world.ledger.read({ kind: 'message.failed', subject: 'page:late', limit: 9 }))
      .toMatchObject([{ data: { reason: expect.stringContaining('no receipt came in time') } }]);
    // … until one does.
    await report(first.arrivals[0]!, 'DELIVRD');
    await stateOf(message.key, 'delivered');
    expect(await triedBy(message.key)).toEqual([
      ['first', 'delivered'],
      ['second', 'accepted'],
    ]);
  });

  it('of a failure let the second send at once', async () => {
    const message = anSms();
    await world.enqueue(message);
    await stateOf(message.key, 'unconfirmed');
    await report(first.arrivals[0]!, 'UNDELIV');
    await expect.poll(() => second.arrivals.length, { timeout: 2_000 }).toBe(1);
    await report(first.arrivals[0]!, 'UNDELIV');
    await report(second.arrivals[0]!, 'DELIVRD');
    await stateOf(message.key, 'delivered');
    expect(await triedBy(message.key)).toEqual([
      ['first', 'failed'],
      ['second', 'delivered'],
    ]);
  });

  it('that come before the answer of the call itself count, too', async () => {
    first.answer((arrival, response) => {
      void report(arrival, 'DELIVRD').then(() => takes(arrival, response));
    });
    const message = anSms();
    await world.enqueue(message);
    await stateOf(message.key, 'delivered');
    await expect.poll(() => triedBy(message.key)).toEqual([['first', 'delivered']]);
    await moveClock(world.postgres, '31 seconds');
    expect(second.arrivals).toEqual([]);
  });

  it('with a wrong signature, or for nobody, are refused', async () => {
    const message = anSms();
    await world.enqueue(message);
    await stateOf(message.key, 'unconfirmed');
    const path = new URL(JSON.parse(first.arrivals[0]!.body).report).pathname;
    for (const url of [`${path}x`, path.replace('/first/', '/second/')])
      expect((await world.http.fastify.inject({ method: 'POST', url, payload: { state: 'DELIVRD' } })).statusCode).toBe(
        403,
      );
    const nowhere = path.replace('/first/', '/third/');
    expect((await world.http.fastify.inject({ method: 'POST', url: nowhere })).statusCode).toBe(404);
    expect((await world.message(message.key)).state).toBe('unconfirmed');
  });

  it('are not waited for once the page is answered', async () => {
    const message = anSms('page:answered');
    await world.enqueue(message);
    await stateOf(message.key, 'unconfirmed');
    await world.postgres.transaction<any, void>((tx) => world.door.cancel(tx, { about: 'page:answered' }));
    await moveClock(world.postgres, '31 seconds');
    await stateOf(message.key, 'accepted');
    const next = anSms();
    await world.enqueue(next);
    await stateOf(next.key, 'unconfirmed');
    expect(second.arrivals.filter(({ key }) => key === message.key || key === next.key)).toEqual([]);
  });
});

describe('a rate', () => {
  it('is kept by two senders together, and what is beyond it waits', async () => {
    await world.call('DELETE', '/api/v1/delivery/providers/second');
    await world.provider('first', gateway(first, 10, { rateLimit: { perSecond: 10, burst: 5 } }));
    const other = await startDelivery({ publicUrl: 'https://leadline.example.org' }, { postgres: world.postgres });
    const messages = Array.from({ length: 25 }, () => anSms());
    await world.enqueue(...messages);
    for (const { key } of messages) await stateOf(key, 'accepted');
    expect(first.arrivals).toHaveLength(25);
    const times = first.arrivals.map(({ at }) => at - first.arrivals[0]!.at).toSorted((a, b) => a - b);
    // Five at once, then one every 100 ms: the last no sooner than after 2 s. Ten in any second, and the burst.
    expect(times.at(-1)).toBeGreaterThan(1_900);
    for (const [index, time] of times.entries()) {
      const within = times.slice(index).filter((each) => each < time + 1_000).length;
      expect(within).toBeLessThanOrEqual(16);
    }
    await other.stop();
  });
});
