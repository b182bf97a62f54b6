import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { movableClock } from '../../../platform/clock/clock.ts';
import { loadConfiguration } from '../../../platform/config/load.ts';
import type { Actor } from '../../../platform/http/http.ts';
import { createHttp, type StartedHttp } from '../../../platform/http/start.ts';
import { startLedger } from '../../../platform/ledger/start.ts';
import { createLog } from '../../../platform/log/log.ts';
import type { Ground } from '../../../platform/module/ground.ts';
import { testPostgres } from '../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../platform/postgres/postgres.ts';
import { aDocument, anAlertPolicy, anSlo, availabilityOf } from '../fixtures.ts';
import { applyGroundOf, type ApplyGround } from './apply-documents.ts';
import { takeOwnerAlong } from './follow-owners.ts';
import { addRoutes } from './routes.ts';
import { allIndicators, allObjectives, versionsOf } from './store.ts';
import type { ObjectivesTables } from './tables.ts';

/** Documents on a real PostgreSQL, ledger and HTTP. `shop/checkout` belongs to payments; teams are payments and search. */
const people: Record<string, Actor> = {
  editor: { kind: 'person', id: 'e', name: 'eva', role: 'editor', teams: {}, scopes: ['api'] },
  payer: { kind: 'person', id: 'p', name: 'pia', role: 'viewer', teams: { payments: 'editor' }, scopes: ['api'] },
  searcher: { kind: 'person', id: 's', name: 'sam', role: 'viewer', teams: { search: 'admin' }, scopes: ['api'] },
};
const clock = movableClock('2026-11-22T12:00:00Z');
const identity = {
  teamExists: async (name: string) => name === 'payments' || name === 'search',
  secrets: {
    encrypt: (plain: string, place: string) => Buffer.from(`${place}|${plain}`),
    decrypt: (sealed: Buffer, place: string) => {
      const text = sealed.toString();
      if (!text.startsWith(`${place}|`)) throw new Error('sealed for another place');
      return text.slice(place.length + 1);
    },
  },
};
const handedOver = new Map<string, string>();
const catalog = {
  ownerOf: async (service: string) => handedOver.get(service) ?? (service.startsWith('shop/') ? 'payments' : null),
};

interface House {
  readonly http: StartedHttp;
  readonly stop: () => Promise<void>;
}

let postgres: Postgres;
const grounds: Partial<Record<'refuse' | 'override', ApplyGround>> = {};
const houses: Partial<Record<'refuse' | 'override', House>> = {};

beforeAll(async () => {
  postgres = await testPostgres();
  const log = createLog('silent');
  for (const handChanges of ['refuse', 'override'] as const) {
    const config = loadConfiguration({
      flags: { data: '/nowhere', logLevel: 'silent', handChanges },
      environment: {},
      folder: '/',
    });
    const metrics = new Registry();
    const ledger = await startLedger(postgres, clock, log, metrics);
    const http = createHttp({ config, log, postgres, metrics, version: '0' });
    http.setAuthenticate(async (request) => people[String(request.headers['x-who'])] ?? null);
    const ground = { config, log, clock, postgres, ledger, http, metrics } as unknown as Ground;
    grounds[handChanges] = applyGroundOf(ground, { identity, catalog });
    addRoutes(ground, grounds[handChanges]);
    await http.fastify.ready();
    houses[handChanges] = {
      http,
      stop: async () => {
        await http.stop();
        await ledger.stop();
      },
    };
  }
});
afterAll(async () => {
  for (const house of Object.values(houses)) await house.stop();
  await postgres.stop();
});

interface Asked {
  readonly who?: string;
  readonly handChanges?: 'refuse' | 'override';
  readonly type?: string;
}

