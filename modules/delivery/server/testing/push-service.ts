import { createPublicKey, randomUUID, verify } from 'node:crypto';
import type { Said, Seen } from './outside.ts';

/** A message that a push service took, for whoever holds the browser's key. */
export interface PushedMessage {
  readonly channel: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly ttl: number;
  readonly urgency: string;
  readonly topic: string | null;
}

/** What the service knows of one subscription. */
export interface KnownSubscription {
  /** Key that the browser bound the subscription to (`applicationServerKey`), in base64url; null where to none. */
  readonly boundTo: string | null;
  gone?: boolean;
}

/** The largest body that a service must take (RFC 8030 section 7.2). */
const bodyBytesMax = 4_096;

/**
 * The application server's side of a push service: checks all that RFC 8030, 8188, 8291 and 8292 ask of a request to
 * `<origin>/push/<channel>` and hands what is right to `deliver`. Says in the answer what is wrong, by section.
 */
export const acceptPush = (
  seen: Seen,
  options: {
    readonly origin: string;
    readonly nowSeconds: number;
    readonly subscriptionOf: (channel: string) => KnownSubscription | undefined;
    readonly deliver: (message: PushedMessage) => void;
  },
): Said => {
  const channel = /^\/push\/([\w-]+)$/.exec(seen.path)?.[1];
  const subscription = channel === undefined ? undefined : options.subscriptionOf(channel);
  if (channel === undefined || !subscription) return { status: 404, body: 'no such subscription' };
  if (seen.method !== 'POST') return { status: 405 };
  const unsigned = wrongVapid(seen, { ...options, boundTo: subscription.boundTo });
  if (unsigned) return { status: unsigned.status, body: unsigned.reason };
  if (subscription.gone) return { status: 410, body: 'the subscription is gone' };
  const ttl = String(seen.headers['ttl'] ?? '');
  if (!/^\d+$/.test(ttl)) return { status: 400, body: 'TTL is missing or wrong (RFC 8030 5.2)' };
  const urgency = String(seen.headers['urgency'] ?? 'normal');
  if (!['very-low', 'low', 'normal', 'high'].includes(urgency)) return { status: 400, body: 'Urgency (RFC 8030 5.3)' };
  const topic = seen.headers['topic'];
  if (topic !== undefined && !/^[A-Za-z0-9_-]{1,32}$/.test(String(topic)))
    return { status: 400, body: 'Topic (RFC 8030 5.4)' };
  if (seen.headers['content-encoding'] !== 'aes128gcm') return { status: 400, body: 'Content-Encoding (RFC 8291 4)' };
  if (seen.body.length > bodyBytesMax) return { status: 413, body: 'larger than 4096 bytes' };
  const wrong = wrongRecord(seen.body);
  if (wrong) return { status: 400, body: wrong };
  options.deliver({
    channel,
    body: seen.body,
    headers: { encoding: 'aes128gcm' },
    ttl: Number(ttl),
    urgency,
    topic: topic === undefined ? null : String(topic),
  });
  return { status: 201, headers: { location: `${options.origin}/message/${randomUUID()}`, ttl } };
};

/** RFC 8188 section 2.1: salt (16), record size (4), length of the key id (1), the sender's key, one record. */
const wrongRecord = (body: Buffer): string | null => {
  if (body.length < 86 + 17) return 'too short for a header and a record (RFC 8188 2.1)';
  if (body.readUInt32BE(16) < 18) return 'record size (RFC 8188 2.1)';
  if (body[20] !== 65 || body[21] !== 4) return 'the key id is no uncompressed P-256 key (RFC 8291 4)';
  if (body.length - 86 > body.readUInt32BE(16)) return 'more than one record (RFC 8291 4)';
  return null;
};

const wrongVapid = (
  seen: Seen,
  options: { readonly origin: string; readonly nowSeconds: number; readonly boundTo: string | null },
): { status: number; reason: string } | null => {
  const parts = /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(seen.headers.authorization ?? '');
  if (!parts) return { status: 401, reason: 'no vapid authorization (RFC 8292 3)' };
  const [, head, claims, signature, key] = parts as unknown as [string, string, string, string, string];
  if (options.boundTo !== null && key !== options.boundTo)
    return { status: 403, reason: 'another key than the subscription was made for (RFC 8292 4.2)' };
  const json = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  if (json(head).alg !== 'ES256') return { status: 403, reason: 'alg (RFC 8292 2)' };
  if (!signedBy(key, `${head}.${claims}`, signature)) return { status: 403, reason: 'signature (RFC 8292 2)' };
  const { aud, exp, sub } = json(claims);
  if (aud !== options.origin) return { status: 403, reason: 'aud (RFC 8292 2)' };
  if (!(exp > options.nowSeconds && exp <= options.nowSeconds + 86_400))
    return { status: 403, reason: 'exp (RFC 8292 2)' };
  if (!/^(mailto:|https:)/.test(sub)) return { status: 403, reason: 'sub (RFC 8292 2.1)' };
  return null;
};

const signedBy = (key: string, text: string, signature: string): boolean => {
  const point = Buffer.from(key, 'base64url');
  const publicKey = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  });
  const bytes = Buffer.from(signature, 'base64url');
  return verify('sha256', Buffer.from(text), { key: publicKey, dsaEncoding: 'ieee-p1363' }, bytes);
};
