import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPerson, aTeam, aToken, type MadePerson } from '../fixtures.ts';
import { identityTables, startIdentity, type IdentityWorld } from './testing.ts';

let world: IdentityWorld;
let editor: MadePerson;
let admin: { secret: string; authorization: string };
beforeAll(async () => {
  world = await startIdentity();
  editor = await aPerson(world.postgres, { name: 'editor', role: 'editor' });
  admin = await aToken(world.postgres, { role: 'admin' });
  // Somebody stays an admin when another loses the role.
  await aPerson(world.postgres, { role: 'admin' });
});
afterAll(() => world.stop());

const as = (
  authorization: string | undefined,
  method: 'GET' | 'POST' | 'DELETE' | 'PATCH',
  path: string,
  body?: unknown,
) => world.browser().send(method, path, body, { authorization, origin: undefined });
const basic = (secret: string) => `Basic ${Buffer.from(`anything:${secret}`).toString('base64')}`;

describe('A program shows its token', () => {
  it('as Bearer, or as the password of Basic', async () => {
    const { secret } = await aToken(world.postgres, { name: 'ci', role: 'responder' });
    for (const authorization of [`Bearer ${secret}`, `bearer ${secret}`, basic(secret)]) {
      expect(await as(authorization, 'GET', '/api/v1/account')).toMatchObject({
        status: 200,
        body: { kind: 'token', name: 'ci', role: 'responder', person: null, signIn: null },
      });
    }
  });

  it.each([
    ['unknown', `Bearer ll_${'A'.repeat(43)}`],
    ['not one of ours', 'Bearer abc'],
    ['another scheme', 'Digest abc'],
    ['rubbish', 'Bearer'],
    ['Basic without a colon', 'Basic YWJj'],
  ])('%s is a 401, also on public routes and with a good cookie', async (_name, authorization) => {
    expect((await as(authorization, 'GET', '/api/v1/account')).status).toBe(401);
    expect((await as(authorization, 'GET', '/api/v1/sign-in')).status).toBe(401);
  });

  it('revoked, run out, or of a disabled owner it is refused with the same words', async () => {
    const disabled = await aPerson(world.postgres, { role: 'admin', state: 'disabled' });
    const now = new Date(world.clock.now().epochMilliseconds);
    const made = [
      await aToken(world.postgres, { role: 'admin', revokedAt: now }),
      await aToken(world.postgres, { role: 'admin', expiresAt: now }),
      await aToken(world.postgres, { role: 'admin', owner: disabled }),
    ];
    for (const { authorization } of made) {
      expect(await as(authorization, 'GET', '/api/v1/account')).toMatchObject({
        status: 401,
        body: { code: 'identity.token-refused' },
      });
    }
  });

  it('Basic is offered to programs, and not to browsers, which would ask in a window of their own', async () => {
    const offered = async (userAgent: string) =>
      (await world.browser().send('GET', '/api/v1/account', undefined, { 'user-agent': userAgent })).headers[
        'www-authenticate'
      ];
    expect(await offered('curl/8.5')).toContain('Basic');
    expect(await offered('Mozilla/5.0 (X11; Linux x86_64)')).toBe('Bearer realm="leadline"');
  });

  it('an ingest token opens no API, and a token has no account to change', async () => {
    const ingest = await aToken(world.postgres, { role: 'admin', scopes: ['ingest'] });
    expect((await as(ingest.authorization, 'GET', '/api/v1/people')).status).toBe(403);
    for (const [method, path, body] of [
      ['POST', '/api/v1/account/confirm', { password: 'x' }],
      ['GET', '/api/v1/account/sessions', undefined],
    ] as const) {
      expect(await as(admin.authorization, method, path, body)).toMatchObject({
        status: 403,
        body: { code: 'identity.people-only' },
      });
    }
  });

  it('may do no more than its owner today, in the organisation and in teams', async () => {
    const owner = await aPerson(world.postgres, { role: 'admin' });
    await aTeam(world.postgres, { name: 'payments', members: [{ person: owner, role: 'admin' }] });
    const token = await aToken(world.postgres, { role: 'editor', owner });
    expect((await as(token.authorization, 'GET', '/api/v1/account')).body).toMatchObject({
      role: 'editor',
      teams: { payments: 'editor' },
    });
    await as(admin.authorization, 'PATCH', `/api/v1/people/${owner.name}`, { role: 'viewer' });
    expect((await as(token.authorization, 'GET', '/api/v1/account')).body).toMatchObject({ role: 'viewer' });
  });

  it('writes down at most once a minute that it was used', async () => {
    const token = await aToken(world.postgres, {});
    const used = async () =>
      (
        await identityTables(world)
          .selectFrom('identity.token')
          .select('last_used_at')
          .where('id', '=', token.id)
          .executeTakeFirstOrThrow()
      ).last_used_at?.getTime();
    await as(token.authorization, 'GET', '/api/v1/account');
    const first = await used();
    expect(first).toBe(world.clock.now().epochMilliseconds);
    world.clock.advance({ seconds: 59 });
    await as(token.authorization, 'GET', '/api/v1/account');
    expect(await used()).toBe(first);
    world.clock.advance({ seconds: 2 });
    await as(token.authorization, 'GET', '/api/v1/account');
    expect(await used()).toBe(first! + 61_000);
  });

  it('wrong ones are limited per address; a right one from there still works', async () => {
    const from = (secret: string) =>
      world
        .browser({ from: '203.0.113.8' })
        .send('GET', '/api/v1/account', undefined, { authorization: `Bearer ${secret}` });
    const answers = await Promise.all(Array.from({ length: 70 }, () => from(`ll_${'B'.repeat(43)}`)));
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(60);
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(10);
    expect((await from(admin.secret)).status).toBe(200);
  });
});

