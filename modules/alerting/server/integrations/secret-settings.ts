import { Refusal } from '../../../../kernel/problem.ts';
import type { AlertingGround } from '../ground.ts';

type Secrets = AlertingGround['identity']['secrets'];
type Settings = Readonly<Record<string, unknown>>;

/** What a secret setting is shown as; said again in a document it means: the one that is kept. */
export const keptSecret = '(kept secret)';
const prefix = 'sealed:';
const placeOf = (integration: string, name: string): string => `alerting:setting:${integration}:${name}`;

/**
 * Settings as they are kept: those in `names` encrypted. One that says the same as before stays as it was, so that the same document
 * changes nothing. Throws a Refusal where a kept secret is meant and none is there.
 */
export const sealSettings = <Given extends Settings>(
  secrets: Secrets,
  names: readonly string[],
  said: { readonly integration: string; readonly given: Given; readonly before: Settings },
): Given => {
  const sealed = Object.entries(said.given).map(([name, value]) => {
    if (!names.includes(name) || typeof value !== 'string') return [name, value];
    const known = said.before[name];
    if (value === keptSecret && typeof known !== 'string') throw nothingKept(name);
    if (typeof known === 'string' && [keptSecret, openSetting(secrets, said.integration, name, known)].includes(value))
      return [name, known];
    return [name, prefix + secrets.encrypt(value, placeOf(said.integration, name)).toString('base64')];
  });
  return Object.fromEntries(sealed) as Given;
};

/** A secret setting as it was said; null where there is none. */
export const openSetting = (secrets: Secrets, integration: string, name: string, value: unknown): string | null => {
  if (typeof value !== 'string') return null;
  if (!value.startsWith(prefix)) return value;
  return secrets.decrypt(Buffer.from(value.slice(prefix.length), 'base64'), placeOf(integration, name));
};

/** Settings for people's eyes. */
export const shownSettings = <Given extends Settings>(settings: Given): Given =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      typeof value === 'string' && value.startsWith(prefix) ? keptSecret : value,
    ]),
  ) as Given;

const nothingKept = (name: string): Refusal =>
  new Refusal({
    status: 422,
    code: 'alerting.no-secret-kept',
    title: 'No such secret is kept',
    detail: `settings.${name} says ${keptSecret}, but this integration has none yet: say the secret itself.`,
    errors: [{ path: `body.settings.${name}`, message: 'say the secret itself' }],
  });
