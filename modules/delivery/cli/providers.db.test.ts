import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RouteShape } from '../../../kernel/route.ts';
import { Refusal } from '../../../kernel/problem.ts';
import type { CliContext } from '../../../platform/cli/context.ts';
import { startReceiver, type Receiver } from '../server/testing/receiver.ts';
import { startDelivery, type DeliveryWorld } from '../server/testing/world.ts';
import { moveClock } from '../../../platform/postgres/for-tests.ts';
import { forgetMessages } from '../server/store/views.ts';
import type { DeliveryTables } from '../server/store/tables.ts';
import { register } from './commands.ts';
import { providerKind } from './documents.ts';

/** Providers are set up, shown, tried and removed by the API, the command line and files alike; by admins alone. */
let world: DeliveryWorld;
let receiver: Receiver;
const printed: unknown[] = [];

beforeAll(async () => {
  world = await startDelivery();
  receiver = await startReceiver();
  process.env['LEADLINE_TEST_TOKEN'] = 'sesame-open';
});
afterAll(async () => {
  await receiver.stop();
  await world.stop();
});

const context = {
  call: async (shape: RouteShape, input: { params?: Record<string, string>; query?: object; body?: unknown } = {}) => {
    const path = shape.path.replace(/:(\w+)/g, (_whole, name: string) =>
      encodeURIComponent(input.params?.[name] ?? ''),
    );
    const { status, body } = await world.call(shape.method as 'GET', path, input.body);
    if (status >= 400) throw new Refusal(body);
    return body;
  },
  print: (value: unknown) => void printed.push(value),
} as unknown as CliContext;
const run = async (...lines: string[]): Promise<any> => {
  const words = lines.flatMap((line) => line.split(' '));
  const program = new Command().exitOverride();
  register(program, context);
  printed.length = 0;
  await program.parseAsync(words, { from: 'user' });
  return printed.at(-1);
};
const document = (spec: object) => ({
  apiVersion: 'leadline.dev/v1',
  kind: 'Provider',
  metadata: { name: 'hooks' },
  spec: { channel: 'webhook', kind: 'webhook', ...spec },
});
const apply = (spec: object) => providerKind.apply(context, document(spec), 'hooks');

describe('a provider', () => {
  it('is made by a command, tried, listed, and removed', async () => {
    const [made] = await run(
      'provider set hooks --channel webhook --kind webhook --priority 5 --concurrency 4',
      '--secret-from bearerToken=LEADLINE_TEST_TOKEN',
    );
    expect(made).toMatchObject({ outcome: 'created', name: 'hooks', secretNames: ['bearerToken'], priority: 5 });
    const [attempt] = await run('provider', 'test', 'hooks', '--to', `${receiver.url}/try`);
    expect(attempt).toMatchObject({ result: 'accepted', status: 200, provider: 'hooks' });
    expect(receiver.arrivals.at(-1)!.headers['authorization']).toBe('Bearer sesame-open');
    const names = (await run('provider', 'list')).map(({ name }: { name: string }) => name);
    expect(names[0]).toBe('hooks');
    expect(names).not.toContain('built-in-webhook');
    expect(JSON.stringify(printed)).not.toContain('sesame');
    await run('provider', 'delete', 'hooks');
    expect((await run('provider', 'list')).map(({ name }: { name: string }) => name)).toContain('built-in-webhook');
    await expect(run('provider', 'delete', 'hooks')).rejects.toMatchObject({
      problem: { code: 'delivery.provider-unknown' },
    });
  });

  it('is applied from a file: made, the same again unchanged, a secret that is left out kept', async () => {
    expect(await apply({ secretsFromEnvironment: { bearerToken: 'LEADLINE_TEST_TOKEN' } })).toBe('created');
    expect(await apply({ secretsFromEnvironment: { bearerToken: 'LEADLINE_TEST_TOKEN' } })).toBe('unchanged');
    expect(await apply({})).toBe('unchanged');
    expect(await apply({ settings: { headers: { 'x-one': '1' } } })).toBe('changed');
    const [told] = (await providerKind.get(context, 'hooks')) as [{ spec: object }];
    expect(told).toEqual(document({ priority: 100, settings: { headers: { 'x-one': '1' } } }));
    await run('provider', 'test', 'hooks', '--to', receiver.url);
    expect(receiver.arrivals.at(-1)!.headers).toMatchObject({ 'x-one': '1', authorization: 'Bearer sesame-open' });
    expect(await apply({ secrets: { bearerToken: null } })).toBe('changed');
    await expect
      .poll(() => world.ledger.read({ kind: 'provider.changed', subject: 'provider:hooks', limit: 20 }))
      .toMatchObject([
        { data: { outcome: 'created' } },
        { data: { outcome: 'removed' } },
        { data: { outcome: 'created' } },
        { data: { outcome: 'changed' } },
        { data: { outcome: 'changed' } },
      ]);
    expect(JSON.stringify((await world.ledger.read({ limit: 100 })).map(({ data }) => data))).not.toContain('sesame');
  });

  it.each<[string, object, string]>([
    ['a kind that cannot send the channel', { channel: 'sms' }, 'body.kind'],
    ['a setting that the kind does not have', { settings: { adress: 'x' } }, 'body.settings.adress'],
    ['a secret that is too short', { secrets: { signingSecret: 'short' } }, 'body.secrets.signingSecret'],
    ['a rate of nothing', { rateLimit: { perSecond: 0 } }, 'body.rateLimit.perSecond'],
    ['settings of a megabyte', { settings: { headers: { x: 'y'.repeat(20_000) } } }, 'body.settings'],
    ['a field that there is not', { prio: 1 }, 'body.prio'],
  ])('is refused with %s, by the name of the field', async (_, wrong, path) => {
    const { status, body } = await world.call('PUT', '/api/v1/delivery/providers/wrong', {
      channel: 'webhook',
      kind: 'webhook',
      ...wrong,
    });
    expect([400, 422]).toContain(status);
    expect(body.errors.map((each: { path: string }) => each.path)).toContain(path);
  });

  it('cannot take the name of a built-in one, and is nothing for editors', async () => {
    const spec = { channel: 'webhook', kind: 'webhook' };
    expect((await world.call('PUT', '/api/v1/delivery/providers/built-in-webhook', spec)).status).toBe(400);
    for (const [method, url, body] of [
      ['GET', '/api/v1/delivery/providers', undefined],
      ['PUT', '/api/v1/delivery/providers/x', spec],
      ['DELETE', '/api/v1/delivery/providers/hooks', undefined],
      ['POST', '/api/v1/delivery/providers/hooks/test', { address: receiver.url }],
      ['GET', '/api/v1/delivery/messages', undefined],
    ] as const) {
      expect((await world.call(method, url, body, 'editor')).status).toBe(403);
      expect((await world.call(method, url, body, 'nobody')).status).toBe(401);
    }
  });
});

