import { createECDH, randomBytes, type ECDH } from 'node:crypto';
import ece from 'http_ece';

/** What a browser hands out with its subscription: its public key (65 bytes, P-256) and a shared secret (16 bytes). */
export interface PushKeys {
  readonly p256dh: Buffer;
  readonly auth: Buffer;
}

/**
 * One message encrypted for one browser, as one record of `aes128gcm` (RFC 8291 section 4): only the browser reads it, the
 * push service that carries it does not. Salt and sender's key are new for each message; only the RFC's own example gives them.
 */
export const encryptPush = (plain: Buffer, keys: PushKeys, given: { salt?: Buffer; sender?: ECDH } = {}): Buffer =>
  ece.encrypt(plain, {
    version: 'aes128gcm',
    dh: keys.p256dh,
    authSecret: keys.auth,
    salt: given.salt ?? randomBytes(16),
    privateKey: given.sender ?? freshKey(),
  });

const freshKey = (): ECDH => {
  const key = createECDH('prime256v1');
  key.generateKeys();
  return key;
};
