import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testPostgres } from '../../../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../../../platform/postgres/postgres.ts';
import { aPageContent, aPageMessage } from '../../testing/a-page.ts';
import { createAnswerOnce } from '../../inbound/answer-once.ts';
import { startCallbackServer, type CallbackServer } from '../../testing/callback-server.ts';
import { channelGround, providerOf, sendBy } from '../../testing/channel-ground.ts';
import { startOutside, type Outside, type Said } from '../../testing/outside.ts';
import type { Channel } from '../channel.ts';
import { createHttpGateway } from './channel.ts';
import { gatewaySettings } from './settings.ts';

let postgres: Postgres;
let gateway: Outside;
let leadline: CallbackServer;
let channel: Channel;
let said: Said = { status: 200 };
const ground = channelGround();
const message = aPageMessage({
  channel: 'sms',
  address: '+4915112345678',
  key: 'page/1 step+0',
  content: aPageContent({ text: 'It said "no"\\\n<b> & ü' }),
});

beforeAll(async () => {
  postgres = await testPostgres();
  gateway = await startOutside(() => said);
  channel = createHttpGateway(ground, createAnswerOnce(postgres));
  leadline = await startCallbackServer(
    () => channel,
    () => jsonGateway(),
    [message],
  );
});
beforeEach(() => {
  said = { status: 200, body: { messages: [{ status: 'queued', id: 77 }] } };
});
afterAll(async () => {
  await leadline.stop();
  await gateway.stop();
  ground.stop();
  await postgres.stop();
});

/** A gateway as many are: JSON, a key in a header, 200 with a state inside, receipts to an address in the request. */
const jsonGateway = (settings: Record<string, unknown> = {}, secrets: Record<string, string> = {}) =>
  providerOf(channel, {
    settings: {
      url: `${gateway.url}/v1/send?account={{secret.account}}`,
      headers: { Authorization: 'Key {{secret.apiKey}}' },
      body: '{"to":"{{to|digits}}","text":"{{text}}","ref":"{{key}}","report":"{{receiptUrl}}"}',
      success: {
        path: 'messages.0.status',
        equals: ['queued', 'sent'],
        temporary: ['throttled'],
        errorPath: 'messages.0.error',
      },
      refPath: '$.messages[0].id',
      receipt: { statusPath: 'state', delivered: ['DELIVRD'], failed: ['UNDELIV', 'REJECTD'], refPath: 'id' },
      incoming: { fromPath: 'from', textPath: 'message.text', idPath: 'id' },
      keys: { digitPath: 'digit' },
      ...settings,
    },
    secrets: { apiKey: 'k&1', account: 'a&b', callbackSecret: 'call-me-back', ...secrets },
  });
const send = (provider = jsonGateway(), callbackUrl: string | null = leadline.callbackUrl) =>
  sendBy(channel, provider, message, callbackUrl);

