import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { IncomingAlert } from '../modules/alerting/domain/alert.ts';
import { alertOfCloudEvent } from '../modules/alerting/domain/sources/cloud-event.ts';
import { parseCloudWatch } from '../modules/alerting/domain/sources/cloudwatch.ts';
import { isObject, type JsonObject } from '../modules/alerting/domain/sources/fields.ts';
import type { Parsed } from '../modules/alerting/domain/sources/parsed.ts';
import { parsers } from '../modules/alerting/domain/sources/parsers.ts';
import { parseSentry } from '../modules/alerting/domain/sources/sentry.ts';

/**
 * `npm run proof:payloads -- FOLDER`: runs payloads of real senders, fetched into a folder, through the parsers and prints which alert
 * came out of each, and which of its values stand nowhere in the alert. Files are JSON, or texts with JSON inside (fences of Markdown,
 * quoted blocks of tests). Signatures are not looked at: what signed them is not there any more.
 */
type Kind = keyof typeof parsers | 'cloudwatch' | 'sentry' | 'cloudevents';
interface Found {
  readonly file: string;
  readonly payload: JsonObject;
}

const bytesMax = 4 * 1_024 * 1_024;

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path);
    return entry.isFile() && statSync(path).size <= bytesMax ? [path] : [];
  });

/** JSON of a whole file, else every block of it that is an object. */
const payloadsIn = (text: string): readonly JsonObject[] => {
  const whole = jsonOf(text);
  if (whole !== null) return [whole];
  const blocks = [
    ...text.matchAll(/```[^\S\n]*(?:json[c5]?|http|text)?[^\S\n]*\n(.*?)```/gisu),
    ...text.matchAll(/"""(.*?)"""/gsu),
    ...text.matchAll(/'''(.*?)'''/gsu),
  ].map(([, block]) => block!.slice(Math.max(0, block!.indexOf('{'))));
  return blocks.flatMap((block) => {
    const found = jsonOf(block) ?? jsonOf(block.replaceAll('\\"', '"').replaceAll('\\\n', ''));
    return found === null ? [] : [found];
  });
};

