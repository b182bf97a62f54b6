import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { opsgenieRoutes } from '../../contract/wire/opsgenie.ts';
import { opsgenieClient, type OpsgenieClient } from './testing/opsgenie-client.ts';
import { startVendorsWorld, type VendorsWorld } from './testing/vendors-world.ts';

/** Lists, searches in Opsgenie's language, saved ones, and what clients ask of an alert that nobody answers. */
let world: VendorsWorld;
let client: OpsgenieClient;

beforeAll(async () => {
  world = await startVendorsWorld();
  client = opsgenieClient(world, await world.integration('opsgenie', { team: 'payments' }));
});
afterAll(() => world?.stop());

const ask: OpsgenieClient['ask'] = (...asked) => client.ask(...asked);

/** Of alerts a (closed), b with the tag `special`, c; all with the message `listed <alias>` and priority P5. */
const searches: readonly (readonly [string, readonly string[]])[] = [
  ['alias: a OR alias: b', ['a', 'b']],
  ['status: open AND NOT tag: special', ['c']],
  ['status: open AND (tag: spec* OR alias: c)', ['b', 'c']],
  ['tag: null', ['a', 'c']],
  ['message: "isted B"', ['b']],
  ['alias: (a OR c) AND priority: P5', ['a', 'c']],
  ['alias != b', ['a', 'c']],
  ['special', ['b']],
  ['count > 1', []],
  ['createdAt > 1470394841148 AND count <= 1', ['a', 'b', 'c']],
  ['createdAt < 14-02-2017', []],
  ['closedBy: null', ['b', 'c']],
  ['owner: null AND entity: null AND snoozed: false', ['a', 'b', 'c']],
  ['details.alias: b', ['b']],
  ['details.key: alias AND NOT details.value: b', ['a', 'c']],
  ['teams: payments', ['c']],
  ['responders: null', ['a', 'b']],
  ['actions: Restart', ['c']],
  ['integration.name: opsgenie-2 AND tinyId: 999999', []],
  ['message: 100%', []],
];

