import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Configuration } from '../../../../../platform/config/settings.ts';
import type { Channel, ChannelGround, GuardedAnswer, SendCall, SendResult } from '../channel.ts';
import { isTemporary, notTaken, quoted, retryAfterOf, taken } from '../http-answer.ts';
import { encryptPush } from './encrypt.ts';
import { pushedNotification } from './notification.ts';
import { readSubscription } from './subscription.ts';
import { vapidAuthorization, type VapidKeys } from './vapid.ts';

/** How long a push service keeps what a sleeping device did not fetch, where the message does not say. */
const keptSecondsDefault = 24 * 3_600;
/** Four weeks: the longest that the large push services keep. */
const keptSecondsMax = 28 * 24 * 3_600;

/** What a push service may write to when something is wrong with what we send (RFC 8292 section 2.1). */
const settings = z.strictObject({
  contact: z
    .string()
    .regex(/^(mailto:.+@.+|https:\/\/.+)$/, 'a mailto: or https: address')
    .optional(),
});

/**
 * Web Push (RFC 8030): straight to the push service of the browser's maker, encrypted for the one browser, with no account
 * and no relay. Needs no configured provider.
 */
export const createWebPush = (ground: ChannelGround, keys: () => Promise<VapidKeys>): Channel => ({
  kind: 'web-push',
  channels: ['web-push'],
  settings,
  secrets: z.strictObject({}),
  builtIn: () => ({ settings: {}, secrets: {} }),
  receiptWithinSeconds: null,
  check: (address) => {
    const read = readSubscription(address);
    return typeof read === 'string' ? read : null;
  },
  hostOf: (address) => {
    const read = readSubscription(address);
    return typeof read === 'string' ? null : new URL(read.endpoint).host;
  },
  send: (call) => push(ground, keys, call),
});

const push = async (
  { clock, config, fetch }: ChannelGround,
  keys: () => Promise<VapidKeys>,
  { message, provider, signal }: SendCall,
): Promise<SendResult> => {
  const subscription = readSubscription(message.address);
  if (typeof subscription === 'string') return notTaken({ temporary: false, status: null, detail: subscription });
  const now = clock.now();
  const answer = await fetch(subscription.endpoint, {
    method: 'POST',
    signal,
    headers: {
      authorization: await vapidAuthorization(await keys(), {
        endpoint: subscription.endpoint,
        contact: (provider.settings['contact'] as string | undefined) ?? contactOf(config),
        now,
      }),
      'content-type': 'application/octet-stream',
      'content-encoding': 'aes128gcm',
      ttl: String(secondsKept(message.expiresAt, now)),
      urgency: message.urgency === 'high' ? 'high' : 'normal',
      // The same key once more replaces what was not fetched yet (RFC 8030 section 5.4); 32 characters are allowed.
      topic: createHash('sha256').update(message.key).digest('base64url').slice(0, 32),
    },
    body: encryptPush(pushedNotification(message), subscription.keys),
  });
  return judge(answer, now);
};

const secondsKept = (expiresAt: Temporal.Instant | null, now: Temporal.Instant): number => {
  if (expiresAt === null) return keptSecondsDefault;
  const left = Math.floor((expiresAt.epochMilliseconds - now.epochMilliseconds) / 1_000);
  return Math.min(Math.max(left, 0), keptSecondsMax);
};

/** Apple's push service refuses a token without a contact, and one at localhost. */
const contactOf = (config: Configuration): string => {
  const { publicUrl } = config.values;
  return publicUrl?.startsWith('https://') ? publicUrl : 'mailto:leadline@localhost';
};

const judge = (answer: GuardedAnswer, now: Temporal.Instant): SendResult => {
  const { status } = answer;
  if (status === 200 || status === 201 || status === 202) return taken(status, answer.headers['location'] ?? null);
  return notTaken({
    temporary: isTemporary(status),
    status,
    detail: sentenceOf(answer),
    retryAfterSeconds: retryAfterOf(answer, now),
  });
};

const sentenceOf = ({ status, text }: GuardedAnswer): string => {
  if (status === 404 || status === 410)
    return 'This browser gave up its subscription: notifications must be turned on again on the device.';
  if (status === 413) return 'The push service takes no message as large as this.';
  if (status === 429) return 'The push service wants fewer messages for this browser.';
  if (status === 401 || status === 403)
    return `The push service does not know us for this browser; turn notifications on again there. It said: ${quoted(text)}`;
  return `The push service answered ${status}${text === '' ? '' : `: ${quoted(text)}`}`;
};
