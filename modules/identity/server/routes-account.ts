import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Actor, Http } from '../../../platform/http/http.ts';
import * as contract from '../contract/sign-in.ts';
import * as commands from './account.ts';
import { requireSession, sessionOf } from './authenticate.ts';
import type { IdentityGround } from './identity-ground.ts';
import { beginPasskeySignIn, finishPasskeySignIn } from './passkey-sign-in.ts';
import { authenticationOptions, registrationOptions } from './passkeys.ts';
import { onePerson } from './routes-people.ts';
import { answerOpened, ownBrowser } from './routes-sign-in.ts';
import { writeCookie } from './session-cookie.ts';
import { confirmedUntil, idleSince } from './sessions.ts';
import { factorsOf, passkeysOf } from './store/factors.ts';
import { readOrganisation } from './store/organisation.ts';
import { findPerson } from './store/people.ts';
import { sessionsOf, type SessionView } from './store/sessions.ts';
import { identitiesOf, listProviders } from './store/sso.ts';

type Served = { request: FastifyRequest; reply: FastifyReply };
type Webauthn = Record<string, unknown>;

export const addAccountRoutes = (http: Http, identity: IdentityGround): void => {
  const renew = (call: Served, secret: string): void => writeCookie(identity, call, 'session', secret);

  http.route(contract.readAccount, async ({ request, signedIn }) => accountShape(identity, signedIn(), request));

  http.route(contract.changeAccount, async ({ request, body, signedIn }) => {
    await commands.renameSelf(identity, requireSession(request), body.displayName);
    return accountShape(identity, signedIn(), request);
  });

  http.route(contract.confirm, async (call) => {
    const { secret, until } = await commands.confirmBy(identity, requireSession(call.request), call.body);
    renew(call, secret);
    return { confirmedUntil: until.toISOString() };
  });

  http.route(contract.changePassword, async (call) => {
    renew(call, (await commands.changePassword(identity, requireSession(call.request), call.body.password)).secret);
    return undefined;
  });

  http.route(contract.beginTotp, async ({ request }) => commands.offerAuthenticator(identity, requireSession(request)));

  http.route(contract.enableTotp, async (call) => {
    const { recoveryCodes, secret } = await commands.enableAuthenticator(
      identity,
      requireSession(call.request),
      call.body.code,
    );
    renew(call, secret);
    return { recoveryCodes };
  });

  http.route(contract.disableTotp, async ({ request }) => {
    await commands.disableAuthenticator(identity, requireSession(request));
    return undefined;
  });

  http.route(contract.makeRecoveryCodes, async ({ request }) => ({
    recoveryCodes: await commands.newRecoveryCodes(identity, requireSession(request)),
  }));

  http.route(contract.unlinkIdentity, async ({ request, params }) => {
    await commands.unlinkIdentity(identity, requireSession(request), params.identity);
    return undefined;
  });

  http.route(contract.listSessions, async ({ request }) => {
    const { session } = requireSession(request);
    const now = identity.now();
    const rows = await sessionsOf(identity.db, session.person_id, idleSince(now), now);
    return { items: rows.map((row) => sessionShape(row, session.id)), next: null };
  });

  http.route(contract.endSession, async ({ request, params }) => {
    await commands.endOwnSessions(identity, requireSession(request), params.session);
    return undefined;
  });

  addPasskeyRoutes(http, identity, renew);
};

const addPasskeyRoutes = (
  http: Http,
  identity: IdentityGround,
  renew: (call: Served, secret: string) => void,
): void => {
  http.route(contract.beginPasskeySignIn, async ({ request }) =>
    plain(await beginPasskeySignIn(identity, request, ownBrowser(identity, request))),
  );

  http.route(contract.finishPasskeySignIn, async (call) =>
    answerOpened(
      identity,
      call,
      await finishPasskeySignIn(identity, call.request, call.body.response, ownBrowser(identity, call.request)),
    ),
  );

  http.route(contract.beginPasskeyConfirm, async ({ request }) =>
    plain(
      await authenticationOptions(identity, request, { purpose: 'confirm', session: requireSession(request).session }),
    ),
  );

  http.route(contract.finishPasskeyConfirm, async (call) => {
    const { secret, until } = await commands.confirmByPasskey(
      identity,
      call.request,
      requireSession(call.request),
      call.body.response,
    );
    renew(call, secret);
    return { confirmedUntil: until.toISOString() };
  });

  http.route(contract.beginPasskey, async ({ request }) => {
    const shown = requireSession(request);
    commands.requireConfirmed(identity, shown);
    return plain(await registrationOptions(identity, request, shown.session));
  });

  http.route(contract.addPasskey, async (call) => {
    const { recoveryCodes, secret } = await commands.addPasskey(
      identity,
      call.request,
      requireSession(call.request),
      call.body,
    );
    renew(call, secret);
    return { recoveryCodes };
  });

  http.route(contract.removePasskey, async ({ request, params }) => {
    await commands.removePasskey(identity, requireSession(request), params.passkey);
    return undefined;
  });
};

const plain = (options: object): Webauthn => ({ ...options });

const accountShape = async (
  identity: IdentityGround,
  actor: Actor,
  request: FastifyRequest,
): Promise<z.input<typeof contract.account>> => {
  const session = sessionOf(request)?.session;
  const organisation = await readOrganisation(identity.db);
  const person = actor.kind === 'person' ? await onePerson(identity, actor.id, actor) : null;
  return {
    kind: actor.kind,
    id: actor.id,
    name: actor.name,
    displayName: person?.displayName ?? actor.name,
    role: actor.role,
    teams: { ...actor.teams },
    scopes: [...actor.scopes],
    organisation: organisation.name,
    person,
    signIn: session ? await waysIn(identity, session) : null,
  };
};

const waysIn = async (identity: IdentityGround, session: SessionView) => {
  const { person_id: id } = session;
  const [person, factors, passkeys, identities, providers] = await Promise.all([
    findPerson(identity.db, id),
    factorsOf(identity.db, id),
    passkeysOf(identity.db, id),
    identitiesOf(identity.db, id),
    listProviders(identity.db),
  ]);
  const providerOf = (issuer: string) => providers.find((each) => each.issuer === issuer);
  return {
    password: person!.password_hash !== null,
    totp: factors.totp,
    recoveryCodesLeft: factors.recoveryCodesLeft,
    passkeys: passkeys.map((each) => ({
      id: each.id,
      name: each.name,
      createdAt: each.created_at.toISOString(),
      lastUsedAt: each.last_used_at?.toISOString() ?? null,
    })),
    identities: identities.map((each) => ({
      id: each.id,
      provider: providerOf(each.issuer)?.name ?? null,
      displayName: providerOf(each.issuer)?.display_name ?? each.issuer,
      label: each.label,
      linkedAt: each.linked_at.toISOString(),
    })),
    providers: providers.map((each) => ({ name: each.name, displayName: each.display_name })),
    confirmedUntil: confirmedUntil(session, identity.now())?.toISOString() ?? null,
  };
};

const sessionShape = (
  row: Awaited<ReturnType<typeof sessionsOf>>[number],
  currentId: string,
): z.input<typeof contract.session> => ({
  id: row.id,
  current: row.id === currentId,
  method: row.method,
  address: row.address,
  userAgent: row.user_agent,
  createdAt: row.created_at.toISOString(),
  lastSeenAt: row.last_seen_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
});
