import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { aPerson, aToken } from '../fixtures.ts';
import { startIdentity, type IdentityWorld } from './testing.ts';
import type { IngestSender } from './public.ts';

let world: IdentityWorld;
beforeAll(async () => {
  world = await startIdentity({ trustedProxies: ['10.0.0.0/8'] });
});
afterAll(() => world.stop());

const ask = (sender: Partial<IngestSender>) =>
  world.door.authoriseIngest({ authorization: undefined, remoteAddress: '203.0.113.5', ...sender });

describe('Telemetry is taken from whom it may come', () => {
  it.each([
    ['loopback', { remoteAddress: '127.0.0.1' }, true, 'loopback'],
    ['loopback by IPv6', { remoteAddress: '::1' }, true, 'loopback'],
    ['loopback as IPv4 in IPv6', { remoteAddress: '::ffff:127.0.0.1' }, true, 'loopback'],
    ['another machine', {}, false, 'no-token'],
    ['a local proxy that passes it on', { remoteAddress: '127.0.0.1', forwardedFor: '203.0.113.9' }, false, 'no-token'],
    [
      'a local proxy that claims loopback',
      { remoteAddress: '127.0.0.1', forwardedFor: '127.0.0.1' },
      false,
      'no-token',
    ],
    ['a local proxy with Forwarded or Via', { remoteAddress: '127.0.0.1', forwarded: true }, false, 'no-token'],
    [
      'a trusted proxy that claims loopback',
      { remoteAddress: '10.0.0.1', forwardedFor: '127.0.0.1' },
      false,
      'no-token',
    ],
    ['no address at all', { remoteAddress: undefined }, false, 'no-token'],
  ] as const)('%s without a token', async (_name, sender, allowed, reason) => {
    expect(await ask(sender)).toMatchObject({ allowed, reason });
  });

  it('with a token of scope ingest, from anywhere; with an API token not', async () => {
    const ingest = await aToken(world.postgres, { scopes: ['ingest'] });
    expect(await ask({ authorization: ingest.authorization })).toEqual({
      allowed: true,
      reason: 'token',
      sender: `token:${ingest.id}`,
    });
    const api = await aToken(world.postgres, { scopes: ['api'], role: 'admin' });
    expect(await ask({ authorization: api.authorization })).toMatchObject({
      allowed: false,
      reason: 'wrong-scope',
      problem: { status: 403 },
    });
    expect(await ask({ authorization: api.authorization, remoteAddress: '127.0.0.1' })).toMatchObject({
      allowed: false,
      reason: 'wrong-scope',
    });
    expect(await ask({ authorization: 'Nonsense' })).toMatchObject({
      allowed: false,
      reason: 'bad-token',
      problem: { status: 401 },
    });
  });

  it('where the configuration wants a token from everybody, loopback has none either', async () => {
    const strict = await startIdentity({ otlpLoopbackWithoutToken: false });
    expect(await strict.door.authoriseIngest({ authorization: undefined, remoteAddress: '127.0.0.1' })).toMatchObject({
      allowed: false,
      reason: 'no-token',
    });
    await strict.stop();
  });
});

describe('Thousands of requests a second cost the database nothing', () => {
  /** Statements on identity's own tables: the ledger seals on the same connections whenever it likes. */
  const queriesDuring = async (work: () => Promise<unknown>): Promise<number> => {
    const asked = vi.spyOn(Client.prototype, 'query');
    await work();
    const texts = asked.mock.calls.map(([statement]: unknown[]) =>
      typeof statement === 'string' ? statement : String((statement as { text?: unknown }).text),
    );
    asked.mockRestore();
    return texts.filter((text) => /\bidentity"?\./u.test(text)).length;
  };

  it('a thousand at once ask once, and for ten seconds nobody asks again', async () => {
    const { authorization } = await aToken(world.postgres, { scopes: ['ingest'] });
    const many = () => Promise.all(Array.from({ length: 1_000 }, () => ask({ authorization })));
    // One look-up and one note of the use.
    expect(await queriesDuring(many)).toBe(2);
    expect(await queriesDuring(many)).toBe(0);
    world.clock.advance({ seconds: 9 });
    expect(await queriesDuring(many)).toBe(0);
  });

  it('a revoked token, and one whose owner is disabled, is refused ten seconds later', async () => {
    const owner = await aPerson(world.postgres, { role: 'editor' });
    const [revoked, orphaned] = [
      await aToken(world.postgres, { scopes: ['ingest'] }),
      await aToken(world.postgres, { scopes: ['ingest'], owner }),
    ];
    for (const { authorization } of [revoked, orphaned])
      expect(await ask({ authorization })).toMatchObject({ allowed: true });
    await world.postgres.pool.query(`UPDATE identity.token SET revoked_at = now() WHERE id = $1`, [revoked.id]);
    await world.postgres.pool.query(`UPDATE identity.person SET state = 'disabled' WHERE id = $1`, [owner.id]);
    world.clock.advance({ seconds: 10 });
    for (const { authorization } of [revoked, orphaned])
      expect(await ask({ authorization })).toMatchObject({ allowed: false, reason: 'bad-token' });
  });

  it('one wrong token again and again costs one look-up, and many bar their address but not its neighbour that was right before', async () => {
    const wrong = (index: number) => ({
      authorization: `Bearer ll_${String(index).padStart(43, '0')}`,
      remoteAddress: '203.0.113.77',
    });
    expect(
      await queriesDuring(async () => {
        for (let times = 0; times < 100; times++) await ask(wrong(1));
      }),
    ).toBe(2);
    const good = await aToken(world.postgres, { scopes: ['ingest'] });
    const neighbour = { authorization: good.authorization, remoteAddress: '203.0.113.77' };
    expect(await ask(neighbour)).toMatchObject({ allowed: true });
    const reasons = [];
    for (let index = 2; index < 90; index++) reasons.push((await ask(wrong(index))) as { reason: string });
    expect(reasons.filter((each) => each.reason === 'too-many-tries').length).toBeGreaterThan(20);
    world.clock.advance({ seconds: 9 });
    expect(await ask(neighbour)).toMatchObject({ allowed: true });
  });
});
