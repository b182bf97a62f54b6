import * as openid from 'openid-client';
import { Refusal } from '../../../kernel/problem.ts';
import { newId } from '../../../platform/clock/id.ts';
import { ssoFlowMinutes, ssoIdentitiesPerPersonMax } from '../domain/limits.ts';
import type { ShownSession } from './authenticate.ts';
import { later, personActor, systemActor, type IdentityGround } from './identity-ground.ts';
import { addPerson } from './people.ts';
import { noSuchProvider } from './refusals.ts';
import { hashSecret, looksLikeSecret, newSecret } from './secret-text.ts';
import { confirmSession, openSession } from './sessions.ts';
import type { Browser } from './sign-in.ts';
import { configurationOf, issuerRefusal } from './sso-issuer.ts';
import { findPerson, lockPerson, updatePerson } from './store/people.ts';
import {
  consumeFlow,
  findIdentity,
  findProvider,
  identitiesOf,
  insertFlow,
  insertIdentity,
  type SsoFlowRow,
} from './store/sso.ts';
import type { ProviderRow, SsoPurpose, Tx } from './store/tables.ts';
import type { SignInStep } from '../domain/sign-in-step.ts';
import { requireConfirmed } from './account.ts';
import { takeAddressTicket } from './try-limits.ts';

/** A confirmation by the provider counts when the person proved themselves there this recently. */
const confirmSeconds = 300;

export interface Beginning {
  readonly provider: string;
  readonly purpose: SsoPurpose;
  readonly returnTo: string;
  /** Where the provider sends the browser back to. */
  readonly redirectUri: string;
}

/** Begins the code flow with PKCE, state and nonce; `browserSecret` goes into a cookie, so that only this browser may finish. */
export const beginSso = async (
  identity: IdentityGround,
  wanted: Beginning,
  browser: Browser,
  shown: ShownSession | null,
): Promise<{ location: string; browserSecret: string }> => {
  await takeAddressTicket(identity, 'sso', browser.visitor);
  if (wanted.purpose !== 'sign-in' && !shown)
    throw new Refusal({ status: 401, code: 'http.not-signed-in', title: 'Sign in first' });
  // Linking is asked for by the owner, who proves again to be one; whoever finds a screen open cannot add their own account.
  if (wanted.purpose === 'link') requireConfirmed(identity, shown!);
  const provider = await findProvider(identity.db, { name: wanted.provider });
  if (!provider) throw noSuchProvider(wanted.provider);
  const configuration = await configurationOf(identity, provider);
  // In the form of our other secrets, so that what comes back is checked before the database is asked.
  const state = newSecret();
  const browserSecret = newSecret();
  const nonce = openid.randomNonce();
  const verifier = openid.randomPKCECodeVerifier();
  const location = openid.buildAuthorizationUrl(configuration, {
    redirect_uri: wanted.redirectUri,
    scope: provider.scopes.join(' '),
    state,
    nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(wanted.purpose === 'confirm' ? { prompt: 'login', max_age: String(confirmSeconds) } : {}),
  });
  await insertFlow(identity.db, {
    state_hash: hashSecret(state),
    browser_hash: hashSecret(browserSecret),
    provider_id: provider.id,
    purpose: wanted.purpose,
    session_id: wanted.purpose === 'sign-in' ? null : shown!.session.id,
    nonce,
    code_verifier: verifier,
    redirect_uri: wanted.redirectUri,
    return_to: ownPath(wanted.returnTo),
    expires_at: later(identity.now(), { minutes: ssoFlowMinutes }),
  });
  return { location: location.href, browserSecret };
};

export interface Finished {
  readonly purpose: SsoPurpose;
  readonly returnTo: string;
  readonly step: SignInStep;
  /** The session's new secret; null when the session stays as it is. */
  readonly secret: string | null;
}

