import { createHmac, randomBytes, createECDH } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reply } from './public.ts';
import { aPageMessage } from './testing/a-page.ts';
import { startOutside, type Outside } from './testing/outside.ts';
import { acceptPush, type PushedMessage } from './testing/push-service.ts';
import { slackPress, slackSigningSecret, slackToken, startSlackApi, type SlackApi } from './testing/slack-api.ts';
import { startTwilioApi, twilioAccount, twilioNumber, type TwilioApi } from './testing/twilio-api.ts';
import { startDelivery, type DeliveryWorld } from './testing/world.ts';

/** A page leaves by each channel through the real sender, and what comes back reaches who waits for it. */
let world: DeliveryWorld;
let twilio: TwilioApi;
let slack: SlackApi;
let push: Outside;
const pushed: PushedMessage[] = [];
const replies: Reply[] = [];
const publicUrl = 'https://leadline.example.org';

beforeAll(async () => {
  world = await startDelivery({ publicUrl });
  world.door.onReply('page', async (reply) => {
    replies.push(reply);
    return `Done (${replies.length}).`;
  });
  twilio = await startTwilioApi();
  slack = await startSlackApi();
  push = await startOutside((seen) =>
    acceptPush(seen, {
      origin: push.url,
      nowSeconds: Date.now() / 1_000,
      subscriptionOf: (channel) => (channel === 'p1' ? { boundTo } : undefined),
      deliver: (message) => pushed.push(message),
    }),
  );
  for (const channel of ['sms', 'voice'])
    await world.provider(`twilio-${channel}`, {
      channel,
      kind: 'twilio',
      settings: { accountSid: twilioAccount.sid, from: twilioNumber, apiUrl: twilio.url },
      secrets: { authToken: twilioAccount.token },
    });
  await world.provider('slack', {
    channel: 'slack',
    kind: 'slack',
    settings: { apiUrl: `${slack.url}/api/` },
    secrets: { botToken: slackToken, signingSecret: slackSigningSecret },
  });
});
afterAll(async () => {
  await world.stop();
  await Promise.all([twilio, slack, push].map((each) => each.stop()));
});

let boundTo: string | null = null;
let sent = 0;
const leave = async (channel: 'sms' | 'voice' | 'slack' | 'web-push', address: string) => {
  sent += 1;
  const message = aPageMessage({ key: `round/${sent}`, channel, address });
  await world.enqueue(message);
  return message;
};
const stateOf = (key: string, state: string) =>
  expect.poll(async () => (await world.message(key))?.state, { timeout: 15_000 }).toBe(state);
