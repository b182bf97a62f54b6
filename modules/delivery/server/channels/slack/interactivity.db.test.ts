import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPostgres } from '../../../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../../../platform/postgres/postgres.ts';
import { createAnswerOnce } from '../../inbound/answer-once.ts';
import { startCallbackServer, type CallbackServer } from '../../testing/callback-server.ts';
import { channelGround, providerOf } from '../../testing/channel-ground.ts';
import { slackPress, slackSigningSecret, startSlackApi, type SlackApi } from '../../testing/slack-api.ts';
import { createSlack } from './channel.ts';

let postgres: Postgres;
let slack: SlackApi;
let leadline: CallbackServer;
const ground = channelGround();

beforeAll(async () => {
  postgres = await testPostgres();
  slack = await startSlackApi();
  const channel = createSlack(ground, createAnswerOnce(postgres));
  const provider = providerOf(channel, { secrets: { botToken: 'x', signingSecret: slackSigningSecret } });
  leadline = await startCallbackServer(
    () => channel,
    () => provider,
    [],
  );
});
afterAll(async () => {
  await leadline.stop();
  await slack.stop();
  ground.stop();
  await postgres.stop();
});

const press = async (given: Partial<Parameters<typeof slackPress>[0]> = {}) => {
  const request = slackPress({
    actionId: 'leadline:acknowledge',
    value: 'page.k3v9x2m1',
    at: ground.clock.now(),
    responseUrl: `${slack.url}/respond`,
    ...given,
  });
  const answer = await fetch(leadline.callbackUrl, { method: 'POST', ...request, body: request.body.toString() });
  return { status: answer.status, text: await answer.text() };
};
const words = () => slack.seen.filter(({ path }) => path === '/respond').map((seen) => seen.json());

describe('A button in Slack', () => {
  it('acts, and the channel is told by whom and what became of it', async () => {
    expect(await press()).toEqual({ status: 200, text: '' });
    expect(leadline.replies).toEqual([
      { replyToken: 'page.k3v9x2m1', said: 'acknowledge', text: 'acknowledge', by: 'Slack button by alice' },
    ]);
    expect(words()).toEqual([{ response_type: 'in_channel', replace_original: false, text: 'Acknowledged (1).' }]);
  });

  it('a replay within the five minutes is answered the same, acts not, and says nothing', async () => {
    ground.clock.advance({ seconds: 60 });
    await press({ actionId: 'leadline:resolve' });
    const before = { replies: leadline.replies.length, words: words().length };
    const at = ground.clock.now();
    ground.clock.advance({ seconds: 240 });
    expect(await press({ actionId: 'leadline:resolve', at })).toEqual({ status: 200, text: '' });
    expect({ replies: leadline.replies.length, words: words().length }).toEqual(before);
  });

  it.each([
    ['older than five minutes', { at: ground.clock.now().subtract({ hours: 1 }) }, 'delivery.callback-out-of-time'],
    ['from a clock a day ahead', { at: ground.clock.now().add({ hours: 24 }) }, 'delivery.callback-out-of-time'],
    ['under another secret', { secret: 'another' }, 'delivery.callback-signature'],
  ])('one %s is refused', async (_name, given, code) => {
    const before = leadline.replies.length;
    const answer = await press(given);
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([403, code]);
    expect(leadline.replies).toHaveLength(before);
  });

  it.each([
    ['a link button', { actionId: 'leadline:open', value: undefined }],
    ['a button of another app', { actionId: 'approve', value: 'x' }],
  ])('%s does nothing', async (_name, given) => {
    ground.clock.advance({ seconds: 1 });
    const before = leadline.replies.length;
    expect((await press(given as object)).status).toBe(200);
    expect(leadline.replies).toHaveLength(before);
  });

  it('acts also where the word to the channel does not arrive', async () => {
    ground.clock.advance({ seconds: 1 });
    expect((await press({ responseUrl: 'http://127.0.0.1:1/' })).status).toBe(200);
    expect(leadline.replies.at(-1)).toMatchObject({ said: 'acknowledge' });
  });
});
