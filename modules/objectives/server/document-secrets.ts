import { Refusal } from '../../../kernel/problem.ts';
import type { IdentityDoor } from '../../identity/server/public.ts';

/** What stands where a secret was: in answers and on the ledger. Said again, it keeps the secret that is there. */
export const keptSecret = '(kept secret)';

const sealed = '$sealed';
const secretName =
  /pass(word|phrase)?$|secret|token|credential|authori[sz]ation|bearer|(api|app|access|private|client|account)[-_]?key|^key$/i;
/** A user and password within an address. */
const addressWithPassword = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:[^/@\s]+@/i;

type Secrets = Pick<IdentityDoor['secrets'], 'encrypt' | 'decrypt'>;
type Json = Record<string, unknown>;

/** Walks a document; `secret` is given every text that is (or stands for) a secret, with its place. */
const walk = (
  value: unknown,
  visit: (text: unknown, place: string) => unknown,
  place = '',
  within = false,
): unknown => {
  if (Array.isArray(value)) return value.map((each, index) => walk(each, visit, `${place}.${index}`, within));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const at = `${place}.${name}`;
      const below = within || name === 'connectionDetails' || (name === 'spec' && place.endsWith('metricSource'));
      const isSecret = within && (isSealed(inner) || (typeof inner === 'string' && isSecretText(name, inner)));
      return [name, isSecret ? visit(inner, at) : walk(inner, visit, at, below)];
    }),
  );
};

const isSecretText = (name: string, text: string): boolean =>
  text !== '' && (secretName.test(name) || addressWithPassword.test(text));

const isSealed = (value: unknown): value is { $sealed: string } =>
  typeof value === 'object' && value !== null && typeof (value as Json)[sealed] === 'string';

/**
 * Secrets of connections, encrypted at rest: everything below `connectionDetails` and a metric's own `spec` whose name says so, and
 * addresses with a password. `place` is the document that they belong to; they open only there.
 */
export const sealSecrets = (body: unknown, secrets: Secrets, place: string): unknown =>
  walk(body, (text, at) =>
    typeof text === 'string' ? { [sealed]: secrets.encrypt(text, placeOf(place, at)).toString('base64') } : text,
  );

/** The document as it was said, secrets in the clear: only for asking the source. */
export const openSecrets = (body: unknown, secrets: Secrets, place: string): unknown =>
  walk(body, (value, at) =>
    isSealed(value) ? secrets.decrypt(Buffer.from(value.$sealed, 'base64'), placeOf(place, at)) : value,
  );

/** The document for people and for the ledger. */
export const hideSecrets = (body: unknown): unknown => walk(body, () => keptSecret);

/** A said document with the secrets that it keeps: `(kept secret)` becomes what is there at the same place. */
export const withKeptSecrets = (said: unknown, present: unknown): unknown => {
  const there = new Map<string, unknown>();
  walk(present, (text, at) => {
    there.set(at, text);
    return text;
  });
  return walk(said, (text, at) => {
    if (isSealed(text)) throw wrong(at, 'is no value; write the secret itself');
    if (text !== keptSecret) return text;
    if (!there.has(at)) throw wrong(at, 'keeps a secret that is not there; write the secret itself');
    return there.get(at);
  });
};

const placeOf = (document: string, at: string): string => `objectives:document:${document}${at}`;

const wrong = (at: string, message: string): Refusal =>
  new Refusal({
    status: 422,
    code: 'objectives.secret-missing',
    title: 'A secret is not there',
    errors: [{ path: at.slice(1), message }],
  });
