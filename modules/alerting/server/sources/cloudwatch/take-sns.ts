import { verify } from 'node:crypto';
import { Refusal } from '../../../../../kernel/problem.ts';
import type { Integration } from '../../../domain/alert.ts';
import { parseCloudWatch } from '../../../domain/sources/cloudwatch.ts';
import {
  isSnsAddress,
  isTooOld,
  signedText,
  snsHours,
  snsMessage,
  type SnsMessage,
} from '../../../domain/sources/sns.ts';
import type { SourceAnswer, SourceCall } from '../../integrations/source.ts';
import { readBody } from '../read-body.ts';
import { refuseReplay, rememberMessage, type SeenGround } from '../seen-messages.ts';
import { notUnderstood, takeParsed, type TakeGround } from '../take-parsed.ts';
import type { createCertificates, Get, Trust } from './certificates.ts';

export interface SnsGround extends TakeGround, SeenGround {
  readonly certificates: ReturnType<typeof createCertificates>;
  readonly get: Get;
}

/**
 * What SNS posts: a subscription is confirmed, a notification becomes an alert; both only where the signature is one of SNS, the
 * topic one of the integration's, and the message not taken before.
 */
export const takeSns = async (ground: SnsGround, call: SourceCall): Promise<SourceAnswer> => {
  const { integration, isReplay } = call;
  const { payload, notes } = readBody(call);
  const message = snsMessage(payload);
  if ('path' in message) throw notUnderstood([message]);
  const trust = trustOf(integration);
  requireTopic(message, integration);
  await requireSignature(ground, message, trust);
  if (!isReplay) {
    if (isTooOld(message, ground.clock.now())) throw tooOld(message);
    await refuseReplay(ground, integration, message.messageId);
  }
  const answer = await actOn(ground, { message, trust, call, notes });
  await rememberMessage(ground, integration, message.messageId);
  return answer;
};

interface Taken {
  readonly message: SnsMessage;
  readonly trust: Trust;
  readonly call: SourceCall;
  readonly notes: readonly string[];
}

const actOn = async (ground: SnsGround, { message, trust, call, notes }: Taken): Promise<SourceAnswer> => {
  if (message.type === 'SubscriptionConfirmation') return confirm(ground, message, trust);
  if (message.type === 'UnsubscribeConfirmation') {
    const said = `The topic ${message.topicArn} sends nothing any more: somebody unsubscribed this address.`;
    return { status: 200, body: { status: 'unsubscribed' }, error: said, outcome: { unsubscribed: message.topicArn } };
  }
  return takeParsed(ground, { ...call, notes }, parseCloudWatch(message, call.integration.settings));
};

/** By calling the address that is in the signed message; SNS sends the confirmation again where that failed. */
const confirm = async (ground: SnsGround, message: SnsMessage, trust: Trust): Promise<SourceAnswer> => {
  const address = message.subscribeUrl ?? '';
  if (!isSnsAddress(address, trust.hosts)) throw foreignAddress('SubscribeURL', address);
  try {
    await ground.get(address, trust.authorities);
  } catch (error) {
    throw new Refusal({
      status: 502,
      code: 'alerting.subscription-not-confirmed',
      title: 'The subscription could not be confirmed',
      detail: `${(error as Error).message}. SNS asks again; or open the SubscribeURL of the kept payload.`,
    });
  }
  return { status: 200, body: { status: 'confirmed' }, error: null, outcome: { confirmed: message.topicArn } };
};

const trustOf = ({ settings }: Integration): Trust => {
  const { certificateHosts, certificateAuthorities } = settings;
  return {
    hosts: Array.isArray(certificateHosts) ? certificateHosts.filter((each) => typeof each === 'string') : [],
    authorities: typeof certificateAuthorities === 'string' ? certificateAuthorities : null,
  };
};

const requireTopic = ({ topicArn }: SnsMessage, { settings }: Integration): void => {
  const { topics } = settings;
  if (!Array.isArray(topics) || topics.length === 0 || topics.includes(topicArn)) return;
  throw new Refusal({
    status: 403,
    code: 'alerting.other-topic',
    title: 'This topic is not one of the integration',
    detail: `${topicArn} is not among its setting topics.`,
  });
};

const requireSignature = async (ground: SnsGround, message: SnsMessage, trust: Trust): Promise<void> => {
  const { certificateUrl, signatureVersion, signature } = message;
  if (!isSnsAddress(certificateUrl, trust.hosts)) throw foreignAddress('SigningCertURL', certificateUrl);
  const key = await ground.certificates.keyAt(certificateUrl, trust, ground.clock.now()).catch((error: unknown) => {
    throw wrongSignature((error as Error).message);
  });
  const algorithm = signatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
  if (!verify(algorithm, Buffer.from(signedText(message)), key, Buffer.from(signature, 'base64')))
    throw wrongSignature('it was not made over this message by the key of its certificate');
};

const wrongSignature = (detail: string): Refusal =>
  new Refusal({
    status: 403,
    code: 'alerting.wrong-signature',
    title: 'The signature is not one of Amazon SNS',
    detail: `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`,
  });

const foreignAddress = (name: string, address: string): Refusal =>
  new Refusal({
    status: 403,
    code: 'alerting.foreign-address',
    title: `${name} is not an address of Amazon SNS`,
    detail: `${JSON.stringify(address.slice(0, 300))}: https://sns.<region>.amazonaws.com/… was expected.`,
  });

const tooOld = ({ timestamp }: SnsMessage): Refusal =>
  new Refusal({
    status: 403,
    code: 'alerting.too-old',
    title: 'This was signed too long ago',
    detail: `${timestamp} is more than ${snsHours} hours ago, longer than SNS tries to deliver it.`,
  });
