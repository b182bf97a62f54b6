import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../platform/clock/clock.ts';
import { settingsSchema, type Configuration } from '../../../platform/config/settings.ts';
import type { Actor } from '../../../platform/http/http.ts';
import { createHttp, type StartedHttp } from '../../../platform/http/start.ts';
import { startLedger } from '../../../platform/ledger/start.ts';
import { createLog } from '../../../platform/log/log.ts';
import type { Ground } from '../../../platform/module/ground.ts';
import { moveClock, testPostgres } from '../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../platform/postgres/postgres.ts';
import { aTeam } from '../../identity/fixtures.ts';
import { identityModule } from '../../identity/server/module.ts';
import type { IdentityDoor } from '../../identity/server/public.ts';
import { lookForSilence, type ProbesGround } from './commands.ts';
import { probesModule } from './module.ts';
import type { ProbesDoor } from './public.ts';

/** Heartbeats on a real PostgreSQL, whose clock the test moves; shop/checkout belongs to the team payments. */
const catalog = { ownerOf: async (service: string) => (service === 'shop/checkout' ? 'payments' : null) };
const person = (name: string, role: Actor['role'], teams: Actor['teams'] = {}): Actor => ({
  kind: 'person',
  id: name,
  name,
  role,
  teams,
  scopes: ['api'],
});
const actors: Record<string, Actor> = {
  ed: person('ed', 'editor'),
  pia: person('pia', 'viewer', { payments: 'editor' }),
  rob: { ...person('rob', 'viewer', { payments: 'responder' }), kind: 'token' },
  sam: person('sam', 'viewer', { search: 'admin' }),
  sender: { ...person('sender', 'admin'), scopes: ['ingest'] },
};

let postgres: Postgres;
let http: StartedHttp;
let ledger: Awaited<ReturnType<typeof startLedger>>;
let probes: ProbesGround;
let door: ProbesDoor;

beforeAll(async () => {
  postgres = await testPostgres();
  const data = mkdtempSync(join('/tmp', 'leadline-probes-'));
  const config = { values: settingsSchema.parse({ data, logLevel: 'error' }), origins: {} } as unknown as Configuration;
  const log = createLog('error');
  const metrics = new Registry();
  ledger = await startLedger(postgres, systemClock, log, metrics);
  http = createHttp({ config, log, postgres, metrics, version: '0' });
  // The look for silence is called by hand: what is tested is that it may be called at any time by anybody.
  const jobs = { every: () => undefined, handle: () => undefined, schedule: async () => '' };
  const ground = { config, log, clock: systemClock, postgres, ledger, jobs, http, metrics } as unknown as Ground;
  const identity: IdentityDoor = (await identityModule.start(ground, {})).door;
  http.setAuthenticate(async (request) => actors[String(request.headers['x-who'])] ?? null);
  door = (await probesModule.start(ground, { identity, catalog })).door;
  await http.fastify.ready();
  await aTeam(postgres, { name: 'payments' });
  probes = { postgres, ledger, identity, catalog };
  // Somebody looks from now on.
  await lookForSilence(probes);
});
afterAll(async () => {
  await http?.stop();
  await ledger?.stop();
  await postgres?.stop();
});

const call = async (who: string, method: string, path: string, body?: unknown) => {
  const answer = await http.fastify.inject({
    method: method as 'GET',
    url: `/api/v1/heartbeats${path}`,
    headers: { 'x-who': who },
    ...(body === undefined ? {} : { payload: body as object }),
  });
  return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() };
};
const told = async (name: string) =>
  (
    await postgres.pool.query(
      `SELECT kind, service, data FROM (SELECT id, kind, subject, service, data FROM ledger.event
         UNION SELECT id, kind, subject, service, data FROM ledger.pending) t
       WHERE subject = $1 AND kind IN ('heartbeat.missed', 'heartbeat.recovered') ORDER BY id`,
      [`heartbeat:${name}`],
    )
  ).rows;
/** The database's clock goes on as somebody looks every few seconds: a longer pause would be Leadline's own absence. */
const pass = async (minutes: number): Promise<void> => {
  for (let at = 0; at < minutes; at += 1) {
    await moveClock(postgres, '1 minute');
    await lookForSilence(probes);
  }
};
const backup = { every: 'PT10M', grace: 'PT2M', service: 'shop/checkout', description: 'Nightly backup' };

