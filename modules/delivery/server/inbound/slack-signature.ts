import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far a request's time may be from ours; Slack's own advice. Outside of it, it may be somebody's recording. */
const windowSeconds = 5 * 60;

export type SlackSignature =
  | { readonly good: true }
  | { readonly good: false; readonly reason: 'unsigned' | 'out-of-time' | 'wrong-signature' };

/**
 * Does a request come from Slack, and now? `v0=` and HMAC-SHA256 under the signing secret over `v0:<time>:<body>`, the body
 * byte by byte as it came (https://docs.slack.dev/authentication/verifying-requests-from-slack).
 */
export const slackSigned = (options: {
  readonly signingSecret: string;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  readonly body: string;
  readonly now: Temporal.Instant;
}): SlackSignature => {
  const { timestamp, signature } = options;
  if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp))
    return { good: false, reason: 'unsigned' };
  const expected = Buffer.from(
    `v0=${createHmac('sha256', options.signingSecret).update(`v0:${timestamp}:${options.body}`).digest('hex')}`,
  );
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    return { good: false, reason: 'wrong-signature' };
  const age = Math.abs(options.now.epochMilliseconds / 1_000 - Number(timestamp));
  return age > windowSeconds ? { good: false, reason: 'out-of-time' } : { good: true };
};
