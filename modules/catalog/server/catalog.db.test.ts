import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { movableClock } from '../../../platform/clock/clock.ts';
import { loadConfiguration } from '../../../platform/config/load.ts';
import type { Actor } from '../../../platform/http/http.ts';
import { createHttp, type StartedHttp } from '../../../platform/http/start.ts';
import { startLedger } from '../../../platform/ledger/start.ts';
import { createLog } from '../../../platform/log/log.ts';
import type { Ground } from '../../../platform/module/ground.ts';
import { testPostgres } from '../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../platform/postgres/postgres.ts';
import { aFigure, aSeenService } from '../fixtures.ts';
import { catalogModule } from './module.ts';
import type { CatalogDoor, Figures } from './public.ts';

/** The catalog on a real PostgreSQL, ledger and HTTP; teams are payments and search. */
const people: Record<string, Actor> = {
  admin: { kind: 'person', id: 'a', name: 'ada', role: 'admin', teams: {}, scopes: ['api'] },
  payer: { kind: 'person', id: 'p', name: 'pia', role: 'viewer', teams: { payments: 'editor' }, scopes: ['api'] },
  searcher: { kind: 'person', id: 's', name: 'sam', role: 'viewer', teams: { search: 'editor' }, scopes: ['api'] },
};
const at = (text: string): Temporal.Instant => Temporal.Instant.from(`2026-11-22T${text}Z`);
const clock = movableClock(at('12:30:00'));

let postgres: Postgres;
let http: StartedHttp;
let door: CatalogDoor;
let stopLedger: () => Promise<void>;
let figures: readonly Figures[] | null = [];

beforeAll(async () => {
  postgres = await testPostgres();
  const config = loadConfiguration({ flags: { data: '/nowhere', logLevel: 'silent' }, environment: {}, folder: '/' });
  const log = createLog('silent');
  const metrics = new Registry();
  const ledger = await startLedger(postgres, clock, log, metrics);
  stopLedger = () => ledger.stop();
  http = createHttp({ config, log, postgres, metrics, version: '0' });
  http.setAuthenticate(async (request) => people[String(request.headers['x-who'])] ?? null);
  const ground = { config, log, clock, postgres, ledger, http, metrics } as unknown as Ground;
  const identity = { teamExists: async (name: string) => name === 'payments' || name === 'search' };
  door = (await catalogModule.start(ground, { identity: identity as never })).door;
  door.answerFigures(async () => figures);
  await http.fastify.ready();
});
afterAll(async () => {
  await http.stop();
  await stopLedger();
  await postgres.stop();
});

const call = async (
  who: string,
  method: 'GET' | 'PUT' | 'DELETE',
  url: string,
  payload?: object,
): Promise<{ status: number; body: any }> => {
  const answer = await http.fastify.inject({ method, url, headers: { 'x-who': who }, ...(payload ? { payload } : {}) });
  return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() };
};
const service = (name: string): string => `/api/v1/services/${encodeURIComponent(name)}`;
const eventsOf = async (subject: string): Promise<{ kind: string; data: any }[]> =>
  (
    await postgres.pool.query(
      'SELECT kind, data FROM (SELECT 0 AS later, place, kind, data, subject FROM ledger.event UNION ALL SELECT 1, written, kind, data, subject FROM ledger.pending) AS told WHERE subject = $1 ORDER BY later, place',
      [subject],
    )
  ).rows;

