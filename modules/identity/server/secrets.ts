import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../../../kernel/problem.ts';
import type { Configuration } from '../../../platform/config/settings.ts';

/** Encrypts what Leadline must be able to read again: TOTP seeds, OIDC client secrets, later provider keys. */
export interface Secrets {
  /** `place` says what the secret belongs to (`totp:<person>`); the text decrypts only under the same place. */
  encrypt(plain: string, place: string): Buffer;
  /** Throws a Refusal `identity.secret-unreadable` when the key is another one than it was encrypted with. */
  decrypt(encrypted: Buffer, place: string): string;
}

const version = 1;
const ivBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

/** AES-256-GCM, laid out as version (1 byte), IV (12), tag (16), ciphertext. `place` is authenticated with it. */
export const createSecrets = (key: Buffer): Secrets => ({
  encrypt: (plain, place) => {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(place));
    const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(version), iv, cipher.getAuthTag(), text]);
  },
  decrypt: (encrypted, place) => {
    try {
      if (encrypted[0] !== version || encrypted.length < 1 + ivBytes + tagBytes) throw new Error('unknown layout');
      const iv = encrypted.subarray(1, 1 + ivBytes);
      const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(place));
      decipher.setAuthTag(encrypted.subarray(1 + ivBytes, 1 + ivBytes + tagBytes));
      return Buffer.concat([decipher.update(encrypted.subarray(1 + ivBytes + tagBytes)), decipher.final()]).toString(
        'utf8',
      );
    } catch {
      throw new Refusal({
        status: 500,
        code: 'identity.secret-unreadable',
        title: 'A stored secret cannot be decrypted',
        detail:
          'The secret key is another one than it was stored with. Restore the file secret.key of the data folder, or the setting secretKey.',
      });
    }
  },
});

/**
 * The key: derived from the setting `secretKey` where there is one (several processes on one database need the same),
 * else 32 random bytes in `<data>/secret.key`, made at the first start, readable by its owner alone.
 */
export const secretKey = (config: Configuration): Buffer => {
  const { secretKey: configured, data } = config.values;
  // The setting may be a phrase: scrypt (RFC 7914; N 2^15, r 8: about 80 ms, once a start) makes trying phrases dear.
  if (configured !== undefined)
    return scryptSync(configured, 'leadline secret key', keyBytes, {
      N: 2 ** 15,
      r: 8,
      p: 1,
      maxmem: 64 * 1024 * 1024,
    });
  const path = join(data, 'secret.key');
  if (!existsSync(path)) writeKeyFile(data, path);
  return readKeyFile(path);
};

/** Written whole under another name and linked into place: of two first starts at once one wins, and no half key is ever read. */
const writeKeyFile = (folder: string, path: string): void => {
  mkdirSync(folder, { recursive: true });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${randomBytes(keyBytes).toString('base64')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
};

const readKeyFile = (path: string): Buffer => {
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
  if (key.length !== keyBytes) {
    throw new Refusal({
      status: 500,
      code: 'identity.secret-key-broken',
      title: `${path} is not a key`,
      detail: 'It must hold 32 bytes in base64. Restore it from a backup; without it stored secrets are lost.',
    });
  }
  // A copy or a restore often widens the mode.
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
  return key;
};
