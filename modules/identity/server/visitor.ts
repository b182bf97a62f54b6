import type { FastifyRequest } from 'fastify';
import { Refusal } from '../../../kernel/problem.ts';
import { clientAddress } from './client-address.ts';
import type { IdentityGround } from './identity-ground.ts';

/** Where a request comes from, for limits and for the list of sessions. */
export interface Visitor {
  readonly address: string;
  readonly userAgent: string;
}

export const visitorOf = (identity: Pick<IdentityGround, 'trusted'>, request: FastifyRequest): Visitor => ({
  address: clientAddress({
    remoteAddress: request.socket.remoteAddress,
    forwardedFor: request.headers['x-forwarded-for'],
    trusted: identity.trusted,
  }),
  userAgent: (request.headers['user-agent'] ?? '').slice(0, 300),
});

/** The origin that people use: the setting `publicUrl`, else what this request was sent to. */
export const ownOrigin = (identity: Pick<IdentityGround, 'config'>, request: FastifyRequest): string => {
  const { publicUrl } = identity.config.values;
  return publicUrl === undefined ? `${request.protocol}://${request.host}` : new URL(publicUrl).origin;
};

/**
 * Refuses a write from a browser that another site may have caused: `Origin` must be exactly ours, and must be there.
 * (SameSite=Lax alone lets sibling subdomains through.) Programs with `Authorization` do not come here.
 */
export const requireOwnOrigin = (identity: Pick<IdentityGround, 'config'>, request: FastifyRequest): void => {
  const expected = ownOrigin(identity, request);
  const { origin } = request.headers;
  if (origin === expected) return;
  throw new Refusal({
    status: 403,
    code: 'identity.origin-refused',
    title: 'This request did not come from our own page',
    detail:
      origin === undefined
        ? `Send \`Origin: ${expected}\`, or use a token.`
        : `It came from ${origin}; this is ${expected}. Behind a proxy, set publicUrl to the address that people use.`,
  });
};
