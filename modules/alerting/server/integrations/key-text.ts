import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { IntegrationKind } from '../../domain/alert.ts';

const letters = '0123456789abcdefghijklmnopqrstuvwxyz';
const length = 32;
/** The largest multiple of 36 in a byte: what is above is thrown again, so that every character is as likely. */
const evenBelow = 252;
const pattern = /^[0-9a-z]{32}$/u;
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u;

/**
 * A new key of an integration. PagerDuty's clients insist on 32 characters of [0-9a-z] (165 random bits), which is also what an
 * address of e-mail and of HTTP carries unchanged; Opsgenie's keys are UUIDs (122 random bits).
 */
export const newKey = (kind: IntegrationKind): string => (kind === 'opsgenie' ? randomUUID() : lettersOf());

const lettersOf = (): string => {
  let text = '';
  while (text.length < length)
    for (const byte of randomBytes(length)) if (byte < evenBelow && text.length < length) text += letters[byte % 36];
  return text;
};

/** Whether a text can be one of our keys at all; what cannot is refused without asking the database. */
export const looksLikeKey = (text: string): boolean => pattern.test(text) || uuidPattern.test(text);

/** SHA-256, the form in which keys are kept and looked up. A slow hash is for what people choose; these cannot be guessed. */
export const hashKey = (key: string): Buffer => createHash('sha256').update(key).digest();

/** How people tell two keys apart. */
export const endingOf = (key: string): string => key.slice(-4);
