import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aPerson } from '../fixtures.ts';
import { identityTables, startIdentity, testOrigin, type IdentityWorld, type TestBrowser } from './testing.ts';

const password = 'tide lantern copper moss';
let world: IdentityWorld;
beforeAll(async () => {
  world = await startIdentity();
  await aPerson(world.postgres, { name: 'mira', password });
});
afterAll(() => world.stop());
beforeEach(() => world.clock.advance({ minutes: 16 }));

/** An authenticator in software that follows WebAuthn Level 2: one ES256 key, user verification, a counter. */
class Authenticator {
  readonly id = randomBytes(32);
  readonly #keys: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  counter = 0;

  data(flags: number, rpId: string): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE((this.counter += 1));
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.of(flags), counter]);
  }

  register(options: { challenge: string; rp: { id: string } }, origin = testOrigin) {
    const jwk = this.#keys.publicKey.export({ format: 'jwk' });
    const coordinate = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
    const key = isoCBOR.encode(
      new Map<number, number | Uint8Array>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, coordinate(jwk.x!)],
        [-3, coordinate(jwk.y!)],
      ]) as never,
    );
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.id.length);
    const authData = Buffer.concat([this.data(0x45, options.rp.id), Buffer.alloc(16), length, this.id, key]);
    const attestation = isoCBOR.encode(
      new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', new Uint8Array(authData)],
      ]) as never,
    );
    return this.#answer({
      clientDataJSON: clientData('webauthn.create', options.challenge, origin),
      attestationObject: Buffer.from(attestation).toString('base64url'),
      transports: ['internal'],
    });
  }

  authenticate(options: { challenge: string; rpId: string }, { origin = testOrigin, verified = true } = {}) {
    const authData = this.data(verified ? 0x05 : 0x01, options.rpId);
    const clientDataJSON = clientData('webauthn.get', options.challenge, origin);
    const signed = Buffer.concat([
      authData,
      createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest(),
    ]);
    return this.#answer({
      clientDataJSON,
      authenticatorData: authData.toString('base64url'),
      signature: sign('sha256', signed, this.#keys.privateKey).toString('base64url'),
    });
  }

  #answer(response: object) {
    const id = this.id.toString('base64url');
    return {
      id,
      rawId: id,
      type: 'public-key',
      clientExtensionResults: {},
      authenticatorAttachment: 'platform',
      response,
    };
  }
}

const clientData = (type: string, challenge: string, origin: string): string =>
  Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false })).toString('base64url');
const confirmed = async (): Promise<TestBrowser> => {
  const browser = await signIn();
  await browser.send('POST', '/api/v1/account/confirm', { password });
  return browser;
};
/** By password; before the first passkey that is enough. */
const signIn = async (): Promise<TestBrowser> => {
  const browser = world.browser();
  await browser.send('POST', '/api/v1/sign-in', { login: 'mira', password });
  return browser;
};
const register = async (browser: TestBrowser, authenticator: Authenticator, origin?: string) => {
  const { body: options } = await browser.send('POST', '/api/v1/account/passkeys/options');
  return browser.send('POST', '/api/v1/account/passkeys', {
    name: 'Laptop',
    response: authenticator.register(options, origin),
  });
};
const optionsFor = async (browser: TestBrowser) => (await browser.send('POST', '/api/v1/sign-in/passkey/options')).body;
const present = (browser: TestBrowser, response: unknown) =>
  browser.send('POST', '/api/v1/sign-in/passkey', { response });
const key = new Authenticator();

describe('A passkey is registered by its owner', () => {
  it('after confirming, for this site only, with recovery codes', async () => {
    const open = await signIn();
    expect(await open.send('POST', '/api/v1/account/passkeys/options')).toMatchObject({
      status: 403,
      body: { code: 'identity.confirm-first' },
    });
    const browser = await confirmed();
    expect(await register(browser, key, 'https://evil.example')).toMatchObject({
      status: 403,
      body: { code: 'identity.passkey-refused' },
    });
    const made = await register(browser, key);
    expect(made.status).toBe(201);
    expect(made.body.recoveryCodes).toHaveLength(10);
    expect((await browser.send('GET', '/api/v1/account')).body.signIn).toMatchObject({
      passkeys: [{ name: 'Laptop', lastUsedAt: null }],
      recoveryCodesLeft: 10,
    });
  });
});

