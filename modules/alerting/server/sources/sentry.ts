import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../../../../kernel/problem.ts';
import { isObject } from '../../domain/sources/fields.ts';
import { samples } from '../../domain/sources/samples.ts';
import { parseSentry } from '../../domain/sources/sentry.ts';
import type { AlertingGround } from '../ground.ts';
import { openSetting } from '../integrations/secret-settings.ts';
import type { SampleCall, SampleGiven, SourceAnswer, SourceCall } from '../integrations/source.ts';
import { readBody } from './read-body.ts';
import { refuseReplay, rememberMessage, type SeenGround } from './seen-messages.ts';
import { takeParsed, type TakeGround } from './take-parsed.ts';

export type SentryGround = TakeGround & SeenGround & { readonly identity: Pick<AlertingGround['identity'], 'secrets'> };

/** Sentry tries a webhook again for minutes, not for hours. */
const hoursMax = 24;

/**
 * Sentry's webhooks. With the client secret of the internal integration in the settings, only what is signed with it counts
 * (`Sentry-Hook-Signature`: HMAC-SHA256 of the body in hexadecimal), once, and not a day later.
 * https://docs.sentry.io/organization/integrations/integration-platform/webhooks/
 */
export const takeSentry = async (ground: SentryGround, call: SourceCall): Promise<SourceAnswer> => {
  const { headers, integration, isReplay } = call;
  const { clientSecret } = integration.settings;
  const secret = openSetting(ground.identity.secrets, integration.id, 'clientSecret', clientSecret);
  if (secret !== null) requireSignature(call, secret);
  const { payload, notes } = readBody(call);
  const name = nameOf(call, payload);
  if (secret !== null && !isReplay) {
    requireFresh(headers['sentry-hook-timestamp'], ground.clock.now());
    await refuseReplay(ground, integration, name);
  }
  const parsed = parseSentry(payload, headers['sentry-hook-resource']?.toLowerCase() ?? null);
  // Installation and comments: Sentry wants to hear that they came.
  const answer: SourceAnswer =
    parsed === null
      ? { status: 200, body: { status: 'ignored', reason: 'it is about no alert' }, error: null, outcome: [] }
      : await takeParsed(ground, { ...call, notes }, parsed);
  if (secret !== null) await rememberMessage(ground, integration, name);
  return answer;
};

/**
 * What makes two calls the same: the body, which alone is signed. The second resolution of an issue has no time in it and may be the
 * first one letter by letter: there the request counts too, because an alert that never ends is worse than a recording.
 */
const nameOf = ({ body, headers }: SourceCall, payload: unknown): string => {
  const digest = createHash('sha256').update(body).digest('hex');
  const isIssue = isObject(payload) && isObject(payload['data']) && isObject(payload['data']['issue']);
  return isIssue ? `${digest} ${headers['request-id'] ?? ''}` : digest;
};

export const jsonSample = (payload: unknown): SampleCall => ({
  contentType: 'application/json',
  body: Buffer.from(JSON.stringify(payload)),
});

/** A test, signed as Sentry would sign it. */
export const sentrySample = (ground: SentryGround, { integration, ...given }: SampleGiven): SampleCall => {
  const call = jsonSample(samples.sentry({ ...given, name: integration.name }));
  const { clientSecret } = integration.settings;
  const secret = openSetting(ground.identity.secrets, integration.id, 'clientSecret', clientSecret);
  const headers: Record<string, string> = { 'sentry-hook-resource': 'event_alert' };
  if (secret !== null) headers['sentry-hook-signature'] = signatureOf(call.body, secret);
  return { ...call, headers };
};

const signatureOf = (body: Buffer, secret: string): string => createHmac('sha256', secret).update(body).digest('hex');

const requireSignature = ({ headers, body }: SourceCall, secret: string): void => {
  const given = headers['sentry-hook-signature'] ?? headers['sentry-app-signature'];
  if (given === undefined)
    throw new Refusal({
      status: 401,
      code: 'alerting.unsigned',
      title: 'This is not signed',
      detail: 'The integration has a client secret: Sentry-Hook-Signature was expected.',
    });
  const expected = Buffer.from(signatureOf(body, secret));
  const shown = Buffer.from(given.trim().toLowerCase());
  if (shown.length === expected.length && timingSafeEqual(shown, expected)) return;
  throw new Refusal({
    status: 403,
    code: 'alerting.wrong-signature',
    title: 'The signature is wrong',
    detail: 'It was not made over this body with the client secret of the integration.',
  });
};

const requireFresh = (said: string | undefined, now: Temporal.Instant): void => {
  if (said === undefined || !/^\d{1,12}$/u.test(said)) return;
  if (now.epochMilliseconds / 1_000 - Number(said) <= hoursMax * 3_600) return;
  throw new Refusal({
    status: 403,
    code: 'alerting.too-old',
    title: 'This was signed too long ago',
    detail: `It is more than ${hoursMax} hours old, longer than anybody tries to deliver it.`,
  });
};