const call = async (
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  payload?: unknown,
  { who = 'editor', handChanges = 'refuse', type = 'application/json' }: Asked = {},
): Promise<{ status: number; body: any }> => {
  const answer = await houses[handChanges]!.http.fastify.inject({
    method,
    url,
    headers: { 'x-who': who, ...(payload === undefined ? {} : { 'content-type': type }) },
    ...(payload === undefined
      ? {}
      : { payload: type === 'application/json' ? JSON.stringify(payload) : String(payload) }),
  });
  return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() };
};
const apply = (payload: unknown, asked?: Asked) => call('POST', '/api/v1/objectives', payload, asked);
const asText = (...documents: readonly unknown[]): string => documents.map((each) => stringify(each)).join('---\n');
const fromFile = (...documents: readonly unknown[]) => ({
  text: asText(...documents),
  origin: 'file',
  source: 'slo/shop.yaml',
});
const db = () => postgres.tables<ObjectivesTables>();
const objective = async (name: string) => (await allObjectives(db())).find((each) => each.name === name);
const eventsOf = async (subject: string): Promise<{ kind: string; data: any }[]> =>
  (
    await postgres.pool.query(
      'SELECT kind, data FROM (SELECT 0 AS later, place, kind, data, subject FROM ledger.event UNION ALL SELECT 1, written, kind, data, subject FROM ledger.pending) AS told WHERE subject = $1 ORDER BY later, place',
      [subject],
    )
  ).rows;

describe('A document becomes an objective', () => {
  it('from a JSON body, told on the ledger, and nothing happens when it is said again', async () => {
    const first = await apply(anSlo({ name: 'one' }));
    expect(first).toMatchObject({
      status: 200,
      body: { items: [{ kind: 'SLO', name: 'one', outcome: 'created', objectives: ['one'] }] },
    });
    expect((await apply(anSlo({ name: 'one' }))).body.items[0]).toMatchObject({ outcome: 'unchanged', changes: [] });
    expect((await objective('one'))!.definition).toMatchObject({
      service: 'shop/checkout',
      owner: 'payments',
      targetPpm: 995_000,
      window: { kind: 'rolling', minutes: 40_320 },
      method: 'Occurrences',
    });
    expect((await eventsOf('objective:one')).map(({ kind, data }) => [kind, data.outcome])).toEqual([
      ['objective.described', 'created'],
    ]);
    expect((await eventsOf('objective-document:SLO/one')).map(({ kind }) => kind)).toEqual([
      'objective-document.described',
    ]);
  });

  it('from YAML of several documents, by content type or as text', async () => {
    const yaml = asText(anSlo({ name: 'by-type' }), aDocument('Service', 'web', { description: 'Web' }));
    expect(
      (await apply(yaml, { type: 'application/yaml' })).body.items.map(({ name }: { name: string }) => name),
    ).toEqual(['web', 'by-type']);
    expect((await apply({ text: asText(anSlo({ name: 'by-text' })) })).body.items[0].outcome).toBe('created');
  });

  it('counts what is the same once', async () => {
    await apply(anSlo({ name: 'same-a' }));
    await apply(anSlo({ name: 'same-b', spec: { objectives: [{ targetPercent: 99.9 }] } }));
    const numbers = await Promise.all(
      ['same-a', 'same-b'].map(async (name) => (await objective(name))!.definition.components[0]!.indicator),
    );
    expect(numbers[0]).toEqual(numbers[1]);
  });

  it('says what would happen and changes nothing in a dry run', async () => {
    const { body } = await apply({
      text: asText(anSlo({ name: 'one', spec: { objectives: [{ target: 0.999 }] } })),
      dryRun: true,
    });
    expect(body.items).toMatchObject([
      { outcome: 'changed', changes: [{ field: 'spec.objectives.0.target', before: 0.995, after: 0.999 }] },
    ]);
    expect((await objective('one'))!.definition.targetPpm).toBe(995_000);
  });
});