/** The provider calls the address that we gave it, as a proxy passes it on: the name is the public one. */
const report = async (url: string, headers: Record<string, string>, payload: string) => {
  expect(url).toMatch(/^https:\/\/leadline\.example\.org\/api\/v1\/delivery\/callbacks\//);
  const answer = await world.http.fastify.inject({
    method: 'POST',
    url: url.slice(publicUrl.length),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload,
  });
  return { status: answer.statusCode, text: answer.body };
};
const fromTwilio = (url: string, fields: Record<string, string>) => {
  const text =
    url +
    Object.keys(fields)
      .toSorted()
      .map((name) => name + fields[name])
      .join('');
  const signature = createHmac('sha1', twilioAccount.token).update(text).digest('base64');
  return report(url, { 'x-twilio-signature': signature }, new URLSearchParams(fields).toString());
};

describe('A page leaves and an answer comes back', () => {
  it('SMS: taken, confirmed by a signed receipt, answered by SMS', async () => {
    const message = await leave('sms', '+4915112345678');
    await stateOf(message.key, 'unconfirmed');
    const { form, sid } = twilio.taken.at(-1)!;
    expect(
      (await fromTwilio(form.get('StatusCallback')!, { MessageSid: sid, MessageStatus: 'delivered' })).status,
    ).toBe(204);
    await stateOf(message.key, 'delivered');
    const incoming = { MessageSid: 'SM77', From: '+4915112345678', To: twilioNumber, Body: 'ACK' };
    const sms = `${publicUrl}/api/v1/delivery/callbacks/twilio-sms/sms`;
    const answer = await fromTwilio(sms, incoming);
    expect(answer.text).toContain('<Message>Done (1).</Message>');
    expect(await fromTwilio(sms, incoming)).toEqual(answer);
    expect(replies).toMatchObject([
      { replyToken: 'page.k3v9x2m1', said: 'acknowledge', by: 'SMS from +4915112345678' },
    ]);
  });

  it('a call that nobody takes: the failure is known at once', async () => {
    const message = await leave('voice', '+4915112345678');
    await stateOf(message.key, 'unconfirmed');
    const { form, sid } = twilio.taken.at(-1)!;
    await fromTwilio(form.get('StatusCallback')!, { CallSid: sid, CallStatus: 'no-answer' });
    await stateOf(message.key, 'failed');
    expect((await world.message(message.key)).attempts[0]).toMatchObject({
      provider: 'twilio-voice',
      detail: 'the call ended: no-answer',
    });
  });

  it('a call: a key acknowledges, and is answered', async () => {
    const message = await leave('voice', '+4915112345678');
    await stateOf(message.key, 'unconfirmed');
    const { form, sid } = twilio.taken.at(-1)!;
    await fromTwilio(form.get('StatusCallback')!, { CallSid: sid, CallStatus: 'in-progress' });
    await stateOf(message.key, 'delivered');
    const keys = /action="([^"]+)"/.exec(form.get('Twiml')!)![1]!.replaceAll('&amp;', '&');
    expect((await fromTwilio(keys, { CallSid: sid, Digits: '1' })).text).toMatch(/Done \(\d+\)\./);
    expect(replies.at(-1)).toMatchObject({ said: 'acknowledge', by: 'phone key 1 from +4915112345678' });
  });

  it('Slack: a button acts; a forged one is refused and changes nothing', async () => {
    const message = await leave('slack', 'C0PAYMENTS');
    await stateOf(message.key, 'accepted');
    const [button] = slack.posted.at(-1)!.blocks.at(-1).elements;
    const url = `${publicUrl}/api/v1/delivery/callbacks/slack`;
    const at = Temporal.Now.instant();
    const press = { actionId: button.action_id, value: button.value, at, responseUrl: `${slack.url}/respond` };
    const [good, forged] = [slackPress(press), slackPress({ ...press, secret: 'another' })];
    const before = replies.length;
    expect((await report(url, forged.headers, forged.body.toString())).status).toBe(403);
    expect(replies).toHaveLength(before);
    expect((await report(url, good.headers, good.body.toString())).status).toBe(200);
    expect((await report(url, good.headers, good.body.toString())).status).toBe(200);
    expect(replies).toHaveLength(before + 1);
    expect(replies.at(-1)).toMatchObject({ said: 'acknowledge', by: 'Slack button by alice' });
  });

  it('Web Push: under the key that the page is given', async () => {
    const { status, body } = await world.call('GET', '/api/v1/delivery/web-push-key');
    expect(status).toBe(200);
    boundTo = body.publicKey;
    const key = createECDH('prime256v1');
    const keys = { p256dh: key.generateKeys('base64url'), auth: randomBytes(16).toString('base64url') };
    const message = await leave('web-push', JSON.stringify({ endpoint: `${push.url}/push/p1`, keys }));
    await stateOf(message.key, 'accepted');
    expect(pushed).toHaveLength(1);
  });

  it('Web Push: a device that gave up its subscription is told upward', async () => {
    const keys = {
      p256dh: createECDH('prime256v1').generateKeys('base64url'),
      auth: randomBytes(16).toString('base64url'),
    };
    const message = await leave('web-push', JSON.stringify({ endpoint: `${push.url}/push/gone`, keys }));
    await stateOf(message.key, 'failed');
    expect((await world.message(message.key)).attempts[0]).toMatchObject({
      result: 'refused',
      status: 404,
      detail: expect.stringContaining('gave up its subscription'),
    });
  });
});

describe('What nobody sent', () => {
  it.each([
    ['a provider that there is not', '/api/v1/delivery/callbacks/nobody/status', 404],
    ['a provider that reports nothing', '/api/v1/delivery/callbacks/built-in-ntfy', 404],
    ['an unsigned report', '/api/v1/delivery/callbacks/twilio-sms/status?key=round%2F1', 403],
    ['a broken path', '/api/v1/delivery/callbacks/slack/%ZZ', 400],
  ])('%s', async (_name, url, status) => {
    const answer = await world.http.fastify.inject({ method: 'POST', url, payload: 'MessageStatus=failed' });
    expect(answer.statusCode).toBe(status);
  });
});