describe('Any gateway by template', () => {
  it('gets a request in which every value is escaped for its place', async () => {
    expect(await send()).toEqual({
      result: 'accepted',
      status: 200,
      detail: null,
      providerRef: '77',
      retryAfterSeconds: null,
    });
    const seen = gateway.seen.at(-1)!;
    expect(seen.path).toBe('/v1/send?account=a%26b');
    expect(seen.headers).toMatchObject({ authorization: 'Key k&1', 'idempotency-key': 'page/1 step+0' });
    expect(seen.json()).toEqual({
      to: '4915112345678',
      text: expect.stringMatching(/^Checkout burns its budget\nIt said "no"\\\n<b> & ü\nhttps/),
      ref: 'page/1 step+0',
      report: expect.stringContaining(`/receipt/${Buffer.from(message.key).toString('base64url')}/`),
    });
  });

  it('may want a form, HTTP Basic and a word in the answer', async () => {
    said = { status: 200, body: 'OK: 1 message' };
    const provider = jsonGateway(
      {
        contentType: 'application/x-www-form-urlencoded',
        body: 'to={{to}}&text={{subject}}',
        success: { contains: 'OK' },
        refPath: undefined,
      },
      { username: 'u', password: 'p:w' },
    );
    const result = await send({ ...provider, settings: { ...provider.settings, headers: {} } });
    expect(result).toMatchObject({ result: 'accepted', providerRef: null });
    const seen = gateway.seen.at(-1)!;
    expect(seen.headers.authorization).toBe(`Basic ${Buffer.from('u:p:w').toString('base64')}`);
    expect(Object.fromEntries(seen.form())).toEqual({ to: '+4915112345678', text: 'Checkout burns its budget' });
  });

  it('may want everything in the address', async () => {
    const provider = jsonGateway({ method: 'GET', url: `${gateway.url}/sms?to={{to}}&m={{subject}}`, body: undefined });
    await send({ ...provider, settings: { ...provider.settings, success: {} } });
    expect(gateway.seen.at(-1)).toMatchObject({
      method: 'GET',
      path: '/sms?to=%2B4915112345678&m=Checkout%20burns%20its%20budget',
    });
  });

  it.each<[string, Said, string, RegExp, number | null]>([
    [
      '200 with an error inside',
      { status: 200, body: { messages: [{ status: 'rejected', error: 'no credit' }] } },
      'refused',
      /200, but not yes: no credit/,
      null,
    ],
    [
      '200 with an error that passes',
      { status: 200, body: { messages: [{ status: 'throttled' }] } },
      'failed',
      /throttled/,
      null,
    ],
    ['200 with another shape', { status: 200, body: '<html>' }, 'refused', /<html>/, null],
    ['429', { status: 429, headers: { 'retry-after': '3' }, body: '' }, 'failed', /429/, 3],
    ['401', { status: 401, body: 'who are you' }, 'refused', /who are you/, null],
    ['503', { status: 503, body: 'down' }, 'failed', /down/, null],
  ])('does not take it: %s', async (_name, answer, result, detail, retryAfterSeconds) => {
    said = answer;
    expect(await send()).toMatchObject({ result, detail: expect.stringMatching(detail), retryAfterSeconds });
  });

  it('that must report back is refused where it cannot', async () => {
    expect(await send(jsonGateway(), null)).toMatchObject({
      result: 'refused',
      detail: expect.stringMatching(/publicUrl/),
    });
  });

  it.each([
    ['a place that is unknown', { url: 'https://g.example/', body: '{{phone}}' }, /\{\{phone\}\} is unknown/],
    ['a filter that is unknown', { url: 'https://g.example/{{to|upper}}' }, /filter upper is unknown/],
    ['a host that a text may choose', { url: 'https://{{to}}.example/' }, /host has no/],
    ['a path with a wildcard', { url: 'https://g.example/', success: { path: 'messages[*]' } }, /place in JSON/],
    ['an unknown field', { url: 'https://g.example/', verb: 'POST' }, /verb/],
  ])('with %s is refused when it is configured', (_name, settings, expected) => {
    const parsed = gatewaySettings.safeParse(settings);
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error!.issues)).toMatch(expected);
  });
});

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(path.startsWith('http') ? path : `${leadline.callbackUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

describe('What a gateway reports', () => {
  const receiptUrl = async (): Promise<string> => {
    await send();
    return gateway.seen.at(-1)!.json().report;
  };

  it('a receipt to the address that it was told, which is good for this message alone', async () => {
    const url = await receiptUrl();
    expect((await post(url, { state: 'DELIVRD' })).status).toBe(200);
    expect(leadline.receipts.at(-1)).toMatchObject({ of: { key: message.key }, result: 'delivered' });
    const before = leadline.receipts.length;
    expect((await post(url, { state: 'ENROUTE' })).status).toBe(200);
    expect(
      (
        await post(url.replace(/receipt\/\w+/, `receipt/${Buffer.from('another').toString('base64url')}`), {
          state: 'DELIVRD',
        })
      ).status,
    ).toBe(403);
    expect((await post(url.slice(0, -2), { state: 'DELIVRD' })).status).toBe(403);
    expect(leadline.receipts).toHaveLength(before);
  });

  it('a receipt with the secret, by its own name for the message, as a form', async () => {
    const answer = await fetch(`${leadline.callbackUrl}/receipt`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-callback-secret': 'call-me-back' },
      body: 'id=77&state=UNDELIV',
    });
    expect(answer.status).toBe(200);
    expect(leadline.receipts.at(-1)).toMatchObject({ of: { providerRef: '77' }, result: 'failed' });
  });

  it.each([
    ['no secret', '/receipt', {}],
    ['a wrong secret', '/receipt?secret=call-me-bacK', {}],
    ['an empty one', '/receipt?secret=', {}],
  ])('with %s is refused', async (_name, path, headers) => {
    expect((await post(path, { id: '77', state: 'DELIVRD' }, headers)).status).toBe(403);
  });

  it('that says nothing is a clear error', async () => {
    expect((await post('/receipt?secret=call-me-back', { what: 1 })).status).toBe(422);
    expect(
      (await fetch(`${leadline.callbackUrl}/receipt?secret=call-me-back`, { method: 'POST', body: '{' })).status,
    ).toBe(400);
  });

  it('an SMS that came in, once', async () => {
    const sms = { id: 'in-1', from: '4915112345678', message: { text: 'ACK' } };
    const first = await (await post('/sms?secret=call-me-back', sms)).text();
    expect(leadline.replies.at(-1)).toMatchObject({
      replyToken: 'page.k3v9x2m1',
      said: 'acknowledge',
      by: 'SMS from +4915112345678',
    });
    const before = leadline.replies.length;
    expect(await (await post('/sms?secret=call-me-back', sms)).text()).toBe(first);
    expect(leadline.replies).toHaveLength(before);
  });

  it('a phone key, once', async () => {
    const url = (await receiptUrl()).replace('/receipt/', '/keys/');
    const first = await (await post(url, { digit: 2 })).text();
    expect(leadline.replies.at(-1)).toMatchObject({ said: 'resolve', by: 'phone key 2 from +4915112345678' });
    expect(await (await post(url, { digit: 2 })).text()).toBe(first);
    expect((await post(url, { digit: 9 })).status).toBe(422);
  });
});
