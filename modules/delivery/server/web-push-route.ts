import type { Ground } from '../../../platform/module/ground.ts';
import type { Secrets } from '../../identity/server/public.ts';
import { readPushKey } from '../contract/web-push.ts';
import { keepVapidKeys } from './channels/web-push/store.ts';

/** The public key for browsers; the first one who asks makes the pair. */
export const addWebPushRoute = ({ http, postgres }: Pick<Ground, 'http' | 'postgres'>, secrets: Secrets): void => {
  const keys = keepVapidKeys(postgres, secrets);
  http.route(readPushKey, async () => ({ publicKey: (await keys()).publicKey }));
};