describe('Services appear by themselves', () => {
  it('with environments and versions, told once on the ledger, however often telemetry says so', async () => {
    const seen = [
      aSeenService({ name: 'auto/one' }),
      aSeenService({ name: 'auto/one', version: '1.1.0', firstSeen: at('12:10:00'), lastSeen: at('12:20:00') }),
      aSeenService({ name: 'auto/one', environment: 'staging' }),
    ];
    await Promise.all([door.sawServices(seen), door.sawServices(seen.toReversed()), door.sawServices(seen)]);
    await door.sawServices([aSeenService({ name: 'auto/one', firstSeen: at('11:00:00'), lastSeen: at('12:25:00') })]);
    const { body } = await call('searcher', 'GET', service('auto/one'));
    expect(body.environments).toEqual([
      { environment: 'production', firstSeen: '2026-11-22T11:00:00.000Z', lastSeen: '2026-11-22T12:25:00.000Z' },
      { environment: 'staging', firstSeen: '2026-11-22T12:00:00.000Z', lastSeen: '2026-11-22T12:00:00.000Z' },
    ]);
    expect(body.versions).toHaveLength(3);
    expect(body.origin).toBe('telemetry');
    expect((await eventsOf('service:auto/one')).map((event) => event.kind)).toEqual(['service.discovered']);
    await door.sawServices([aSeenService({ name: 'auto/one', version: '2.0.0' })]);
    expect((await eventsOf('service:auto/one')).at(-1)).toMatchObject({
      kind: 'service.version-seen',
      data: { version: '2.0.0', environment: 'production' },
    });
  });

  it('with what they use and who uses them', async () => {
    await door.sawServices([aSeenService({ name: 'dep/a' }), aSeenService({ name: 'dep/b' })]);
    const use = {
      service: 'dep/a',
      target: 'dep/b',
      targetKind: 'service',
      kind: 'http',
      firstSeen: at('12:00:00'),
      lastSeen: at('12:00:00'),
    } as const;
    await door.sawDependencies([
      use,
      { ...use, target: 'postgresql: orders', targetKind: 'database', kind: 'database' },
      use,
    ]);
    const a = await call('admin', 'GET', service('dep/a'));
    expect(a.body.dependencies.map((each: any) => [each.target, each.targetKind, each.origin])).toEqual([
      ['dep/b', 'service', 'telemetry'],
      ['postgresql: orders', 'database', 'telemetry'],
    ]);
    const b = await call('admin', 'GET', service('dep/b'));
    expect(b.body.dependents.map((each: any) => each.service)).toEqual(['dep/a']);
    expect((await eventsOf('service:dep/a')).filter((event) => event.kind === 'dependency.discovered')).toHaveLength(2);
  });

  it('as facts for the modules above: whose and of which tier, and who uses whom', async () => {
    const use = { targetKind: 'service', kind: 'http', firstSeen: at('12:00:00') } as const;
    const now = Temporal.Now.instant();
    await door.sawServices([aSeenService({ name: 'facts/a' }), aSeenService({ name: 'facts/b' })]);
    await door.sawDependencies([
      { service: 'facts/a', target: 'facts/b', ...use, lastSeen: now },
      { service: 'facts/a', target: 'facts/a', ...use, lastSeen: now },
      { service: 'facts/a', target: 'facts/gone', ...use, lastSeen: now.subtract({ hours: 25 }) },
      { service: 'facts/a', target: 'postgresql: x', ...use, targetKind: 'database', lastSeen: now },
    ]);
    await call('admin', 'PUT', service('facts/a'), { owner: 'payments', tier: 2 });
    expect([...(await door.factsOf(['facts/a', 'facts/b', 'facts/unknown', 'facts/a']))].toSorted()).toEqual([
      ['facts/a', { owner: 'payments', tier: '2' }],
      ['facts/b', { owner: null, tier: null }],
    ]);
    expect((await door.factsOf([])).size).toBe(0);
    expect((await door.uses()).get('facts/a')).toEqual(['facts/b']);
  });

  it('also when what it uses is told first', async () => {
    await door.sawDependencies([
      {
        service: 'early/caller',
        target: 'kafka: orders',
        targetKind: 'messaging',
        kind: 'messaging',
        firstSeen: at('12:00:00'),
        lastSeen: at('12:00:00'),
      },
    ]);
    await door.sawServices([aSeenService({ name: 'early/caller' })]);
    const { body } = await call('admin', 'GET', service('early/caller'));
    expect(body.dependencies).toHaveLength(1);
    expect(body.environments).toHaveLength(1);
    const discovered = (await eventsOf('service:early/caller')).filter((event) => event.kind === 'service.discovered');
    expect(discovered).toHaveLength(1);
  });
});