describe('A changed target never rewrites the past', () => {
  it('because each definition stands with the instant from which it held', async () => {
    await apply(anSlo({ name: 'moving' }));
    clock.advance({ hours: 1 });
    await apply(anSlo({ name: 'moving', spec: { objectives: [{ target: 0.99 }] } }));
    const { id } = (await objective('moving'))!;
    const versions = await versionsOf(db(), id);
    expect(versions.map(({ definition, changedBy }) => [definition.targetPpm, changedBy])).toEqual([
      [995_000, 'eva'],
      [990_000, 'eva'],
    ]);
    expect(versions[1]!.since.since(versions[0]!.since).total('minutes')).toBe(60);
  });

  it('also when it changes through what the document refers to', async () => {
    const sli = (service: string) => aDocument('SLI', 'shared', availabilityOf(service).spec);
    await apply([sli('shop/a'), anSlo({ name: 'through', spec: { indicator: undefined, indicatorRef: 'shared' } })]);
    clock.advance({ hours: 1 });
    await apply(sli('shop/b'));
    const { id, definition } = (await objective('through'))!;
    expect(definition.service).toBe('shop/b');
    expect((await versionsOf(db(), id)).map((each) => each.definition.service)).toEqual(['shop/a', 'shop/b']);
    const unused = (await allIndicators(db())).filter(({ unusedSince }) => unusedSince !== null);
    expect(unused.map(({ definition: of }) => of.kind === 'spans' && of.of.service)).toEqual(['shop/a']);
  });
});

describe('Wrong documents', () => {
  it('change nothing at all, and every error is told with its place', async () => {
    const wrong = { ...anSlo({ name: 'Wrong Name', spec: { indicator: availabilityOf('shop/a') } }), extra: 1 };
    const answer = await apply({ text: asText(anSlo({ name: 'would-be-good' }), wrong) });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ code: 'objectives.wrong-documents', title: '2 errors; nothing was changed' });
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual(['36:9 metadata.name', '64:8 extra']);
    expect(await objective('would-be-good')).toBeUndefined();
  });

  it('name the place in a JSON body too', async () => {
    const { body } = await apply([
      anSlo({ name: 'fine' }),
      anSlo({ name: 'fine-too', spec: { objectives: [{ target: 1 }] } }),
    ]);
    expect(body.errors).toMatchObject([
      { path: 'body.1.spec.objectives.0.target', message: expect.stringContaining('no error budget') },
    ]);
  });

  it('are refused for references that lead nowhere and names that are taken', async () => {
    const nowhere = anSlo({ name: 'nowhere', spec: { alertPolicies: [{ alertPolicyRef: 'none' }] } });
    expect((await apply(nowhere)).body.errors).toMatchObject([{ path: 'body.spec.alertPolicies.0.alertPolicyRef' }]);
    await apply(anSlo({ name: 'two', spec: { objectives: [{ target: 0.9 }, { displayName: 'Gold', target: 0.99 }] } }));
    expect((await apply(anSlo({ name: 'two-gold' }))).body.errors[0].message).toContain('which SLO two already makes');
  });

  it('are refused when they would break what refers to them', async () => {
    await apply([
      anAlertPolicy('fast'),
      anSlo({ name: 'loose', spec: { objectives: [{ target: 0.95 }], alertPolicies: [{ alertPolicyRef: 'fast' }] } }),
    ]);
    const { status, body } = await apply(anAlertPolicy('fast', { threshold: 30 }));
    expect(status).toBe(422);
    expect(body.errors[0].message).toMatch(/would make SLO loose wrong.*can never fire.*150 %/);
  });
});

