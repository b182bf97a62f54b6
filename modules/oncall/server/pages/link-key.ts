import { randomBytes } from 'node:crypto';
import type { PagesDoors } from './pages-ground.ts';
import { keepLinkKey } from './link-key-store.ts';
import type { Db } from './tables.ts';

const place = 'oncall:link-key:1';

/** The key that signs links: made at the first start, encrypted at rest, the same for all processes of one database. */
export const linkKey = async (db: Db, { identity }: Pick<PagesDoors, 'identity'>): Promise<Buffer> => {
  const fresh = identity.secrets.encrypt(randomBytes(32).toString('base64'), place);
  return Buffer.from(identity.secrets.decrypt(await keepLinkKey(db, fresh), place), 'base64');
};
