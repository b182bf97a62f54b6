import { reaches } from '../../../kernel/role.ts';
import type { Http } from '../../../platform/http/http.ts';
import * as contract from '../contract.ts';
import type { IdentityGround } from './identity-ground.ts';
import { cursorKey, onePage } from './routes-people.ts';
import { tokenShape } from './shapes.ts';
import { viewTokens } from './store/tokens.ts';
import { makeToken, revokeToken } from './tokens.ts';

export const addTokenRoutes = (http: Http, identity: IdentityGround): void => {
  http.route(contract.listTokens, async ({ query, signedIn }) => {
    const actor = signedIn();
    const now = identity.now();
    const own = actor.kind === 'token' ? { id: actor.id, ownerId: null } : { ownerId: actor.id };
    const whose = reaches(actor.role, 'admin') ? { ownerId: null } : own;
    const rows = await viewTokens(
      identity.db,
      { ...whose, beforeId: cursorKey(query.cursor), limit: query.limit + 1 },
      now,
    );
    return onePage(
      rows,
      query.limit,
      (row) => tokenShape(row, now),
      (row) => row.id,
    );
  });

  http.route(contract.makeToken, async ({ body, signedIn }) => {
    const expiresAt = body.expiresAt === null ? null : new Date(body.expiresAt);
    const { token, secret } = await makeToken(identity, signedIn(), { ...body, expiresAt });
    return { token: tokenShape(token, identity.now()), secret };
  });

  http.route(contract.revokeToken, async ({ params, signedIn }) => {
    await revokeToken(identity, signedIn(), params.token);
    return undefined;
  });
};
