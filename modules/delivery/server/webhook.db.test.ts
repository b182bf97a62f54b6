import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aWebhookMessage as aMessage } from './testing/a-webhook-message.ts';
import { startReceiver, type Receiver } from './testing/receiver.ts';
import { startDelivery, type DeliveryWorld } from './testing/world.ts';

/** Webhooks leave as signed CloudEvents, once, and what a receiver says is understood. */
let world: DeliveryWorld;
let receiver: Receiver;

beforeAll(async () => {
  world = await startDelivery({ publicUrl: 'https://leadline.example.org' });
});
afterAll(async () => {
  await world.stop();
});
beforeEach(async () => {
  receiver = await startReceiver();
  return () => receiver.stop();
});

const stateOf = (key: string, state: string) =>
  expect.poll(async () => (await world.message(key))?.state, { timeout: 10_000 }).toBe(state);

describe('a webhook', () => {
  it('arrives as a CloudEvent, signed by the secret of its address, under its key', async () => {
    const message = aMessage({
      address: `${receiver.url}/p1`,
      content: { eventType: 'dev.leadline.page.notified', data: { page: 'p-1' } },
    });
    await world.enqueue(message);
    await stateOf(message.key, 'accepted');
    expect(receiver.arrivals).toHaveLength(1);
    const { headers, body, path } = receiver.arrivals[0]!;
    expect(path).toBe('/p1');
    expect(headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'idempotency-key': message.key,
      'webhook-id': message.key,
    });
    expect(JSON.parse(body)).toEqual({
      specversion: '1.0',
      id: message.key,
      source: 'https://leadline.example.org',
      type: 'dev.leadline.page.notified',
      subject: message.about,
      datacontenttype: 'application/json',
      data: { subject: message.content.subject, text: message.content.text, urgency: 'high', page: 'p-1' },
    });
    // The signature by the words of the specification, not by our code.
    const secret = await world.door.signingSecretOf(message.address);
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    expect(await world.door.signingSecretOf(`${receiver.url}/p2`)).not.toBe(secret);
    const attempts = (await world.door.attemptsOf([message.about])).get(message.about)!;
    expect(attempts.find(({ messageKey }) => messageKey === message.key)).toMatchObject({
      provider: 'built-in-webhook',
      result: 'accepted',
      status: 200,
      fence: 1n,
    });
  });

  it('leaves once, however often its key is enqueued, and not before the commit', async () => {
    const message = aMessage({ address: receiver.url });
    await world.postgres.transaction<any, void>(async (tx) => {
      await world.door.enqueue(tx, [message]);
      await world.door.enqueue(tx, [message]);
      expect(receiver.arrivals).toHaveLength(0);
    });
    await world.enqueue(message);
    await stateOf(message.key, 'accepted');
    const after = aMessage({ address: receiver.url });
    await world.enqueue(after);
    await stateOf(after.key, 'accepted');
    expect(receiver.arrivals.map(({ key }) => key)).toEqual([message.key, after.key]);
  });

  it('is tried again under the same key while the receiver fails, with a longer pause each time', async () => {
    receiver.answer((_arrival, response) => void response.writeHead(receiver.arrivals.length < 4 ? 503 : 200).end());
    const message = aMessage({ address: receiver.url });
    await world.enqueue(message);
    await expect.poll(async () => (await world.message(message.key))?.state, { timeout: 20_000 }).toBe('accepted');
    expect(receiver.arrivals.map(({ key }) => key)).toEqual(Array.from({ length: 4 }, () => message.key));
    const pauses = receiver.arrivals.slice(1).map(({ at }, index) => at - receiver.arrivals[index]!.at);
    // 1, 2, 4 s, spread by a tenth either way. How long they are at most the tests of `domain/` say: here the machine may be busy.
    for (const [index, expected] of [1_000, 2_000, 4_000].entries())
      expect(pauses[index]).toBeGreaterThan(expected * 0.9 - 20);
    const { attempts } = await world.message(message.key);
    expect(attempts.map(({ result, status }: any) => [result, status])).toEqual([
      ['failed', 503],
      ['failed', 503],
      ['failed', 503],
      ['accepted', 200],
    ]);
  });

  it.each<[string, number, string, Record<string, string>, string]>([
    [
      'a redirect, which is not followed',
      302,
      '',
      { location: 'http://169.254.169.254/' },
      'write that address instead',
    ],
    ['a 404', 404, 'no such hook', {}, 'answered 404: no such hook'],
    ['a 401', 401, '', {}, 'answered 401'],
  ])('is refused for good by %s, and told as failed at once', async (_, status, text, headers, words) => {
    receiver.answer((_arrival, response) => void response.writeHead(status, headers).end(text));
    const message = aMessage({ address: receiver.url, about: `page:${status}` });
    await world.enqueue(message);
    await stateOf(message.key, 'failed');
    expect(receiver.arrivals).toHaveLength(1);
    const { attempts } = await world.message(message.key);
    expect(attempts).toMatchObject([{ result: 'refused', status, detail: expect.stringContaining(words) }]);
    await expect
      .poll(() => world.ledger.read({ kind: 'message.failed', subject: `page:${status}`, limit: 5 }))
      .toMatchObject([{ data: { key: message.key, channel: 'webhook', state: 'failed', attempts: 1 } }]);
  });

  it('is not taken for delivered when the receiver answers 200 with an error inside', async () => {
    receiver.answer(
      (_arrival, response) =>
        void response
          .writeHead(200)
          .end(receiver.arrivals.length === 1 ? '{"ok":false,"error":"queue full"}' : '{"ok":true}'),
    );
    const message = aMessage({ address: receiver.url });
    await world.enqueue(message);
    await stateOf(message.key, 'accepted');
    const { attempts } = await world.message(message.key);
    expect(attempts).toMatchObject([
      { result: 'failed', status: 200, detail: 'answered 200 with an error inside: queue full' },
      { result: 'accepted' },
    ]);
  });

  it('obeys 429: nothing leaves for that receiver before Retry-After is over, and others are not held back', async () => {
    const other = await startReceiver('127.0.0.2');
    let putOffAt = 0;
    receiver.answer((arrival, response) => {
      if (putOffAt > 0) return void response.writeHead(200).end();
      putOffAt = arrival.at;
      response.writeHead(429, { 'retry-after': '3' }).end();
    });
    const messages = Array.from({ length: 5 }, () => aMessage({ address: receiver.url }));
    await world.enqueue(messages[0]!);
    await expect.poll(() => putOffAt).toBeGreaterThan(0);
    const elsewhere = aMessage({ address: other.url });
    await world.enqueue(...messages.slice(1), elsewhere);
    await stateOf(elsewhere.key, 'accepted');
    expect(other.arrivals[0]!.at - putOffAt).toBeLessThan(2_500);
    for (const { key } of messages) await stateOf(key, 'accepted');
    expect(receiver.arrivals).toHaveLength(6);
    for (const { at } of receiver.arrivals.slice(1)) expect(at - putOffAt).toBeGreaterThan(2_900);
    await other.stop();
  });

  it.each([
    ['link-local', 'http://169.254.169.254/latest/meta-data'],
    ['link-local in IPv6', 'http://[fe80::1]/'],
    ['an IPv4 address in IPv6 clothes', 'http://[64:ff9b::a9fe:a9fe]/'],
    ['"this network"', 'http://0.0.0.0:80/'],
  ])('never goes to %s', async (_, address) => {
    const message = aMessage({ address });
    await world.enqueue(message);
    await stateOf(message.key, 'failed');
    expect((await world.message(message.key)).attempts).toMatchObject([
      { result: 'refused', detail: expect.stringContaining('Nothing is sent to this address') },
    ]);
  });

  it('says beforehand what is wrong with an address', async () => {
    expect(await world.door.check('webhook', receiver.url)).toEqual({ ok: true, reason: '' });
    expect(await world.door.check('webhook', 'ftp://example.org')).toMatchObject({ ok: false });
    expect(await world.door.check('sms', '+4915112345678')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('no provider for sms'),
    });
  });
});

