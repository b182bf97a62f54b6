import { createHmac, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../../../../../kernel/problem.ts';
import { valueAt } from '../../../domain/json-path.ts';
import { replyTokenIn, saidBy } from '../../../domain/reply-words.ts';
import type { AnswerOnce } from '../../inbound/answer-once.ts';
import { inWords } from '../../inbound/in-words.ts';
import type { CallbackAnswer, CallbackRequest, CallbackTools, ChannelProvider } from '../channel.ts';
import { isPhoneNumber } from '../phone-number.ts';
import type { GatewaySettings } from './settings.ts';

/** Signs the addresses that a gateway is told to report to, each for one message: it need not know the secret itself. */
export const signatureOf = (provider: ChannelProvider, key: string): string =>
  createHmac('sha256', provider.secrets['callbackSecret'] ?? '')
    .update(`${provider.name}\n${key}`)
    .digest('base64url');

/** A key as a part of a path, whatever is in it. */
export const inAddress = (key: string): string => Buffer.from(key).toString('base64url');

/**
 * What a gateway reports: `receipt/<key>/<signature>` and `keys/<key>/<signature>` at the addresses that it was told, or
 * `receipt` and `sms` with the callback secret (`?secret=` or the header `x-callback-secret`) at those it is configured with.
 */
export const gatewayCallback = async (
  once: AnswerOnce,
  request: CallbackRequest,
  provider: ChannelProvider,
  tools: CallbackTools,
): Promise<CallbackAnswer> => {
  const [what, coded, signature] = request.path.replace(/^\//, '').split('/');
  const key = coded === undefined ? undefined : Buffer.from(coded, 'base64url').toString('utf8');
  const signed = key !== undefined && same(signature, provider.secrets['callbackSecret'] && signatureOf(provider, key));
  if (!signed && !knowsSecret(request, provider)) throw wrongSecret();
  const said = bodyOf(request);
  const settings = provider.settings as GatewaySettings;
  if (what === 'receipt') return receipt(settings, said, signed ? key : null, tools);
  if (what === 'keys' && signed) return keyPressed(settings, said, key, tools, once);
  if (what === 'sms') return smsCame(settings, said, provider, tools, once);
  throw new Refusal({ status: 404, code: 'delivery.callback-unknown', title: 'A gateway has nothing to report here' });
};

const wrongSecret = (): Refusal =>
  new Refusal({
    status: 403,
    code: 'delivery.callback-signature',
    title: 'This call does not bear the secret of the gateway',
    detail: 'Give it as ?secret= or in the header x-callback-secret; it is the secret callbackSecret of the provider.',
  });

const knowsSecret = (request: CallbackRequest, provider: ChannelProvider): boolean =>
  same(request.query['secret'] ?? request.headers['x-callback-secret'], provider.secrets['callbackSecret']);

const same = (given: string | undefined, expected: string | undefined): boolean => {
  if (!given || !expected) return false;
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** JSON as it is; a form or what stands in the address as its fields. */
const bodyOf = ({ body, headers, query }: CallbackRequest): unknown => {
  const text = body.toString('utf8');
  if (text === '') return query;
  if ((headers['content-type'] ?? '').includes('form-urlencoded'))
    return { ...query, ...Object.fromEntries(new URLSearchParams(text)) };
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal({ status: 400, code: 'delivery.callback-unreadable', title: 'This is neither JSON nor a form' });
  }
};

const textAt = (said: unknown, path: string | undefined): string | null => {
  const value = path === undefined ? undefined : valueAt(said, path);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
};

const answer = (status: number, body = ''): CallbackAnswer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body,
});

const receipt = async (
  { receipt: shape }: GatewaySettings,
  said: unknown,
  key: string | null,
  tools: CallbackTools,
): Promise<CallbackAnswer> => {
  const state = textAt(said, shape?.statusPath);
  const providerRef = textAt(said, shape?.refPath);
  const of = key !== null ? { key } : providerRef !== null ? { providerRef } : null;
  if (!shape || state === null || of === null)
    throw new Refusal({
      status: 422,
      code: 'delivery.receipt-unreadable',
      title: 'This receipt does not say which message it is for, or what became of it',
      detail: 'Set receipt.statusPath and, where the gateway is not told {{receiptUrl}}, receipt.refPath.',
    });
  const result = shape.delivered.includes(state) ? 'delivered' : shape.failed.includes(state) ? 'failed' : null;
  // States in between ("sent to the network") are no news.
  if (result === null) return answer(200);
  const detail = textAt(said, shape.detailPath);
  const known = await tools.receipt({
    of,
    result,
    detail: `the gateway says ${state}${detail ? `: ${detail}` : ''}`.slice(0, 300),
  });
  return known ? answer(200) : answer(404, 'There is no such message.');
};

const keyPressed = async (
  settings: GatewaySettings,
  said: unknown,
  key: string,
  tools: CallbackTools,
  once: AnswerOnce,
): Promise<CallbackAnswer> => {
  const digit = textAt(said, settings.keys?.digitPath) ?? '';
  const message = await tools.messageOf(key);
  const action = /^[1-3]$/.test(digit) ? message?.content.actions?.[Number(digit) - 1] : undefined;
  const replyToken = message?.content.replyToken;
  if (!message || !action || replyToken === undefined) return answer(422, 'This key means nothing for this message.');
  const { answer: words } = await once(`http-gateway:${key}:${digit}`, () =>
    inWords(() =>
      tools.reply({
        replyToken,
        said: action.id === 'acknowledge' || action.id === 'resolve' ? action.id : 'text',
        text: action.id,
        by: `phone key ${digit} from ${message.address}`,
      }),
    ),
  );
  return answer(200, words);
};

const smsCame = async (
  { incoming }: GatewaySettings,
  said: unknown,
  provider: ChannelProvider,
  tools: CallbackTools,
  once: AnswerOnce,
): Promise<CallbackAnswer> => {
  const [from, text, id] = [incoming?.fromPath, incoming?.textPath, incoming?.idPath].map((path) => textAt(said, path));
  if (!from || text == null || !id)
    throw new Refusal({
      status: 422,
      code: 'delivery.sms-unreadable',
      title: 'This message does not say from whom it is, what it says, or how it is called',
      detail: 'Set incoming.fromPath, incoming.textPath and incoming.idPath.',
    });
  const number = isPhoneNumber(from) ? from : `+${from.replace(/\D/g, '').replace(/^00/, '')}`;
  const replyToken = replyTokenIn(text) ?? (await tools.lastTo('sms', number))?.content.replyToken;
  if (replyToken === undefined) return answer(200, 'Leadline has sent nothing to this number that can be answered.');
  const { answer: words } = await once(`http-gateway:${provider.name}:${id}`, () =>
    inWords(() =>
      tools.reply({ replyToken, said: saidBy(text), text: text.trim().slice(0, 2_000), by: `SMS from ${number}` }),
    ),
  );
  return answer(200, words);
};
