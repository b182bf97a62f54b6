import { isObject } from './fields.ts';
import { instantOf } from './instants.ts';
import type { Fault } from './parsed.ts';

/** What SNS posts. https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
export interface SnsMessage {
  readonly type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  readonly messageId: string;
  readonly topicArn: string;
  readonly subject: string | null;
  readonly message: string;
  readonly timestamp: string;
  readonly at: Temporal.Instant;
  readonly signatureVersion: '1' | '2';
  readonly signature: string;
  readonly certificateUrl: string;
  readonly subscribeUrl: string | null;
  readonly token: string | null;
}

const types = ['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation'] as const;

/** The envelope, or what is wrong with it. */
export const snsMessage = (payload: unknown): SnsMessage | Fault => {
  if (!isObject(payload)) return { path: '', message: 'an object, the envelope of SNS, was expected' };
  const type = types.find((each) => each === payload['Type']);
  if (type === undefined)
    return {
      path: 'Type',
      message:
        'Notification or SubscriptionConfirmation was expected; raw message delivery cannot be verified: switch it off',
    };
  const needed = ['MessageId', 'TopicArn', 'Message', 'Timestamp', 'Signature', 'SigningCertURL'] as const;
  for (const name of type === 'Notification' ? needed : ([...needed, 'SubscribeURL', 'Token'] as const))
    if (typeof payload[name] !== 'string') return { path: name, message: 'a text was expected' };
  const texts = payload as Readonly<Record<(typeof needed)[number], string>>;
  const version = payload['SignatureVersion'];
  if (version !== '1' && version !== '2') return { path: 'SignatureVersion', message: '1 or 2 was expected' };
  const at = instantOf(texts.Timestamp);
  if (at === null) return { path: 'Timestamp', message: 'a time was expected' };
  return {
    type,
    messageId: texts.MessageId,
    topicArn: texts.TopicArn,
    subject: typeof payload['Subject'] === 'string' ? payload['Subject'] : null,
    message: texts.Message,
    timestamp: texts.Timestamp,
    at,
    signatureVersion: version,
    signature: texts.Signature,
    certificateUrl: texts.SigningCertURL,
    subscribeUrl: typeof payload['SubscribeURL'] === 'string' ? payload['SubscribeURL'] : null,
    token: typeof payload['Token'] === 'string' ? payload['Token'] : null,
  };
};

/** What is signed: names and values, one a line, in the order of the names. */
export const signedText = (message: SnsMessage): string => {
  const pairs: readonly (readonly [string, string | null])[] = [
    ['Message', message.message],
    ['MessageId', message.messageId],
    ...(message.type === 'Notification'
      ? ([['Subject', message.subject]] as const)
      : ([['SubscribeURL', message.subscribeUrl]] as const)),
    ['Timestamp', message.timestamp],
    ...(message.type === 'Notification' ? [] : ([['Token', message.token]] as const)),
    ['TopicArn', message.topicArn],
    ['Type', message.type],
  ];
  return pairs
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');
};

/** Hosts of Amazon that certificates and confirmations stand at: whoever could choose another would sign with a key of their own. */
const amazonHost = /^sns(-fips)?\.[a-z0-9-]{3,30}\.amazonaws\.com(\.cn)?$/u;

/** Only plain host names and ports: what two readers of an address could read differently is refused. */
const plainAddress = /^https:\/\/([a-z0-9.-]{1,200}(?::\d{1,5})?)(?:[/?][^\s\\]*)?$/u;

/** Whether a certificate or a confirmation may be asked for there. `others` are hosts (with their ports) of the integration's settings. */
export const isSnsAddress = (address: string, others: readonly string[]): boolean => {
  const host = plainAddress.exec(address)?.[1];
  return host !== undefined && (others.includes(host) || amazonHost.test(host));
};

/** Longer than SNS tries to deliver one message to an address; what is older is somebody's recording. */
export const snsHours = 24;

export const isTooOld = (message: SnsMessage, now: Temporal.Instant): boolean =>
  Temporal.Instant.compare(message.at, now.subtract({ hours: snsHours })) < 0;
