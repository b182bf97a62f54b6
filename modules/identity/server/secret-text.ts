import { createHash, randomBytes } from 'node:crypto';

/** Begins every secret that Leadline gives out, so that secret scanners find it in sources and logs. */
const prefix = 'll_';
const pattern = /^ll_[A-Za-z0-9_-]{43}$/;

/** A new secret of 256 random bits, `ll_` and 43 characters of base64url. */
export const newSecret = (): string => prefix + randomBytes(32).toString('base64url');

/** Whether a text can be one of our secrets at all; what cannot is refused without asking the database. */
export const looksLikeSecret = (text: string): boolean => pattern.test(text);

/**
 * SHA-256, the form in which secrets are kept and looked up. A slow hash is for what people choose;
 * 256 random bits cannot be guessed from their hash.
 */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();
