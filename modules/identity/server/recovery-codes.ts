import { randomBytes } from 'node:crypto';
import { recoveryCodeCount } from '../domain/limits.ts';
import { hashSecret } from './secret-text.ts';
import { replaceRecoveryCodes } from './store/factors.ts';
import type { Tx } from './store/tables.ts';

/** Crockford's base32: no I, L, O, U, so that a code read from paper is not mistaken. */
const letters = '0123456789abcdefghjkmnpqrstvwxyz';
const codeLength = 16;

/** Makes ten new codes of 80 random bits, `abcd-efgh-jkmn-pqrs`; the old ones stop working. Shown once. */
export const makeRecoveryCodes = async (tx: Tx, personId: string): Promise<string[]> => {
  const codes = Array.from({ length: recoveryCodeCount }, () =>
    [...randomBytes(codeLength)].map((byte) => letters[byte % 32]).join(''),
  );
  await replaceRecoveryCodes(tx, personId, codes.map(hashSecret));
  return codes.map((code) => code.match(/.{4}/g)!.join('-'));
};

/** The hash of a code as a person typed it: case, spaces and dashes do not count, and o, i, l are read as 0, 1, 1. */
export const hashRecoveryCode = (typed: string): Buffer =>
  hashSecret(typed.toLowerCase().replace(/[\s-]/g, '').replaceAll('o', '0').replace(/[il]/g, '1'));