describe('the list of messages', () => {
  it('goes from new to old in pages, none twice and none left out', async () => {
    const messages = Array.from({ length: 7 }, (_, index) => ({
      key: `paged-${index}`,
      channel: 'webhook' as const,
      address: receiver.url,
      urgency: 'low' as const,
      about: 'page:paged',
      content: { subject: `Number ${index}`, text: '' },
      expiresAt: null,
    }));
    for (const message of messages) await world.enqueue(message);
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await world.call('GET', `/api/v1/delivery/messages?about=page%3Apaged&limit=3${cursor}`);
      seen.push(...body.items.map(({ key }: { key: string }) => key));
      if (body.next === null) break;
      cursor = `&cursor=${body.next}`;
    }
    expect(seen).toEqual(messages.map(({ key }) => key).toReversed());
    expect((await world.call('GET', '/api/v1/delivery/messages?cursor=x')).body.code).toBe('http.bad-cursor');
    const invented = Buffer.from(JSON.stringify(['now', "'; --"])).toString('base64url');
    expect((await world.call('GET', `/api/v1/delivery/messages?cursor=${invented}`)).body.code).toBe('http.bad-cursor');
  });

  it('cuts a text of ten megabytes, and keeps what is no text from the database', async () => {
    const key = 'huge';
    const text = `${'x'.repeat(10_000_000)}\u0000\ud800`;
    await world.enqueue({
      key,
      channel: 'webhook',
      address: receiver.url,
      urgency: 'low',
      about: 'page:huge',
      expiresAt: null,
      content: { subject: `one\u0000two \ud800`, text, data: { details: text, list: ['a\u0000b'] } },
    });
    await expect.poll(async () => (await world.message(key)).state).toBe('accepted');
    const body = JSON.parse(receiver.arrivals.find((each) => each.key === key)!.body);
    expect(body.data.text).toHaveLength(20_000);
    expect(body.data.text.endsWith('… (cut)')).toBe(true);
    expect(body.data.subject).toBe('one\ufffdtwo \ufffd');
    expect(body.data.leftOut).toBe('the data was too much to send');
  });

  it('ends where messages are old enough, but for those that are still open', async () => {
    const open = {
      key: 'open',
      urgency: 'low' as const,
      about: 'page:open',
      expiresAt: null,
      content: { subject: 'x', text: '' },
    };
    await world.enqueue({ ...open, channel: 'webhook', address: 'http://127.0.0.1:9/nobody' });
    const db = world.postgres.tables<DeliveryTables>();
    expect(await forgetMessages(db, 400, 100)).toBe(0);
    await moveClock(world.postgres, '401 days');
    expect(await forgetMessages(db, 400, 5)).toBe(5);
    expect(await forgetMessages(db, 400, 100)).toBeGreaterThan(2);
    const { items } = (await world.call('GET', '/api/v1/delivery/messages')).body;
    expect(items.map(({ key }: { key: string }) => key)).toEqual(['open']);
    const { rows } = await world.postgres.pool.query('SELECT DISTINCT message FROM delivery.attempt');
    expect(rows.length).toBeLessThanOrEqual(1);
  });

  it('shows figures for Prometheus', async () => {
    const text = await world.metrics.metrics();
    expect(text).toMatch(/leadline_delivery_messages_total\{channel="webhook",state="accepted"\} \d/);
    expect(text).toMatch(/leadline_delivery_open_messages \d/);
    expect(text).toMatch(/leadline_delivery_call_seconds_count\{.*result="accepted".*\} \d/);
  });
});