describe('taking back and time that is over', () => {
  it('does not send what was taken back before it left, nor what is expired', async () => {
    const cancelled = aMessage({ address: receiver.url, about: 'page:cancelled' });
    await world.postgres.transaction<any, void>(async (tx) => {
      await world.door.enqueue(tx, [cancelled]);
      await world.door.cancel(tx, { about: 'page:cancelled' });
    });
    const expired = aMessage({
      address: receiver.url,
      about: 'page:expired',
      expiresAt: Temporal.Now.instant().subtract({ seconds: 1 }),
    });
    await world.enqueue(expired);
    await stateOf(expired.key, 'expired');
    await stateOf(cancelled.key, 'cancelled');
    expect(receiver.arrivals).toEqual([]);
    await expect
      .poll(() => world.ledger.read({ kind: 'message.failed', subject: 'page:expired', limit: 5 }))
      .toMatchObject([{ data: { state: 'expired' } }]);
    expect(await world.ledger.read({ kind: 'message.failed', subject: 'page:cancelled', limit: 5 })).toEqual([]);
  });

  it('stops trying again what was taken back', async () => {
    receiver.answer((_arrival, response) => void response.writeHead(500).end());
    const message = aMessage({ address: receiver.url });
    await world.enqueue(message);
    await expect.poll(async () => (await world.message(message.key))?.attempts[0]?.result).toBe('failed');
    await world.postgres.transaction<any, void>((tx) => world.door.cancel(tx, [message.key]));
    await stateOf(message.key, 'cancelled');
    const calls = receiver.arrivals.length;
    const later = aMessage({ address: receiver.url });
    receiver.answer((_arrival, response) => void response.writeHead(200).end());
    await world.enqueue(later);
    await stateOf(later.key, 'accepted');
    expect(receiver.arrivals.filter(({ key }) => key === message.key)).toHaveLength(calls);
  });
});
