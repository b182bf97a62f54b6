import { generateKeyPairSync } from 'node:crypto';
import { importJWK, SignJWT, type JWK } from 'jose';

/** Names us towards push services: a browser's subscription is bound to the public key (RFC 8292). */
export interface VapidKeys {
  /** Uncompressed point, 65 bytes in base64url: what the page gives to `pushManager.subscribe`. */
  readonly publicKey: string;
  /** The private key as JSON Web Key. */
  readonly privateJwk: JWK;
}

/** RFC 8292 allows a day; half of it leaves room for clocks that differ. */
const tokenHours = 12;

/** A new pair on P-256. */
export const makeVapidKeys = (): VapidKeys => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const privateJwk = privateKey.export({ format: 'jwk' }) as JWK;
  const point = Buffer.concat([
    Buffer.of(4),
    Buffer.from(privateJwk.x!, 'base64url'),
    Buffer.from(privateJwk.y!, 'base64url'),
  ]);
  return { publicKey: point.toString('base64url'), privateJwk };
};

/**
 * The header `Authorization` for one push service: a token for its origin, signed by us, with whom to write to where
 * something is wrong (RFC 8292 sections 2 and 3). `contact` is a `mailto:` or `https:` address.
 */
export const vapidAuthorization = async (
  keys: VapidKeys,
  options: { readonly endpoint: string; readonly contact: string; readonly now: Temporal.Instant },
): Promise<string> => {
  const key = await importJWK(keys.privateJwk, 'ES256');
  const token = await new SignJWT({})
    .setProtectedHeader({ typ: 'JWT', alg: 'ES256' })
    .setAudience(new URL(options.endpoint).origin)
    .setExpirationTime(Math.floor(options.now.epochMilliseconds / 1_000) + tokenHours * 3_600)
    .setSubject(options.contact)
    .sign(key);
  return `vapid t=${token}, k=${keys.publicKey}`;
};
