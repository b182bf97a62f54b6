import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aPageContent, aPageMessage } from '../../testing/a-page.ts';
import { channelGround, providerOf, sendBy } from '../../testing/channel-ground.ts';
import { startOutside, type Outside, type Said } from '../../testing/outside.ts';
import { createNtfy } from './channel.ts';

const ground = channelGround();
const channel = createNtfy(ground);
let server: Outside;
let instead: Said | null = null;

const problem = (status: number, code: number, error: string): Said => ({
  status,
  body: { code, http: status, error, link: 'https://ntfy.sh/docs/publish/' },
});

/** An ntfy server: publishing as JSON at its root (https://docs.ntfy.sh/publish/#publish-as-json), one protected topic. */
beforeAll(async () => {
  server = await startOutside((seen) => {
    if (instead) return instead;
    if (seen.method !== 'POST' || seen.path !== '/') return problem(404, 40401, 'page not found');
    const said = seen.json();
    if (!/^[-_A-Za-z0-9]{1,64}$/.test(said.topic)) return problem(400, 40009, 'invalid request: topic invalid');
    if (said.topic === 'closed' && seen.headers.authorization !== 'Bearer tk_1')
      return problem(403, 40301, 'forbidden');
    if (!Number.isInteger(said.priority) || said.priority < 1 || said.priority > 5)
      return problem(400, 40007, 'invalid priority parameter');
    if (said.actions.length > 3) return problem(400, 40018, 'invalid request: actions invalid; only 3 actions allowed');
    if (Buffer.byteLength(said.message) > 4_096) return problem(413, 41301, 'attachment too large');
    const { actions: _, ...rest } = said;
    return { status: 200, body: { id: 'hwQ2YpKdmg', time: 1, expires: 2, event: 'message', ...rest } };
  });
});
beforeEach(() => {
  instead = null;
});
afterAll(async () => {
  await server.stop();
  ground.stop();
});

const page = (given: Parameters<typeof aPageMessage>[0] = {}) =>
  aPageMessage({ channel: 'ntfy', address: `${server.url}/alice-7hX2`, ...given });
const builtIn = () => ({ ...channel.builtIn!()!, name: 'built-in-ntfy', channel: 'ntfy' as const });

describe('A page by ntfy', () => {
  it('breaks through, opens the page, and has a button that acts for each action', async () => {
    expect(await sendBy(channel, builtIn(), page())).toMatchObject({
      result: 'accepted',
      status: 200,
      providerRef: 'hwQ2YpKdmg',
    });
    expect(server.seen.at(-1)!.json()).toMatchObject({
      topic: 'alice-7hX2',
      title: 'Checkout burns its budget',
      message: 'Checkout burns its budget 14 times too fast since 02:51.',
      priority: 5,
      click: 'https://leadline.example.org/pages/1',
      actions: [
        {
          action: 'http',
          label: 'Acknowledge',
          url: 'https://leadline.example.org/do/a1',
          method: 'POST',
          clear: true,
        },
        { action: 'http', label: 'Resolve', url: 'https://leadline.example.org/do/r1', method: 'POST', clear: true },
      ],
    });
  });

  it('a repeat takes the place of the first', async () => {
    await sendBy(channel, builtIn(), page());
    await sendBy(channel, builtIn(), page());
    const [first, second] = server.seen.slice(-2).map((seen) => seen.json().sequence_id);
    expect(first).toMatch(/^[\w-]{1,64}$/);
    expect(second).toBe(first);
  });

  it('a low one rings like any message, a long one is cut between characters', async () => {
    await sendBy(channel, builtIn(), page({ urgency: 'low', content: aPageContent({ text: 'ü🚨'.repeat(5_000) }) }));
    const said = server.seen.at(-1)!.json();
    expect(said.priority).toBe(3);
    expect(Buffer.byteLength(said.message)).toBeGreaterThan(4_080);
    expect(said.message).toMatch(/^(ü🚨)+ü?…$/u);
  });

  it('the token goes to the server that it is for, and to no other', async () => {
    const closed = page({ address: `${server.url}/closed` });
    const withToken = (server_: string) =>
      providerOf(channel, { settings: { server: server_ }, secrets: { token: 'tk_1' } });
    expect((await sendBy(channel, withToken(server.url), closed)).result).toBe('accepted');
    expect(await sendBy(channel, withToken('https://ntfy.sh'), closed)).toMatchObject({
      result: 'refused',
      status: 403,
      detail: expect.stringMatching(/forbidden \(give a provider/),
    });
    expect(server.seen.at(-1)!.headers.authorization).toBeUndefined();
  });
});

describe('What ntfy does not take is told', () => {
  it.each<[string, Said, string, RegExp, number | null]>([
    ['too many', problem(429, 42901, 'limit reached: too many requests, please be nice'), 'failed', /be nice/, null],
    ['with how long to wait', { status: 429, headers: { 'retry-after': '12' }, body: '' }, 'failed', /429/, 12],
    ['a wrong topic', problem(400, 40009, 'invalid request: topic invalid'), 'refused', /topic invalid/, null],
    ['a broken server', problem(500, 50001, 'internal server error'), 'failed', /internal/, null],
    ['200 of something that is no ntfy', { status: 200, body: '<html>hello' }, 'failed', /<html>/, null],
    [
      '200 with an error inside',
      { status: 200, body: { code: 50001, http: 500, error: 'oops' } },
      'failed',
      /oops/,
      null,
    ],
  ])('%s', async (_name, said, result, detail, retryAfterSeconds) => {
    instead = said;
    expect(await sendBy(channel, builtIn(), page())).toMatchObject({
      result,
      status: said.status,
      detail: expect.stringMatching(detail),
      retryAfterSeconds,
    });
  });

  it.each([
    ['https://ntfy.sh/alice', true],
    ['https://example.org/ntfy/alice', true],
    ['https://ntfy.sh/', false],
    ['https://ntfy.sh/a/b?x=1', false],
    ['https://user:secret@ntfy.sh/alice', false],
    ['alice', false],
  ])('%s is the address of a topic: %s', (address, good) => {
    expect(channel.check(address, null) === null).toBe(good);
  });
});
