import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../../platform/postgres/eventually.ts';
import { aTeam } from '../../../identity/fixtures.ts';
import { startHouse, type House } from './testing/house.ts';

/** Integrations are made, changed and shut by those whose they are; keys are shown once; what came can be looked at and played again. */
let house: House;
const took: string[] = [];

beforeAll(async () => {
  house = await startHouse(({ integrations }) => {
    integrations.registerSource(
      'json',
      async ({ body, isReplay, integration }) => {
        took.push(`${body.toString('utf8')} ${isReplay} ${JSON.stringify(integration.settings)}`);
        const isOdd = body.toString('utf8') === 'odd' && integration.settings['takes'] !== 'odd';
        return { status: isOdd ? 400 : 202, body: { ok: !isOdd }, error: isOdd ? 'odd' : null, outcome: ['x'] };
      },
      {
        checkSettings: ({ takes }) =>
          takes === undefined || typeof takes === 'string' ? [] : [{ path: 'takes', message: 'must be a text' }],
      },
    );
  });
  await aTeam(house.postgres, { name: 'payments' });
  await aTeam(house.postgres, { name: 'search' });
});
afterAll(() => house?.stop());

const call = async (who: string, method: string, path: string, body?: unknown) => {
  const answer = await house.http.fastify.inject({
    method: method as 'GET',
    url: `/api/v1/integrations${path}`,
    headers: { 'x-who': who },
    ...(body === undefined ? {} : { payload: body as object }),
  });
  return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() };
};
const send = (key: string, payload: string) =>
  house.http.fastify.inject({
    method: 'POST',
    url: `/intake/${key}`,
    payload,
    headers: { 'content-type': 'text/plain' },
  });
const spec = { kind: 'json', team: 'payments' };

describe('an integration', () => {
  it('is made by an editor of its team, with a key that is shown once and lines that hold it', async () => {
    for (const [who, status] of [
      ['sam', 403],
      ['rob', 403],
      ['vic', 403],
      ['pia', 201],
    ] as const) {
      const { status: got, body } = await call(who, 'POST', '', { ...spec, name: 'shop' });
      expect([who, got]).toEqual([who, status]);
      if (got !== 201) continue;
      expect(body.key).toMatch(/^[0-9a-z]{32}$/u);
      expect(body.lines[0].code).toContain(body.key);
      expect((await send(body.key, 'hello')).statusCode).toBe(202);
      const shown = (await call('vic', 'GET', '/shop')).body;
      expect(shown).toMatchObject({
        name: 'shop',
        kind: 'json',
        receivedLastDay: 1,
        faultyLastDay: 0,
        lastError: null,
      });
      expect(shown.keys).toMatchObject([{ ending: body.key.slice(-4), madeBy: 'pia', expiresAt: null }]);
      expect(JSON.stringify(shown)).not.toContain(body.key);
      expect(shown.lines[0].code).toContain('/intake/KEY');
      const ledger = await house.postgres.pool.query(
        'SELECT data FROM ledger.pending UNION ALL SELECT data FROM ledger.event',
      );
      expect(JSON.stringify(ledger.rows)).not.toContain(body.key);
    }
    expect((await call('pia', 'POST', '', { ...spec, name: 'shop' })).body.code).toBe('alerting.integration-exists');
  });

  it('is made by the editors of the organisation where no team has it', async () => {
    expect((await call('pia', 'POST', '', { kind: 'grafana', name: 'everybodys' })).status).toBe(403);
    expect((await call('ed', 'POST', '', { kind: 'grafana', name: 'everybodys' })).status).toBe(201);
  });

  it('is as its document says, whatever often that is said', async () => {
    expect((await call('pia', 'PUT', '/documented', { ...spec, origin: 'file' })).body.outcome).toBe('created');
    expect((await call('pia', 'PUT', '/documented', { ...spec, origin: 'file' })).body.outcome).toBe('unchanged');
    const settings = { takes: 'all', b: 1 };
    expect((await call('pia', 'PUT', '/documented', { ...spec, settings, origin: 'file' })).body.outcome).toBe(
      'changed',
    );
    expect((await call('sam', 'PUT', '/documented', { ...spec, team: 'search' })).status).toBe(403);
  });

  it.each([
    ['a kind that there is not', { kind: 'telegraph' }, 400, 'body.kind'],
    ['one of our own kinds', { kind: 'rules' }, 400, 'body.kind'],
    ['a kind that changes', { kind: 'grafana', team: 'payments' }, 422, 'body.kind'],
    ['a team that there is not', { kind: 'json', team: 'ghosts' }, 422, 'body.team'],
    ['settings that its source does not know', { ...spec, settings: { takes: 7 } }, 422, 'body.settings.takes'],
    ['settings without end', { ...spec, settings: { a: 'x'.repeat(70_000) } }, 400, 'body.settings'],
    ['a field that there is not', { ...spec, key: 'mine' }, 400, 'body.key'],
  ])('cannot have %s', async (_, body, status, path) => {
    const answer = await call('ada', 'PUT', '/documented', body);
    expect([answer.status, answer.body.errors?.map((each: { path: string }) => each.path)]).toEqual([status, [path]]);
  });

  it('of Leadline’s own is shown and stays as it is', async () => {
    expect((await call('vic', 'GET', '/budget')).body).toMatchObject({ kind: 'budget', builtIn: true, keys: [] });
    expect((await call('ada', 'DELETE', '/budget')).body.code).toBe('alerting.built-in-integration');
    expect((await call('ada', 'POST', '/budget/keys', {})).body.code).toBe('alerting.built-in-integration');
  });

  it('is listed by name, in pages', async () => {
    const first = (await call('vic', 'GET', '?limit=3')).body;
    const rest = (await call('vic', 'GET', `?limit=100&cursor=${first.next}`)).body;
    const names = [...first.items, ...rest.items].map(({ name }: { name: string }) => name);
    expect(names).toEqual(names.toSorted());
    expect(names).toEqual(expect.arrayContaining(['budget', 'documented', 'shop']));
    expect((await call('vic', 'GET', '?kind=grafana')).body.items.map((each: any) => each.name)).toEqual([
      'everybodys',
    ]);
  });
});

