import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { movableClock } from '../../../platform/clock/clock.ts';
import { loadConfiguration } from '../../../platform/config/load.ts';
import type { Actor } from '../../../platform/http/http.ts';
import { createHttp, type StartedHttp } from '../../../platform/http/start.ts';
import { startLedger } from '../../../platform/ledger/start.ts';
import type { Ledger } from '../../../platform/ledger/ledger.ts';
import { createLog } from '../../../platform/log/log.ts';
import type { Ground } from '../../../platform/module/ground.ts';
import { testPostgres } from '../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../platform/postgres/postgres.ts';
import type { MarkSource } from '../../objectives/server/public.ts';
import { changesModule } from './module.ts';
import type { ChangesDoor } from './public.ts';

/** Changes on a real PostgreSQL, ledger and HTTP; shop/checkout belongs to the team payments. */
const people: Record<string, Actor> = {
  ci: { kind: 'token', id: 't', name: 'ci', role: 'responder', teams: {}, scopes: ['api'] },
  other: { kind: 'token', id: 'u', name: 'other', role: 'editor', teams: {}, scopes: ['api'] },
  payer: { kind: 'person', id: 'p', name: 'pia', role: 'viewer', teams: { payments: 'responder' }, scopes: ['api'] },
  searcher: { kind: 'person', id: 's', name: 'sam', role: 'viewer', teams: { search: 'admin' }, scopes: ['api'] },
};
const clock = movableClock('2026-11-22T12:30:00Z');
const deploy = { service: 'shop/checkout', environment: 'production', version: '1.4.2' };

let postgres: Postgres;
let http: StartedHttp;
let ledger: Ledger & { stop(): Promise<void> };
let door: ChangesDoor;
let marks: MarkSource;

beforeAll(async () => {
  postgres = await testPostgres();
  const config = loadConfiguration({ flags: { data: '/nowhere', logLevel: 'silent' }, environment: {}, folder: '/' });
  const log = createLog('silent');
  const metrics = new Registry();
  ledger = await startLedger(postgres, clock, log, metrics);
  http = createHttp({ config, log, postgres, metrics, version: '0' });
  http.setAuthenticate(async (request) => people[String(request.headers['x-who'])] ?? null);
  const ground = { config, log, clock, postgres, ledger, http, metrics } as unknown as Ground;
  const catalog = { ownerOf: async (service: string) => (service === 'shop/checkout' ? 'payments' : null) };
  const objectives = { answerMarks: (source: MarkSource) => void (marks = source) };
  door = (await changesModule.start(ground, { catalog: catalog as never, objectives })).door;
  await http.fastify.ready();
});
afterAll(async () => {
  await http.stop();
  await ledger.stop();
  await postgres.stop();
});

const call = async (who: string, method: 'GET' | 'POST', url: string, payload?: object) => {
  const answer = await http.fastify.inject({ method, url, headers: { 'x-who': who }, ...(payload ? { payload } : {}) });
  return { status: answer.statusCode, body: answer.json() };
};
const announce = (who: string, body: object) => call(who, 'POST', '/api/v1/changes', body);

describe('announcing a change', () => {
  it('keeps what was said, fills in the title, the time and who, and tells it on the ledger', async () => {
    const { status, body } = await announce('ci', deploy);
    expect(status).toBe(200);
    expect(body).toEqual({
      outcome: 'created',
      change: {
        id: expect.any(String),
        ...deploy,
        kind: 'deploy',
        title: 'Deploy of 1.4.2',
        description: '',
        by: 'ci',
        link: null,
        startedAt: '2026-11-22T12:30:00.000Z',
        endedAt: null,
        key: null,
        announcedAt: '2026-11-22T12:30:00.000Z',
        announcedBy: 'token:ci',
      },
    });
    expect((await call('searcher', 'GET', `/api/v1/changes/${body.change.id}`)).body).toEqual(body.change);
    // The sealer gives an event its place a moment after the commit.
    await expect
      .poll(() => ledger.read({ kind: 'change.announced', subject: `change:${body.change.id}`, limit: 5 }))
      .toMatchObject([{ service: 'shop/checkout', actor: { name: 'ci' }, data: { outcome: 'created' } }]);
  });

  it('knows it again by its key: more is said of the same change, and the same again changes nothing', async () => {
    const first = await announce('ci', { ...deploy, key: 'run-1' });
    clock.advance({ minutes: 5 });
    const ended = { ...deploy, key: 'run-1', endedAt: clock.now().toString() };
    const second = await announce('ci', ended);
    expect(second.body).toMatchObject({ outcome: 'changed', change: { id: first.body.change.id } });
    expect(second.body.change.startedAt).toBe(first.body.change.startedAt);
    clock.advance({ minutes: 5 });
    expect((await announce('ci', ended)).body).toEqual({ outcome: 'unchanged', change: second.body.change });
    const other = await announce('other', ended);
    expect(other.body.outcome).toBe('created');
    expect(other.body.change.id).not.toBe(first.body.change.id);
  });

  it('makes one change of twenty announcements of one key that come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => announce('ci', { ...deploy, key: 'storm' })));
    expect(new Set(answers.map(({ body }) => body.change.id)).size).toBe(1);
    expect(answers.filter(({ body }) => body.outcome === 'created')).toHaveLength(1);
  });

  it('is for who runs the service', async () => {
    expect((await announce('payer', deploy)).status).toBe(200);
    for (const [who, service] of [
      ['searcher', 'shop/checkout'],
      ['payer', 'shop/cart'],
    ] as const) {
      const refused = await announce(who, { ...deploy, service });
      expect(refused).toMatchObject({ status: 403, body: { code: 'changes.not-the-owner' } });
    }
    expect((await announce('nobody', deploy)).status).toBe(401);
  });

  it.each([
    ['an end before its start', { startedAt: '2026-11-22T12:00:00Z', endedAt: '2026-11-22T11:00:00Z' }, 'body.endedAt'],
    ['a start in the year 2262', { startedAt: '2262-01-01T00:00:00Z' }, 'body.startedAt'],
    ['a start in 1970', { startedAt: '1970-01-01T00:00:00Z' }, 'body.startedAt'],
  ])('refuses %s and names the field', async (_, times, path) => {
    const refused = await announce('ci', { ...deploy, ...times });
    expect(refused).toMatchObject({ status: 422, body: { code: 'changes.impossible-time', errors: [{ path }] } });
  });

  it.each([
    ['a link that runs a script', { link: 'javascript:alert(1)' }, 'body.link'],
    ['a kind that there is not', { kind: 'wish' }, 'body.kind'],
    ['no service', { service: '' }, 'body.service'],
    ['a field that there is not', { versoin: '1.0' }, 'body.versoin'],
    ['an instant that is none', { startedAt: 'yesterday' }, 'body.startedAt'],
  ])('refuses %s', async (_, wrong, path) => {
    const refused = await announce('ci', { ...deploy, ...wrong });
    expect(refused.status).toBe(400);
    expect(refused.body.errors).toMatchObject([{ path }]);
  });
});