const jsonOf = (text: string): JsonObject | null => {
  try {
    const parsed: unknown = JSON.parse(text.trim());
    return isObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
};

/** By what only one sender has; null: nobody whom Leadline knows. */
const kindOf = (payload: JsonObject): Kind | null => {
  const has = (...names: string[]): boolean => names.every((name) => name in payload);
  const data = isObject(payload['data']) ? payload['data'] : {};
  if (has('specversion', 'type', 'source')) return 'cloudevents';
  if (has('TopicArn', 'Message')) return 'cloudwatch';
  if (has('schemaId') || has('alertContext') || has('context', 'status')) return 'azure-monitor';
  if (has('ProblemID') || has('PID')) return 'dynatrace';
  if (['event', 'metric_alert', 'issue', 'error'].some((name) => name in data) || has('culprit', 'level'))
    return 'sentry';
  if (has('current_state', 'condition_name') || has('issueUrl') || has('incident_id', 'condition_name'))
    return 'new-relic';
  if (has('sid', 'result') || has('search_name')) return 'splunk';
  if (Array.isArray(payload['alerts']))
    return has('orgId') || payload['version'] === '1' ? 'grafana' : 'alertmanager-webhook';
  if (has('ruleName') || has('evalMatches')) return 'grafana';
  if (has('monitor_id') || has('alert_transition')) return 'datadog';
  if (has('event_id') || has('EVENT.ID') || has('trigger', 'severity', 'hostname')) return 'zabbix';
  return has('title') || has('summary') || has('message') ? 'json' : null;
};

/** Documentation shows the context alone; what all alerts of Azure have in common is the same in each. */
const whole = (kind: Kind, payload: JsonObject): JsonObject =>
  kind === 'azure-monitor' && !('schemaId' in payload) && 'alertContext' in payload
    ? {
        schemaId: 'azureMonitorCommonAlertSchema',
        data: {
          essentials: {
            alertId: '/subscriptions/s/alerts/a',
            alertRule: 'rule',
            severity: 'Sev3',
            monitorCondition: 'Fired',
          },
          ...payload,
        },
      }
    : payload;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const parse = (kind: Kind, payload: JsonObject): Parsed | null => {
  if (kind === 'sentry') return parseSentry(payload, null);
  if (kind === 'cloudevents') {
    const extensions = Object.entries(payload).filter(
      ([name, value]) => !cloudEventsOwn.has(name) && typeof value === 'string',
    );
    const [id, source, type] = [text(payload['id']), text(payload['source']), text(payload['type'])];
    const subject = text(payload['subject']) || null;
    const said = {
      id,
      source,
      type,
      subject,
      time: text(payload['time']) || null,
      dataSchema: text(payload['dataschema']) || null,
    };
    return {
      ok: true,
      alerts: [
        alertOfCloudEvent({
          ...said,
          data: payload['data'],
          extensions: Object.fromEntries(extensions) as Record<string, string>,
        }),
      ],
      notes: [],
    };
  }
  if (kind !== 'cloudwatch') return parsers[kind](payload, {});
  if (payload['Type'] === 'SubscriptionConfirmation') return null;
  const [topicArn, message, messageId] = [
    text(payload['TopicArn']),
    text(payload['Message']),
    text(payload['MessageId']),
  ];
  return parseCloudWatch({ topicArn, message, messageId, subject: text(payload['Subject']) || null }, {});
};
const cloudEventsOwn = new Set([
  'id',
  'source',
  'type',
  'subject',
  'time',
  'specversion',
  'data',
  'datacontenttype',
  'dataschema',
  'data_base64',
]);

/** Values of a payload that stand nowhere in its alerts; states and times stand there by their meaning. */
const missingOf = (payload: unknown, alerts: readonly IncomingAlert[]): readonly string[] => {
  const said = JSON.stringify(alerts);
  return leavesOf(payload, '')
    .filter(
      ([, value]) =>
        !value.split(/\s*[,:]\s*/u).every((part) => said.includes(JSON.stringify(part.trim()).slice(1, -1))),
    )
    .map(([name]) => name);
};
const byMeaning =
  /(^|\.)(\w*state|status|version|\w*at|timestamp|time|schemaid|monitorcondition|signature\w*|signingcerturl|unsubscribeurl|type|messageid|specversion|datacontenttype|newstatevalue)$/iu;

const leavesOf = (value: unknown, name: string): [string, string][] => {
  if (value === null || value === undefined || value === '' || byMeaning.test(name)) return [];
  if (typeof value === 'object')
    return Object.entries(value).flatMap(([key, each]) => leavesOf(each, name === '' ? key : `${name}.${key}`));
  const plain = String(value);
  // JSON within a text (the message of SNS) is looked at by its parser.
  return plain.trimStart().startsWith('{') || plain.trimStart().startsWith('[') ? [] : [[name, plain.trim()]];
};

const folder = process.argv[2];
if (folder === undefined) {
  console.error('Say the folder: npm run proof:payloads -- FOLDER');
  process.exit(2);
}
const counts = new Map<string, { payloads: number; alerts: number; refused: number; missing: number }>();
const found: Found[] = filesIn(folder).flatMap((path) =>
  payloadsIn(readFileSync(path, 'utf8')).map((payload) => ({ file: relative(folder, path), payload })),
);
for (const { file, payload } of found) {
  const kind = kindOf(payload);
  const count = counts.get(kind ?? 'nobody known') ?? { payloads: 0, alerts: 0, refused: 0, missing: 0 };
  counts.set(kind ?? 'nobody known', count);
  count.payloads += 1;
  if (kind === null) continue;
  const given = whole(kind, payload);
  const parsed = parse(kind, given);
  if (parsed === null) {
    console.log(`${file}  ${kind}  about no alert`);
  } else if (!parsed.ok) {
    count.refused += 1;
    console.log(
      `${file}  ${kind}  REFUSED  ${parsed.faults.map(({ path, message }) => `${path}: ${message}`).join('; ')}`,
    );
  } else {
    count.alerts += parsed.alerts.length;
    for (const { action, severity, dedupKey, service, summary } of parsed.alerts)
      console.log(
        `${file}  ${kind}  ${action}  ${severity}  [${dedupKey.slice(0, 80)}]  ${service ?? '-'}  ${summary.slice(0, 100)}`,
      );
    const missing = missingOf(given, parsed.alerts);
    count.missing += missing.length;
    if (missing.length > 0) console.log(`    not in the alert: ${missing.slice(0, 12).join(', ')}`);
  }
}
console.log('\nsender                 payloads  alerts  refused  values not in the alert');
for (const [kind, { payloads, alerts, refused, missing }] of [...counts].toSorted())
  console.log(
    `${kind.padEnd(22)}${String(payloads).padStart(9)}${String(alerts).padStart(8)}${String(refused).padStart(9)}${String(missing).padStart(9)}`,
  );
