import { pino } from 'pino';
import { expect, it } from 'vitest';
import { aPerson, aToken } from '../fixtures.ts';
import { startIdentity } from './testing.ts';
import { totpCode } from './totp.ts';

it('No secret reaches the log, at its finest level and without its censor, whatever goes right or wrong', async () => {
  const lines: string[] = [];
  const world = await startIdentity(
    {},
    { log: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }) },
  );
  const password = 'tide lantern copper moss';
  const wrong = 'not the right one at all';
  const mira = await aPerson(world.postgres, { name: 'mira', role: 'admin', password });
  const token = await aToken(world.postgres, { role: 'admin' });
  const link = (await world.door.setupLink('http://localhost:7070')) ?? '';
  const browser = world.browser();
  await browser.send('POST', '/api/v1/sign-in', { login: 'mira', password: wrong });
  await browser.send('POST', '/api/v1/sign-in', { login: 'mira', password });
  await browser.send('POST', '/api/v1/account/confirm', { password });
  const { secret: seed } = (await browser.send('POST', '/api/v1/account/totp')).body;
  const code = totpCode(seed, new Date(world.clock.now().epochMilliseconds));
  const { recoveryCodes } = (await browser.send('POST', '/api/v1/account/totp/enable', { code })).body;
  const made = (await browser.send('POST', '/api/v1/tokens', { name: 'x', role: 'boss' })).status;
  const { secret } = (await browser.send('POST', '/api/v1/tokens', { name: 'x' })).body;
  const invited = (await browser.send('POST', `/api/v1/people/${mira.name}/link`)).body.url.split('=')[1];
  await browser.send('POST', '/api/v1/links/follow', { token: invited, password: 'short' });
  const unknown = `ll_${'Q'.repeat(43)}`;
  for (const shown of [token.secret, unknown]) {
    await world.browser().send('GET', '/api/v1/people', undefined, { authorization: `Bearer ${shown}` });
    await world.browser().send('PUT', '/api/v1/teams/x', { wrong: 1 }, { authorization: `Bearer ${shown}` });
    await world.door.authoriseIngest({ authorization: `Bearer ${shown}`, remoteAddress: '203.0.113.1' });
  }
  // A bug in the middle of a write is logged with its error.
  await world.postgres.pool.query('ALTER TABLE identity.token RENAME TO token_away');
  const failed = await world
    .browser()
    .send('GET', '/api/v1/people', undefined, { authorization: `Bearer ${token.secret}` });
  await world.postgres.pool.query('ALTER TABLE identity.token_away RENAME TO token');
  await world.stop();
  expect([made, failed.status]).toEqual([400, 500]);
  const log = lines.join('');
  expect(log).toContain('"status":401');
  const secrets = {
    password,
    wrong,
    seed,
    recovery: recoveryCodes[0],
    token: token.secret,
    secret,
    invited,
    unknown,
    link: link.split('=')[1] ?? unknown,
    cookie: [...browser.cookies.values()][0]!,
  };
  expect(Object.entries(secrets).filter(([, value]) => log.includes(value))).toEqual([]);
});
