import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPerson, aToken, type MadePerson } from '../fixtures.ts';
import { identityTables, startIdentity, testOrigin, type IdentityWorld } from './testing.ts';

const password = 'tide lantern copper moss';
const cookieName = 'leadline-session-7070';
let world: IdentityWorld;
let mira: MadePerson;
beforeAll(async () => {
  world = await startIdentity();
  mira = await aPerson(world.postgres, { name: 'mira', role: 'admin', password });
});
afterAll(() => world.stop());

const signedIn = async (options: Parameters<IdentityWorld['browser']>[0] = {}) => {
  const browser = world.browser(options);
  const answer = await browser.send('POST', '/api/v1/sign-in', { login: mira.name, password });
  expect(answer.status).toBe(200);
  return { browser, answer };
};

describe('A session is a cookie that scripts and other sites cannot use', () => {
  it('on loopback: HttpOnly, SameSite=Lax, its value only hashed in the database', async () => {
    const { browser, answer } = await signedIn();
    expect(answer.setCookies[0]).toMatch(
      /^leadline-session-7070=ll_[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect(await world.everythingKept()).not.toContain(browser.cookies.get(cookieName)!);
  });

  it('over TLS: __Host- and Secure', async () => {
    const overTls = await startIdentity({ publicUrl: 'https://leadline.example/' });
    await aPerson(overTls.postgres, { name: 'mira', password });
    const answer = await overTls
      .browser({ headers: { origin: 'https://leadline.example' } })
      .send('POST', '/api/v1/sign-in', { login: 'mira', password });
    expect(answer.setCookies[0]).toMatch(
      /^__Host-leadline-session=ll_[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    await overTls.stop();
  });

  it('is renewed at each change of level, and the value of before is nobody', async () => {
    const { browser } = await signedIn();
    const before = browser.cookies.get(cookieName)!;
    expect((await browser.send('POST', '/api/v1/account/confirm', { password })).status).toBe(200);
    expect(browser.cookies.get(cookieName)).not.toBe(before);
    const old = world.browser();
    old.cookies.set(cookieName, before);
    expect((await old.send('GET', '/api/v1/account')).status).toBe(401);
    expect((await browser.send('GET', '/api/v1/account')).status).toBe(200);
  });

  it('a new sign-in in the same browser ends the session of before', async () => {
    const { browser } = await signedIn();
    const before = browser.cookies.get(cookieName)!;
    await browser.send('POST', '/api/v1/sign-in', { login: mira.name, password });
    const old = world.browser();
    old.cookies.set(cookieName, before);
    expect((await old.send('GET', '/api/v1/account')).status).toBe(401);
  });

  it('runs out when it is not used for a week, and in any case after thirty days', async () => {
    const { browser } = await signedIn();
    for (let day = 0; day < 29; day++) {
      world.clock.advance({ hours: 24 });
      expect((await browser.send('GET', '/api/v1/account')).status).toBe(200);
    }
    world.clock.advance({ hours: 25 });
    expect((await browser.send('GET', '/api/v1/account')).status).toBe(401);
    const idle = await signedIn();
    world.clock.advance({ hours: 24 * 7 + 1 });
    expect((await idle.browser.send('GET', '/api/v1/account')).status).toBe(401);
  });

  it('writes down at most once a minute that it was used', async () => {
    const { browser } = await signedIn();
    const lastSeen = async () =>
      (
        await identityTables(world)
          .selectFrom('identity.session')
          .select('last_seen_at')
          .orderBy('created_at', 'desc')
          .executeTakeFirstOrThrow()
      ).last_seen_at.getTime();
    const first = await lastSeen();
    world.clock.advance({ seconds: 59 });
    await browser.send('GET', '/api/v1/account');
    expect(await lastSeen()).toBe(first);
    world.clock.advance({ seconds: 2 });
    await browser.send('GET', '/api/v1/account');
    expect(await lastSeen()).toBe(first + 61_000);
  });
});

describe('Sessions can be seen and ended', () => {
  it('one, all others, and by signing out', async () => {
    const [here, there, elsewhere] = [
      await signedIn(),
      await signedIn({ headers: { 'user-agent': 'Phone' } }),
      await signedIn(),
    ];
    const { items } = (await here.browser.send('GET', '/api/v1/account/sessions')).body;
    expect(items.filter((each: any) => each.current)).toHaveLength(1);
    const phone = items.find((each: any) => each.userAgent === 'Phone');
    expect((await here.browser.send('DELETE', `/api/v1/account/sessions/${phone.id}`)).status).toBe(204);
    expect((await there.browser.send('GET', '/api/v1/account')).status).toBe(401);
    expect((await here.browser.send('DELETE', '/api/v1/account/sessions/others')).status).toBe(204);
    expect((await elsewhere.browser.send('GET', '/api/v1/account')).status).toBe(401);
    expect((await here.browser.send('POST', '/api/v1/sign-out')).status).toBe(204);
    expect(here.browser.cookies.has(cookieName)).toBe(false);
    expect((await world.events('session.ended')).map((each) => each.data.reason)).toEqual([
      'ended-by-owner',
      'ended-by-owner',
      'signed-out',
    ]);
  });

  it('not those of others', async () => {
    const other = await aPerson(world.postgres, { password });
    const theirs = world.browser();
    await theirs.send('POST', '/api/v1/sign-in', { login: other.name, password });
    const { items } = (await theirs.send('GET', '/api/v1/account/sessions')).body;
    const { browser } = await signedIn();
    expect((await browser.send('DELETE', `/api/v1/account/sessions/${items[0].id}`)).status).toBe(404);
    expect((await theirs.send('GET', '/api/v1/account')).status).toBe(200);
  });

  it('a new password ends all others, a disabled person loses all at once', async () => {
    const person = await aPerson(world.postgres, { password });
    const [here, there] = [world.browser(), world.browser()];
    for (const browser of [here, there])
      await browser.send('POST', '/api/v1/sign-in', { login: person.name, password });
    expect(await here.send('PUT', '/api/v1/account/password', { password: 'another four word line' })).toMatchObject({
      status: 403,
      body: { code: 'identity.confirm-first' },
    });
    await here.send('POST', '/api/v1/account/confirm', { password });
    expect((await here.send('PUT', '/api/v1/account/password', { password: 'another four word line' })).status).toBe(
      204,
    );
    expect((await there.send('GET', '/api/v1/account')).status).toBe(401);
    expect((await here.send('GET', '/api/v1/account')).status).toBe(200);
    const { browser: admin } = await signedIn();
    expect((await admin.send('PATCH', `/api/v1/people/${person.name}`, { state: 'disabled' })).status).toBe(200);
    expect((await here.send('GET', '/api/v1/account')).status).toBe(401);
  });
});

describe('A write by cookie comes from our own page', () => {
  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://localhost:7071' }],
    ['another scheme', { origin: 'https://localhost:7070' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['nowhere', { origin: undefined }],
  ])('from %s it is refused', async (_name, headers) => {
    const { browser } = await signedIn();
    expect(await browser.send('PATCH', '/api/v1/account', { displayName: 'Stolen' }, headers)).toMatchObject({
      status: 403,
      body: { code: 'identity.origin-refused' },
    });
    expect(
      await world.browser().send('POST', '/api/v1/sign-in', { login: mira.name, password }, headers),
    ).toMatchObject({ status: 403 });
    expect((await browser.send('POST', '/api/v1/sign-out', undefined, headers)).status).toBe(403);
    expect((await browser.send('GET', '/api/v1/account', undefined, headers)).status).toBe(200);
  });

  it('a program with a token needs no Origin', async () => {
    const { authorization } = await aToken(world.postgres, { role: 'admin' });
    const answer = await world.http.fastify.inject({
      method: 'PATCH',
      url: '/api/v1/organisation',
      headers: { authorization },
      payload: { name: 'Harbour' },
    });
    expect(answer.statusCode).toBe(200);
  });

  it('where publicUrl is set, that is the origin, whatever Host says', async () => {
    const proxied = await startIdentity({ publicUrl: 'https://leadline.example' });
    expect(
      await proxied.browser().send('POST', '/api/v1/sign-in', { login: 'x', password: 'y' }, { origin: testOrigin }),
    ).toMatchObject({ status: 403 });
    expect(
      (
        await proxied
          .browser()
          .send('POST', '/api/v1/sign-in', { login: 'x', password: 'y' }, { origin: 'https://leadline.example' })
      ).status,
    ).toBe(401);
    await proxied.stop();
  });
});
