import { createHmac, randomBytes } from 'node:crypto';
import type { Postgres } from '../../../../../platform/postgres/postgres.ts';
import type { Secrets } from '../../../../identity/server/public.ts';
import { keepSigningKey } from '../../store/signing-key.ts';
import type { DeliveryTables } from '../../store/tables.ts';
import { secretPrefix } from './sign.ts';

const place = 'delivery:signing-key:webhook';
const keyBytes = 32;

/** The secret that webhooks to one address are signed with: the same always, another for each address. */
export type SigningSecretOf = (address: string) => Promise<string>;

/** Secrets are derived from one key of the installation, which is made once and kept encrypted. */
export const createSigningSecrets = (postgres: Postgres, secrets: Secrets): SigningSecretOf => {
  let key: Promise<Buffer> | null = null;
  const load = async (): Promise<Buffer> => {
    const fresh = secrets.encrypt(randomBytes(keyBytes).toString('base64'), place);
    const kept = await keepSigningKey(postgres.tables<DeliveryTables>(), 'webhook', fresh);
    return Buffer.from(secrets.decrypt(kept, place), 'base64');
  };
  return async (address) => {
    key ??= load().catch((error: unknown) => {
      key = null;
      throw error;
    });
    return `${secretPrefix}${createHmac('sha256', await key)
      .update(`webhook ${address}`)
      .digest('base64')}`;
  };
};
