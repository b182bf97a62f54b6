import { Refusal } from '../../../kernel/problem.ts';

/**
 * The token of an `Authorization` header: `Bearer <token>`, or Basic with the token as password (the user name does not
 * matter) for clients that know nothing else. Null without a header; a Refusal for any other scheme.
 */
export const tokenOf = (header: string | undefined): string | null => {
  if (header === undefined) return null;
  const [, scheme = '', rest = ''] = /^\s*(\S+)\s+(\S+)\s*$/.exec(header) ?? [];
  if (scheme.toLowerCase() === 'bearer') return rest;
  if (scheme.toLowerCase() === 'basic') {
    const pair = Buffer.from(rest, 'base64').toString('utf8');
    const colon = pair.indexOf(':');
    if (colon >= 0) return pair.slice(colon + 1);
  }
  throw new Refusal({
    status: 401,
    code: 'identity.authorization-malformed',
    title: 'The Authorization header is not understood',
    detail: 'Send `Bearer <token>`, or Basic with the token as password.',
  });
};
