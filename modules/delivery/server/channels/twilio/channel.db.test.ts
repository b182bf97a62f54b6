import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPostgres } from '../../../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../../../platform/postgres/postgres.ts';
import { aPageContent, aPageMessage } from '../../testing/a-page.ts';
import { createAnswerOnce } from '../../inbound/answer-once.ts';
import type { OutgoingMessage } from '../../public.ts';
import { startCallbackServer, type CallbackServer } from '../../testing/callback-server.ts';
import { channelGround, providerOf, sendBy } from '../../testing/channel-ground.ts';
import type { Said } from '../../testing/outside.ts';
import { startTwilioApi, twilioAccount, twilioNumber, type TwilioApi } from '../../testing/twilio-api.ts';
import type { Channel } from '../channel.ts';
import { createTwilio } from './channel.ts';

let postgres: Postgres;
let twilio: TwilioApi;
let leadline: CallbackServer;
let channel: Channel;
const ground = channelGround();
const messages: OutgoingMessage[] = [];

beforeAll(async () => {
  postgres = await testPostgres();
  twilio = await startTwilioApi();
  channel = createTwilio(ground, createAnswerOnce(postgres));
  leadline = await startCallbackServer(
    () => channel,
    () => provider('sms'),
    messages,
  );
});
afterAll(async () => {
  await leadline.stop();
  await twilio.stop();
  ground.stop();
  await postgres.stop();
});

const provider = (
  name: 'sms' | 'voice',
  settings: Record<string, unknown> = {},
  authToken: string = twilioAccount.token,
) =>
  providerOf(channel, {
    channel: name,
    settings: { accountSid: twilioAccount.sid, from: twilioNumber, apiUrl: twilio.url, ...settings },
    secrets: { authToken },
  });
let sent = 0;
const leave = async (name: 'sms' | 'voice', given: Partial<OutgoingMessage> = {}, settings = {}) => {
  sent += 1;
  const message = aPageMessage({ channel: name, address: '+4915112345678', key: `k/${sent} +`, ...given });
  messages.push(message);
  const result = await sendBy(channel, provider(name, settings), message, leadline.callbackUrl);
  return { message, result, form: twilio.taken.at(-1)!.form, sid: twilio.taken.at(-1)!.sid };
};

describe('A page by SMS', () => {
  it('says what burns, where to look and how to answer, and asks for a receipt', async () => {
    const { result, form, sid } = await leave('sms');
    expect(result).toEqual({
      result: 'accepted',
      status: 201,
      detail: null,
      providerRef: sid,
      retryAfterSeconds: null,
    });
    expect(Object.fromEntries(form)).toEqual({
      To: '+4915112345678',
      From: twilioNumber,
      Body: [
        'Checkout burns its budget 14 times too fast since 02:51.',
        'https://leadline.example.org/pages/1',
        'Reply ACK or RESOLVE.',
      ].join('\n'),
      StatusCallback: `${leadline.callbackUrl}/status?key=k%2F1+%2B`,
    });
    expect(twilio.seen.at(-1)!.headers['idempotency-key']).toBe('k/1 +');
  });

  it('is short, whatever the text', async () => {
    const { result, form } = await leave('sms', { content: aPageContent({ text: 'x🚨'.repeat(10_000) }) });
    expect(result.result).toBe('accepted');
    expect(form.get('Body')!.length).toBeLessThanOrEqual(670);
    expect(form.get('Body')).toContain('https://leadline.example.org/pages/1');
  });

  it('receipts are told on: delivered, or not, with the reason', async () => {
    const { message, form, sid } = await leave('sms');
    const url = form.get('StatusCallback')!;
    const before = leadline.receipts.length;
    for (const MessageStatus of ['sent', 'delivered'])
      expect((await twilio.report(url, { MessageSid: sid, MessageStatus })).status).toBe(204);
    await twilio.report(url, { MessageSid: sid, MessageStatus: 'undelivered', ErrorCode: '30003' });
    expect(leadline.receipts.slice(before)).toEqual([
      { of: { key: message.key }, result: 'delivered', detail: 'delivered' },
      { of: { key: message.key }, result: 'failed', detail: 'Twilio: undelivered, code 30003' },
    ]);
  });

  it('a receipt that Twilio did not sign is refused', async () => {
    const { form, sid } = await leave('sms');
    const before = leadline.receipts.length;
    const forged = await twilio.report(
      form.get('StatusCallback')!,
      { MessageSid: sid, MessageStatus: 'delivered' },
      true,
    );
    expect([forged.status, JSON.parse(forged.text).code]).toEqual([403, 'delivery.callback-signature']);
    const unsigned = await fetch(form.get('StatusCallback')!, { method: 'POST', body: 'MessageStatus=delivered' });
    expect(unsigned.status).toBe(403);
    expect(leadline.receipts).toHaveLength(before);
  });
});

