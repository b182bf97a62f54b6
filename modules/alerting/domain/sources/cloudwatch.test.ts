import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCloudWatch } from './cloudwatch.ts';
import { isSnsAddress, isTooOld, signedText, snsMessage, type SnsMessage } from './sns.ts';

const topicArn = 'arn:aws:sns:eu-west-1:123456789012:alarms';
const said = (message: unknown, subject: string | null = null) => ({
  topicArn,
  subject,
  messageId: 'm1',
  message: typeof message === 'string' ? message : JSON.stringify(message),
});
const alarm = {
  AlarmName: 'queue-is-long',
  AlarmDescription: null,
  AWSAccountId: '123456789012',
  NewStateValue: 'ALARM',
  NewStateReason: 'Threshold Crossed: 1 datapoint [1062305.0] was greater than the threshold (0.0).',
  StateChangeTime: '2026-03-01T09:00:00.093+0000',
  Region: 'EU (Ireland)',
  AlarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:queue-is-long',
  OldStateValue: 'INSUFFICIENT_DATA',
  Trigger: {
    MetricName: 'QueueLength',
    Namespace: 'Shop',
    Dimensions: [{ value: 'orders', name: 'service' }],
    Threshold: 0,
  },
};

/** Rebuilt field by field from the documentation of CloudWatch, EventBridge and SNS. */
describe('What CloudWatch says by SNS', () => {
  it.each([
    [
      'a metric alarm',
      alarm,
      null,
      {
        dedupKey: alarm.AlarmArn,
        action: 'trigger',
        severity: 'error',
        summary: 'queue-is-long',
        service: 'orders',
        labels: {
          alertname: 'queue-is-long',
          state: 'ALARM',
          account: '123456789012',
          region: 'eu-west-1',
          region_name: 'EU (Ireland)',
          namespace: 'Shop',
          metric: 'QueueLength',
          service: 'orders',
        },
      },
    ],
    ['its end', { ...alarm, NewStateValue: 'OK' }, null, { dedupKey: alarm.AlarmArn, action: 'resolve' }],
    [
      'data that is missing',
      { ...alarm, NewStateValue: 'INSUFFICIENT_DATA' },
      null,
      { action: 'trigger', severity: 'warning' },
    ],
    [
      'an alarm of old, without its address',
      { ...alarm, AlarmArn: undefined },
      null,
      { dedupKey: '123456789012/eu-west-1/queue-is-long' },
    ],
    [
      'a composite alarm',
      { ...alarm, Trigger: undefined, AlarmRule: 'ALARM(a) OR ALARM(b)', AlarmDescription: 'severity=critical' },
      null,
      { severity: 'critical', annotations: { AlarmRule: 'ALARM(a) OR ALARM(b)' } },
    ],
    [
      'metric mathematics',
      { ...alarm, Trigger: { Metrics: [{ Id: 'e1', Expression: 'm1/m2' }], Threshold: 5 } },
      null,
      { annotations: { 'Trigger.Metrics.0.Expression': 'm1/m2' } },
    ],
    ['a severity in the description', { ...alarm, AlarmDescription: '[P3] look at it' }, null, { severity: 'warning' }],
    [
      'a change of state by EventBridge',
      {
        'detail-type': 'CloudWatch Alarm State Change',
        source: 'aws.cloudwatch',
        account: '1',
        region: 'eu-west-1',
        time: '2026-03-01T09:00:00Z',
        resources: [alarm.AlarmArn],
        detail: {
          alarmName: 'queue-is-long',
          state: { value: 'ALARM', reason: 'r' },
          previousState: { value: 'OK' },
          configuration: { description: 'long' },
        },
      },
      null,
      { dedupKey: alarm.AlarmArn, action: 'trigger', summary: 'queue-is-long: long' },
    ],
    [
      'a text',
      'Your budget is gone.',
      'AWS Budgets: shop',
      {
        dedupKey: `${topicArn}|AWS Budgets: shop`,
        action: 'trigger',
        severity: 'warning',
        summary: 'AWS Budgets: shop',
      },
    ],
    [
      'an event of RDS',
      {
        'Event Source': 'db-instance',
        'Event Message': 'DB instance restarted',
        'Event ID': 'http://docs.example#RDS-EVENT-0006',
      },
      'RDS Notification Message',
      { summary: 'RDS Notification Message', annotations: { 'Event Message': 'DB instance restarted' } },
    ],
  ] as const)('%s', (_name, message, subject, expected) => {
    expect(parseCloudWatch(said(message, subject), {})).toMatchObject({ ok: true, alerts: [expected] });
  });

  it('keeps the severity of the settings where the alarm says none', () => {
    expect(parseCloudWatch(said(alarm), { severity: 'critical' })).toMatchObject({
      alerts: [{ severity: 'critical' }],
    });
  });

  it.each([
    ['a state that there is not', { ...alarm, NewStateValue: 'PERHAPS' }, 'Message.NewStateValue'],
    ['a name that is none', { ...alarm, AlarmName: {} }, 'Message.AlarmName'],
  ])('%s is refused with its place', (_name, message, path) => {
    expect(parseCloudWatch(said(message), {})).toMatchObject({ ok: false, faults: [{ path }] });
  });

  it('never throws, whatever the message is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), fc.option(fc.string()), (message, subject) => {
        const parsed = parseCloudWatch({ topicArn, messageId: 'm', message, subject }, {});
        expect(parsed.ok ? parsed.alerts.length : parsed.faults.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});

const envelope = {
  Type: 'Notification',
  MessageId: 'm-1',
  TopicArn: topicArn,
  Subject: 'S',
  Message: 'text\nof two lines',
  Timestamp: '2026-03-01T09:00:00.000Z',
  SignatureVersion: '1',
  Signature: 'x',
  SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem',
};

describe('What SNS signs', () => {
  it.each([
    [
      'a notification',
      envelope,
      `Message\ntext\nof two lines\nMessageId\nm-1\nSubject\nS\nTimestamp\n${envelope.Timestamp}\nTopicArn\n${topicArn}\nType\nNotification\n`,
    ],
    [
      'one without a subject',
      { ...envelope, Subject: undefined },
      `Message\ntext\nof two lines\nMessageId\nm-1\nTimestamp\n${envelope.Timestamp}\nTopicArn\n${topicArn}\nType\nNotification\n`,
    ],
    [
      'a subscription',
      { ...envelope, Type: 'SubscriptionConfirmation', Subject: undefined, SubscribeURL: 'https://s', Token: 't' },
      `Message\ntext\nof two lines\nMessageId\nm-1\nSubscribeURL\nhttps://s\nTimestamp\n${envelope.Timestamp}\nToken\nt\nTopicArn\n${topicArn}\nType\nSubscriptionConfirmation\n`,
    ],
  ])('%s: names and values as its documentation has them', (_name, message, expected) => {
    expect(signedText(snsMessage(message) as SnsMessage)).toBe(expected);
  });

  it.each([
    ['https://sns.us-east-1.amazonaws.com/a.pem', true],
    ['https://sns.cn-north-1.amazonaws.com.cn/a.pem', true],
    ['https://sns-fips.us-gov-west-1.amazonaws.com/a.pem', true],
    ['https://sns.us-east-1.amazonaws.com', true],
    ['https://localhost:4566/a.pem', true],
    ['https://localhost/a.pem', false],
    ['https://sns.amazonaws.com.evil.example/a', false],
    ['https://sns.x.amazonaws.com#@evil.example', false],
    ['HTTPS://sns.us-east-1.amazonaws.com/a', false],
    ['https://sns.us-east-1.amazonaws.com/a b', false],
    ['https://SNS.us-east-1.amazonaws.com/a', false],
  ])('%s may be asked: %s', (address, expected) => {
    expect(isSnsAddress(address, ['localhost:4566'])).toBe(expected);
  });

  it('is believed for a day', () => {
    const message = snsMessage(envelope) as SnsMessage;
    const at = Temporal.Instant.from(envelope.Timestamp);
    expect(isTooOld(message, at.add({ hours: 24 }))).toBe(false);
    expect(isTooOld(message, at.add({ hours: 24, seconds: 1 }))).toBe(true);
    expect(isTooOld(message, at.subtract({ hours: 100 }))).toBe(false);
  });
});