describe('Who may', () => {
  const payments = anSlo({ name: 'owned' });
  it('is an editor of the owner of the service, or of the organisation', async () => {
    expect((await apply(payments, { who: 'searcher' })).body.code).toBe('objectives.not-the-owner');
    expect((await apply(payments, { who: 'payer' })).status).toBe(200);
    expect((await apply(payments, { who: 'searcher' })).status).toBe(403);
    expect((await call('DELETE', '/api/v1/objectives/owned', undefined, { who: 'searcher' })).status).toBe(403);
  });

  it('needs both teams to hand a promise over', async () => {
    const toSearch = anSlo({ name: 'owned', annotations: { 'leadline.dev/owner': 'search' } });
    expect((await apply(toSearch, { who: 'payer' })).status).toBe(403);
    expect((await apply(toSearch, { who: 'searcher' })).status).toBe(403);
    expect((await apply(toSearch)).status).toBe(200);
    expect((await objective('owned'))!.definition.owner).toBe('search');
    expect((await apply(toSearch, { who: 'searcher' })).status).toBe(200);
  });

  it('is nobody of a team for what has no owner', async () => {
    expect((await apply(anAlertPolicy('nobodys'), { who: 'payer' })).body.detail).toContain('Nobody owns it');
  });

  it('follows the service when it is handed over, unless the document names an owner', async () => {
    const indicator = availabilityOf('shop/handed');
    await apply([
      anSlo({ name: 'follows', spec: { indicator } }),
      anSlo({ name: 'stays', spec: { indicator }, annotations: { 'leadline.dev/owner': 'payments' } }),
    ]);
    handedOver.set('shop/handed', 'search');
    await takeOwnerAlong(grounds.refuse!, 'shop/handed');
    await takeOwnerAlong(grounds.refuse!, 'shop/handed');
    expect([(await objective('follows'))!.definition.owner, (await objective('stays'))!.definition.owner]).toEqual([
      'search',
      'payments',
    ]);
    expect((await eventsOf('objective:follows')).map(({ data }) => data.after.owner)).toEqual(['payments', 'search']);
    expect((await apply(anSlo({ name: 'follows', spec: { indicator } }), { who: 'searcher' })).status).toBe(200);
  });

  it('names a team that exists', async () => {
    const { body } = await apply(anSlo({ name: 'x', annotations: { 'leadline.dev/owner': 'ghosts' } }));
    expect(body.errors[0]).toMatchObject({
      path: 'body.metadata.annotations.leadline.dev/owner',
      message: expect.stringContaining('no team ghosts'),
    });
  });
});

describe('What was made from a file', () => {
  it('is marked so, and a change by hand is refused', async () => {
    await apply(fromFile(anSlo({ name: 'filed' })));
    expect(await objective('filed')).toMatchObject({ origin: 'file', source: 'slo/shop.yaml' });
    const byHand = await apply(anSlo({ name: 'filed', spec: { objectives: [{ target: 0.9 }] } }));
    expect(byHand).toMatchObject({
      status: 409,
      body: { code: 'objectives.made-from-file', detail: expect.stringContaining('slo/shop.yaml') },
    });
    expect((await call('DELETE', '/api/v1/objectives/filed')).status).toBe(409);
    expect((await call('DELETE', '/api/v1/objectives/filed?origin=file')).status).toBe(204);
  });

  it('keeps the change by hand as a visible override where the setting says so', async () => {
    const override = { handChanges: 'override' } as const;
    await apply(fromFile(anSlo({ name: 'over' })), override);
    const byHand = await apply(anSlo({ name: 'over', spec: { objectives: [{ target: 0.9 }] } }), override);
    expect(byHand.body.items[0]).toMatchObject({ outcome: 'changed', overridden: true });
    expect((await objective('over'))!.definition.targetPpm).toBe(900_000);
    const shown = async () => (await call('GET', '/api/v1/objective-documents/SLO/over')).body;
    expect(await shown()).toMatchObject({
      origin: 'file',
      body: { spec: { objectives: [{ target: 0.9 }] } },
      inFile: { spec: { objectives: [{ target: 0.995 }] } },
    });
    const again = await apply(fromFile(anSlo({ name: 'over', spec: { objectives: [{ target: 0.99 }] } })), override);
    expect(again.body.items[0]).toMatchObject({ outcome: 'changed', overridden: true });
    expect((await objective('over'))!.definition.targetPpm).toBe(900_000);
    await apply(anSlo({ name: 'over', spec: { objectives: [{ target: 0.99 }] } }), override);
    expect((await shown()).inFile).toBeNull();
    expect((await objective('over'))!.definition.targetPpm).toBe(990_000);
  });
});

