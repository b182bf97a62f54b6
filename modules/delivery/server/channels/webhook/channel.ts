import { z } from 'zod';
import type { OutgoingMessage } from '../../public.ts';
import type { Channel, ChannelGround, ChannelProvider, GuardedAnswer, SendResult } from '../channel.ts';
import { isTemporary, jsonOf, notTaken, quoted, retryAfterOf, taken } from '../http-answer.ts';
import { signatureHeaders } from './sign.ts';
import type { SigningSecretOf } from './signing-key.ts';

/** A 429 without a word about when. */
const pauseSecondsDefault = 5;

const headerName = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'letters, digits and hyphens');
const settings = z.strictObject({
  /** Headers that every call carries, for what stands before the receivers. */
  headers: z.record(headerName, z.string().max(2_000)).optional(),
});
const secrets = z
  .strictObject({
    /** Signs all webhooks of this provider instead of the secret of each address: `whsec_…`. */
    signingSecret: z.string().min(16),
    /** Sent as `Authorization: Bearer …`. */
    bearerToken: z.string().min(1),
  })
  .partial() as unknown as z.ZodType<Record<string, string>>;

/**
 * Webhooks to any address: a CloudEvent (1.0, structured JSON), signed (Standard Webhooks), with an `Idempotency-Key` that is
 * the same on a repeat. Needs no configured provider.
 */
export const createWebhook = (
  { clock, config, fetch }: Pick<ChannelGround, 'clock' | 'config' | 'fetch'>,
  secretOf: SigningSecretOf,
): Channel => ({
  kind: 'webhook',
  channels: ['webhook'],
  settings,
  secrets,
  builtIn: () => ({ settings: {}, secrets: {} }),
  receiptWithinSeconds: null,
  check: (address) =>
    httpUrl(address) === null ? 'Write the whole address, such as https://hooks.example.org/leadline.' : null,
  hostOf: (address) => httpUrl(address)?.host ?? null,
  send: async ({ message, provider, signal }) => {
    if (httpUrl(message.address) === null)
      return notTaken({ temporary: false, status: null, detail: 'This is not an http or https address.' });
    const { raw } = message.content;
    const body = raw?.body ?? JSON.stringify(cloudEvent(message, config.values.publicUrl));
    const secret = provider.secrets['signingSecret'] ?? (await secretOf(message.address));
    const headers = {
      ...(provider.settings['headers'] as Record<string, string> | undefined),
      ...bearer(provider),
      'content-type': raw?.contentType ?? 'application/cloudevents+json; charset=utf-8',
      'idempotency-key': message.key,
      ...signatureHeaders(secret, { id: message.key, at: clock.now(), body }),
    };
    return judge(await fetch(message.address, { method: 'POST', headers, body, signal }), clock.now());
  },
});

const httpUrl = (address: string): URL | null =>
  /^https?:\/\//i.test(address) && URL.canParse(address) ? new URL(address) : null;

const bearer = ({ secrets: kept }: ChannelProvider): Record<string, string> =>
  kept['bearerToken'] ? { authorization: `Bearer ${kept['bearerToken']}` } : {};

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
export const cloudEvent = (message: OutgoingMessage, publicUrl: string | undefined): Record<string, unknown> => ({
  specversion: '1.0',
  id: message.key,
  source: publicUrl ?? '/leadline',
  type: message.content.eventType ?? 'dev.leadline.message',
  subject: message.about,
  datacontenttype: 'application/json',
  data: {
    subject: message.content.subject,
    text: message.content.text,
    urgency: message.urgency,
    ...(message.content.lines ? { lines: message.content.lines } : {}),
    ...(message.content.link ? { link: message.content.link } : {}),
    ...(message.content.actions ? { actions: message.content.actions } : {}),
    ...message.content.data,
  },
});

/** A redirect is not followed: it is told, so that the address is put right. */
const judge = (answer: GuardedAnswer, now: Temporal.Instant): SendResult => {
  const { status } = answer;
  const said = quoted(answer.text);
  if (status >= 200 && status < 300) {
    const inside = errorInside(jsonOf(answer));
    if (inside === null) return taken(status, null);
    return notTaken({ temporary: true, status, detail: `answered ${status} with an error inside: ${quoted(inside)}` });
  }
  if (status >= 300 && status < 400)
    return notTaken({
      temporary: false,
      status,
      detail: `answered ${status}, a redirect to ${quoted(answer.headers['location'] ?? 'nowhere')}: write that address instead`,
    });
  return notTaken({
    temporary: isTemporary(status),
    status,
    detail: `answered ${status}${said === '' ? '' : `: ${said}`}`,
    retryAfterSeconds: retryAfterOf(answer, now) ?? (status === 429 ? pauseSecondsDefault : null),
  });
};

/** What many receivers answer with status 200 when they failed: `{"ok": false}`, `{"success": false}`, `{"error": …}`. */
const errorInside = (answer: unknown): string | null => {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return null;
  const { ok, success, error, errors } = answer as Record<string, unknown>;
  const named = [error, errors].find((each) => each !== undefined && each !== null && each !== false && each !== '');
  if (Array.isArray(named) && named.length === 0) return null;
  if (named !== undefined) return typeof named === 'string' ? named : JSON.stringify(named);
  return ok === false || success === false ? JSON.stringify(answer) : null;
};
