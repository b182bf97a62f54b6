import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../../../kernel/problem.ts';

/** OWASP's smallest recommendation for argon2id: 19 MiB, two passes, one lane; about 40 ms here. */
const memoryKib = 19_456;
const passes = 2;
const tagLength = 32;

/**
 * Two hashes at a time: each takes a thread of the pool that file writes use as well, and 19 MiB.
 * Who would wait behind more than this is asked to come back.
 */
const atOnceMax = 2;
const waitingMax = 100;
let running = 0;
const waiting: (() => void)[] = [];

/** PHC string `$argon2id$v=19$m=…,t=…,p=1$salt$hash` of a new password. */
export const hashPassword = async (password: string): Promise<string> => {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, memoryKib, passes);
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=1$${unpadded(salt)}$${unpadded(hash)}`;
};

/**
 * Whether the password is right. Without a stored hash (no such person, none set, disabled) it works as long and says no:
 * the time of the answer does not tell which addresses exist.
 */
export const passwordMatches = async (password: string, stored: string | null): Promise<boolean> => {
  const parts =
    stored === null ? null : /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(stored);
  if (!parts) {
    await derive(password, noSalt, memoryKib, passes);
    return false;
  }
  const expected = Buffer.from(parts[4]!, 'base64');
  const actual = await derive(password, Buffer.from(parts[3]!, 'base64'), Number(parts[1]), Number(parts[2]));
  return expected.length === actual.length && timingSafeEqual(expected, actual);
};

/** How many hashes this process has computed; the tests of the limits look at it. */
export const hashesComputed = (): number => computed;

let computed = 0;
const noSalt = Buffer.alloc(16);
const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

const derive = async (password: string, salt: Buffer, memory: number, rounds: number): Promise<Buffer> => {
  await enter();
  try {
    computed += 1;
    return await new Promise<Buffer>((resolve, reject) => {
      const parameters = {
        message: Buffer.from(password.normalize('NFKC')),
        nonce: salt,
        parallelism: 1,
        tagLength,
        memory,
        passes: rounds,
      };
      argon2('argon2id', parameters, (error, hash) => (error ? reject(error) : resolve(Buffer.from(hash))));
    });
  } finally {
    leave();
  }
};

const enter = async (): Promise<void> => {
  if (running < atOnceMax) {
    running += 1;
    return;
  }
  if (waiting.length >= waitingMax) {
    throw new Refusal({
      status: 503,
      code: 'identity.sign-in-busy',
      title: 'Too many people sign in at once',
      detail: 'Try again in a few seconds.',
      retryAfterSeconds: 5,
    });
  }
  // Whoever leaves hands its place on, so `running` does not change.
  await new Promise<void>((resolve) => waiting.push(resolve));
};

const leave = (): void => {
  const next = waiting.shift();
  if (next) next();
  else running -= 1;
};
