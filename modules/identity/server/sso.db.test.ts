import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aPerson, aToken, type MadePerson } from '../fixtures.ts';
import { testOrigin, startIdentity, identityTables, type IdentityWorld, type TestBrowser } from './testing.ts';
import { totpCode } from './totp.ts';

const password = 'tide lantern copper moss';
const clientSecret = 'a secret between the two of us';
let world: IdentityWorld;
let issuer: string;
let server: Server;
let admin: MadePerson;
let adminToken: string;

/** Accounts at the provider, by subject: what it says of each. */
const accounts: Record<string, Record<string, unknown>> = {
  'sub-mira': {
    name: 'Mira Okafor',
    preferred_username: 'mira',
    email: 'mira.okafor@elsewhere.example',
    email_verified: true,
  },
  'sub-thief': { name: 'Not the admin', email: 'admin@harbour.example', email_verified: true },
  'sub-liar': { name: 'Liar', email: 'admin@harbour.example', email_verified: false },
  'sub-new': { name: 'Jonas Lind', email: 'jonas@harbour.example', email_verified: true },
  'sub-unverified': { name: 'Una Ver', email: 'una@harbour.example', email_verified: false },
  'sub-bare': {},
};

beforeAll(async () => {
  world = await startIdentity({ allowInternalIssuers: true });
  admin = await aPerson(world.postgres, { name: 'admin', email: 'admin@harbour.example', role: 'admin', password });
  adminToken = (await aToken(world.postgres, { role: 'admin' })).secret;
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [
      { client_id: 'leadline', client_secret: clientSecret, redirect_uris: [`${testOrigin}/sign-in/sso/harbour`] },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
    pkce: { required: () => true },
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: async () => ({ sub, ...accounts[sub] }),
    }),
    features: { devInteractions: { enabled: true } },
  });
  server.on('request', provider.callback());
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await world.stop();
});

const apply = (name: string, spec: Record<string, unknown>, token = adminToken) =>
  world
    .browser()
    .send(
      'PUT',
      `/api/v1/sso-providers/${name}`,
      { displayName: 'Harbour', issuer, clientId: 'leadline', clientSecret, ...spec },
      { authorization: `Bearer ${token}` },
    );

/** Walks the provider's own pages as a browser would, and gives back the query with which it returns to us. */
const atProvider = async (location: string, login: string): Promise<string> => {
  const cookies = new Map<string, string>();
  let url = location;
  let form: string | null = null;
  for (let steps = 0; steps < 20; steps++) {
    const answer = await fetch(url, {
      redirect: 'manual',
      method: form === null ? 'GET' : 'POST',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form === null ? {} : { body: form }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (value === '') cookies.delete(name!);
      else cookies.set(name!, value!);
    }
    const next = answer.headers.get('location');
    if (next !== null) {
      url = new URL(next, url).href;
      form = null;
      if (url.startsWith(testOrigin)) return new URL(url).search;
      continue;
    }
    const page = await answer.text();
    const action = /action="([^"]+)"/.exec(page)?.[1];
    if (!action) throw new Error(`the provider answered ${answer.status}: ${page.slice(0, 500)}`);
    url = new URL(action, url).href;
    form = page.includes('name="login"')
      ? new URLSearchParams({ prompt: 'login', login, password: 'x' }).toString()
      : new URLSearchParams({ prompt: 'consent' }).toString();
  }
  throw new Error('the provider went in circles');
};

const begin = (browser: TestBrowser, body: Record<string, unknown> = {}) =>
  browser.send('POST', '/api/v1/sign-in/sso/harbour', body);
const finish = (browser: TestBrowser, query: string, provider = 'harbour') =>
  browser.send('POST', `/api/v1/sign-in/sso/${provider}/finish`, { query });
const signInAs = async (sub: string, browser = world.browser()) => {
  const { body } = await begin(browser, { returnTo: '/services?env=prod' });
  return { browser, answer: await finish(browser, await atProvider(body.location, sub)) };
};
const signedIn = async () => {
  const browser = world.browser();
  expect((await browser.send('POST', '/api/v1/sign-in', { login: 'admin', password })).status).toBe(200);
  return browser;
};

it('An admin adds a provider, which is asked first, and is told the address to register', async () => {
  expect(await apply('harbour', {})).toMatchObject({
    status: 200,
    body: { outcome: 'created', provider: { redirectUri: `${testOrigin}/sign-in/sso/harbour`, hasClientSecret: true } },
  });
});

