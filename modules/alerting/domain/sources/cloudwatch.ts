import { severityFrom, type IncomingAlert, type Severity } from '../alert.ts';
import { actionFrom } from './action-words.ts';
import { fieldsOf, isObject, textOf, type Fields, type JsonObject } from './fields.ts';
import { incoming, serviceIn } from './incoming.ts';
import { instantOf } from './instants.ts';
import { parsedAs, refusedFor, type Parsed } from './parsed.ts';

/** What of an SNS notification is signed, once it was verified. */
export interface Notification {
  readonly topicArn: string;
  readonly subject: string | null;
  readonly message: string;
  readonly messageId: string;
}

/**
 * A CloudWatch alarm by SNS (metric, metric mathematics, composite), its change of state by EventBridge, and any other text that
 * somebody publishes to the topic: that is an alert too, because a topic that pages is there to be heard.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 */
export const parseCloudWatch = (notification: Notification, settings: Readonly<Record<string, unknown>>): Parsed => {
  const body = jsonIn(notification.message);
  if (body === null) return parsedAs(plainOf(notification));
  if (isObject(body['detail']) && isObject(body['detail']['state'])) return eventBridgeOf(body, notification);
  if (!('AlarmName' in body)) return parsedAs(otherOf(body, notification));
  const fields = fieldsOf(body);
  const name = fields.text('AlarmName');
  if (name === null) return refusedFor('Message.AlarmName', 'a text was expected');
  const state = fields.text('NewStateValue')?.toUpperCase() ?? '';
  const became = states(state, settings);
  if (became === null) return refusedFor('Message.NewStateValue', 'ALARM, OK or INSUFFICIENT_DATA was expected');
  const description = fields.text('AlarmDescription');
  const arn = fields.word('AlarmArn');
  const labels = [
    ['alertname', name],
    ['state', state],
    ['account', fields.text('AWSAccountId')],
    ['region', regionOf(arn ?? notification.topicArn)],
    ['region_name', fields.text('Region')],
    ['namespace', fields.text('Trigger', 'Namespace')],
    ['metric', fields.text('Trigger', 'MetricName')],
    ...dimensionsOf(fields.take('Trigger', 'Dimensions')),
  ] as const;
  const record = Object.fromEntries(labels.filter(([, value]) => value)) as Record<string, string>;
  return parsedAs(
    incoming({
      identity: [arn ?? [record['account'], record['region'], name].filter(Boolean).join('/')],
      action: became.action,
      severity: became.severity ?? said(settings, description),
      summary: [description === null ? name : `${name}: ${description}`],
      labels,
      annotations: [
        ['description', description],
        ['reason', fields.text('NewStateReason')],
        ...fields.rest(),
        ...aboutTopic(notification),
      ],
      service: serviceIn(record),
      startsAt: became.action === 'resolve' ? null : instantOf(fields.peek('StateChangeTime')),
      links: [['Alarm in CloudWatch', consoleOf(record['region'] ?? null, name)]],
    }),
  );
};

/** `INSUFFICIENT_DATA` is no recovery: what it does may be said by the setting `insufficientData`. */
const states = (
  state: string,
  settings: Readonly<Record<string, unknown>>,
): { readonly action: IncomingAlert['action']; readonly severity: Severity | null } | null => {
  if (state === 'ALARM') return { action: 'trigger', severity: null };
  if (state === 'OK') return { action: 'resolve', severity: null };
  if (state !== 'INSUFFICIENT_DATA') return null;
  return settings['insufficientData'] === 'resolve'
    ? { action: 'resolve', severity: null }
    : { action: 'trigger', severity: 'warning' };
};

/** CloudWatch has no severity: `[critical]`, `severity=warning` or `P2` in the description, else the setting, else error. */
const said = (settings: Readonly<Record<string, unknown>>, description: string | null): Severity => {
  const found = /\bseverity\s*[:=]\s*(\w+)|\[(critical|error|warning|info|p[1-5]|sev[0-4])\]/iu.exec(description ?? '');
  return severityFrom(found?.[1] ?? found?.[2] ?? textOf(settings['severity']), 'error');
};

