import '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sessionDaysMax, ssoFlowMinutes } from '../domain/limits.ts';
import type { IdentityGround } from './identity-ground.ts';
import { looksLikeSecret } from './secret-text.ts';
import { ownOrigin } from './visitor.ts';

type Purpose = 'session' | 'sso';
type Standing = Pick<IdentityGround, 'config'>;

const lifeSeconds: Readonly<Record<Purpose, number>> = { session: sessionDaysMax * 86_400, sso: ssoFlowMinutes * 60 };

/**
 * Over TLS `__Host-leadline-session`: the browser then takes it only from this host, with Secure, for the path `/`.
 * On plain HTTP, which is loopback by default, the port is part of the name, because cookies do not tell ports apart.
 */
const nameOf = (identity: Standing, request: FastifyRequest, purpose: Purpose): { name: string; secure: boolean } => {
  const origin = new URL(ownOrigin(identity, request));
  const secure = origin.protocol === 'https:';
  return { name: secure ? `__Host-leadline-${purpose}` : `leadline-${purpose}-${origin.port || '80'}`, secure };
};

/** The secret in the cookie, or null where there is none or something that cannot be one of ours. */
export const readCookie = (identity: Standing, request: FastifyRequest, purpose: Purpose): string | null => {
  const header = request.headers.cookie;
  if (header === undefined) return null;
  const value = request.server.parseCookie(header)[nameOf(identity, request, purpose).name];
  return value !== undefined && looksLikeSecret(value) ? value : null;
};

/** Sets the cookie; null takes it away. */
export const writeCookie = (
  identity: Standing,
  call: { request: FastifyRequest; reply: FastifyReply },
  purpose: Purpose,
  secret: string | null,
): void => {
  const { name, secure } = nameOf(identity, call.request, purpose);
  const maxAge = secret === null ? 0 : lifeSeconds[purpose];
  call.reply.setCookie(name, secret ?? '', { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge });
};
