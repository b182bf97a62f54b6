import { escapingOf, fillTemplate, type Values } from '../../../domain/fill-template.ts';
import { valueAt } from '../../../domain/json-path.ts';
import type { AnswerOnce } from '../../inbound/answer-once.ts';
import type { Channel, ChannelGround, GuardedAnswer, GuardedRequest, SendCall, SendResult } from '../channel.ts';
import { isTemporary, jsonOf, notTaken, quoted, retryAfterOf, taken } from '../http-answer.ts';
import { isPhoneNumber, writePhoneNumber } from '../phone-number.ts';
import { smsText } from '../sms-text.ts';
import { gatewayCallback, inAddress, signatureOf } from './callback.ts';
import { gatewaySecrets, gatewaySettings, type GatewaySettings } from './settings.ts';

/** Any gateway for SMS or calls that takes an HTTP request: by template, whoever makes it. */
export const createHttpGateway = (ground: ChannelGround, once: AnswerOnce): Channel => ({
  kind: 'http-gateway',
  channels: ['sms', 'voice'],
  settings: gatewaySettings,
  secrets: gatewaySecrets,
  receiptWithinSeconds: null,
  check: (address) => (isPhoneNumber(address) ? null : writePhoneNumber),
  send: (call) => send(ground, call),
  callback: (request, provider, tools) => gatewayCallback(once, request, provider, tools),
});

const send = async ({ clock, fetch }: ChannelGround, call: SendCall): Promise<SendResult> => {
  const settings = call.provider.settings as GatewaySettings;
  const request = gatewayRequest(call);
  if (request === null)
    return notTaken({
      temporary: false,
      status: null,
      detail: 'The template names an address to report to, but there is no publicUrl, or no secret callbackSecret.',
    });
  const answer = await fetch(request.url, { ...request.request, signal: call.signal });
  return judgeGateway(answer, settings, clock.now());
};

/** The request for one message; null where its template needs an address to report to and there is none. */
export const gatewayRequest = ({
  provider,
  message,
  callbackUrl,
}: Pick<SendCall, 'provider' | 'message' | 'callbackUrl'>): {
  readonly url: string;
  readonly request: Omit<GuardedRequest, 'signal'>;
} | null => {
  const settings = provider.settings as GatewaySettings;
  const { content } = message;
  const reportTo = (what: string): string | null =>
    callbackUrl === null || !provider.secrets['callbackSecret']
      ? null
      : `${callbackUrl.replace(/\/$/, '')}/${what}/${inAddress(message.key)}/${signatureOf(provider, message.key)}`;
  const needsReport = /\{\{\s*(receiptUrl|keysUrl)\b/.test(JSON.stringify(settings));
  if (needsReport && reportTo('receipt') === null) return null;
  const values: Values = {
    to: message.address,
    text: smsText(content, settings.incoming !== undefined && callbackUrl !== null),
    subject: content.subject,
    spoken: content.spoken ?? `${content.subject}. ${content.text}`,
    key: message.key,
    about: message.about,
    link: content.link?.url ?? '',
    receiptUrl: reportTo('receipt') ?? '',
    keysUrl: reportTo('keys') ?? '',
    ...Object.fromEntries(Object.entries(provider.secrets).map(([name, value]) => [`secret.${name}`, value])),
  };
  const headers = Object.fromEntries(
    Object.entries(settings.headers).map(([name, text]) => [name.toLowerCase(), fillTemplate(text, values, 'header')]),
  );
  const withBody = settings.method !== 'GET' && settings.body !== undefined;
  return {
    url: fillTemplate(settings.url, values, 'form'),
    request: {
      method: settings.method,
      headers: {
        'idempotency-key': message.key,
        ...basic(provider.secrets),
        ...(withBody ? { 'content-type': settings.contentType } : {}),
        ...headers,
      },
      ...(withBody ? { body: fillTemplate(settings.body!, values, escapingOf(settings.contentType)) } : {}),
    },
  };
};

const basic = (secrets: Readonly<Record<string, string>>): Record<string, string> => {
  if (!secrets['username']) return {};
  const pair = Buffer.from(`${secrets['username']}:${secrets['password'] ?? ''}`).toString('base64');
  return { authorization: `Basic ${pair}` };
};

/** Yes only where the status and, where it is configured, the answer say so: many gateways answer 200 with an error inside. */
const judgeGateway = (answer: GuardedAnswer, settings: GatewaySettings, now: Temporal.Instant): SendResult => {
  const { success, refPath } = settings;
  const { status, text } = answer;
  const said = jsonOf(answer);
  const goodStatus = success.statuses?.includes(status) ?? (status >= 200 && status < 300);
  const value = success.path === undefined ? undefined : valueAt(said, success.path);
  const goodValue =
    success.path === undefined || (success.equals ? success.equals.includes(String(value)) : saysYes(value));
  const goodText = success.contains === undefined || text.includes(success.contains);
  if (goodStatus && goodValue && goodText) {
    const ref = refPath === undefined ? undefined : valueAt(said, refPath);
    return taken(status, typeof ref === 'string' || typeof ref === 'number' ? String(ref) : null);
  }
  const error = success.errorPath === undefined ? undefined : valueAt(said, success.errorPath);
  const words = error === undefined ? text : typeof error === 'string' ? error : JSON.stringify(error);
  return notTaken({
    temporary: goodStatus ? (success.temporary?.includes(String(value)) ?? false) : isTemporary(status),
    status,
    detail: `The gateway answered ${status}${goodStatus ? ', but not yes' : ''}: ${quoted(words)}`,
    retryAfterSeconds: retryAfterOf(answer, now),
  });
};

const saysYes = (value: unknown): boolean => value !== undefined && value !== null && value !== false && value !== '';
