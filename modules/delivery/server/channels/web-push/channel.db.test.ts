import { createECDH, randomBytes } from 'node:crypto';
import ece from 'http_ece';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testPostgres } from '../../../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../../../platform/postgres/postgres.ts';
import { aPageContent, aPageMessage } from '../../testing/a-page.ts';
import { channelGround, providerOf, sendBy, testNow } from '../../testing/channel-ground.ts';
import { startOutside, type Outside, type Said } from '../../testing/outside.ts';
import { acceptPush, type KnownSubscription, type PushedMessage } from '../../testing/push-service.ts';
import { createWebPush } from './channel.ts';
import { keepVapidKeys } from './store.ts';

let postgres: Postgres;
let service: Outside;
let ground: ReturnType<typeof channelGround>;
const delivered: PushedMessage[] = [];
const subscriptions = new Map<string, KnownSubscription>();
let instead: Said | null = null;

beforeAll(async () => {
  postgres = await testPostgres();
  ground = channelGround({ postgres, settings: { publicUrl: 'https://leadline.example.org' } });
  service = await startOutside(
    (seen) =>
      instead ??
      acceptPush(seen, {
        origin: service.url,
        nowSeconds: ground.clock.now().epochMilliseconds / 1_000,
        subscriptionOf: (channel) => subscriptions.get(channel),
        deliver: (message) => delivered.push(message),
      }),
  );
});
beforeEach(() => {
  instead = null;
  delivered.length = 0;
});
afterAll(async () => {
  await service.stop();
  ground.stop();
  await postgres.stop();
});

/** A browser with a subscription at the service, bound to our key. */
const aBrowser = async (name: string) => {
  const keys = await keepVapidKeys(postgres, ground.secrets)();
  const key = createECDH('prime256v1');
  const auth = randomBytes(16);
  const p256dh = key.generateKeys();
  const subscription: KnownSubscription = { boundTo: keys.publicKey };
  subscriptions.set(name, subscription);
  return {
    subscription,
    address: JSON.stringify({
      endpoint: `${service.url}/push/${name}`,
      expirationTime: null,
      keys: { p256dh: p256dh.toString('base64url'), auth: auth.toString('base64url') },
    }),
    read: (message: PushedMessage) =>
      JSON.parse(ece.decrypt(message.body, { version: 'aes128gcm', privateKey: key, authSecret: auth }).toString()),
  };
};
const send = (message: Parameters<typeof sendBy>[2]) => {
  const channel = createWebPush(ground, keepVapidKeys(postgres, ground.secrets));
  return sendBy(channel, providerOf(channel), message);
};

describe('A page reaches a browser by its own push service', () => {
  it('encrypted, signed, urgent, with how long it is worth keeping', async () => {
    const browser = await aBrowser('one');
    const message = aPageMessage({
      channel: 'web-push',
      address: browser.address,
      expiresAt: Temporal.Instant.from(testNow).add({ minutes: 90 }),
    });
    expect(await send(message)).toMatchObject({
      result: 'accepted',
      status: 201,
      providerRef: expect.stringMatching(/\/message\//),
    });
    expect(delivered).toHaveLength(1);
    expect(delivered[0]).toMatchObject({ ttl: 5_400, urgency: 'high' });
    expect(browser.read(delivered[0]!)).toEqual({
      title: 'Checkout burns its budget',
      body: 'Checkout burns its budget 14 times too fast since 02:51.',
      tag: 'page:1',
      url: 'https://leadline.example.org/pages/1',
      actions: [
        { action: 'acknowledge', title: 'Acknowledge', url: 'https://leadline.example.org/do/a1' },
        { action: 'resolve', title: 'Resolve', url: 'https://leadline.example.org/do/r1' },
      ],
      stays: true,
    });
  });

  it('a repeat takes the place of the first one, where that was not fetched yet', async () => {
    const browser = await aBrowser('two');
    const message = aPageMessage({ address: browser.address, urgency: 'low' });
    await send(message);
    await send(message);
    await send({ ...message, key: 'another' });
    expect(delivered.map(({ topic }) => topic)).toEqual([
      delivered[0]!.topic,
      delivered[0]!.topic,
      expect.not.stringContaining(delivered[0]!.topic!),
    ]);
    expect(delivered[0]).toMatchObject({ ttl: 86_400, urgency: 'normal' });
  });

  it('a text of any length fits, with its links whole', async () => {
    const browser = await aBrowser('three');
    const content = aPageContent({ text: `"ü🚨"`.repeat(100_000), subject: 'x'.repeat(400) });
    expect((await send(aPageMessage({ address: browser.address, content }))).result).toBe('accepted');
    expect(delivered[0]!.body.length).toBeLessThanOrEqual(4_096);
    expect(delivered[0]!.body.length).toBeGreaterThan(4_000);
    expect(browser.read(delivered[0]!).actions[0].url).toBe('https://leadline.example.org/do/a1');
  });

  it('the key is made once, for all processes, and kept encrypted', async () => {
    const [first, second] = await Promise.all([
      keepVapidKeys(postgres, ground.secrets)(),
      keepVapidKeys(postgres, ground.secrets)(),
    ]);
    expect(second).toEqual(first);
    const { rows } = await postgres.pool.query('SELECT private_key FROM delivery.web_push_key');
    expect(rows).toHaveLength(1);
    expect(rows[0].private_key.toString('latin1')).not.toContain(first.privateJwk.d);
  });
});

describe('What a push service does not take is told', () => {
  it.each([
    ['a subscription that ended', { status: 410 }, 'refused', /gave up its subscription/],
    ['one that it never knew', { status: 404 }, 'refused', /gave up its subscription/],
    ['too large', { status: 413 }, 'refused', /as large/],
    ['not known to it', { status: 403, body: 'bad key' }, 'refused', /does not know us.*bad key/],
    ['too many', { status: 429, headers: { 'retry-after': '17' } }, 'failed', /fewer/],
    ['broken', { status: 503, body: 'down' }, 'failed', /answered 503: down/],
  ] as const)('%s', async (_name, said, result, detail) => {
    const browser = await aBrowser('four');
    instead = said;
    expect(await send(aPageMessage({ address: browser.address }))).toMatchObject({
      result,
      status: said.status,
      detail: expect.stringMatching(detail),
      retryAfterSeconds: said.status === 429 ? 17 : null,
    });
  });

  it('a browser that turned notifications off', async () => {
    const browser = await aBrowser('five');
    browser.subscription.gone = true;
    expect(await send(aPageMessage({ address: browser.address }))).toMatchObject({ result: 'refused', status: 410 });
  });

  it.each([
    ['no JSON', 'p1@example.org'],
    ['no keys', '{"endpoint":"https://push.example.net/x"}'],
    ['broken keys', '{"endpoint":"https://push.example.net/x","keys":{"p256dh":"AAAA","auth":"AAAA"}}'],
    ['a file', '{"endpoint":"file:///etc/passwd","keys":{"p256dh":"AAAA","auth":"AAAA"}}'],
  ])('an address with %s is refused before it is used', (_name, address) => {
    const channel = createWebPush(ground, keepVapidKeys(postgres, ground.secrets));
    expect(channel.check(address, null)).toMatch(/turn notifications on|Turn notifications on/);
  });
});
