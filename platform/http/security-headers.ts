import type { FastifyInstance } from 'fastify';

/**
 * Nothing is loaded from elsewhere and nobody frames us. Styles may be inline because the component library sets colours so;
 * scripts may not. https://www.w3.org/TR/CSP3/
 */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Addresses that hold a secret for those without an account: no search engine keeps them, no other site is told of them. */
const secretAddresses = ['/shared/', '/api/v1/shared-'];

export const addSecurityHeaders = (fastify: FastifyInstance, overTls: boolean): void => {
  fastify.addHook('onRequest', async (request, reply) => {
    const hidden = secretAddresses.some((start) => request.url.startsWith(start));
    reply.headers({
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': hidden ? 'no-referrer' : 'same-origin',
      ...(hidden ? { 'x-robots-tag': 'noindex, nofollow, noarchive' } : {}),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
      ...(overTls ? { 'strict-transport-security': 'max-age=31536000' } : {}),
    });
  });
};
