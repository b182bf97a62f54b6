import { Refusal } from '../../../../../kernel/problem.ts';
import { replyTokenIn, saidBy } from '../../../domain/reply-words.ts';
import type { AnswerOnce } from '../../inbound/answer-once.ts';
import { inWords } from '../../inbound/in-words.ts';
import { twilioSigned } from '../../inbound/twilio-signature.ts';
import type { OutgoingMessage } from '../../public.ts';
import type { CallbackAnswer, CallbackRequest, CallbackTools, ChannelProvider } from '../channel.ts';
import { spokenAnswer, spokenMessage, writtenAnswer, type Voice } from './twiml.ts';

const nothing: CallbackAnswer = { status: 204, contentType: 'text/plain', body: '' };
const xml = (body: string): CallbackAnswer => ({ status: 200, contentType: 'text/xml; charset=utf-8', body });

/** What came, once its signature was checked. */
interface Signed {
  readonly form: URLSearchParams;
  readonly key: string;
  readonly provider: ChannelProvider;
  readonly tools: CallbackTools;
  readonly once: AnswerOnce;
}

/**
 * What Twilio reports to us, each under its signature: `status` of an SMS, `call` and `machine` of a call, `keys` that were
 * pressed, and `sms` that came in (set that address at the number in Twilio's console).
 */
export const twilioCallback = async (
  once: AnswerOnce,
  request: CallbackRequest,
  provider: ChannelProvider,
  tools: CallbackTools,
): Promise<CallbackAnswer> => {
  const form = new URLSearchParams(request.method === 'POST' ? request.body.toString('utf8') : '');
  requireSignature(request, provider, form);
  // A number may be set to report by GET; then everything stands in the address, which is signed as well.
  const all = request.method === 'POST' ? form : new URLSearchParams(request.query);
  const signed: Signed = { form: all, key: request.query['key'] ?? '', provider, tools, once };
  const path = request.path.replace(/^\/|\/$/g, '');
  if (path === 'status') return messageStatus(signed);
  if (path === 'call') return callStatus(signed);
  if (path === 'machine') return answeredBy(signed);
  if (path === 'keys') return keyPressed(signed);
  if (path === 'sms') return smsCame(signed);
  throw new Refusal({ status: 404, code: 'delivery.callback-unknown', title: 'Twilio has nothing to report here' });
};

const requireSignature = (request: CallbackRequest, provider: ChannelProvider, form: URLSearchParams): void => {
  const authToken = provider.secrets['authToken'];
  const signature = request.headers['x-twilio-signature'];
  if (authToken && twilioSigned({ authToken, url: request.url, form, signature })) return;
  throw new Refusal({
    status: 403,
    code: 'delivery.callback-signature',
    title: 'This call does not bear the signature of Twilio',
    detail: 'The auth token of the provider must be that of the account, and publicUrl the address that Twilio calls.',
  });
};

const messageStatus = async ({ form, key, tools }: Signed): Promise<CallbackAnswer> => {
  const state = form.get('MessageStatus') ?? form.get('SmsStatus') ?? '';
  if (state === 'delivered' || state === 'read')
    await tools.receipt({ of: { key }, result: 'delivered', detail: state });
  if (state === 'failed' || state === 'undelivered')
    await tools.receipt({ of: { key }, result: 'failed', detail: `Twilio: ${state}${codeIn(form)}` });
  return nothing;
};

const codeIn = (form: URLSearchParams): string => {
  const code = form.get('ErrorCode');
  return code ? `, code ${code}` : '';
};

const callStatus = async ({ form, key, provider, tools }: Signed): Promise<CallbackAnswer> => {
  const state = form.get('CallStatus') ?? '';
  const answered = state === 'in-progress' || state === 'completed';
  // Where machines are told apart, that report decides.
  if (answered && provider.settings['machineDetection'] !== true)
    await tools.receipt({ of: { key }, result: 'delivered', detail: 'the call was answered' });
  if (['busy', 'no-answer', 'failed', 'canceled'].includes(state))
    await tools.receipt({ of: { key }, result: 'failed', detail: `the call ended: ${state}${codeIn(form)}` });
  return nothing;
};

const answeredBy = async ({ form, key, tools }: Signed): Promise<CallbackAnswer> => {
  const who = form.get('AnsweredBy') ?? '';
  const machine = who.startsWith('machine') || who === 'fax';
  await tools.receipt(
    machine
      ? { of: { key }, result: 'failed', detail: `a machine answered the call (${who})` }
      : { of: { key }, result: 'delivered', detail: 'a person answered the call' },
  );
  return nothing;
};

const voiceOf = ({ settings }: ChannelProvider): Voice => ({
  language: settings['language'],
  voice: settings['voice'],
});

const keyPressed = async ({ form, key, provider, tools, once }: Signed): Promise<CallbackAnswer> => {
  const message = await tools.messageOf(key);
  const voice = voiceOf(provider);
  const replyToken = message?.content.replyToken;
  if (!message || replyToken === undefined)
    return xml(spokenAnswer('Leadline does not know this call any more.', voice));
  const digits = form.get('Digits') ?? '';
  const action = message.content.actions?.[Number(digits) - 1];
  if (!/^[1-3]$/.test(digits) || !action) return xml(spokenMessage(message.content, voice, addressOfKeys(message)));
  const { answer } = await once(`twilio:${form.get('CallSid')}:${key}:${digits}`, () =>
    inWords(() =>
      tools.reply({
        replyToken,
        said: action.id === 'acknowledge' || action.id === 'resolve' ? action.id : 'text',
        text: action.id,
        by: `phone key ${digits} from ${message.address}`,
      }),
    ),
  );
  return xml(spokenAnswer(answer, voice));
};

/** A relative address: Twilio takes it against the one that it just called. */
const addressOfKeys = (message: OutgoingMessage): string => `keys?${new URLSearchParams({ key: message.key })}`;

const smsCame = async ({ form, provider, tools, once }: Signed): Promise<CallbackAnswer> => {
  const from = form.get('From') ?? '';
  const text = (form.get('Body') ?? '').trim();
  const replyToken = replyTokenIn(text) ?? (await tools.lastTo('sms', from))?.content.replyToken;
  if (replyToken === undefined)
    return xml(writtenAnswer('Leadline has sent nothing to this number that can be answered.'));
  const { answer } = await once(`twilio:${provider.name}:${form.get('MessageSid')}`, () =>
    inWords(() => tools.reply({ replyToken, said: saidBy(text), text: text.slice(0, 2_000), by: `SMS from ${from}` })),
  );
  return xml(writtenAnswer(answer));
};