describe('Tokens are made, seen once, listed and revoked', () => {
  it('by their owner; the secret is in that answer and nowhere else', async () => {
    const own = await aToken(world.postgres, { role: 'admin' });
    const made = await as(own.authorization, 'POST', '/api/v1/tokens', {
      name: 'deploy',
      role: 'editor',
      scopes: ['api', 'ingest'],
    });
    expect(made).toMatchObject({
      status: 201,
      body: { token: { name: 'deploy', role: 'editor', scopes: ['api', 'ingest'], state: 'active' } },
    });
    const { secret, token } = made.body;
    expect(secret).toMatch(/^ll_[\w-]{43}$/);
    expect(token.hint).toBe(secret.slice(-4));
    const kept = await world.everythingKept();
    expect(kept).not.toContain(secret);
    expect(kept).not.toContain(Buffer.from(secret.slice(3), 'base64url').toString('hex'));
    expect((await as(`Bearer ${secret}`, 'GET', '/api/v1/account')).status).toBe(200);
    expect((await as(own.authorization, 'DELETE', `/api/v1/tokens/${token.id}`)).status).toBe(204);
    expect((await as(`Bearer ${secret}`, 'GET', '/api/v1/account')).status).toBe(401);
    expect((await as(own.authorization, 'DELETE', `/api/v1/tokens/${token.id}`)).status).toBe(404);
    const events = [...(await world.events('token.created')), ...(await world.events('token.revoked'))].filter(
      (event) => event.subject === `token:${token.id}`,
    );
    expect(events.map((event) => event.kind)).toEqual(['token.created', 'token.revoked']);
  });

  it('nobody makes one that reaches further than they do, and only admin tokens make tokens', async () => {
    const token = await aToken(world.postgres, { role: 'editor', owner: editor });
    expect(await as(token.authorization, 'POST', '/api/v1/tokens', { name: 'x' })).toMatchObject({
      status: 403,
      body: { code: 'identity.token-tokens-make-tokens-only-as-admin' },
    });
  });

  it("a short-lived token's token lives no longer", async () => {
    const soon = new Date(world.clock.now().epochMilliseconds + 3_600_000);
    const token = await aToken(world.postgres, { role: 'admin', expiresAt: soon });
    const made = await as(token.authorization, 'POST', '/api/v1/tokens', { name: 'child', role: 'admin' });
    expect(made.body.token.expiresAt).toBe(soon.toISOString());
  });

  it('others neither see nor revoke them', async () => {
    const other = await aPerson(world.postgres, { role: 'viewer' });
    const theirs = await aToken(world.postgres, { role: 'viewer', owner: other });
    const mine = await aToken(world.postgres, { role: 'editor', owner: editor });
    const list = (await as(theirs.authorization, 'GET', '/api/v1/tokens')).body.items;
    expect(list.map((each: any) => each.id)).toEqual([theirs.id]);
    expect((await as(theirs.authorization, 'DELETE', `/api/v1/tokens/${mine.id}`)).status).toBe(404);
    expect((await as(mine.authorization, 'GET', '/api/v1/account')).status).toBe(200);
    expect((await as(theirs.authorization, 'DELETE', `/api/v1/tokens/${theirs.id}`)).status).toBe(204);
  });

  it('lists are paged', async () => {
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const { body } = await as(
        admin.authorization,
        'GET',
        `/api/v1/tokens?limit=3${cursor ? `&cursor=${cursor}` : ''}`,
      );
      seen.push(...body.items.map((each: any) => each.id));
      cursor = body.next;
    }
    expect(seen.length).toBeGreaterThan(6);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(seen.toSorted().reverse());
  });
});
