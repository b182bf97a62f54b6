import { createHash, randomBytes } from 'node:crypto';
import { Refusal } from '../../../../../kernel/problem.ts';

const triesMax = 5;

/** Identity's door as schedules see it: a secret, its hash, and an end to guessing. */
export const createLinkSecrets = () => {
  let tries = 0;
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return {
    make: () => {
      const secret = `ll_${randomBytes(32).toString('base64url')}`;
      return { secret, hash: hash(secret) };
    },
    hashOf: (text: string) => (/^ll_.{43}$/u.test(text) ? hash(text) : null),
    wrong: async () => {
      tries += 1;
      if (tries > triesMax)
        throw new Refusal({ status: 429, code: 'identity.too-many-tries', title: 'Too many tries' });
    },
  };
};