describe('an alert', () => {
  it('goes one step on in its page’s escalation, and its custom actions stand there and in the ledger', async () => {
    await client.create({ alias: 'slow', message: 'Nobody answers', actions: ['Restart'] });
    await world.until(async () => expect((await client.pageOf('slow'))!.state).toBe('triggered'));
    const pageId = (await client.pageOf('slow'))!.id;
    const whole = async () => (await world.call('ada', 'GET', `/api/v1/pages/${pageId}`)).body;
    const timeline = async () => (await whole()).timeline.map((each: any) => each.text);
    await world.until(async () => expect((await whole()).nextStepAt).not.toBeNull());
    const escalated = await client.act('slow', 'escalate', { user: 'Mira', escalation: { name: 'ops_escalation' } });
    expect(escalated).toMatchObject({ isSuccess: true, action: 'EscalateToNext' });
    await world.until(async () => expect((await whole()).steps.length).toBeGreaterThan(1));
    expect(await timeline()).toContain('Mira asks for the next step: it comes at once.');
    expect(await client.act('slow', 'actions/Restart', { user: 'Mira' })).toMatchObject({ isSuccess: true });
    expect(await timeline()).toContain('Mira asks for the action Restart.');
    expect(await client.act('slow', 'actions/Explode')).toMatchObject({
      isSuccess: false,
      status: expect.stringMatching('Explode'),
    });
    const { rows } = await world.postgres.pool.query(
      `SELECT kind, data FROM ledger.event WHERE kind IN ('alert.escalated', 'alert.action-asked') ORDER BY id`,
    );
    expect(rows).toEqual([
      { kind: 'alert.escalated', data: { by: 'Mira', escalation: 'ops_escalation' } },
      { kind: 'alert.action-asked', data: { by: 'Mira', action: 'Restart' } },
    ]);
    await client.act('slow', 'acknowledge');
    await world.until(async () => expect((await client.pageOf('slow'))!.state).toBe('acknowledged'));
    expect(await client.act('slow', 'escalate')).toMatchObject({ isSuccess: false });
    await client.act('slow', 'close');
    expect(await client.act('slow', 'escalate')).toMatchObject({ isSuccess: false, status: 'Alert does not exist' });
    for (const path of ['recipients', 'attachments', 'attachments/1'])
      expect((await ask('GET', `/v2/alerts/slow/${path}`)).body.message).toMatch(/GET \/api|link/u);
  });

  it('is found by saved searches, each of its integration', async () => {
    const key = await world.integration('opsgenie');
    const call = (method: string, path: string, body?: unknown) =>
      ask(method, `/v2/alerts${path}`, body, `GenieKey ${key}`);
    for (const alias of ['one', 'two']) await call('POST', '', { message: alias, alias, priority: 'P5' });
    const made = await call('POST', '/saved-searches', {
      name: 'the first',
      query: 'alias: one',
      owner: { username: 'bo' },
    });
    expect([made.status, made.body.data]).toEqual([201, { id: expect.any(String), name: 'the first' }]);
    const { id } = made.body.data;
    const found = await call('GET', `?searchIdentifierType=name&searchIdentifier=the%20first`);
    expect(found.body.data.map((each: any) => each.alias)).toEqual(['one']);
    expect((await call('GET', `/count?searchIdentifier=${id}`)).body.data).toEqual({ count: 1 });
    const changed = await call('PATCH', `/saved-searches/${id}`, { query: 'alias: one OR alias: two' });
    expect([changed.status, changed.body.data]).toEqual([200, { id, name: 'the first' }]);
    expect((await call('GET', `/count?searchIdentifier=${id}`)).body.data).toEqual({ count: 2 });
    expect((await call('GET', '/saved-searches/the%20first?identifierType=name')).body.data).toMatchObject({
      id,
      query: 'alias: one OR alias: two',
      owner: { username: 'bo' },
      teams: [],
    });
    expect((await call('GET', '/saved-searches')).body.data).toEqual([{ id, name: 'the first' }]);
    expect((await ask('GET', `/v2/alerts/saved-searches/${id}`)).status).toBe(404);
    for (const [body, field] of [
      [{ name: 'x' }, 'query'],
      [{ name: 'x', query: '(' }, 'query'],
      [{ query: 'a' }, 'name'],
      [{ name: 'the first', query: 'a' }, 'name'],
      [{ name: 'x', query: 'a', owner: 'bo' }, 'owner'],
    ] as const) {
      const refused = await call('POST', '/saved-searches', body);
      expect([refused.status, Object.keys(refused.body.errors)]).toEqual([422, [field]]);
    }
    expect((await call('DELETE', `/saved-searches/${id}`)).body).toMatchObject({ result: 'Deleted' });
    expect((await call('GET', `?searchIdentifier=${id}`)).status).toBe(404);
  });

  it('is listed, searched, counted and paged, of its own integration alone', async () => {
    const other = await world.integration('opsgenie');
    const post = (alias: string, tags: string[]) =>
      ask(
        'POST',
        '/v2/alerts',
        {
          message: `listed ${alias}`,
          alias,
          tags,
          priority: 'P5',
          details: { alias },
          ...(alias === 'c' ? { responders: [{ type: 'team', name: 'payments' }], actions: ['Restart'] } : {}),
        },
        `GenieKey ${other}`,
      );
    for (const alias of ['a', 'b', 'c']) await post(alias, alias === 'b' ? ['special'] : []);
    const list = (query: string) => ask('GET', `/v2/alerts${query}`, undefined, `GenieKey ${other}`);
    const aliases = ({ body }: { body: any }) => body.data.map((each: any) => each.alias);
    expect(aliases(await list(''))).toEqual(['c', 'b', 'a']);
    expect(aliases(await list('?sort=createdAt&order=asc&limit=2'))).toEqual(['a', 'b']);
    const page = await list('?order=asc&limit=2');
    expect(page.body.paging.next).toContain('offset=2');
    expect(aliases(await list('?order=asc&limit=2&offset=2'))).toEqual(['c']);
    expect(aliases(await list(`?query=${encodeURIComponent('status: open AND tag: special')}`))).toEqual(['b']);
    await ask('POST', '/v2/alerts/a/close?identifierType=alias', {}, `GenieKey ${other}`);
    expect((await list(`/count?query=${encodeURIComponent('status=closed')}`)).body.data).toEqual({ count: 1 });
    expect((await list('/count')).body.data).toEqual({ count: 3 });
    const found = async (query: string) => aliases(await list(`?order=asc&query=${encodeURIComponent(query)}`));
    for (const [query, expected] of searches) expect([query, await found(query)]).toEqual([query, expected]);
    expect((await list(`?query=${encodeURIComponent('(a OR b')}`)).status).toBe(422);
    expect((await list('?limit=1000')).status).toBe(422);
    expect((await list('?sort=nothing')).status).toBe(422);
    const foreign = (await list('')).body.data[0].id;
    expect((await ask('GET', `/v2/alerts/${foreign}`)).status).toBe(404);
    const closed = await ask('POST', `/v2/alerts/${foreign}/close`, {});
    expect((await ask('GET', `/v2/alerts/requests/${closed.body.requestId}`)).body.data.isSuccess).toBe(false);
  });
});

describe('what the OpenAPI document says', () => {
  it('is what clients are answered', async () => {
    const id = await client.create({
      alias: 'documented',
      note: 'A note',
      responders: [{ type: 'user', username: 'bo' }],
    });
    const { body } = await ask('POST', '/v2/alerts/saved-searches', { name: 'documented', query: 'alias: documented' });
    await ask('POST', '/v2/heartbeats', { name: 'documented', interval: 1, intervalUnit: 'days', enabled: true });
    const open = (await client.get('documented')).id;
    const values: Readonly<Record<string, string>> = {
      identifier: open,
      request: id,
      search: body.data.id,
      name: 'documented',
    };
    const reading = opsgenieRoutes.filter(({ method }) => method === 'GET');
    for (const { path, answer, status = 200 } of reading) {
      const said = await ask(
        'GET',
        path.replaceAll(/:(\w+)/gu, (_, name: string) => values[name]!),
      );
      expect([path, said.status]).toEqual([path, status]);
      const read = (answer as z.ZodType).safeParse(said.body);
      expect([path, read.error?.issues ?? []]).toEqual([path, []]);
    }
    expect(reading.length).toBeGreaterThan(9);
  });
});
