import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identityTables, startIdentity, type IdentityWorld } from './testing.ts';

let world: IdentityWorld;
beforeAll(async () => {
  world = await startIdentity();
});
afterAll(() => world.stop());

const linkToken = async (): Promise<string> => {
  const link = await world.door.setupLink('http://localhost:7070/');
  expect(link).toMatch(/^http:\/\/localhost:7070\/set-up#token=ll_[\w-]{43}$/);
  return link!.split('=')[1]!;
};
const wanted = {
  organisation: 'Harbour',
  displayName: 'Mira Okafor',
  email: 'mira.okafor@harbour.example',
  password: 'tide lantern copper moss',
};
const setUp = (token: string, overrides: object = {}) =>
  world.browser().send('POST', '/api/v1/set-up', { token, ...wanted, ...overrides });

describe('The first start prints a link that makes the first admin, once', () => {
  it('says what is missing while nobody exists, and keeps no secret in clear', async () => {
    const token = await linkToken();
    expect((await world.browser().send('GET', '/api/v1/sign-in')).body).toMatchObject({
      setUpNeeded: true,
      signedIn: false,
    });
    expect(await world.everythingKept()).not.toContain(token);
    expect(await setUp(`ll_${'A'.repeat(43)}`)).toMatchObject({ status: 404, body: { code: 'identity.link-unknown' } });
    expect(await setUp(token, { password: 'short' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'body.password' }] },
    });
    expect(await setUp(token, { email: 'mira' })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'body.email' }] },
    });
  });

  it('of two at the same moment one becomes the admin, with the links of either start', async () => {
    world.clock.advance({ minutes: 16 });
    const [first, second] = [await linkToken(), await linkToken()];
    const answers = await Promise.all([setUp(first), setUp(second, { email: 'other@harbour.example' })]);
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([200, 409]);
    const people = await identityTables(world).selectFrom('identity.person').selectAll().execute();
    expect(people).toHaveLength(1);
    expect(people[0]).toMatchObject({ role: 'admin', state: 'active' });
    expect(await world.events('organisation.set-up')).toHaveLength(1);
  });

  it('is over then: no link any more, and none of the old ones works, even if everybody were gone', async () => {
    expect(await world.door.setupLink('http://localhost:7070')).toBeNull();
    expect((await world.browser().send('GET', '/api/v1/sign-in')).body).toMatchObject({
      setUpNeeded: false,
      organisation: 'Harbour',
    });
    expect(await identityTables(world).selectFrom('identity.set_up_link').selectAll().execute()).toEqual([]);
  });

  it('tries are limited per address', async () => {
    world.clock.advance({ minutes: 16 });
    const statuses = [];
    for (let index = 0; index < 12; index++) statuses.push((await setUp('x')).status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
  });
});