describe('A passkey signs in by itself', () => {
  it('without a password, and counts as both factors', async () => {
    const browser = world.browser();
    const options = await optionsFor(browser);
    expect(options).toMatchObject({ rpId: 'localhost', userVerification: 'required', allowCredentials: [] });
    expect(await present(browser, key.authenticate(options))).toMatchObject({ status: 200, body: { step: 'done' } });
    expect((await browser.send('GET', '/api/v1/account')).body.name).toBe('mira');
  });

  it('a challenge counts once, for five minutes, and only if it is ours', async () => {
    const browser = world.browser();
    const refused = { status: 403, body: { code: 'identity.passkey-refused' } };
    const options = await optionsFor(browser);
    const answer = key.authenticate(options);
    expect((await present(browser, answer)).status).toBe(200);
    expect(await present(world.browser(), answer)).toMatchObject(refused);
    expect(
      await present(
        world.browser(),
        key.authenticate({ ...options, challenge: randomBytes(32).toString('base64url') }),
      ),
    ).toMatchObject(refused);
    const late = await optionsFor(world.browser());
    world.clock.advance({ minutes: 6 });
    expect(await present(world.browser(), key.authenticate(late))).toMatchObject(refused);
  });

  it('not from another site, without verification of the person, by a stranger, by a copied key, or as rubbish', async () => {
    const refused = { status: 403, body: { code: 'identity.passkey-refused' } };
    const browser = world.browser();
    expect(
      await present(browser, key.authenticate(await optionsFor(browser), { origin: 'https://evil.example' })),
    ).toMatchObject(refused);
    expect(await present(browser, key.authenticate(await optionsFor(browser), { verified: false }))).toMatchObject(
      refused,
    );
    expect(await present(browser, new Authenticator().authenticate(await optionsFor(browser)))).toMatchObject(refused);
    for (const rubbish of [
      {},
      { id: 7 },
      { id: key.id.toString('base64url'), rawId: 'x', type: 'y', response: null },
    ]) {
      expect(await present(browser, rubbish)).toMatchObject(refused);
    }
    const counter = key.counter;
    key.counter = 0;
    expect(await present(browser, key.authenticate(await optionsFor(browser)))).toMatchObject(refused);
    key.counter = counter;
  });

  it('not for a disabled person', async () => {
    await identityTables(world)
      .updateTable('identity.person')
      .set({ state: 'disabled' })
      .where('name', '=', 'mira')
      .execute();
    const browser = world.browser();
    expect((await present(browser, key.authenticate(await optionsFor(browser)))).status).toBe(403);
    await identityTables(world)
      .updateTable('identity.person')
      .set({ state: 'active' })
      .where('name', '=', 'mira')
      .execute();
  });
});

describe('A passkey is the second factor of a password', () => {
  it('of the same person only, and the challenge belongs to that sign-in', async () => {
    const browser = await signIn();
    expect((await browser.send('GET', '/api/v1/sign-in')).body.begun).toMatchObject({
      methods: ['passkey', 'recovery-code'],
    });
    const options = await optionsFor(browser);
    expect(options.allowCredentials).toEqual([
      { id: key.id.toString('base64url'), type: 'public-key', transports: ['internal'] },
    ]);
    // A challenge of another browser's sign-in, answered here.
    const elsewhere = await optionsFor(world.browser());
    expect((await present(browser, key.authenticate(elsewhere))).status).toBe(403);
    expect(await present(browser, key.authenticate(options))).toMatchObject({ status: 200, body: { step: 'done' } });
    const started = (await world.events('session.started')).at(-1)!;
    expect(started.data).toMatchObject({ method: 'password', secondFactor: 'passkey' });
  });
});

describe('A passkey confirms and is removed', () => {
  it('confirms; and goes again, with the recovery codes that only it needed', async () => {
    const browser = world.browser();
    await present(browser, key.authenticate(await optionsFor(browser)));
    const { body: options } = await browser.send('POST', '/api/v1/account/confirm/passkey/options');
    expect(
      (await browser.send('POST', '/api/v1/account/confirm/passkey', { response: key.authenticate(options) })).status,
    ).toBe(200);
    const { signIn: ways } = (await browser.send('GET', '/api/v1/account')).body;
    expect((await browser.send('DELETE', `/api/v1/account/passkeys/${ways.passkeys[0].id}`)).status).toBe(204);
    expect((await browser.send('GET', '/api/v1/account')).body.signIn).toMatchObject({
      passkeys: [],
      recoveryCodesLeft: 0,
    });
    expect((await world.browser().send('POST', '/api/v1/sign-in', { login: 'mira', password })).body.step).toBe('done');
  });
});