describe('A person signs in by a provider', () => {
  beforeEach(async () => {
    await apply('harbour', { signUp: 'linked-only' });
  });

  it('the request to the provider has PKCE, state and nonce', async () => {
    const { body } = await begin(world.browser());
    const sent = new URL(body.location).searchParams;
    expect(sent.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'nonce', 'code_challenge']) expect(sent.get(name)!.length).toBeGreaterThan(20);
  });

  it('not while nobody linked the account, whatever e-mail address the provider names', async () => {
    for (const sub of ['sub-thief', 'sub-liar', 'sub-mira']) {
      const { answer } = await signInAs(sub);
      expect(answer).toMatchObject({ status: 403, body: { code: 'identity.sso-not-linked' } });
    }
  });

  it('links only after the password was asked for again, and is then the same person', async () => {
    const browser = await signedIn();
    expect(await begin(browser, { purpose: 'link' })).toMatchObject({
      status: 403,
      body: { code: 'identity.confirm-first' },
    });
    expect((await browser.send('POST', '/api/v1/account/confirm', { password: 'wrong' })).status).toBe(403);
    expect((await browser.send('POST', '/api/v1/account/confirm', { password })).status).toBe(200);
    const { body } = await begin(browser, { purpose: 'link', returnTo: '/account' });
    expect(await finish(browser, await atProvider(body.location, 'sub-mira'))).toMatchObject({
      status: 200,
      body: { purpose: 'link', returnTo: '/account' },
    });
    const { answer, browser: other } = await signInAs('sub-mira');
    expect(answer).toMatchObject({ status: 200, body: { step: 'done', returnTo: '/services?env=prod' } });
    expect((await other.send('GET', '/api/v1/account')).body).toMatchObject({
      name: 'admin',
      signIn: { identities: [{ provider: 'harbour', label: 'mira' }] },
    });
    expect(await world.events('sso-identity.linked')).toHaveLength(1);
  });

  it('nobody else can link that account', async () => {
    const other = await aPerson(world.postgres, { password });
    const browser = world.browser();
    await browser.send('POST', '/api/v1/sign-in', { login: other.name, password });
    await browser.send('POST', '/api/v1/account/confirm', { password });
    const { body } = await begin(browser, { purpose: 'link' });
    expect(await finish(browser, await atProvider(body.location, 'sub-mira'))).toMatchObject({
      status: 409,
      body: { code: 'identity.sso-linked-elsewhere' },
    });
  });

  it('confirms by signing in at the provider anew, as the linked account only', async () => {
    const { browser } = await signInAs('sub-mira');
    const wrong = await begin(browser, { purpose: 'confirm' });
    expect(new URL(wrong.body.location).searchParams.get('prompt')).toBe('login');
    expect(await finish(browser, await atProvider(wrong.body.location, 'sub-new'))).toMatchObject({
      status: 403,
      body: { code: 'identity.sso-other-person' },
    });
    const right = await begin(browser, { purpose: 'confirm' });
    expect((await finish(browser, await atProvider(right.body.location, 'sub-mira'))).status).toBe(200);
    expect((await browser.send('GET', '/api/v1/account')).body.signIn.confirmedUntil).not.toBeNull();
  });

  it('asks for the second factor of whoever has one', async () => {
    const browser = await signedIn();
    await browser.send('POST', '/api/v1/account/confirm', { password });
    const { secret: seed } = (await browser.send('POST', '/api/v1/account/totp')).body;
    const code = () => totpCode(seed, new Date(world.clock.now().epochMilliseconds));
    expect((await browser.send('POST', '/api/v1/account/totp/enable', { code: code() })).status).toBe(200);
    const { answer, browser: other } = await signInAs('sub-mira');
    expect(answer).toMatchObject({ status: 200, body: { step: 'second-factor', methods: ['totp', 'recovery-code'] } });
    expect((await other.send('GET', '/api/v1/account')).status).toBe(401);
    world.clock.advance({ seconds: 30 });
    expect((await other.send('POST', '/api/v1/sign-in/second-factor', { code: code() })).status).toBe(200);
    expect((await other.send('GET', '/api/v1/account')).status).toBe(200);
    await identityTables(world).deleteFrom('identity.totp').execute();
    await identityTables(world).deleteFrom('identity.recovery_code').execute();
  });

  it('a disabled person does not get in', async () => {
    await identityTables(world)
      .updateTable('identity.person')
      .set({ state: 'disabled' })
      .where('id', '=', admin.id)
      .execute();
    expect((await signInAs('sub-mira')).answer).toMatchObject({
      status: 403,
      body: { code: 'identity.person-disabled' },
    });
    await identityTables(world)
      .updateTable('identity.person')
      .set({ state: 'active' })
      .where('id', '=', admin.id)
      .execute();
  });
});

