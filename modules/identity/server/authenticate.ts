import type { FastifyRequest } from 'fastify';
import { Refusal } from '../../../kernel/problem.ts';
import type { Actor, Authenticate } from '../../../platform/http/http.ts';
import { tokenOf } from './authorization.ts';
import type { IdentityGround } from './identity-ground.ts';
import { looksLikeSecret } from './secret-text.ts';
import { readCookie } from './session-cookie.ts';
import { noteUse, sessionBehind } from './sessions.ts';
import type { SessionView } from './store/sessions.ts';
import { actorOfToken, usableToken } from './tokens.ts';
import { takeAddressTicket } from './try-limits.ts';
import { requireOwnOrigin, visitorOf } from './visitor.ts';

/** A session with the secret that this request showed for it. */
export interface ShownSession {
  readonly session: SessionView;
  readonly secret: string;
}

const shown = new WeakMap<FastifyRequest, ShownSession>();
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Who makes a request: by token (`Authorization`), else by the session's cookie, else nobody. A wrong token is refused;
 * a cookie that has run out is nobody. A write by cookie must come from our own page.
 */
export const authenticator =
  (identity: IdentityGround): Authenticate =>
  async (request) => {
    const token = tokenOf(request.headers.authorization);
    if (token !== null) return actorOfSecret(identity, token, request);
    const secret = readCookie(identity, request, 'session');
    if (secret === null) return null;
    const session = await sessionBehind(identity, secret);
    if (session?.level !== 'full') return null;
    if (!safeMethods.has(request.method)) requireOwnOrigin(identity, request);
    await noteUse(identity, session);
    shown.set(request, { session, secret });
    return actorOfSession(session);
  };

/** The session of the person who asks; a Refusal for programs, which have none. */
export const requireSession = (request: FastifyRequest): ShownSession => {
  const found = shown.get(request);
  if (found) return found;
  throw new Refusal({
    status: 403,
    code: 'identity.people-only',
    title: 'Only a person who is signed in on the page can do this',
    detail: 'A token has no account of its own.',
  });
};

export const sessionOf = (request: FastifyRequest): ShownSession | null => shown.get(request) ?? null;

const actorOfSession = (session: SessionView): Actor => ({
  kind: 'person',
  id: session.person_id,
  name: session.person_name,
  role: session.role,
  teams: session.teams,
  scopes: ['api'],
});

const actorOfSecret = async (identity: IdentityGround, secret: string, request: FastifyRequest): Promise<Actor> => {
  const token = looksLikeSecret(secret) ? await usableToken(identity, secret) : undefined;
  if (token) return actorOfToken(token);
  // A wrong token takes a ticket, so that an address cannot keep the database busy; a right one never does.
  await takeAddressTicket(identity, 'bad-token', visitorOf(identity, request));
  throw badToken();
};

/** One text for unknown, revoked, expired, and disabled owner: whoever holds a wrong token learns nothing from it. */
export const badToken = (): Refusal =>
  new Refusal({
    status: 401,
    code: 'identity.token-refused',
    title: 'This token is not accepted',
    detail:
      'It is unknown, revoked, run out, or its owner is disabled. Make another on the page Tokens or by `leadline token create`.',
  });