describe('a key', () => {
  it('is exchanged with an overlap, revoked at once, and gone with its integration', async () => {
    const { key } = (await call('pia', 'POST', '', { ...spec, name: 'keyed' })).body;
    const second = (await call('pia', 'POST', '/keyed/keys', { overlap: 'PT1H' })).body.key;
    expect((await send(key, 'x')).statusCode).toBe(202);
    expect((await send(second, 'x')).statusCode).toBe(202);
    const { keys } = (await call('vic', 'GET', '/keyed')).body;
    expect(keys.map((each: any) => each.expiresAt === null)).toEqual([true, false]);
    expect((await call('rob', 'DELETE', `/keyed/keys/${keys[0].id}`)).status).toBe(403);
    expect((await call('pia', 'DELETE', `/keyed/keys/${keys[0].id}`)).status).toBe(204);
    await eventually(async () => expect((await send(second, 'x')).statusCode).toBe(403));
    const third = (await call('pia', 'POST', '/keyed/keys', { overlap: 'PT0S' })).body.key;
    await eventually(async () => expect((await send(key, 'x')).statusCode).toBe(403));
    expect((await call('pia', 'DELETE', '/keyed')).status).toBe(204);
    await eventually(async () => expect((await send(third, 'x')).statusCode).toBe(403));
  });

  it('opens nothing while its integration is switched off, and no more than five work at a time', async () => {
    const { key } = (await call('pia', 'POST', '', { ...spec, name: 'off' })).body;
    expect((await send(key, 'x')).statusCode).toBe(202);
    await call('pia', 'PUT', '/off', { ...spec, enabled: false });
    await eventually(async () => expect((await send(key, 'x')).statusCode).toBe(403));
    for (let n = 0; n < 4; n += 1) expect((await call('pia', 'POST', '/off/keys', {})).status).toBe(201);
    expect((await call('pia', 'POST', '/off/keys', {})).body.code).toBe('alerting.too-many-keys');
  });
});

describe('what came', () => {
  it('is looked at by responders and played again by editors once its fault is mended', async () => {
    const { key } = (await call('pia', 'POST', '', { ...spec, name: 'replayed' })).body;
    expect((await send(key, 'odd')).statusCode).toBe(400);
    expect((await call('vic', 'GET', '/replayed/payloads')).status).toBe(403);
    expect((await call('sam', 'GET', '/replayed/payloads')).status).toBe(403);
    const [payload] = (await call('rob', 'GET', '/replayed/payloads?faulty=true')).body.items;
    expect(payload).toMatchObject({ faulty: true, status: 400, error: 'odd', bytes: 3, isWhole: true, outcome: ['x'] });
    expect((await call('rob', 'GET', `/replayed/payloads/${payload.id}`)).body).toMatchObject({
      body: 'odd',
      encoding: 'utf8',
      contentType: 'text/plain',
    });
    expect((await call('rob', 'POST', `/replayed/payloads/${payload.id}/replay`)).status).toBe(403);
    await call('pia', 'PUT', '/replayed', { ...spec, settings: { takes: 'odd' } });
    const { status, body } = await call('pia', 'POST', `/replayed/payloads/${payload.id}/replay`);
    expect([status, body]).toEqual([
      200,
      { payload: expect.any(String), status: 202, error: null, outcome: ['x'], body: { ok: true } },
    ]);
    expect(took.at(-1)).toBe('odd true {"takes":"odd"}');
    const kept = (await call('rob', 'GET', '/replayed/payloads')).body.items;
    expect(kept.find((each: any) => each.id === body.payload)).toMatchObject({ replayOf: payload.id, faulty: false });
    expect((await call('vic', 'GET', '/replayed')).body).toMatchObject({
      faultyLastDay: 1,
      lastError: { error: 'odd' },
    });
    expect((await call('pia', 'GET', '/shop/payloads')).body.items.map((each: any) => each.id)).not.toContain(
      payload.id,
    );
    expect((await call('pia', 'GET', `/shop/payloads/${payload.id}`)).status).toBe(404);
  });
});