describe('a heartbeat', () => {
  it('that falls silent is told once, however many look, and told again when it is back', async () => {
    expect((await call('pia', 'PUT', '/backup', backup)).body).toMatchObject({
      outcome: 'created',
      heartbeat: { state: 'waiting', owner: 'payments', lastPingAt: null },
    });
    expect((await call('pia', 'PUT', '/backup', { ...backup, every: 'PT600S' })).body.outcome).toBe('unchanged');
    await pass(20);
    // Never pinged: nobody is told.
    expect(await told('backup')).toEqual([]);
    expect((await call('rob', 'POST', '/backup/ping')).body).toMatchObject({ state: 'well' });
    await pass(11);
    expect(await told('backup')).toEqual([]);
    await moveClock(postgres, '30 seconds');
    await Promise.all(Array.from({ length: 8 }, () => lookForSilence(probes)));
    await moveClock(postgres, '40 seconds');
    const found = await Promise.all(Array.from({ length: 8 }, () => lookForSilence(probes)));
    expect(found.reduce((one, other) => one + other, 0)).toBe(1);
    await pass(3);
    expect((await told('backup')).map(({ kind, service }) => `${kind} ${service}`)).toEqual([
      'heartbeat.missed shop/checkout',
    ]);
    expect((await call('sam', 'GET', '')).body.items[0]).toMatchObject({ name: 'backup', state: 'missed', pings: 1 });
    await Promise.all(Array.from({ length: 6 }, () => call('rob', 'GET', '/backup/ping')));
    expect((await told('backup')).map(({ kind }) => kind)).toEqual(['heartbeat.missed', 'heartbeat.recovered']);
    expect((await told('backup'))[1].data).toMatchObject({ everySeconds: 600, reason: 'It pinged again.' });
    expect((await call('sam', 'GET', '/backup')).body).toMatchObject({ pings: 7, missedSince: null });
  });

  it('is pinged at its secret address, until a newer one is made', async () => {
    const first = (await call('pia', 'POST', '/backup/address')).body;
    expect(first.url).toContain('/api/v1/heartbeats/backup/ping?token=ll_');
    const ping = (url: string, method = 'GET') =>
      http.fastify.inject({ method: method as 'GET', url: new URL(url).pathname + new URL(url).search });
    expect((await ping(first.url)).statusCode).toBe(200);
    expect((await ping(first.url, 'POST')).statusCode).toBe(200);
    const kept = await postgres.pool.query(`SELECT t::text AS text FROM probes.heartbeat t`);
    expect(kept.rows.map((row) => row.text).join()).not.toContain(first.secret);
    const second = (await call('ed', 'POST', '/backup/address')).body;
    expect((await ping(first.url)).json().code).toBe('probes.address-unknown');
    expect((await ping(second.url)).statusCode).toBe(200);
    expect((await ping(second.url.replace('/backup/', '/other/'))).statusCode).toBe(404);
  });

  it('is the matter of those who are told', async () => {
    for (const [who, method, path, body] of [
      ['sam', 'PUT', '/backup', backup],
      ['rob', 'PUT', '/backup', backup],
      ['pia', 'PUT', '/of-nobody', { every: 'PT1H' }],
      ['pia', 'PUT', '/theirs', { every: 'PT1H', service: 'shop/cart' }],
      ['sam', 'POST', '/backup/address'],
      ['sam', 'POST', '/backup/ping'],
      ['sam', 'DELETE', '/backup'],
    ] as const)
      expect(await call(who, method, path, body)).toMatchObject({
        status: 403,
        body: { code: 'probes.not-the-owner' },
      });
    expect((await call('sender', 'POST', '/backup/ping')).body.code).toBe('http.wrong-scope');
    expect((await call('nobody', 'POST', '/backup/ping')).status).toBe(401);
  });

  it('that is deleted or given more time while it is missed has recovered', async () => {
    for (const name of ['gone', 'slower']) {
      await call('ed', 'PUT', `/${name}`, { every: 'PT1M', grace: 'PT0S' });
      await call('ed', 'POST', `/${name}/ping`);
    }
    await pass(3);
    expect((await call('ed', 'GET', '?state=missed')).body.items.map((each: any) => each.name)).toEqual([
      'gone',
      'slower',
    ]);
    await call('ed', 'DELETE', '/gone');
    await call('ed', 'PUT', '/slower', { every: 'PT1H', grace: 'PT0S' });
    expect((await told('gone'))[1].data.reason).toBe('It is no longer watched.');
    expect((await told('slower'))[1].data.reason).toBe('Its times were changed.');
    expect((await call('ed', 'GET', '/slower')).body.state).toBe('well');
    expect((await call('ed', 'GET', '/gone')).status).toBe(404);
  });

  it('gets its grace anew where it was Leadline that was away', async () => {
    await call('ed', 'PUT', '/patient', { every: 'PT5M', grace: 'PT3M' });
    await call('ed', 'POST', '/patient/ping');
    await moveClock(postgres, '2 hours');
    await lookForSilence(probes);
    expect(await told('patient')).toEqual([]);
    await pass(2);
    expect(await told('patient')).toEqual([]);
    await pass(2);
    expect((await told('patient')).map(({ kind }) => kind)).toEqual(['heartbeat.missed']);
  });

  it.each([
    ['a beat of a second', { every: 'PT1S' }, 400, 'body.every'],
    ['a beat of a month', { every: 'P1M' }, 400, 'body.every'],
    ['a service and a team', { every: 'PT1H', service: 'shop/checkout', team: 'payments' }, 400, 'body.team'],
    ['a team that there is not', { every: 'PT1H', team: 'ghosts' }, 422, 'body.team'],
    ['no beat at all', {}, 400, 'body.every'],
  ])('is refused with %s', async (_, spec, status, path) => {
    const refused = await call('ed', 'PUT', '/wrong', spec);
    expect(refused.status).toBe(status);
    expect(refused.body.errors.map((each: any) => each.path)).toContain(path);
  });
});

describe('a heartbeat that another module watches by', () => {
  it('is described, pinged, read and deleted through the door, and one that is not there is no error', async () => {
    const actor = person('opsgenie', 'editor');
    const spec = { every: 'PT10M', grace: 'PT0S', service: null, team: 'payments', description: '' };
    expect(await door.describeHeartbeat(actor, 'by-door', spec)).toBe('created');
    expect(await door.pingHeartbeat('by-door')).toBe(true);
    expect(await door.heartbeatsNamed(['by-door', 'none'])).toMatchObject([
      { name: 'by-door', state: 'well', pings: 1 },
    ]);
    await expect(door.describeHeartbeat(person('nobody', 'viewer'), 'by-door', spec)).rejects.toThrow('Only those');
    await door.deleteHeartbeat(actor, 'by-door');
    await door.deleteHeartbeat(actor, 'by-door');
    expect(await door.pingHeartbeat('by-door')).toBe(false);
    expect(await door.heartbeatsNamed([])).toEqual([]);
  });
});
