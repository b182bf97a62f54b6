import { createHash } from 'node:crypto';

/**
 * The id of an owed notification, made of everything that makes it another one (a UUID of version 8, RFC 9562 section 5.8, from
 * SHA-256): whoever decides the same step again comes to the same id, so it is owed once and leaves under one key.
 */
export const notificationId = (parts: {
  readonly page: string;
  readonly kind: string;
  readonly seq: number;
  readonly step: number;
  readonly round: number;
  readonly person: string;
  readonly method: string;
  readonly rule: number;
}): string => {
  const { page, kind, seq, step, round, person, method, rule } = parts;
  const hash = createHash('sha256')
    .update(JSON.stringify([page, kind, seq, step, round, person, method, rule]))
    .digest();
  hash[6] = 0x80 | (hash[6]! & 0x0f);
  hash[8] = 0x80 | (hash[8]! & 0x3f);
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};
