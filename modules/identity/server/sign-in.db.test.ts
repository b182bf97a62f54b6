import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPerson, type MadePerson } from '../fixtures.ts';
import { hashesComputed } from './password-hash.ts';
import { startIdentity, type IdentityWorld } from './testing.ts';

const password = 'tide lantern copper moss';
let world: IdentityWorld;
let mira: MadePerson;
beforeAll(async () => {
  world = await startIdentity({ trustedProxies: ['10.0.0.0/8'] });
  mira = await aPerson(world.postgres, { name: 'mira', email: 'Mira@Harbour.example', password, role: 'editor' });
});
afterAll(() => world.stop());

describe('A person signs in by password', () => {
  it('by e-mail address in any case, or by name, and is then known', async () => {
    for (const login of ['mira@harbour.example', 'mira', ' MIRA@harbour.example ']) {
      const browser = world.browser();
      expect((await browser.send('GET', '/api/v1/account')).status).toBe(401);
      const answer = await browser.send('POST', '/api/v1/sign-in', { login, password });
      expect(answer).toMatchObject({ status: 200, body: { step: 'done', methods: [] } });
      expect((await browser.send('GET', '/api/v1/people/mira')).body).toMatchObject({ name: 'mira', role: 'editor' });
    }
  });

  it('with one answer for a wrong password, an unknown name, a disabled and an invited person', async () => {
    const password2 = 'four small harbour boats';
    const disabled = await aPerson(world.postgres, { state: 'disabled', password: password2 });
    const invited = await aPerson(world.postgres, { state: 'invited' });
    const answers = [];
    for (const [login, given] of [
      ['mira', 'wrong wrong wrong'],
      ['nobody@example.org', password],
      [disabled.email, password2],
      [invited.email, password2],
    ]) {
      const answer = await world
        .browser({ from: '198.51.100.20' })
        .send('POST', '/api/v1/sign-in', { login, password: given });
      answers.push({ status: answer.status, code: answer.body.code, detail: answer.body.detail });
      expect(answer.setCookies).toEqual([]);
    }
    expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 401, code: 'identity.sign-in-refused' });
    const refused = await world.events('sign-in.refused');
    expect(refused.map((each) => each.data.reason).toSorted()).toEqual(['disabled', 'invited', 'wrong-password']);
  });

  it('and a missing or wrong field is a 400 that names it', async () => {
    const answer = await world.browser().send('POST', '/api/v1/sign-in', { login: 'mira' });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'http.invalid-input', errors: [{ path: 'body.password' }] },
    });
  });
});

describe('Tries are limited before anything is hashed', () => {
  it('of forty parallel tries five are hashed', async () => {
    const before = hashesComputed();
    const tries = Array.from({ length: 40 }, () =>
      world
        .browser({ from: '203.0.113.40' })
        .send('POST', '/api/v1/sign-in', { login: 'mira', password: 'not this one either' }),
    );
    const statuses = (await Promise.all(tries)).map((answer) => answer.status);
    expect(hashesComputed() - before).toBe(5);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(35);
  });

  it('the right password does not help the address that used its tries up, but the owner gets in from elsewhere', async () => {
    const locked = await world
      .browser({ from: '203.0.113.40' })
      .send('POST', '/api/v1/sign-in', { login: 'mira@harbour.example', password });
    expect(locked).toMatchObject({ status: 429, body: { code: 'identity.too-many-tries' } });
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(0);
    const owner = await world
      .browser({ from: '192.0.2.77' })
      .send('POST', '/api/v1/sign-in', { login: 'mira', password });
    expect(owner.status).toBe(200);
  });

  it('the window passes', async () => {
    world.clock.advance({ minutes: 16 });
    expect(
      (await world.browser({ from: '203.0.113.40' }).send('POST', '/api/v1/sign-in', { login: 'mira', password }))
        .status,
    ).toBe(200);
  });

  it('a changing X-Forwarded-For from an untrusted address changes nothing', async () => {
    const tries = Array.from({ length: 12 }, (_, index) =>
      world
        .browser({ from: '203.0.113.50', headers: { 'x-forwarded-for': `198.51.100.${index}` } })
        .send('POST', '/api/v1/sign-in', { login: 'mira', password: 'not this one either' }),
    );
    expect((await Promise.all(tries)).filter((answer) => answer.status === 401)).toHaveLength(5);
  });

  it('behind a trusted proxy each client counts by itself, whatever it writes into the header', async () => {
    const tryFrom = (client: string) =>
      world
        .browser({ from: '10.0.0.9', headers: { 'x-forwarded-for': `6.6.6.6, ${client}` } })
        .send('POST', '/api/v1/sign-in', { login: 'mira', password: 'not this one either' });
    const first = await Promise.all(Array.from({ length: 8 }, () => tryFrom('203.0.113.60')));
    expect(first.filter((answer) => answer.status === 401)).toHaveLength(5);
    expect((await tryFrom('203.0.113.61')).status).toBe(401);
  });

  it('one address cannot spray over all accounts', async () => {
    const statuses = [];
    for (let index = 0; index < 60; index++) {
      statuses.push(
        (
          await world
            .browser({ from: '203.0.113.70' })
            .send('POST', '/api/v1/sign-in', { login: `somebody-${index}`, password: 'x' })
        ).status,
      );
      if (statuses.at(-1) === 429) break;
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(50);
  });

  it('a hundred addresses that guess at one account are stopped, and its owner still gets in from where they signed in before', async () => {
    world.clock.advance({ minutes: 20 });
    expect(
      (await world.browser({ from: '192.0.2.77' }).send('POST', '/api/v1/sign-in', { login: 'mira', password })).status,
    ).toBe(200);
    await world.postgres.pool.query(`UPDATE identity.ticket SET taken = 100, window_ends_at = $2 WHERE bucket = $1`, [
      `sign-in:account:${mira.id}`,
      new Date(world.clock.now().epochMilliseconds + 600_000),
    ]);
    await world.postgres.pool.query(
      `INSERT INTO identity.ticket VALUES ($1, 100, $2) ON CONFLICT (bucket) DO NOTHING`,
      [`sign-in:account:${mira.id}`, new Date(world.clock.now().epochMilliseconds + 600_000)],
    );
    expect(
      (await world.browser({ from: '203.0.113.99' }).send('POST', '/api/v1/sign-in', { login: 'mira', password }))
        .status,
    ).toBe(429);
    expect(
      (await world.browser({ from: '192.0.2.77' }).send('POST', '/api/v1/sign-in', { login: 'mira', password })).status,
    ).toBe(200);
  });
});
