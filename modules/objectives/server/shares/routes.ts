import type { Ground } from '../../../../platform/module/ground.ts';
import * as contract from '../../contract/reviews.ts';
import type { ReportGround } from '../views/report.ts';
import { endShare, makeShare, noShare, shareShape, sharesMax, type SharesGround } from './commands.ts';
import { createShown } from './shown.ts';
import { shareBehind, sharesInForce } from './store.ts';
import type { SharesTables } from './tables.ts';

/** Puts the routes of read-only links on the HTTP ground. */
export const addShareRoutes = (
  ground: ReportGround & Pick<Ground, 'http'>,
  given: Pick<SharesGround, 'catalog' | 'linkSecrets'>,
): void => {
  const { http, postgres, ledger, clock } = ground;
  const shares: SharesGround = { postgres, ledger, clock, ...given };
  const db = postgres.tables<SharesTables>();
  const now = (): Date => new Date(clock.now().epochMilliseconds);
  const shown = createShown(ground);
  http.route(contract.createShare, async ({ body, signedIn }) => {
    const { share, secret } = await makeShare(shares, signedIn(), body);
    return { share, path: `/shared/objectives/${secret}` };
  });
  http.route(contract.listShares, async () => ({
    items: (await sharesInForce(db, now(), sharesMax)).map(shareShape),
  }));
  http.route(contract.deleteShare, ({ params, signedIn }) => endShare(shares, signedIn(), params.id) as never);
  http.route(contract.readShare, async ({ params, request }) => {
    const hash = given.linkSecrets.hashOf(params.secret);
    const share = hash === null ? null : await shareBehind(db, hash, now());
    if (share !== null) return shown(share);
    await given.linkSecrets.wrong(request);
    throw noShare(404);
  });
};
