import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aPerson, type MadePerson } from '../fixtures.ts';
import { identityTables, startIdentity, type IdentityWorld, type TestBrowser } from './testing.ts';
import { totpCode } from './totp.ts';

const password = 'tide lantern copper moss';
let world: IdentityWorld;
let mira: MadePerson;
let seed: string;
let recoveryCodes: string[];
const code = () => totpCode(seed, new Date(world.clock.now().epochMilliseconds));

beforeAll(async () => {
  world = await startIdentity();
  mira = await aPerson(world.postgres, { name: 'mira', password });
});
afterAll(() => world.stop());
beforeEach(() => world.clock.advance({ minutes: 16 }));

it('An authenticator app is set up by confirming, and counts after its first right code', async () => {
  const browser = world.browser();
  await browser.send('POST', '/api/v1/sign-in', { login: 'mira', password });
  expect((await browser.send('POST', '/api/v1/account/totp')).body).toMatchObject({ code: 'identity.confirm-first' });
  await browser.send('POST', '/api/v1/account/confirm', { password });
  const offered = (await browser.send('POST', '/api/v1/account/totp')).body;
  seed = offered.secret;
  expect(offered.uri).toContain(`secret=${seed}`);
  expect((await browser.send('POST', '/api/v1/account/totp/enable', { code: '000000' })).body.code).toBe(
    'identity.code-wrong',
  );
  const enabled = await browser.send('POST', '/api/v1/account/totp/enable', { code: code() });
  recoveryCodes = enabled.body.recoveryCodes;
  expect(recoveryCodes).toHaveLength(10);
});

const begun = async (): Promise<TestBrowser> => {
  const browser = world.browser();
  const answer = await browser.send('POST', '/api/v1/sign-in', { login: 'mira', password });
  expect(answer.body).toMatchObject({ step: 'second-factor' });
  return browser;
};

describe('Who has an authenticator app is not in without its code', () => {
  it('the password alone opens nothing but the second step', async () => {
    const browser = await begun();
    for (const path of ['/api/v1/account', '/api/v1/people', '/api/v1/account/sessions'])
      expect((await browser.send('GET', path)).status).toBe(401);
    expect((await browser.send('POST', '/api/v1/account/confirm', { password })).status).toBe(401);
    expect((await browser.send('GET', '/api/v1/sign-in')).body).toMatchObject({
      signedIn: false,
      begun: { step: 'second-factor', methods: ['totp', 'recovery-code'] },
    });
  });

  it('a code counts once, also when it comes twice at the same moment', async () => {
    const [one, two] = [await begun(), await begun()];
    const statuses = await Promise.all(
      [one, two].map(
        async (browser) => (await browser.send('POST', '/api/v1/sign-in/second-factor', { code: code() })).status,
      ),
    );
    expect(statuses.toSorted()).toEqual([200, 403]);
    expect((await (await begun()).send('POST', '/api/v1/sign-in/second-factor', { code: code() })).status).toBe(403);
  });

  it('an earlier code does not count after a later one', async () => {
    const early = code();
    world.clock.advance({ seconds: 30 });
    expect((await (await begun()).send('POST', '/api/v1/sign-in/second-factor', { code: code() })).status).toBe(200);
    expect((await (await begun()).send('POST', '/api/v1/sign-in/second-factor', { code: early })).status).toBe(403);
  });

  it('the session of the first step is renewed, and its cookie is nobody', async () => {
    const browser = await begun();
    const first = browser.cookies.get('leadline-session-7070')!;
    expect((await browser.send('POST', '/api/v1/sign-in/second-factor', { code: code() })).status).toBe(200);
    expect(browser.cookies.get('leadline-session-7070')).not.toBe(first);
    const old = world.browser();
    old.cookies.set('leadline-session-7070', first);
    expect((await old.send('GET', '/api/v1/sign-in')).body).toMatchObject({ signedIn: false, begun: null });
  });

  it('after five wrong codes the sixth is not looked at', async () => {
    const browser = await begun();
    const statuses = await Promise.all(
      Array.from(
        { length: 20 },
        async () => (await browser.send('POST', '/api/v1/sign-in/second-factor', { code: '123456' })).status,
      ),
    );
    expect(statuses.filter((status) => status === 403)).toHaveLength(5);
    expect((await browser.send('POST', '/api/v1/sign-in/second-factor', { code: code() })).status).toBe(429);
  });

  it('ten minutes after the password it begins anew', async () => {
    const browser = await begun();
    world.clock.advance({ minutes: 11 });
    expect(await browser.send('POST', '/api/v1/sign-in/second-factor', { code: code() })).toMatchObject({
      status: 401,
      body: { code: 'identity.no-sign-in-begun' },
    });
  });

  it('the seed lies encrypted', async () => {
    expect(await world.everythingKept()).not.toContain(seed);
  });
});

describe('A recovery code stands in once', () => {
  it('as it was typed, and of two at the same moment one', async () => {
    const typed = ` ${recoveryCodes[0]!.toUpperCase().replaceAll('-', ' ')} `;
    const browsers = [await begun(), await begun()];
    const statuses = await Promise.all(
      browsers.map(
        async (browser) =>
          (await browser.send('POST', '/api/v1/sign-in/second-factor', { recoveryCode: typed })).status,
      ),
    );
    expect(statuses.toSorted()).toEqual([200, 403]);
    const account = (await Promise.all(browsers.map((browser) => browser.send('GET', '/api/v1/account')))).find(
      (answer) => answer.status === 200,
    )!;
    expect(account.body.signIn.recoveryCodesLeft).toBe(9);
    expect(await world.events('recovery-code.used')).toHaveLength(1);
  });

  it('is kept only as a hash, and new ones make the old ones useless', async () => {
    const kept = await world.everythingKept();
    for (const each of recoveryCodes) expect(kept).not.toContain(each.replaceAll('-', ''));
    const browser = await begun();
    await browser.send('POST', '/api/v1/sign-in/second-factor', { code: code() });
    await browser.send('POST', '/api/v1/account/confirm', { password });
    expect((await browser.send('POST', '/api/v1/account/recovery-codes')).body.recoveryCodes).toHaveLength(10);
    expect(
      (await (await begun()).send('POST', '/api/v1/sign-in/second-factor', { recoveryCode: recoveryCodes[1] })).status,
    ).toBe(403);
  });
});

describe('The second factor goes when it should', () => {
  it('an admin removes a lost one; the sessions end', async () => {
    const admin = await aPerson(world.postgres, { role: 'admin', password });
    const browser = world.browser();
    await browser.send('POST', '/api/v1/sign-in', { login: admin.name, password });
    expect((await browser.send('GET', '/api/v1/people/mira')).body.secondFactor).toBe(true);
    expect((await browser.send('DELETE', '/api/v1/people/mira/second-factor')).status).toBe(204);
    expect((await world.browser().send('POST', '/api/v1/sign-in', { login: 'mira', password })).body.step).toBe('done');
    expect(
      await identityTables(world)
        .selectFrom('identity.recovery_code')
        .selectAll()
        .where('person_id', '=', mira.id)
        .execute(),
    ).toEqual([]);
    expect(await world.events('second-factor.removed')).toHaveLength(1);
  });
});
