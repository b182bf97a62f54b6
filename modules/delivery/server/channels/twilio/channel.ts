import { z } from 'zod';
import type { AnswerOnce } from '../../inbound/answer-once.ts';
import type { Channel, ChannelGround, ChannelProvider, GuardedAnswer, SendCall, SendResult } from '../channel.ts';
import { isTemporary, jsonOf, notTaken, quoted, retryAfterOf, taken } from '../http-answer.ts';
import { isPhoneNumber, writePhoneNumber } from '../phone-number.ts';
import { smsText } from '../sms-text.ts';
import { twilioCallback } from './callback.ts';
import { spokenMessage } from './twiml.ts';

const settings = z.strictObject({
  accountSid: z.string().regex(/^AC[0-9a-zA-Z]{32}$/, 'AC and 32 characters, from the console'),
  /** Number or sender's name that messages and calls come from. */
  from: z.string().min(1).max(20).optional(),
  /** Instead of `from`, for SMS. */
  messagingServiceSid: z
    .string()
    .regex(/^MG[0-9a-zA-Z]{32}$/)
    .optional(),
  /** Another place that speaks Twilio's protocol. */
  apiUrl: z.url({ protocol: /^https?$/ }).default('https://api.twilio.com'),
  language: z.string().max(20).default('en-GB'),
  voice: z.string().max(60).optional(),
  /** Ends unanswered after so many seconds. */
  ringSeconds: z.number().int().min(5).max(600).default(40),
  /** A call that an answering machine takes counts as not delivered; Twilio charges for finding out. */
  machineDetection: z.boolean().default(false),
});

const secrets = z
  .strictObject({
    /** Signs what Twilio sends to us, and signs us in where there is no API key. */
    authToken: z.string().min(1),
    apiKey: z
      .string()
      .regex(/^SK[0-9a-zA-Z]{32}$/)
      .optional(),
    apiKeySecret: z.string().min(1).optional(),
  })
  .refine((value) => (value.apiKey === undefined) === (value.apiKeySecret === undefined), {
    message: 'apiKey and apiKeySecret belong together',
    path: ['apiKeySecret'],
  }) as unknown as z.ZodType<Record<string, string>>;

/** SMS and calls by Twilio's protocol: receipts by signed callback, answers by SMS and by phone key. */
export const createTwilio = (ground: ChannelGround, once: AnswerOnce): Channel => ({
  kind: 'twilio',
  channels: ['sms', 'voice'],
  settings,
  secrets,
  receiptWithinSeconds: 60,
  check: (address) => (isPhoneNumber(address) ? null : writePhoneNumber),
  send: (call) => {
    const form = call.provider.channel === 'voice' ? callForm(call) : messageForm(call);
    return form === null ? Promise.resolve(nobodyToBe) : post(ground, call, form);
  },
  callback: (request, provider, tools) => twilioCallback(once, request, provider, tools),
});

const nobodyToBe = notTaken({
  temporary: false,
  status: null,
  detail: 'This provider has no number to send from: set from (or messagingServiceSid for SMS).',
});

const messageForm = ({ message, provider, callbackUrl }: SendCall): URLSearchParams | null => {
  const { from, messagingServiceSid } = provider.settings;
  if (!from && !messagingServiceSid) return null;
  // A sender's name cannot be answered, and without a public address nobody brings us the answer.
  const canReply = callbackUrl !== null && (messagingServiceSid !== undefined || isPhoneNumber(from ?? ''));
  const form = new URLSearchParams({ To: message.address, Body: smsText(message.content, canReply) });
  if (messagingServiceSid) form.set('MessagingServiceSid', messagingServiceSid);
  else form.set('From', from);
  if (callbackUrl !== null) form.set('StatusCallback', reportTo(callbackUrl, 'status', message.key));
  return form;
};

const callForm = ({ message, provider, callbackUrl }: SendCall): URLSearchParams | null => {
  const { from, language, voice, ringSeconds, machineDetection } = provider.settings;
  if (!from) return null;
  const keysUrl = callbackUrl === null ? null : reportTo(callbackUrl, 'keys', message.key);
  const form = new URLSearchParams({
    To: message.address,
    From: from,
    Twiml: spokenMessage(message.content, { language, voice }, keysUrl),
    Timeout: String(ringSeconds),
  });
  if (callbackUrl === null) return form;
  form.set('StatusCallback', reportTo(callbackUrl, 'call', message.key));
  for (const event of ['answered', 'completed']) form.append('StatusCallbackEvent', event);
  if (machineDetection) {
    form.set('MachineDetection', 'Enable');
    form.set('AsyncAmd', 'true');
    form.set('AsyncAmdStatusCallback', reportTo(callbackUrl, 'machine', message.key));
  }
  return form;
};

const reportTo = (callbackUrl: string, what: string, key: string): string =>
  `${callbackUrl.replace(/\/$/, '')}/${what}?${new URLSearchParams({ key })}`;

const post = async (
  { clock, fetch }: ChannelGround,
  { message, provider, signal }: SendCall,
  form: URLSearchParams,
): Promise<SendResult> => {
  const { accountSid, apiUrl } = provider.settings;
  const what = provider.channel === 'voice' ? 'Calls' : 'Messages';
  const answer = await fetch(`${String(apiUrl).replace(/\/$/, '')}/2010-04-01/Accounts/${accountSid}/${what}.json`, {
    method: 'POST',
    signal,
    headers: {
      authorization: authorization(provider),
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      'idempotency-key': message.key,
    },
    body: form.toString(),
  });
  return judge(answer, clock.now());
};

const authorization = ({ settings: set, secrets: kept }: ChannelProvider): string => {
  const pair = kept['apiKey'] ? [kept['apiKey'], kept['apiKeySecret']] : [set['accountSid'], kept['authToken']];
  return `Basic ${Buffer.from(pair.join(':')).toString('base64')}`;
};

/** Twilio's codes that pass by themselves although their status is 400: too fast for this sender, queue full. */
const passing = new Set([14107, 20429, 21611, 30001, 30022]);
const lostStates = new Set(['failed', 'undelivered', 'canceled', 'busy', 'no-answer']);

/** Also a 201 may say that the message failed already. */
const judge = (answer: GuardedAnswer, now: Temporal.Instant): SendResult => {
  const { status } = answer;
  const said = jsonOf(answer) as
    | {
        sid?: string;
        status?: string | number;
        code?: number;
        message?: string;
        error_code?: number | null;
        error_message?: string | null;
      }
    | undefined;
  const good = status === 200 || status === 201;
  if (good && said?.sid && !lostStates.has(String(said.status)) && !said.error_code) return taken(status, said.sid);
  const code = said?.error_code ?? said?.code;
  const words = good ? (said?.error_message ?? said?.status) : (said?.message ?? answer.text);
  return notTaken({
    temporary: isTemporary(status) || (good && said?.sid === undefined) || (code != null && passing.has(code)),
    status,
    detail: `Twilio answered ${status}${code == null ? '' : `, code ${code}`}: ${quoted(String(words ?? ''))}`,
    retryAfterSeconds: retryAfterOf(answer, now),
  });
};