describe('An answer by SMS', () => {
  const incoming = (body: string, sid: string, from = '+4915112345678') =>
    twilio.report(`${leadline.callbackUrl}/sms`, { MessageSid: sid, From: from, To: twilioNumber, Body: body });

  it('"ack" means the last page to this number, and says what became of it', async () => {
    await leave('sms', { content: aPageContent({ replyToken: 'page.theolder1' }) });
    await leave('sms', { content: aPageContent({ replyToken: 'page.thenewer1' }) });
    const answer = await incoming('Ack', 'SM1');
    expect(leadline.replies.at(-1)).toEqual({
      replyToken: 'page.thenewer1',
      said: 'acknowledge',
      text: 'Ack',
      by: 'SMS from +4915112345678',
    });
    expect(answer).toMatchObject({ status: 200, type: 'text/xml; charset=utf-8' });
    expect(answer.text).toMatch(/<Response><Message>Acknowledged \(\d+\)\.<\/Message><\/Response>$/);
  });

  it('may name another page', async () => {
    await incoming('resolve page.theolder1', 'SM2');
    expect(leadline.replies.at(-1)).toMatchObject({ replyToken: 'page.theolder1', said: 'resolve' });
  });

  it('the same one again is answered the same and does nothing', async () => {
    const first = await incoming('ack', 'SM3');
    const before = leadline.replies.length;
    expect(await incoming('ack', 'SM3')).toEqual(first);
    expect(leadline.replies).toHaveLength(before);
  });

  it('from an unknown number is told so', async () => {
    const before = leadline.replies.length;
    expect((await incoming('ack', 'SM4', '+12025550100')).text).toContain('nothing to this number');
    expect(leadline.replies).toHaveLength(before);
  });

  it('under a wrong signature is refused', async () => {
    const fields = { MessageSid: 'SM5', From: '+4915112345678', Body: 'ack' };
    expect((await twilio.report(`${leadline.callbackUrl}/sms`, fields, true)).status).toBe(403);
  });
});

