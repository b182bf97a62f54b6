import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Channel, ChannelGround, GuardedAnswer, SendCall, SendResult } from '../channel.ts';
import { isTemporary, jsonOf, notTaken, quoted, retryAfterOf, taken } from '../http-answer.ts';
import { slackBlocks, slackText } from './blocks.ts';
import { slackCallback } from './interactivity.ts';
import type { AnswerOnce } from '../../inbound/answer-once.ts';

const settings = z.strictObject({
  /** Another place of Slack's API, such as that of GovSlack. */
  apiUrl: z.url({ protocol: /^https?$/ }).default('https://slack.com/api/'),
});

const secrets = z
  .strictObject({
    /** `xoxb-…`, with the scope `chat:write`; without it only incoming webhooks can be written to. */
    botToken: z.string().min(1),
    /** Then buttons act in Slack itself; without it they open links. */
    signingSecret: z.string().min(1),
  })
  .partial() as unknown as z.ZodType<Record<string, string>>;

/** Errors of `chat.postMessage` that pass by themselves; every other one would be said again. */
const passing = new Set([
  'ratelimited',
  'rate_limited',
  'fatal_error',
  'internal_error',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
]);

/**
 * Slack: a bot that writes into channels and to people (`chat.postMessage`), or an incoming webhook where the address is one.
 */
export const createSlack = (ground: ChannelGround, once: AnswerOnce): Channel => ({
  kind: 'slack',
  channels: ['slack'],
  settings,
  secrets,
  builtIn: () => ({ settings: { apiUrl: 'https://slack.com/api/' }, secrets: {} }),
  receiptWithinSeconds: null,
  check: (address, provider) => {
    if (isUrl(address)) return null;
    if (!/^(#[\w-]{1,80}|[CDGUW][A-Z0-9]{5,30})$/.test(address))
      return 'Write the id of a channel or of a person (C0123ABCD, U0123ABCD), #channel, or the address of an incoming webhook.';
    if (provider && !provider.secrets['botToken'])
      return 'Channels and people are reached by a provider of kind slack with a bot token; without one, give the address of an incoming webhook.';
    return null;
  },
  hostOf: (address) => (isUrl(address) ? new URL(address).host : null),
  send: (call) => (isUrl(call.message.address) ? sendToWebhook(ground, call) : postMessage(ground, call)),
  callback: (request, provider, tools) => slackCallback(ground, once, request, provider, tools),
});

const isUrl = (address: string): boolean => /^https?:\/\//.test(address) && URL.canParse(address);

const postMessage = async (
  { clock, fetch }: ChannelGround,
  { message, provider, signal, callbackUrl }: SendCall,
): Promise<SendResult> => {
  const { botToken, signingSecret } = provider.secrets;
  if (!botToken)
    return notTaken({
      temporary: false,
      status: null,
      detail: 'This Slack provider has no bot token for channels and people.',
    });
  const answer = await fetch(new URL('chat.postMessage', slashed(provider.settings['apiUrl'])).href, {
    method: 'POST',
    signal,
    headers: { authorization: `Bearer ${botToken}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({
      channel: message.address,
      text: slackText(message.content.subject),
      blocks: slackBlocks(message.content, signingSecret !== undefined && callbackUrl !== null),
      client_msg_id: uuidOf(message.key),
      metadata: { event_type: 'leadline_message', event_payload: { key: message.key } },
      unfurl_links: false,
    }),
  });
  return judgeApi(answer, clock.now());
};

/** Slack answers 200 also where it refuses: only `ok: true` is a yes. */
const judgeApi = (answer: GuardedAnswer, now: Temporal.Instant): SendResult => {
  const said = jsonOf(answer) as { ok?: boolean; error?: string; ts?: string; channel?: string } | undefined;
  const { status } = answer;
  if (status === 200 && said?.ok === true) return taken(status, said.ts ? `${said.channel}:${said.ts}` : null);
  const error = said?.error;
  return notTaken({
    temporary: error === undefined ? isTemporary(status) || status === 200 : passing.has(error) || status === 429,
    status,
    detail: `Slack answered ${status}: ${quoted(error ?? answer.text)}${hintFor(error)}`,
    retryAfterSeconds: retryAfterOf(answer, now),
  });
};

const hintFor = (error: string | undefined): string => {
  if (error === 'not_in_channel') return ' (invite the app into the channel)';
  if (error === 'channel_not_found') return ' (no such channel, or the app may not see it)';
  if (error === 'missing_scope') return ' (the app needs the scope chat:write)';
  if (error === 'invalid_auth' || error === 'token_revoked') return ' (the bot token is not valid any more)';
  return '';
};

const sendToWebhook = async (
  { clock, fetch }: ChannelGround,
  { message, provider, signal, callbackUrl }: SendCall,
): Promise<SendResult> => {
  const interactive = provider.secrets['signingSecret'] !== undefined && callbackUrl !== null;
  const answer = await fetch(message.address, {
    method: 'POST',
    signal,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({
      text: slackText(message.content.subject),
      blocks: slackBlocks(message.content, interactive),
    }),
  });
  if (answer.status === 200 && answer.text.trim() === 'ok') return taken(200, null);
  return notTaken({
    temporary: isTemporary(answer.status),
    status: answer.status,
    detail: `Slack's webhook answered ${answer.status}: ${quoted(answer.text)}`,
    retryAfterSeconds: retryAfterOf(answer, clock.now()),
  });
};

const slashed = (url: unknown): string => String(url).replace(/\/*$/, '/');

/** A UUID of the key, the same each time: Slack takes nothing else as `client_msg_id` (version 8 of RFC 9562: made by us). */
const uuidOf = (key: string): string => {
  const bytes = createHash('sha256').update(key).digest().subarray(0, 16);
  bytes[6] = 0x80 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};
