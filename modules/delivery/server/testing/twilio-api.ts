import { createHmac, randomBytes } from 'node:crypto';
import { startOutside, type Outside, type Said, type Seen } from './outside.ts';

export const twilioAccount = { sid: `AC${'0'.repeat(32)}`, token: 'token-of-the-account' } as const;
export const twilioNumber = '+15005550006';

/** One message or call that Twilio took. */
export interface TakenByTwilio {
  readonly sid: string;
  readonly form: URLSearchParams;
}

export interface TwilioApi extends Outside {
  readonly taken: TakenByTwilio[];
  next(said: Said): void;
  /** Twilio calls an address of ours, signed; `broken` changes the signature. */
  report(
    url: string,
    fields: Record<string, string>,
    broken?: boolean,
  ): Promise<{ status: number; type: string; text: string }>;
}

/** Twilio's REST API of 2010-04-01 for messages and calls: HTTP Basic, forms, its error bodies, its signed callbacks. */
export const startTwilioApi = async (): Promise<TwilioApi> => {
  const taken: TakenByTwilio[] = [];
  const instead: Said[] = [];
  const no = (status: number, code: number, message: string): Said => ({
    status,
    body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
  });
  const outside = await startOutside((seen) => {
    const other = instead.shift();
    if (other) return other;
    const what = new RegExp(`^/2010-04-01/Accounts/${twilioAccount.sid}/(Messages|Calls)\\.json$`).exec(seen.path)?.[1];
    if (!what || seen.method !== 'POST') return no(404, 20404, 'The requested resource was not found');
    const pair = Buffer.from(`${twilioAccount.sid}:${twilioAccount.token}`).toString('base64');
    if (seen.headers.authorization !== `Basic ${pair}`) return no(401, 20003, 'Authenticate');
    return what === 'Messages' ? message(seen) : call(seen);
  });
  const wrongNumbers = (form: URLSearchParams): Said | null => {
    if (!/^\+[1-9]\d{6,14}$/.test(form.get('To') ?? '')) return no(400, 21211, "The 'To' number is not valid.");
    if (form.get('From') !== twilioNumber && !form.get('MessagingServiceSid'))
      return no(400, 21606, "The 'From' number is not a Twilio number of this account.");
    return null;
  };
  const message = (seen: Seen): Said => {
    const form = seen.form();
    const body = form.get('Body') ?? '';
    if (body === '' || body.length > 1_600) return no(400, 21617, 'The concatenated message body is too long');
    return wrongNumbers(form) ?? take('SM', form);
  };
  const call = (seen: Seen): Said => {
    const form = seen.form();
    const twiml = form.get('Twiml') ?? '';
    if (twiml.length > 4_000) return no(400, 21218, 'Invalid Twiml');
    if (!/^<\?xml[^>]*\?><Response>.*<\/Response>$/s.test(twiml)) return no(400, 12100, 'Document parse failure');
    return wrongNumbers(form) ?? take('CA', form);
  };
  const take = (kind: string, form: URLSearchParams): Said => {
    const sid = `${kind}${randomBytes(16).toString('hex')}`;
    taken.push({ sid, form });
    return { status: 201, body: { sid, status: 'queued', error_code: null, error_message: null, to: form.get('To') } };
  };
  return {
    ...outside,
    taken,
    next: (said) => void instead.push(said),
    report: async (url, fields, broken = false) => {
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
          'x-twilio-signature': signature(url, fields, broken),
        },
        body: new URLSearchParams(fields),
      });
      return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
    },
  };
};

/** As Twilio's documentation describes it, apart from our own. */
const signature = (url: string, fields: Record<string, string>, broken: boolean): string => {
  let text = url;
  for (const name of Object.keys(fields).sort()) text += name + fields[name];
  return createHmac('sha1', broken ? 'another' : twilioAccount.token)
    .update(Buffer.from(text, 'utf-8'))
    .digest('base64');
};