/** Finishes what this browser began: trades the code, checks the ID token, and signs in, links or confirms. */
export const finishSso = async (
  identity: IdentityGround,
  returned: { readonly provider: string; readonly query: string; readonly browserSecret: string | null },
  browser: Browser,
  shown: ShownSession | null,
): Promise<Finished> => {
  const flow = await takeFlow(identity, returned);
  const provider = await findProvider(identity.db, { id: flow.provider_id });
  if (provider?.name !== returned.provider) throw flowRefused();
  const claims = await tradeCode(identity, provider, flow, returned.query);
  const done = {
    purpose: flow.purpose,
    returnTo: flow.return_to,
    step: { step: 'done', reason: 'no-second-factor' } as const,
  };
  if (flow.purpose === 'sign-in') {
    const opened = await identity.transaction(async (tx) => {
      const person = await personBehind(identity, tx, provider, claims);
      return openSession(identity, tx, { person, method: 'sso', visitor: browser.visitor, replaces: browser.cookie });
    });
    return { ...done, ...opened };
  }
  if (!shown || shown.session.id !== flow.session_id) throw flowRefused();
  if (flow.purpose === 'link') {
    await identity.transaction((tx) => linkTo(identity, tx, shown, provider, claims));
    return { ...done, secret: null };
  }
  const confirmed = await identity.transaction(async (tx) => {
    const linked = await findIdentity(tx, provider.issuer, claims.subject);
    if (linked?.person_id !== shown.session.person_id)
      throw new Refusal({
        status: 403,
        code: 'identity.sso-other-person',
        title: 'That is another account than yours',
        detail: 'Choose the account that is linked to you.',
      });
    return confirmSession(identity, tx, { ...shown, by: 'sso' });
  });
  return { ...done, secret: confirmed.secret };
};

/** What an issuer says of a person. The subject is who they are; everything else is for the eye. */
interface Claims {
  readonly subject: string;
  readonly name: string | null;
  readonly userName: string | null;
  readonly email: string | null;
  readonly emailVerified: boolean;
}

const takeFlow = async (
  identity: IdentityGround,
  returned: { query: string; browserSecret: string | null },
): Promise<SsoFlowRow> => {
  const state = new URLSearchParams(returned.query).get('state') ?? '';
  if (!looksLikeSecret(state) || returned.browserSecret === null) throw flowRefused();
  const flow = await consumeFlow(
    identity.db,
    { state: hashSecret(state), browser: hashSecret(returned.browserSecret) },
    identity.now(),
  );
  if (!flow) throw flowRefused();
  return flow;
};

const tradeCode = async (
  identity: IdentityGround,
  provider: ProviderRow,
  flow: SsoFlowRow,
  query: string,
): Promise<Claims> => {
  const configuration = await configurationOf(identity, provider);
  const state = new URLSearchParams(query).get('state')!;
  const currentUrl = new URL(flow.redirect_uri);
  currentUrl.search = query.startsWith('?') ? query : `?${query}`;
  try {
    const tokens = await openid.authorizationCodeGrant(configuration, currentUrl, {
      expectedState: state,
      expectedNonce: flow.nonce,
      pkceCodeVerifier: flow.code_verifier,
      idTokenExpected: true,
      ...(flow.purpose === 'confirm' ? { maxAge: confirmSeconds } : {}),
    });
    const idToken = tokens.claims()!;
    const needsMore = idToken['email'] === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined;
    const more = needsMore ? await openid.fetchUserInfo(configuration, tokens.access_token, idToken.sub) : {};
    return claimsOf({ ...more, ...idToken });
  } catch (error) {
    throw issuerRefusal(error);
  }
};

const claimsOf = (claims: Record<string, unknown>): Claims => {
  const text = (name: string): string | null =>
    typeof claims[name] === 'string' && claims[name] !== '' ? claims[name].slice(0, 200) : null;
  return {
    subject: String(claims['sub']),
    name: text('name'),
    userName: text('preferred_username'),
    email: text('email'),
    emailVerified: claims['email_verified'] === true,
  };
};

const labelOf = (claims: Claims): string => claims.userName ?? claims.email ?? claims.name ?? claims.subject;

