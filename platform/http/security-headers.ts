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

export const addSecurityHeaders = (fastify: FastifyInstance, overTls: boolean): void => {
  fastify.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
      ...(overTls ? { 'strict-transport-security': 'max-age=31536000' } : {}),
    });
  });
};