const jsonIn = (message: string): JsonObject | null => {
  if (!message.trimStart().startsWith('{')) return null;
  try {
    const parsed: unknown = JSON.parse(message);
    return isObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
};

const dimensionsOf = (value: unknown): readonly (readonly [string, string | null])[] =>
  (Array.isArray(value) ? value : []).flatMap((each: unknown): (readonly [string, string | null])[] => {
    if (!isObject(each)) return [];
    const name = textOf(each['name']) ?? textOf(each['Name']);
    return name === null ? [] : [[name, textOf(each['value']) ?? textOf(each['Value'])]];
  });

/** `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:Name`: the fourth part. */
const regionOf = (arn: string): string | null => arn.split(':')[3] || null;

const consoleOf = (region: string | null, alarm: string): string | null => {
  if (region === null || !/^[a-z0-9-]{1,40}$/u.test(region)) return null;
  const domain = region.startsWith('cn-') ? 'console.amazonaws.cn' : 'console.aws.amazon.com';
  return `https://${region}.${domain}/cloudwatch/home?region=${region}#alarmsV2:alarm/${encodeURIComponent(alarm)}`;
};

const aboutTopic = ({ topicArn, subject }: Notification): readonly (readonly [string, string | null])[] => [
  ['topic', topicArn],
  ['subject', subject],
];

const eventBridgeOf = (body: JsonObject, notification: Notification): Parsed => {
  const fields: Fields = fieldsOf(body);
  const name = fields.text('detail', 'alarmName');
  if (name === null) return refusedFor('Message.detail.alarmName', 'a text was expected');
  const state = fields.text('detail', 'state', 'value')?.toUpperCase() ?? '';
  const became = states(state, {});
  if (became === null) return refusedFor('Message.detail.state.value', 'ALARM, OK or INSUFFICIENT_DATA was expected');
  const arn = fields.word('resources', 0);
  const description = fields.text('detail', 'configuration', 'description');
  const region = fields.text('region');
  return parsedAs(
    incoming({
      identity: [arn ?? name],
      action: became.action,
      severity: became.severity ?? said({}, description),
      summary: [description === null ? name : `${name}: ${description}`],
      labels: [
        ['alertname', name],
        ['state', state],
        ['account', fields.text('account')],
        ['region', region],
      ],
      annotations: [
        ['description', description],
        ['reason', fields.text('detail', 'state', 'reason')],
        ...fields.rest(),
        ...aboutTopic(notification),
      ],
      startsAt: became.action === 'resolve' ? null : instantOf(fields.peek('time')),
      links: [['Alarm in CloudWatch', consoleOf(region, name)]],
    }),
  );
};

const topicName = ({ topicArn }: Notification): string => topicArn.split(':').at(-1) ?? topicArn;

/** A text: its subject is what it is about, so that a second one of the same subject is the same alert. */
const plainOf = (notification: Notification): IncomingAlert => {
  const { subject, message, messageId } = notification;
  return incoming({
    identity: [notification.topicArn, subject ?? messageId],
    action: actionFrom(/^\s*\[?(\w+)/u.exec(subject ?? '')?.[1]) ?? 'trigger',
    severity: severityFrom(/^\s*\[?(\w+)/u.exec(subject ?? '')?.[1], 'warning'),
    summary: [subject, message, 'A message without words'],
    labels: [
      ['alertname', subject ?? topicName(notification)],
      ['region', regionOf(notification.topicArn)],
    ],
    annotations: [['description', message], ...aboutTopic(notification)],
  });
};

/** Another service's JSON (RDS, Budgets, Health …). */
const otherOf = (body: JsonObject, notification: Notification): IncomingAlert => {
  const fields = fieldsOf(body);
  const title = ['Event Message', 'detail-type', 'title', 'Title', 'summary'].map((name) => fields.word(name));
  return incoming({
    identity: [
      notification.topicArn,
      fields.word('Event ID') ??
        fields.word('detail', 'eventArn') ??
        notification.subject ??
        title.find(Boolean) ??
        notification.messageId,
    ],
    action:
      actionFrom(fields.word('status') ?? fields.word('state') ?? fields.word('detail', 'statusCode')) ?? 'trigger',
    severity: severityFrom(fields.word('severity'), 'warning'),
    summary: [notification.subject, ...title, notification.message],
    labels: [
      ['alertname', notification.subject ?? title.find(Boolean) ?? topicName(notification)],
      ['source', fields.text('source') ?? fields.text('Event Source')],
      ['account', fields.text('account')],
      ['region', fields.text('region') ?? regionOf(notification.topicArn)],
    ],
    annotations: [...fields.rest(), ...aboutTopic(notification)],
  });
};