describe('A service is described by its owners, idempotently', () => {
  it('created, unchanged, changed; each change with before and after on the ledger', async () => {
    const said = {
      owner: 'payments',
      tier: 1,
      links: [{ title: 'Runbook', url: 'https://wiki.example/pay' }],
      dependsOn: [{ target: 'dep/b' }, { target: 'dep/a' }],
    };
    expect((await call('payer', 'PUT', service('pay/ledger'), said)).body).toEqual({ outcome: 'created' });
    expect(
      (await call('payer', 'PUT', service('pay/ledger'), { ...said, dependsOn: said.dependsOn.toReversed() })).body,
    ).toEqual({ outcome: 'unchanged' });
    expect(
      (
        await call('payer', 'PUT', service('pay/ledger'), {
          ...said,
          tier: 2,
          origin: 'file',
          source: 'catalog-info.yaml',
        })
      ).body,
    ).toEqual({ outcome: 'changed' });
    const events = await eventsOf('service:pay/ledger');
    expect(events.map((event) => [event.kind, event.data.outcome])).toEqual([
      ['service.described', 'created'],
      ['service.described', 'changed'],
    ]);
    expect([events[1]!.data.before.tier, events[1]!.data.after.tier]).toEqual([1, 2]);
    const { body } = await call('searcher', 'GET', service('pay/ledger'));
    expect(body).toMatchObject({
      origin: 'file',
      owner: 'payments',
      tier: 2,
      described: { by: 'pia', source: 'catalog-info.yaml', at: '2026-11-22T12:30:00Z'.replace('Z', '.000Z') },
    });
    expect(body.dependencies.map((each: any) => each.origin)).toEqual(['file', 'file']);
  });

  it.each([
    ['nobody', { owner: 'payments' }, 401, 'http.not-signed-in'],
    ['searcher', { owner: 'payments', tier: 1 }, 403, 'catalog.not-the-owner'],
    ['searcher', { owner: 'search' }, 403, 'catalog.not-the-owner'],
    ['payer', { owner: 'search' }, 403, 'catalog.not-the-owner'],
    ['admin', { owner: 'nosuch' }, 422, 'catalog.owner-unknown'],
    ['admin', { tier: 5 }, 400, 'http.invalid-input'],
    ['admin', { color: 'red' }, 400, 'http.invalid-input'],
    ['admin', { links: [{ title: 'x', url: 'javascript:alert(1)' }] }, 400, 'http.invalid-input'],
  ])('refuses %s saying %j', async (who, said, status, code) => {
    await call('admin', 'PUT', service('pay/owned'), { owner: 'payments' });
    const answer = await call(who, 'PUT', service('pay/owned'), said);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('is forgotten by its owners only', async () => {
    await call('admin', 'PUT', service('pay/old'), { owner: 'payments' });
    expect((await call('searcher', 'DELETE', service('pay/old'))).status).toBe(403);
    expect((await call('payer', 'DELETE', service('pay/old'))).status).toBe(204);
    expect((await call('payer', 'GET', service('pay/old'))).body.code).toBe('catalog.service-unknown');
    expect((await call('payer', 'DELETE', service('pay/old'))).status).toBe(404);
    expect((await eventsOf('service:pay/old')).at(-1)).toMatchObject({
      kind: 'service.forgotten',
      data: { before: { owner: 'payments' } },
    });
  });
});

describe('The list of services', () => {
  it('has a row an environment, worst first, and pages that neither lose nor repeat a row', async () => {
    await door.sawServices(
      ['a', 'b', 'c', 'd', 'e'].flatMap((name) =>
        ['production', 'staging'].map((environment) => aSeenService({ name: `list/${name}`, environment })),
      ),
    );
    figures = [
      aFigure({ service: 'list/c', requests: 100, errors: 30 }),
      aFigure({ service: 'list/e', environment: 'staging', requests: 100, errors: 2 }),
      aFigure({ service: 'list/a', requests: 500, errors: 10 }),
      aFigure({ service: 'list/b', requests: 900 }),
    ];
    const rows: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await call('searcher', 'GET', `/api/v1/services?q=list/&limit=3${cursor}`);
      rows.push(...body.items.map((item: any) => `${item.name} ${item.environment} ${item.health.level}`));
      expect(body.total).toBe(10);
      if (body.next === null) break;
      cursor = `&cursor=${body.next}`;
    }
    expect(rows.slice(0, 4)).toEqual([
      'list/c production critical',
      'list/a production warning',
      'list/e staging good',
      'list/b production good',
    ]);
    expect(rows).toHaveLength(10);
    expect(new Set(rows).size).toBe(10);
  });

  it('is filtered by team, tier and environment, and stands without figures while the engine is away', async () => {
    await call('admin', 'PUT', service('list/a'), { owner: 'search', tier: 3, title: 'Alpha' });
    const names = async (query: string): Promise<string[]> =>
      (await call('payer', 'GET', `/api/v1/services?${query}`)).body.items.map(
        (item: any) => `${item.name}/${item.environment}`,
      );
    expect(await names('team=search&sort=name')).toEqual(['list/a/production', 'list/a/staging']);
    expect(await names('tier=3&environment=staging')).toEqual(['list/a/staging']);
    expect(await names('q=alph&environment=production')).toEqual(['list/a/production']);
    expect(await names('q=%25')).toEqual([]);
    figures = null;
    const away = (await call('payer', 'GET', '/api/v1/services?team=search')).body.items[0];
    expect([away.figures, away.health.reason]).toEqual([null, 'figures-away']);
  });

  it.each(['cursor=xyz', 'cursor=WzEsMl0', 'limit=0', 'limit=201', 'minutes=0', 'sort=best', 'tier=9'])(
    'refuses %s',
    async (query) => expect((await call('payer', 'GET', `/api/v1/services?${query}`)).status).toBe(400),
  );
});

describe('Journeys and entities', () => {
  it('a journey names the services behind each step, and the service names the journey', async () => {
    await door.sawServices([aSeenService({ name: 'journey/cart' })]);
    const journey = {
      title: 'Buy',
      owner: 'search',
      steps: [
        { name: 'Put in the cart', service: 'journey/cart', operation: 'POST /cart' },
        { name: 'Pay', service: 'journey/pay' },
      ],
    };
    expect((await call('searcher', 'PUT', '/api/v1/journeys/buy', journey)).body).toEqual({ outcome: 'created' });
    expect((await call('searcher', 'PUT', '/api/v1/journeys/buy', journey)).body).toEqual({ outcome: 'unchanged' });
    expect((await call('payer', 'PUT', '/api/v1/journeys/buy', journey)).status).toBe(403);
    expect((await call('payer', 'GET', '/api/v1/journeys/buy')).body.steps).toHaveLength(2);
    expect((await call('payer', 'GET', service('journey/cart'))).body.journeys).toEqual(['buy']);
    expect((await call('searcher', 'PUT', '/api/v1/journeys/none', { steps: [] })).status).toBe(400);
    expect((await call('searcher', 'DELETE', '/api/v1/journeys/buy')).status).toBe(204);
    expect((await call('payer', 'GET', service('journey/cart'))).body.journeys).toEqual([]);
  });

  it('a system lists its services', async () => {
    await call('admin', 'PUT', service('sys/one'), { system: 'checkout-system' });
    expect((await call('admin', 'PUT', '/api/v1/entities/system/checkout-system', { owner: 'search' })).body).toEqual({
      outcome: 'created',
    });
    expect((await call('admin', 'GET', '/api/v1/entities?kind=system')).body.items).toMatchObject([
      { name: 'checkout-system', services: ['sys/one'] },
    ]);
    expect((await call('payer', 'DELETE', '/api/v1/entities/system/checkout-system')).status).toBe(403);
    expect((await call('searcher', 'DELETE', '/api/v1/entities/system/checkout-system')).status).toBe(204);
  });
});
