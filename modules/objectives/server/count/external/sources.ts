import type { SourceKind } from '../../../domain/indicator.ts';
import type { IdentityDoor } from '../../../../identity/server/public.ts';
import { dataSources, encryptedSecret, keepSecret, removeSecret, secretsSet, type CountDb } from '../store.ts';
import { SourceTrouble } from './outgoing.ts';
import type { SourceConnection } from './series.ts';

/** Outside sources as DataSource documents name them, with their secrets. */
export interface Sources {
  /** Where and how a source is reached; throws SourceTrouble where there is no such document or address. */
  connection(name: string, kind: SourceKind): Promise<SourceConnection>;
  /** The secret is encrypted at rest and never told again. */
  setSecret(name: string, secret: string, by: string): Promise<void>;
  /** False where none was set. */
  removeSecret(name: string): Promise<boolean>;
  /** Which sources have a secret, set by whom and when. */
  secrets(): ReturnType<typeof secretsSet>;
}

export const createSources = (options: {
  readonly db: CountDb;
  readonly secrets: IdentityDoor['secrets'];
  readonly now: () => Temporal.Instant;
}): Sources => {
  const { db, secrets } = options;
  const place = (name: string): string => `objectives:source:${name}`;
  return {
    connection: async (name, kind) => {
      const all = await dataSources(db);
      const ofKind = all.filter(({ type }) => type === kind);
      // Documents that name only a type mean the one source of that type.
      const found =
        all.find((source) => source.name === name) ?? (name === kind && ofKind.length === 1 ? ofKind[0] : null);
      if (!found) throw new SourceTrouble(`There is no DataSource ${name}: apply its document.`, true);
      if (found.type !== kind)
        throw new SourceTrouble(`DataSource ${found.name} is of type ${found.type}, not ${kind}.`, true);
      const details = textsOf(found.connectionDetails);
      const url = details['url'] ?? details['endpoint'] ?? details['address'] ?? details['baseUrl'];
      if (url === undefined || !isHttp(url))
        throw new SourceTrouble(
          `DataSource ${found.name} has no address: write connectionDetails: {url: https://…}.`,
          true,
        );
      const kept = await encryptedSecret(db, found.name);
      return {
        url,
        user: details['user'] ?? details['username'] ?? null,
        secret: kept && secrets.decrypt(kept, place(found.name)),
        details,
      };
    },
    setSecret: (name, secret, by) =>
      keepSecret(db, { source: name, encrypted: secrets.encrypt(secret, place(name)), by, at: options.now() }),
    removeSecret: (name) => removeSecret(db, name),
    secrets: () => secretsSet(db),
  };
};

const isHttp = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

const textsOf = (details: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(typeof details === 'object' && details !== null ? details : {}).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
    ),
  );
