import type { SourceKind } from '../../../domain/indicator.ts';
import type { IdentityDoor } from '../../../../identity/server/public.ts';
import { openSecrets } from '../../document-secrets.ts';
import { dataSources, type CountDb } from '../store.ts';
import { SourceTrouble } from './outgoing.ts';
import type { SourceConnection } from './series.ts';

/** Outside sources as DataSource documents name them. */
export interface Sources {
  /** Where and how a source is reached, its secret in the clear; throws SourceTrouble where there is no document or address. */
  connection(name: string, kind: SourceKind): Promise<SourceConnection>;
}

interface DataSource {
  readonly spec?: { readonly type?: unknown; readonly connectionDetails?: unknown };
}

/** Under which of these names a secret is looked for, the first one that is there. */
const secretNames = ['token', 'apiToken', 'bearerToken', 'accessToken', 'authToken', 'secret', 'apiKey', 'password'];

export const createSources = (options: {
  readonly db: CountDb;
  readonly secrets: Pick<IdentityDoor['secrets'], 'encrypt' | 'decrypt'>;
}): Sources => ({
  connection: async (name, kind) => {
    const all = (await dataSources(options.db)).map((each) => ({
      ...each,
      type: String((each.body as DataSource).spec?.type ?? '').toLowerCase(),
    }));
    const ofKind = all.filter(({ type }) => type === kind);
    // Documents that name only a type mean the one source of that type.
    const found =
      all.find((source) => source.name === name) ?? (name === kind && ofKind.length === 1 ? ofKind[0] : null);
    if (!found) throw new SourceTrouble(`There is no DataSource ${name}: apply its document.`, true);
    if (found.type !== kind)
      throw new SourceTrouble(`DataSource ${found.name} is of type ${found.type}, not ${kind}.`, true);
    const details = textsOf(opened(found, options.secrets).spec?.connectionDetails);
    const url = details['url'] ?? details['endpoint'] ?? details['address'] ?? details['baseUrl'];
    if (url === undefined || !isHttp(url))
      throw new SourceTrouble(
        `DataSource ${found.name} has no address: write connectionDetails: {url: https://…}.`,
        true,
      );
    const secret = secretNames.map((each) => details[each]).find((each) => each !== undefined) ?? null;
    return { url, user: details['user'] ?? details['username'] ?? null, secret, details };
  },
});

const opened = (
  { name, body }: { readonly name: string; readonly body: unknown },
  secrets: Parameters<typeof openSecrets>[1],
): DataSource => {
  try {
    return openSecrets(body, secrets, `DataSource/${name}`) as DataSource;
  } catch {
    throw new SourceTrouble(
      `The secrets of DataSource ${name} cannot be decrypted: the secret key is another one; apply the document again.`,
      true,
    );
  }
};

const isHttp = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

const textsOf = (details: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(typeof details === 'object' && details !== null ? details : {}).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
    ),
  );