describe('A provider that may make people', () => {
  beforeEach(async () => {
    await apply('harbour', { signUp: 'create', newPersonRole: 'responder' });
  });

  it('never takes over an account by its e-mail address, verified or not', async () => {
    for (const sub of ['sub-thief', 'sub-liar']) {
      expect((await signInAs(sub)).answer).toMatchObject({ status: 403, body: { code: 'identity.sso-link-first' } });
    }
  });

  it('makes a person once, with the role that the admin chose', async () => {
    const { browser } = await signInAs('sub-new');
    const first = (await browser.send('GET', '/api/v1/account')).body;
    expect(first).toMatchObject({
      displayName: 'Jonas Lind',
      role: 'responder',
      person: { email: 'jonas@harbour.example' },
      signIn: { password: false },
    });
    const again = await signInAs('sub-new');
    expect((await again.browser.send('GET', '/api/v1/account')).body.id).toBe(first.id);
  });

  it('keeps no address that the provider does not vouch for', async () => {
    const { browser } = await signInAs('sub-unverified');
    expect((await browser.send('GET', '/api/v1/account')).body.person.email).toBeNull();
  });

  it('makes do with a subject alone', async () => {
    const { answer, browser } = await signInAs('sub-bare');
    expect(answer.status).toBe(200);
    expect((await browser.send('GET', '/api/v1/account')).body.displayName).toBe('Person of Harbour');
  });

  it('is the only way in of whom it made: the link cannot be removed', async () => {
    const { browser } = await signInAs('sub-new');
    const { body } = await begin(browser, { purpose: 'confirm' });
    await finish(browser, await atProvider(body.location, 'sub-new'));
    const { signIn } = (await browser.send('GET', '/api/v1/account')).body;
    expect(await browser.send('DELETE', `/api/v1/account/identities/${signIn.identities[0].id}`)).toMatchObject({
      status: 409,
      body: { code: 'identity.last-way-in' },
    });
  });
});

describe('What comes back is taken once, from the browser that began', () => {
  it('a second time, in another browser, with an invented state, at another provider: refused', async () => {
    const browser = world.browser();
    const { body } = await begin(browser);
    const query = await atProvider(body.location, 'sub-new');
    const refused = { status: 403, body: { code: 'identity.sso-flow-unknown' } };
    expect(await finish(world.browser(), query)).toMatchObject(refused);
    const state = new URLSearchParams(query).get('state')!;
    const otherBrowser = world.browser();
    await begin(otherBrowser);
    expect(await finish(otherBrowser, query)).toMatchObject(refused);
    expect(await finish(browser, query.replace(state, `ll_${'A'.repeat(43)}`))).toMatchObject(refused);
  });

  it('a used answer is refused', async () => {
    const browser = world.browser();
    const { body } = await begin(browser);
    const sso = browser.cookies.get('leadline-sso-7070')!;
    const query = await atProvider(body.location, 'sub-new');
    expect((await finish(browser, query)).status).toBe(200);
    browser.cookies.set('leadline-sso-7070', sso);
    expect(await finish(browser, query)).toMatchObject({ status: 403, body: { code: 'identity.sso-flow-unknown' } });
  });

  it('after ten minutes it is too late', async () => {
    const browser = world.browser();
    const { body } = await begin(browser);
    const query = await atProvider(body.location, 'sub-new');
    world.clock.advance({ minutes: 11 });
    expect((await finish(browser, query)).status).toBe(403);
  });

  it('what the provider refuses is said in its words', async () => {
    const browser = world.browser();
    const { body } = await begin(browser);
    const state = new URL(body.location).searchParams.get('state')!;
    const answer = await finish(
      browser,
      `?error=access_denied&error_description=Not+today&state=${state}&iss=${encodeURIComponent(issuer)}`,
    );
    expect(answer).toMatchObject({ status: 403, body: { code: 'identity.sso-refused' } });
    expect(answer.body.detail).toContain('Not today');
  });

  it('leads back only to paths of ours', async () => {
    for (const returnTo of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
      const browser = world.browser();
      const { body } = await begin(browser, { returnTo });
      expect((await finish(browser, await atProvider(body.location, 'sub-new'))).body.returnTo).toBe('/');
    }
  });
});

describe('Only admins say which providers there are', () => {
  it('an editor is refused', async () => {
    const editor = await aToken(world.postgres, { role: 'editor' });
    for (const [method, path] of [
      ['PUT', '/api/v1/sso-providers/evil'],
      ['GET', '/api/v1/sso-providers'],
      ['DELETE', '/api/v1/sso-providers/harbour'],
    ] as const) {
      const body = method === 'PUT' ? { issuer, clientId: 'x' } : undefined;
      expect((await world.browser().send(method, path, body, { authorization: editor.authorization })).status).toBe(
        403,
      );
    }
  });

  it('the issuer must answer, and be called as it calls itself', async () => {
    expect(await apply('wrong', { issuer: `${issuer}/nowhere` })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'body.issuer' }] },
    });
    expect(await apply('second', {})).toMatchObject({ status: 422, body: { errors: [{ path: 'body.issuer' }] } });
  });

  it('the secret stays when it is left out, is never shown, and does not follow to another issuer', async () => {
    expect(
      (await apply('harbour', { clientSecret: undefined, signUp: 'create', newPersonRole: 'responder' })).body.outcome,
    ).toBe('unchanged');
    expect(await apply('harbour', { clientSecret: undefined, issuer: 'https://issuer.example' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'body.clientSecret' }] },
    });
    const list = await world
      .browser()
      .send('GET', '/api/v1/sso-providers', undefined, { authorization: `Bearer ${adminToken}` });
    expect(JSON.stringify(list.body)).not.toContain(clientSecret);
    expect(await world.everythingKept()).not.toContain(clientSecret);
  });
});