/** The person whom (issuer, subject) is linked to, or a new one where the provider may make people. Never one by e-mail. */
const personBehind = async (
  identity: IdentityGround,
  tx: Tx,
  provider: ProviderRow,
  claims: Claims,
): Promise<{ id: string; name: string }> => {
  const linked = await findIdentity(tx, provider.issuer, claims.subject);
  if (linked) {
    const person = await lockPerson(tx, linked.person_id);
    if (person?.state !== 'active') throw notAllowed('identity.person-disabled', 'You cannot sign in', 'Ask an admin.');
    return person;
  }
  if (provider.sign_up === 'linked-only') {
    throw notAllowed(
      'identity.sso-not-linked',
      'This account is not linked to a person here',
      'Sign in another way first, then link it on the page Account.',
    );
  }
  if (claims.email !== null && (await findPerson(tx, claims.email))) {
    // An address is no proof, verified by the issuer or not: whoever owns the account here links it themselves.
    throw notAllowed(
      'identity.sso-link-first',
      'Somebody here has this e-mail address already',
      'If that is you, sign in another way and link this account on the page Account.',
    );
  }
  const email = claims.emailVerified ? claims.email : null;
  const displayName = claims.name ?? claims.userName ?? email ?? `Person of ${provider.display_name}`;
  const created = await addPerson(
    identity,
    tx,
    { displayName: displayName.slice(0, 120), email, role: provider.new_person_role },
    'active',
  );
  await updatePerson(tx, created.id, { last_seen_at: identity.now() });
  await keepIdentity(identity, tx, created, provider, claims);
  await identity.ledger.append(tx, {
    kind: 'person.signed-up',
    subject: `person:${created.id}`,
    actor: systemActor,
    data: {
      name: created.name,
      role: created.role,
      provider: provider.name,
      issuer: provider.issuer,
      subject: claims.subject,
    },
  });
  return created;
};

const linkTo = async (
  identity: IdentityGround,
  tx: Tx,
  { session }: ShownSession,
  provider: ProviderRow,
  claims: Claims,
): Promise<void> => {
  const person = { id: session.person_id, name: session.person_name };
  const linked = await findIdentity(tx, provider.issuer, claims.subject);
  if (linked?.person_id === person.id) return;
  if (linked)
    throw new Refusal({
      status: 409,
      code: 'identity.sso-linked-elsewhere',
      title: 'This account is linked to another person',
      detail: 'They must unlink it first.',
    });
  if ((await identitiesOf(tx, person.id)).length >= ssoIdentitiesPerPersonMax)
    throw new Refusal({
      status: 409,
      code: 'identity.too-many-links',
      title: `You have ${ssoIdentitiesPerPersonMax} linked accounts already`,
    });
  await keepIdentity(identity, tx, person, provider, claims);
  await identity.ledger.append(tx, {
    kind: 'sso-identity.linked',
    subject: `person:${person.id}`,
    actor: personActor(person),
    data: { provider: provider.name, issuer: provider.issuer, subject: claims.subject },
  });
};

const keepIdentity = async (
  identity: IdentityGround,
  tx: Tx,
  person: { id: string },
  provider: ProviderRow,
  claims: Claims,
): Promise<void> => {
  const now = identity.now();
  const row = {
    id: newId(now.getTime()),
    issuer: provider.issuer,
    subject: claims.subject,
    person_id: person.id,
    label: labelOf(claims),
    linked_at: now,
  };
  if (!(await insertIdentity(tx, row))) throw flowRefused();
};

/** Only a path of our own: `//elsewhere`, `/\elsewhere` and whole addresses lead to the first screen. */
const ownPath = (path: string): string => (/^\/(?![/\\])[^\s\\]*$/.test(path) ? path : '/');

const flowRefused = (): Refusal =>
  new Refusal({
    status: 403,
    code: 'identity.sso-flow-unknown',
    title: 'This sign-in cannot be finished',
    detail: 'It took too long, was finished before, or began in another browser. Begin again.',
  });

const notAllowed = (code: string, title: string, detail: string): Refusal =>
  new Refusal({ status: 403, code, title, detail });
