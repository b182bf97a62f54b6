import { z } from 'zod';
import { Refusal } from '../../../../../kernel/problem.ts';
import type { AnswerOnce } from '../../inbound/answer-once.ts';
import { slackSigned } from '../../inbound/slack-signature.ts';
import type { CallbackAnswer, CallbackRequest, CallbackTools, ChannelGround, ChannelProvider } from '../channel.ts';
import { actionPrefix } from './blocks.ts';

/** The word to who pressed must not hold up Slack, which waits for three seconds in all. */
const wordWithinMs = 1_500;

/** What Slack sends when somebody presses a button (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload). */
const pressed = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: z.string(), username: z.string().optional(), name: z.string().optional() }),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().optional() })).min(1),
  response_url: z.url().optional(),
});

const done: CallbackAnswer = { status: 200, contentType: 'text/plain', body: '' };

/**
 * A pressed button: signature and time are checked first; the same request once more (a repeat, or a recording within the
 * five minutes) is answered the same and does nothing.
 */
export const slackCallback = async (
  ground: ChannelGround,
  once: AnswerOnce,
  request: CallbackRequest,
  provider: ChannelProvider,
  tools: CallbackTools,
): Promise<CallbackAnswer> => {
  const body = request.body.toString('utf8');
  const signature = request.headers['x-slack-signature'];
  requireSignature(ground, provider, request, body);
  const payload = pressed.safeParse(payloadOf(body));
  const action = payload.data?.actions[0];
  // A link button reports as well, and so do buttons of others: there is nothing to do.
  if (!payload.success || !action?.value || !action.action_id.startsWith(actionPrefix)) return done;
  const { user, response_url: responseUrl } = payload.data;
  const id = action.action_id.slice(actionPrefix.length);
  const { answer, repeat } = await once(`slack:${provider.name}:${signature}`, () =>
    tools.reply({
      replyToken: action.value!,
      said: id === 'acknowledge' || id === 'resolve' ? id : 'text',
      text: id,
      by: `Slack button by ${user.username ?? user.name ?? user.id}`,
    }),
  );
  if (!repeat && responseUrl !== undefined) await sayIn(ground, responseUrl, answer);
  return done;
};

const requireSignature = (
  { clock }: ChannelGround,
  provider: ChannelProvider,
  request: CallbackRequest,
  body: string,
): void => {
  const signingSecret = provider.secrets['signingSecret'];
  const checked = signingSecret
    ? slackSigned({
        signingSecret,
        timestamp: request.headers['x-slack-request-timestamp'],
        signature: request.headers['x-slack-signature'],
        body,
        now: clock.now(),
      })
    : ({ good: false, reason: 'unsigned' } as const);
  if (checked.good) return;
  const late = checked.reason === 'out-of-time';
  throw new Refusal({
    status: 403,
    code: late ? 'delivery.callback-out-of-time' : 'delivery.callback-signature',
    title: late ? 'This call is older or newer than five minutes' : 'This call does not bear the signature of Slack',
    detail: late
      ? 'It may be a recording; or the clock of this machine is wrong.'
      : 'Give the provider the signing secret of the Slack app.',
  });
};

const payloadOf = (body: string): unknown => {
  try {
    return JSON.parse(new URLSearchParams(body).get('payload') ?? '');
  } catch {
    return null;
  }
};

/** Says in the channel what became of it, so that everybody there knows. It is done also where this does not arrive. */
const sayIn = async ({ fetch, log }: ChannelGround, url: string, text: string): Promise<void> => {
  try {
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ response_type: 'in_channel', replace_original: false, text }),
      signal: AbortSignal.timeout(wordWithinMs),
    });
  } catch (error) {
    log.info({ err: error }, 'slack did not take the word to who pressed the button');
  }
};