describe('Secrets of a data source', () => {
  const source = (token: string) =>
    aDocument('DataSource', 'prod', {
      type: 'Prometheus',
      connectionDetails: { url: 'https://prometheus.example', token },
    });

  it('are shown to nobody, stand encrypted in the database, and stay when they are not said again', async () => {
    await apply(source('s3cret-one'));
    const { body } = await call('GET', '/api/v1/objective-documents/DataSource/prod');
    expect(body.body.spec.connectionDetails).toEqual({ url: 'https://prometheus.example', token: '(kept secret)' });
    const { rows } = await postgres.pool.query("SELECT body::text FROM objectives.document WHERE name = 'prod'");
    expect(rows[0].body).not.toContain('s3cret-one');
    expect((await apply(source('s3cret-one'))).body.items[0].outcome).toBe('unchanged');
    expect((await apply(source('(kept secret)'))).body.items[0].outcome).toBe('unchanged');
    expect((await apply(source('s3cret-two'))).body.items[0].outcome).toBe('changed');
    expect(JSON.stringify(await eventsOf('objective-document:DataSource/prod'))).not.toContain('s3cret');
  });

  it('cannot be kept where there are none', async () => {
    const { status, body } = await apply({ ...source('(kept secret)'), metadata: { name: 'other' } });
    expect([status, body.code]).toEqual([422, 'objectives.secret-missing']);
  });
});

describe('Deleting', () => {
  it('takes an objective with its document, and stops counting what nobody uses', async () => {
    await apply(anSlo({ name: 'gone', spec: { indicator: availabilityOf('shop/gone') } }));
    expect((await call('DELETE', '/api/v1/objectives/gone')).status).toBe(204);
    expect(await objective('gone')).toBeUndefined();
    expect((await call('GET', '/api/v1/objective-documents/SLO/gone')).status).toBe(404);
    const kept = (await allIndicators(db())).find(
      ({ definition }) => definition.kind === 'spans' && definition.of.service === 'shop/gone',
    );
    expect(kept!.unusedSince).not.toBeNull();
    expect((await eventsOf('objective:gone')).map(({ kind }) => kind)).toEqual([
      'objective.described',
      'objective.deleted',
    ]);
  });

  it('is refused for what others refer to', async () => {
    expect((await call('DELETE', '/api/v1/objective-documents/SLI/shared')).body).toMatchObject({
      code: 'objectives.in-use',
      detail: expect.stringContaining('SLO through'),
    });
    const part = {
      metadata: { name: 'p' },
      spec: {
        ratioMetric: { rawType: 'success', raw: { metricSource: { type: 'leadline', spec: { objective: 'one' } } } },
      },
    };
    await apply(
      anSlo({ name: 'journey', spec: { indicator: undefined, objectives: [{ target: 0.99, indicator: part }] } }),
    );
    expect((await call('DELETE', '/api/v1/objectives/one')).body.detail).toContain('objective journey');
  });
});

describe('Export', () => {
  it('gives back an objective with all that it refers to, in the order in which it is applied', async () => {
    const { body } = await call('GET', '/api/v1/objective-documents?objective=loose');
    expect(body.items.map(({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`)).toEqual([
      'AlertPolicy fast',
      'SLO loose',
    ]);
    expect(Object.keys(body.items[1].body)).toEqual(['apiVersion', 'kind', 'metadata', 'spec']);
    expect(
      (await apply(body.items.map((each: { body: unknown }) => each.body))).body.items.map(
        (each: { outcome: string }) => each.outcome,
      ),
    ).toEqual(['unchanged', 'unchanged']);
  });

  it('goes through all documents page by page', async () => {
    const names: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await call('GET', `/api/v1/objective-documents?limit=3${cursor}`);
      names.push(...body.items.map(({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`));
      if (body.next === null) break;
      cursor = `&cursor=${encodeURIComponent(body.next)}`;
    }
    expect(names).toEqual([...new Set(names)].sort());
    expect(names.length).toBeGreaterThan(10);
  });
});
