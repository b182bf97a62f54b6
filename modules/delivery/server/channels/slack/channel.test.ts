import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPageContent, aPageMessage } from '../../testing/a-page.ts';
import type { AnswerOnce } from '../../inbound/answer-once.ts';
import { channelGround, providerOf, sendBy } from '../../testing/channel-ground.ts';
import type { Said } from '../../testing/outside.ts';
import { slackToken, startSlackApi, type SlackApi } from '../../testing/slack-api.ts';
import { createSlack } from './channel.ts';

const ground = channelGround();
const notAsked: AnswerOnce = async () => {
  throw new Error('nothing comes in here');
};
const channel = createSlack(ground, notAsked);
let slack: SlackApi;
beforeAll(async () => {
  slack = await startSlackApi();
});
afterAll(async () => {
  await slack.stop();
  ground.stop();
});

const bot = (secrets: Record<string, string> = {}) =>
  providerOf(channel, { settings: { apiUrl: `${slack.url}/api` }, secrets: { botToken: slackToken, ...secrets } });
const page = aPageMessage({ channel: 'slack', address: 'C0PAYMENTS' });

describe('A page in Slack', () => {
  it('is written by the bot with buttons that open the signed links', async () => {
    const sent = await sendBy(channel, bot(), { ...page, key: 'links' });
    expect(sent).toMatchObject({
      result: 'accepted',
      status: 200,
      providerRef: expect.stringMatching(/^C0PAYMENTS:1700/),
    });
    expect(slack.posted.at(-1)!.blocks.at(-1).elements).toEqual([
      expect.objectContaining({
        action_id: 'leadline:acknowledge',
        url: 'https://leadline.example.org/do/a1',
        style: 'primary',
      }),
      expect.objectContaining({ action_id: 'leadline:resolve', url: 'https://leadline.example.org/do/r1' }),
      expect.objectContaining({ action_id: 'leadline:open', url: 'https://leadline.example.org/pages/1' }),
    ]);
  });

  it('has buttons that act in Slack, where Slack can report back', async () => {
    await sendBy(channel, bot({ signingSecret: 's' }), { ...page, key: 'acts' }, 'https://leadline.example.org/back');
    const [acknowledge] = slack.posted.at(-1)!.blocks.at(-1).elements;
    expect(acknowledge).toMatchObject({ action_id: 'leadline:acknowledge', value: 'page.k3v9x2m1' });
    expect(acknowledge).not.toHaveProperty('url');
  });

  it('sent twice under one key stands there once', async () => {
    const before = slack.posted.length;
    const first = await sendBy(channel, bot(), { ...page, key: 'twice' });
    expect(await sendBy(channel, bot(), { ...page, key: 'twice' })).toEqual(first);
    expect(slack.posted.length - before).toBe(1);
  });

  it('cannot mention a channel, and fits whatever its length', async () => {
    const content = aPageContent({
      subject: `<!channel> ${'x'.repeat(500)}`,
      text: `<!here> <https://evil.example|click> & ${'y'.repeat(100_000)}`,
      lines: Array.from({ length: 40 }, (_, index) => ({ label: `L${index}`, value: 'z'.repeat(5_000) })),
      actions: Array.from({ length: 9 }, (_, index) => ({
        id: `a${index}`,
        label: 'l'.repeat(200),
        url: 'https://x.example',
      })),
    });
    expect((await sendBy(channel, bot(), { ...page, key: 'long', content })).result).toBe('accepted');
    const { blocks, text } = slack.posted.at(-1)!;
    expect(text).toMatch(/^&lt;!channel&gt;/);
    expect(blocks[1].text.text.length).toBeGreaterThan(2_900);
    expect(blocks[1].text.text).toMatch(/^&lt;!here&gt; &lt;https:\/\/evil.example\|click&gt; &amp; y/);
  });

  it('is cut between marks, never in one', async () => {
    const content = aPageContent({ text: '&'.repeat(5_000) });
    await sendBy(channel, bot(), { ...page, key: 'marks', content });
    expect(slack.posted.at(-1)!.blocks[1].text.text).toMatch(/^(&amp;)+…$/);
  });

  it('goes through an incoming webhook, without any provider', async () => {
    const builtIn = { ...channel.builtIn!()!, name: 'built-in-slack', channel: 'slack' as const };
    const address = `${slack.url}/services/T1/B1/secret`;
    expect(await sendBy(channel, builtIn, { ...page, address })).toMatchObject({ result: 'accepted', status: 200 });
    expect(slack.posted.at(-1)).toMatchObject({ channel: 'webhook', text: 'Checkout burns its budget' });
  });
});

describe('What Slack does not take is told', () => {
  const error = (name: string): Said => ({ status: 200, body: { ok: false, error: name } });
  it.each<[string, Said, string, RegExp, number | null]>([
    ['200 with an error inside', error('not_in_channel'), 'refused', /not_in_channel \(invite the app/, null],
    ['200 with an error that passes', error('fatal_error'), 'failed', /fatal_error/, null],
    ['too many', { ...error('ratelimited'), status: 429, headers: { 'retry-after': '30' } }, 'failed', /429/, 30],
    ['200 with a page of a proxy', { status: 200, body: '<html>' }, 'failed', /<html>/, null],
    ['500', { status: 500, body: 'oops' }, 'failed', /answered 500: oops/, null],
  ])('%s', async (_name, said, result, detail, retryAfterSeconds) => {
    slack.next(said);
    expect(await sendBy(channel, bot(), { ...page, key: _name })).toMatchObject({
      result,
      status: said.status,
      detail: expect.stringMatching(detail),
      retryAfterSeconds,
    });
  });

  it('a token that is not valid, and never the token itself', async () => {
    const sent = await sendBy(channel, bot({ botToken: 'xoxb-wrong' }), page);
    expect(sent).toMatchObject({
      result: 'refused',
      detail: expect.stringMatching(/invalid_auth.*not valid any more/),
    });
    expect(JSON.stringify(sent)).not.toContain('xoxb-wrong');
  });

  it.each<[string, Said, string]>([
    ['removed', { status: 404, body: 'no_service' }, 'refused'],
    ['of an archived channel', { status: 410, body: 'channel_is_archived' }, 'refused'],
    ['of a busy Slack', { status: 500, body: 'rollup_error' }, 'failed'],
    ['that answers 200 with another word', { status: 200, body: 'invalid_token' }, 'refused'],
  ])('a webhook %s', async (_name, said, result) => {
    slack.next(said);
    const address = `${slack.url}/services/T1/B1/secret`;
    expect(await sendBy(channel, bot(), { ...page, address })).toMatchObject({ result, status: said.status });
  });

  it.each([
    ['C0PAYMENTS', null],
    ['#oncall', null],
    ['https://hooks.slack.com/services/T/B/x', null],
    ['payments', /id of a channel/],
  ])('%s as an address', (address, expected) => {
    const said = channel.check(address, bot());
    if (expected === null) expect(said).toBeNull();
    else expect(said).toMatch(expected);
  });

  it('a channel without a bot token is told before the night', () => {
    expect(channel.check('C0PAYMENTS', providerOf(channel))).toMatch(/bot token/);
  });
});
