import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actors, type AccessRow, type Who } from './access-row.ts';
import { accessTable, crew } from './access-table.ts';
import { wireActors, wireTable, type WireProtocol, type WireWho } from './access-wire.ts';
import { invite, setUp, signInAgain, tokenOf } from './people.ts';
import { startProduct, type Product } from './product.ts';
import { askWire, isRefused, wireKeys, type WireCredential } from './walk-wire.ts';

/** Refused because of who asks; everything else (also 400, 404, 409, 422) means that the door was open. */
const refusals = new Set([
  'alerting.not-your-rule',
  'alerting.not-yours',
  'http.not-signed-in',
  'http.role-too-low',
  'http.wrong-scope',
  'catalog.not-the-owner',
  'objectives.not-the-owner',
  'changes.not-the-owner',
  'oncall.not-your-absence',
  'oncall.not-your-contact-methods',
  'oncall.may-not-page',
  'oncall.not-your-page',
  'oncall.not-your-policy',
  'oncall.not-your-schedule',
  'probes.not-the-owner',
  'identity.token-refused',
]);
const requestMsMax = 20_000;

/** People of teams come with the cookie of the page, because a token never has more than its owner's role in the organisation. */
const people = { crewEditor: 'mira', crewAdmin: 'nils', stranger: 'omar' } as const;

let product: Product;
interface Operation {
  readonly operationId: string;
  readonly 'x-leadline-protocol'?: WireProtocol;
}
let document: { openapi: string; paths: Record<string, Record<string, Operation>> };
const headersOf: Partial<Record<Who, Record<string, string>>> = {};
const wireCredentials = new Map<WireProtocol, Partial<Record<WireWho, WireCredential>>>();

beforeAll(async () => {
  product = await startProduct(['--trusted-proxies', '127.0.0.1']);
  const ada = await setUp(product);
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const tokens: Partial<Record<WireWho, WireCredential>> = {};
  for (const role of ['viewer', 'responder', 'editor', 'admin'] as const) {
    const secret = await tokenOf(ada, role);
    headersOf[role] = bearer(secret);
    tokens[role] = { secret };
  }
  const sender = await tokenOf(ada, 'admin', ['ingest']);
  headersOf.sender = bearer(sender);
  for (const [who, name] of Object.entries(people))
    headersOf[who as Who] = { cookie: (await invite(product, ada, name, 'viewer')).cookie };
  await invite(product, ada, 'zora', 'viewer');
  await ada.call('PUT', '/api/v1/teams/search', { members: [{ person: 'omar', role: 'admin' }] });
  await ada.call('PUT', '/api/v1/teams/payments', crew);
  const stranger = { cookie: headersOf.stranger!['cookie']! };
  for (const protocol of ['alertmanager', 'pagerduty', 'opsgenie', 'intake'] as const)
    wireCredentials.set(protocol, {
      ...tokens,
      sender: { secret: sender },
      stranger,
      ...(await wireKeys(ada, protocol)),
    });
  document = (await (await fetch(`${product.url}/api/openapi.json`)).json()) as typeof document;
});
afterAll(() => product?.stop());

const ownSession = async (who: Who): Promise<Record<string, string>> =>
  who in people
    ? { cookie: (await signInAgain(product, people[who as keyof typeof people])).cookie }
    : (headersOf[who] ?? {});

const everyRoute = (isOurs: boolean): string[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => (operation['x-leadline-protocol'] === undefined) === isOurs)
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  );

const ask = async (
  headers: Record<string, string>,
  method: string,
  path: string,
  body: unknown,
): Promise<{ status: number; code: string }> => {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), requestMsMax);
  try {
    const response = await fetch(product.url + path, {
      method,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        origin: product.url,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: giveUp.signal,
    });
    const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
    const code = isProblem ? ((await response.json()) as { code: string }).code : '';
    // A stream of events never ends by itself.
    if (!isProblem) await response.body?.cancel();
    return { status: response.status, code };
  } finally {
    clearTimeout(timer);
  }
};

const addressOf = (path: string, { params = {}, query = '' }: AccessRow): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? `no-${name}`)) + query;

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(structuredClone(document) as never);
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  it('points at nothing that it does not hold', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]!);
    const held = (reference: string): boolean =>
      reference.startsWith('#/') &&
      reference
        .slice(2)
        .split('/')
        .reduce<any>((node, part) => node?.[part.replace(/~1/g, '/').replace(/~0/g, '~')], document) !== undefined;
    expect([...new Set(references)].filter((reference) => !held(reference))).toEqual([]);
  });

  it('gives each operation a name of its own', () => {
    const names = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('has a row in the table of who may for every route, and the table has no other', () => {
    for (const [isOurs, table] of [
      [true, accessTable],
      [false, wireTable],
    ] as const) {
      expect(everyRoute(isOurs).filter((route) => !(route in table))).toEqual([]);
      expect(Object.keys(table).filter((route) => !everyRoute(isOurs).includes(route))).toEqual([]);
    }
  });
});

describe.each(Object.entries(accessTable))('%s', (route, row) => {
  const [method, path] = route.split(' ') as [string, string];

  it(`is open to ${row.may.length === Object.keys(actors).length ? 'everybody' : row.may.join(', ')}, and to nobody else`, async () => {
    const outcome: Partial<Record<Who, string>> = {};
    for (const who of Object.keys(actors) as Who[]) {
      for (const [prepare, at, body] of row.before ?? []) {
        const { status, code } = await ask(headersOf.admin!, prepare, at, body);
        expect(status, `${prepare} ${at} before the try: ${code}`).toBeLessThan(300);
      }
      const { status, code } = await ask(
        row.endsSession ? await ownSession(who) : (headersOf[who] ?? {}),
        method,
        addressOf(path, row),
        row.body,
      );
      expect(status, `${route} as ${who} must be an answer, not a fault (${code})`).not.toBe(500);
      outcome[who] = refusals.has(code) ? `refused` : 'open';
      if (who === 'nobody' && outcome[who] === 'refused') expect(status).toBe(401);
      if (who !== 'nobody' && outcome[who] === 'refused') expect(status).toBe(403);
    }
    const expected = Object.fromEntries(
      (Object.keys(actors) as Who[]).map((who) => [who, row.may.includes(who) ? 'open' : 'refused']),
    );
    expect(outcome).toEqual(expected);
  });
});

describe.each(Object.entries(wireTable))('%s', (route, row) => {
  it(`is open to ${row.may.length === Object.keys(wireActors).length ? 'everybody' : row.may.join(', ')}, and refuses all others in its own words`, async () => {
    const [method, path] = route.split(' ') as [string, string];
    const protocol = document.paths[path]![method.toLowerCase()]!['x-leadline-protocol']!;
    const whos = Object.keys(wireActors) as WireWho[];
    const open: WireWho[] = [];
    const tries = whos.map(async (who) => {
      const answer = await askWire(product, route, row, wireCredentials.get(protocol)![who]);
      expect(answer.status, `${route} as ${who} must be an answer, not a fault`).toBeLessThan(500);
      if (!isRefused(protocol, answer)) open.push(who);
    });
    await Promise.all(tries);
    expect(whos.filter((who) => open.includes(who))).toEqual(whos.filter((who) => row.may.includes(who)));
  });
});

describe('a token that was never made', () => {
  it('opens nothing but what is open to everybody', async () => {
    const response = await fetch(`${product.url}/api/v1/services`, {
      headers: { authorization: `Bearer ll_${'A'.repeat(43)}` },
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'identity.token-refused' });
  });
});
