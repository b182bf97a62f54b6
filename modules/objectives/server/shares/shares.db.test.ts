import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Refusal } from '../../../../kernel/problem.ts';
import { anObjective } from '../../fixtures.ts';
import { governedHouse, type GovernedHouse } from '../testing/governed-house.ts';
import { addShareRoutes } from './routes.ts';

const now = '2026-11-22T12:00:00Z';
const triesMax = 5;
let tries = 0;
/** Identity's door as this module sees it: a secret, its hash, and an end to guessing. */
const linkSecrets = {
  make: () => {
    const secret = `ll_${randomBytes(32).toString('base64url')}`;
    return { secret, hash: createHash('sha256').update(secret).digest() };
  },
  hashOf: (text: string) => (/^ll_.{43}$/.test(text) ? createHash('sha256').update(text).digest() : null),
  wrong: async () => {
    tries += 1;
    if (tries > triesMax) throw new Refusal({ status: 429, code: 'identity.too-many-tries', title: 'Too many tries' });
  },
};

let house: GovernedHouse;
beforeAll(async () => {
  house = await governedHouse(now, (ground, { catalog }) => addShareRoutes(ground, { catalog, linkSecrets }));
  const inside = { service: 'shop/checkout', owner: 'payments', description: 'All cards' };
  await house.keep(anObjective({ name: 'checkout-internal', displayName: 'Payments answer', ...inside }));
  const at = Date.parse(now) / 1_000;
  await house.countEvenly([await house.indicatorOf('checkout-internal')], at - 86_400, at, { good: 100, bad: 0 });
});
afterAll(() => house?.stop());

const make = (said: object = {}, who = 'payer') =>
  house.call(
    'POST',
    '/api/v1/objective-shares',
    { objectives: ['checkout-internal'], title: 'For the board', ...said },
    { who },
  );
const secretOf = (path: string): string => path.replace('/shared/objectives/', '');
const read = (secret: string) => house.call('GET', `/api/v1/shared-objectives/${secret}`, undefined, { who: 'nobody' });

describe('A read-only link', () => {
  it('shows budgets to who has no account, and nothing of the inside', async () => {
    const { body } = await make();
    expect(body.share).toMatchObject({ title: 'For the board', createdBy: 'pia', expiresAt: null });
    const seen = await read(secretOf(body.path));
    expect(seen.status).toBe(200);
    expect(seen.body).toMatchObject({
      title: 'For the board',
      items: [{ displayName: 'Payments answer', targetPpm: 999_000, achievedPpm: 1e6, remainingRatio: 1, state: 'ok' }],
    });
    expect(Object.keys(seen.body.items[0]).sort()).toEqual(
      'achievedPpm description displayName from noDataRatio points remainingRatio state targetPpm to windowText'.split(
        ' ',
      ),
    );
    expect(JSON.stringify(seen.body)).not.toMatch(/shop|checkout|payments"|pia/);
    expect(seen.headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow, noarchive',
      'cache-control': 'no-store',
    });
  });

  it('is kept as a hash: neither the database nor the ledger nor a list knows its secret', async () => {
    const { body } = await make();
    const secret = secretOf(body.path);
    const { rows } = await house.postgres.pool.query('SELECT share::text AS text FROM objectives.share');
    const listed = await house.call('GET', '/api/v1/objective-shares', undefined, { who: 'viewer' });
    const told = await house.told(`objective-share:${body.share.id}`);
    expect(told).toMatchObject([
      { kind: 'objective-share.made', actor: { id: 'p' }, data: { title: 'For the board' } },
    ]);
    expect(listed.body.items).toContainEqual(body.share);
    expect(JSON.stringify([rows, listed.body, told])).not.toContain(secret.slice(3));
  });

  it('is made only by owners of all that it shows', async () => {
    for (const who of ['viewer', 'searcher'])
      expect(await make({}, who)).toMatchObject({ status: 403, body: { code: 'objectives.not-the-owner' } });
    expect((await make({}, 'nobody')).status).toBe(401);
    expect(await make({ objectives: ['none'] })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'body.objectives.0' }] },
    });
    expect(await make({ expiresAt: '2026-11-22T11:00:00Z' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'body.expiresAt' }] },
    });
  });

  it('opens nothing when it has run out or was ended, at once', async () => {
    const { body: brief } = await make({ expiresAt: '2026-11-22T13:00:00Z' });
    const { body: ended } = await make();
    expect((await read(secretOf(brief.path))).status).toBe(200);
    expect((await read(secretOf(ended.path))).status).toBe(200);
    const end = (who: string) => house.call('DELETE', `/api/v1/objective-shares/${ended.share.id}`, undefined, { who });
    expect((await end('searcher')).status).toBe(403);
    expect((await end('editor')).status).toBe(204);
    expect((await end('editor')).status).toBe(404);
    house.clock.advance({ hours: 1 });
    for (const { path } of [brief, ended])
      expect(await read(secretOf(path))).toMatchObject({ status: 404, body: { code: 'objectives.share-unknown' } });
    expect((await house.told(`objective-share:${ended.share.id}`)).map(({ kind }) => kind)).toEqual([
      'objective-share.made',
      'objective-share.ended',
    ]);
    const { items } = (await house.call('GET', '/api/v1/objective-shares')).body;
    expect(items.map(({ id }: { id: string }) => id)).not.toContain(brief.share.id);
  });

  it('cannot be guessed: wrong ones take the tries of their address', async () => {
    const right = secretOf((await make()).body.path);
    const wrong = linkSecrets.make().secret;
    while (tries < triesMax) expect((await read(wrong)).status).toBe(404);
    expect(await read(wrong)).toMatchObject({ status: 429 });
    expect((await read('not-even-one-of-our-secrets')).status).toBe(429);
    expect((await read(right)).status).toBe(200);
  });
});