describe('the list of changes', () => {
  it('goes from new to old in pages, none twice and none left out, also where many began at one instant', async () => {
    const startedAt = '2026-11-20T08:00:00Z';
    for (let each = 0; each < 7; each += 1) await announce('ci', { ...deploy, service: 'shop/paged', startedAt });
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await call('ci', 'GET', `/api/v1/changes?service=shop%2Fpaged&limit=3${cursor}`);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      if (body.next === null) break;
      cursor = `&cursor=${body.next}`;
    }
    expect(seen).toHaveLength(7);
    expect(new Set(seen).size).toBe(7);
    expect((await call('ci', 'GET', '/api/v1/changes?cursor=x')).body.code).toBe('http.bad-cursor');
    const invented = Buffer.from(JSON.stringify(['now', "'; --"])).toString('base64url');
    expect((await call('ci', 'GET', `/api/v1/changes?cursor=${invented}`)).body.code).toBe('http.bad-cursor');
  });

  it('answers a stretch of time, half-open, through the door as by the API', async () => {
    const service = 'shop/timed';
    for (const hour of ['08', '09', '10'])
      await announce('ci', { ...deploy, service, startedAt: `2026-11-21T${hour}:00:00Z` });
    const [from, to] = ['2026-11-21T08:00:00Z', '2026-11-21T10:00:00Z'];
    const { body } = await call('ci', 'GET', `/api/v1/changes?service=shop%2Ftimed&from=${from}&to=${to}`);
    expect(body.items.map((each: { startedAt: string }) => each.startedAt)).toEqual([
      '2026-11-21T09:00:00.000Z',
      '2026-11-21T08:00:00.000Z',
    ]);
    const stretch = { from: Temporal.Instant.from(from), to: Temporal.Instant.from(to), limit: 10 };
    expect(await door.changesIn({ services: [service], ...stretch })).toEqual(body.items);
    expect(await door.changesIn({ services: ['shop/none'], ...stretch })).toEqual([]);
    // Budgets that burnt then show the same as marks.
    expect(await marks({ services: [service], ...stretch })).toMatchObject([
      { at: '2026-11-21T09:00:00.000Z', kind: 'change', title: 'Deploy of 1.4.2', by: 'ci', service },
      { at: '2026-11-21T08:00:00.000Z', until: null },
    ]);
  });
});

describe('a change that another module was told of', () => {
  it('is kept under who told it, once however often it is told', async () => {
    const actor = {
      kind: 'system',
      id: 'i',
      name: 'pagerduty',
      role: 'responder',
      teams: {},
      scopes: ['api'],
    } as const;
    const said = {
      service: 'shop/told',
      environment: '',
      kind: 'deploy' as const,
      version: null,
      title: 'Build 7',
      description: '',
      by: null,
      link: null,
      endedAt: null,
      key: 'build-7',
    };
    const first = await door.announce(actor, said);
    expect(first.outcome).toBe('created');
    expect(await door.announce(actor, said)).toEqual({ id: first.id, outcome: 'unchanged' });
    expect((await call('ci', 'GET', `/api/v1/changes/${first.id}`)).body).toMatchObject({
      announcedBy: 'system:pagerduty',
      title: 'Build 7',
    });
    await expect(door.announce({ ...actor, role: 'viewer' }, said)).rejects.toThrow('Only those who run this service');
  });
});
