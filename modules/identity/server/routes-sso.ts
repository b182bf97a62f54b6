import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Http } from '../../../platform/http/http.ts';
import * as admin from '../contract.ts';
import * as contract from '../contract/sign-in.ts';
import { sessionOf } from './authenticate.ts';
import { ledgerActor, type IdentityGround } from './identity-ground.ts';
import { noSuchProvider } from './refusals.ts';
import { ownBrowser } from './routes-sign-in.ts';
import { readCookie, writeCookie } from './session-cookie.ts';
import { stepShape } from './shapes.ts';
import { beginSso, finishSso } from './sso.ts';
import { applyProvider, removeProvider } from './sso-providers.ts';
import { findProvider, listProviders } from './store/sso.ts';
import type { ProviderRow } from './store/tables.ts';
import { ownOrigin } from './visitor.ts';

export const addSsoRoutes = (http: Http, identity: IdentityGround): void => {
  http.route(contract.beginSso, async (call) => {
    const { request, params, body } = call;
    const browser = ownBrowser(identity, request);
    const wanted = { provider: params.provider, ...body, redirectUri: redirectUri(identity, request, params.provider) };
    const { location, browserSecret } = await beginSso(identity, wanted, browser, sessionOf(request));
    writeCookie(identity, call, 'sso', browserSecret);
    return { location };
  });

  http.route(contract.finishSso, async (call) => {
    const { request, params, body } = call;
    const browser = ownBrowser(identity, request);
    const returned = {
      provider: params.provider,
      query: body.query,
      browserSecret: readCookie(identity, request, 'sso'),
    };
    writeCookie(identity, call, 'sso', null);
    const finished = await finishSso(identity, returned, browser, sessionOf(request));
    if (finished.secret !== null) writeCookie(identity, call, 'session', finished.secret);
    return { ...stepShape(finished.step), purpose: finished.purpose, returnTo: finished.returnTo };
  });

  http.route(admin.listSsoProviders, async ({ request }) => ({
    items: (await listProviders(identity.db)).map((row) =>
      providerShape(row, redirectUri(identity, request, row.name)),
    ),
    next: null,
  }));

  http.route(admin.applySsoProvider, async ({ params, body, request, signedIn }) => {
    const outcome = await applyProvider(identity, ledgerActor(signedIn()), params.provider, body);
    const row = await findProvider(identity.db, { name: params.provider });
    if (!row) throw noSuchProvider(params.provider);
    return { outcome, provider: providerShape(row, redirectUri(identity, request, row.name)) };
  });

  http.route(admin.removeSsoProvider, async ({ params, signedIn }) => {
    await removeProvider(identity, ledgerActor(signedIn()), params.provider);
    return undefined;
  });
};

/**
 * The screen that hands what came back to `finishSso`. An address for each provider, so that a code of one is never
 * traded at another (mix-up, RFC 9700 section 4.4).
 */
const redirectUri = (identity: IdentityGround, request: FastifyRequest, provider: string): string =>
  `${ownOrigin(identity, request)}/sign-in/sso/${provider}`;

const providerShape = (row: ProviderRow, redirect: string): z.input<typeof admin.ssoProvider> => ({
  name: row.name,
  displayName: row.display_name,
  issuer: row.issuer,
  clientId: row.client_id,
  hasClientSecret: row.client_secret_encrypted !== null,
  scopes: row.scopes,
  signUp: row.sign_up,
  newPersonRole: row.new_person_role,
  redirectUri: redirect,
});