describe('A page by call', () => {
  it('says it twice, with the keys, and waits for one', async () => {
    const { form, result } = await leave('voice');
    expect(result.result).toBe('accepted');
    const twiml = form.get('Twiml')!;
    expect(twiml).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?><Response><Gather input="dtmf" numDigits="1"/);
    const sentence = 'Leadline. Checkout burns its budget. To acknowledge, press 1. To resolve, press 2.';
    expect(twiml.split(sentence)).toHaveLength(3);
    expect(form.getAll('StatusCallbackEvent')).toEqual(['answered', 'completed']);
  });

  it('what is said cannot change the call', async () => {
    const { form } = await leave('voice', {
      content: aPageContent({ spoken: '</Say><Dial>+1900</Dial>\u0000 & "x"' }),
    });
    expect(form.get('Twiml')).not.toContain('<Dial>');
    expect(form.get('Twiml')).toContain('&lt;Dial&gt;+1900&lt;/Dial&gt; &amp; &quot;x&quot;');
  });

  const keysUrlOf = (form: URLSearchParams): string =>
    /action="([^"]+)"/.exec(form.get('Twiml')!)![1]!.replaceAll('&amp;', '&');

  it.each([
    ['1', 'acknowledge'],
    ['2', 'resolve'],
  ] as const)('key %s: %s', async (Digits, said) => {
    const { form, sid, message } = await leave('voice');
    const fields = { CallSid: sid, From: twilioNumber, To: message.address, Digits };
    const answer = await twilio.report(keysUrlOf(form), fields);
    expect(leadline.replies.at(-1)).toEqual({
      replyToken: 'page.k3v9x2m1',
      said,
      text: said,
      by: `phone key ${Digits} from +4915112345678`,
    });
    expect(answer.text).toMatch(/<Say language="en-GB">\w+ \(\d+\)\.<\/Say><Hangup\/>/);
    const before = leadline.replies.length;
    expect(await twilio.report(keysUrlOf(form), fields)).toEqual(answer);
    expect(leadline.replies).toHaveLength(before);
  });

  it('another key hears the keys once more', async () => {
    const { form, sid } = await leave('voice');
    const before = leadline.replies.length;
    const answer = await twilio.report(keysUrlOf(form), { CallSid: sid, Digits: '9' });
    expect(answer.text).toContain('To acknowledge, press 1.');
    expect(leadline.replies).toHaveLength(before);
  });

  it.each([
    ['in-progress', 'delivered'],
    ['completed', 'delivered'],
    ['no-answer', 'failed'],
    ['busy', 'failed'],
    ['ringing', null],
  ] as const)('a call that is %s: %s', async (CallStatus, result) => {
    const { form, sid, message } = await leave('voice');
    const before = leadline.receipts.length;
    await twilio.report(form.get('StatusCallback')!, { CallSid: sid, CallStatus });
    const news = leadline.receipts.slice(before);
    if (result === null) expect(news).toEqual([]);
    else expect(news).toMatchObject([{ of: { key: message.key }, result }]);
  });

  it.each([
    ['human', 'delivered'],
    ['machine_start', 'failed'],
  ] as const)('answered by a %s: %s, where machines are told apart', async (AnsweredBy, result) => {
    const { form, sid } = await leave('voice', {}, { machineDetection: true });
    await twilio.report(form.get('AsyncAmdStatusCallback')!, { CallSid: sid, AnsweredBy });
    expect(leadline.receipts.at(-1)).toMatchObject({ result });
  });

  it('without a public address it only speaks', async () => {
    await sendBy(channel, provider('voice'), aPageMessage({ channel: 'voice', address: '+4915112345678' }), null);
    const { form } = twilio.taken.at(-1)!;
    expect(form.get('Twiml')).not.toContain('Gather');
    expect(form.has('StatusCallback')).toBe(false);
  });
});

describe('What Twilio does not take is told', () => {
  const problem = (status: number, code: number, message: string, headers = {}): Said => ({
    status,
    headers,
    body: { code, message, status },
  });
  it.each<[string, Said, string, RegExp, number | null]>([
    ['too many', problem(429, 20429, 'Too Many Requests', { 'retry-after': '5' }), 'failed', /20429: Too Many/, 5],
    ['a full queue', problem(400, 21611, 'queue full'), 'failed', /21611/, null],
    ['unsubscribed', problem(400, 21610, 'unsubscribed recipient'), 'refused', /21610/, null],
    ['broken', { status: 503, body: '<html>' }, 'failed', /503/, null],
    [
      '201 with an error inside',
      { status: 201, body: { sid: 'SM1', status: 'failed', error_code: 30008, error_message: 'Unknown error' } },
      'refused',
      /code 30008: Unknown error/,
      null,
    ],
    ['201 of something else', { status: 201, body: 'ok' }, 'failed', /201/, null],
  ])('%s', async (_name, said, result, detail, retryAfterSeconds) => {
    twilio.next(said);
    expect(await sendBy(channel, provider('sms'), aPageMessage({ address: '+4915112345678' }))).toMatchObject({
      result,
      status: said.status,
      detail: expect.stringMatching(detail),
      retryAfterSeconds,
    });
  });

  it('a wrong token', async () => {
    const sentWrong = await sendBy(channel, provider('sms', {}, 'wrong'), aPageMessage({ address: '+4915112345678' }));
    expect(sentWrong).toMatchObject({ result: 'refused', status: 401, detail: expect.stringMatching(/20003/) });
  });

  it.each(['015112345678', '+49 151 12345678', '+0151', 'p1@example.org'])('%s is no number', (address) => {
    expect(channel.check(address, null)).toMatch(/country code/);
  });
});
