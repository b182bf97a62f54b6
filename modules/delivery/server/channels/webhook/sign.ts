import { createHmac } from 'node:crypto';

/** How secrets are written by Standard Webhooks: base64 behind a prefix. */
export const secretPrefix = 'whsec_';

/** The bytes of a secret; one without the prefix counts as it stands. */
const keyOf = (secret: string): Buffer =>
  secret.startsWith(secretPrefix) ? Buffer.from(secret.slice(secretPrefix.length), 'base64') : Buffer.from(secret);

/**
 * Headers of a signed webhook (https://www.standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body`. The id is the same
 * on a repeat, so that a receiver can tell it from a replay by somebody else, whose timestamp is old.
 */
export const signatureHeaders = (
  secret: string,
  said: { readonly id: string; readonly at: Temporal.Instant; readonly body: string },
): Record<string, string> => {
  const timestamp = String(Math.floor(said.at.epochMilliseconds / 1_000));
  const signature = createHmac('sha256', keyOf(secret)).update(`${said.id}.${timestamp}.${said.body}`).digest('base64');
  return { 'webhook-id': said.id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
};
