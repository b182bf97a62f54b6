import type { IntegrationKind } from '../alert.ts';
import { cloudLines } from './set-up-cloud.ts';
import { addressOf, intake, type Lines, type SetUp, type SetUpLine } from './set-up-line.ts';
import { senderLines } from './set-up-senders.ts';

/** What stands in the lines where the key goes, while nobody may see it. */
export const keyPlaceholder = 'KEY';

/**
 * The exact lines to paste at a sender of this kind. `baseUrl` is the address that people open, `key` the integration's key or the
 * placeholder, `mailDomain` the domain whose e-mail reaches Leadline, null where none does. Leadline's own sources need no lines.
 */
export const setUpLines = (
  kind: IntegrationKind,
  baseUrl: string,
  key: string,
  mailDomain: string | null = null,
): readonly SetUpLine[] => lines[kind]({ base: baseUrl.replace(/\/$/u, ''), key, mailDomain });

const prometheus = ({ base, key }: SetUp): readonly SetUpLine[] => {
  const { scheme, host, pathname } = addressOf(base);
  return [
    {
      label: 'prometheus.yml',
      language: 'yaml',
      code: `alerting:
  alertmanagers:
    - scheme: ${scheme}
      path_prefix: ${pathname}/alertmanager
      authorization:
        credentials: ${key}
      static_configs:
        - targets: ['${host}']`,
    },
    {
      label: 'amtool',
      language: 'sh',
      code: `amtool --alertmanager.url='${scheme}://amtool:${key}@${host}${pathname}/alertmanager' alert query`,
    },
    {
      label: 'Without a client',
      language: 'sh',
      code: `curl -fsS -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' '${base}/alertmanager/api/v2/alerts' \\
  -d '[{"labels": {"alertname": "Test", "severity": "critical"}, "annotations": {"summary": "A test"}}]'`,
    },
  ];
};

const alertmanagerWebhook = (given: SetUp): readonly SetUpLine[] => [
  {
    label: 'alertmanager.yml: a receiver',
    language: 'yaml',
    code: `receivers:
  - name: leadline
    webhook_configs:
      - url: ${given.base}/intake
        send_resolved: true
        http_config:
          authorization:
            credentials: ${given.key}`,
  },
  {
    label: 'alertmanager.yml: everything goes there',
    language: 'yaml',
    code: 'route:\n  receiver: leadline',
  },
];

const pagerduty = ({ base, key }: SetUp): readonly SetUpLine[] => {
  const { host, pathname } = addressOf(base);
  return [
    {
      label: 'alertmanager.yml: instead of PagerDuty',
      language: 'yaml',
      code: `global:
  pagerduty_url: ${base}/v2/enqueue
receivers:
  - name: leadline
    pagerduty_configs:
      - routing_key: ${key}
        send_resolved: true`,
    },
    {
      label: 'Node: @pagerduty/pdjs',
      language: 'javascript',
      code: `import { event } from '@pagerduty/pdjs';
await event({
  server: '${host}${pathname}',
  data: {
    routing_key: '${key}',
    event_action: 'trigger',
    dedup_key: 'disk/db-1',
    payload: { summary: 'The disk of db-1 is full', source: 'db-1', severity: 'critical' },
  },
});`,
    },
    {
      label: 'Any other client: change its address, keep everything else',
      language: 'text',
      code: `events address  ${base}/v2/enqueue\nchange address  ${base}/v2/change/enqueue\nrouting key     ${key}`,
    },
    {
      label: 'Without a client',
      language: 'sh',
      code: `curl -fsS -H 'Content-Type: application/json' '${base}/v2/enqueue' \\
  -d '{"routing_key": "${key}", "event_action": "trigger", "dedup_key": "disk/db-1", "payload": {"summary": "The disk of db-1 is full", "source": "db-1", "severity": "critical"}}'`,
    },
  ];
};

const opsgenie = ({ base, key }: SetUp): readonly SetUpLine[] => [
  {
    label: 'alertmanager.yml: instead of Opsgenie',
    language: 'yaml',
    code: `global:
  opsgenie_api_url: ${base}/
  opsgenie_api_key: ${key}
receivers:
  - name: leadline
    opsgenie_configs:
      - send_resolved: true
        responders:
          - type: team
            name: payments`,
  },
  {
    label: 'Node: opsgenie-sdk',
    language: 'javascript',
    code: `const opsgenie = require('opsgenie-sdk');
opsgenie.configure({ host: '${base}', api_key: '${key}' });
opsgenie.alertV2.create({ message: 'The disk of db-1 is full', alias: 'disk/db-1', priority: 'P1' }, console.log);`,
  },
  {
    label: 'A heartbeat at the end of a job',
    language: 'sh',
    code: `curl -fsS --retry 3 --max-time 10 -o /dev/null -X POST -H 'Authorization: GenieKey ${key}' '${base}/v2/heartbeats/backup/ping'`,
  },
  {
    label: 'Without a client',
    language: 'sh',
    code: `curl -fsS -H 'Authorization: GenieKey ${key}' -H 'Content-Type: application/json' '${base}/v2/alerts' \\
  -d '{"message": "The disk of db-1 is full", "alias": "disk/db-1", "priority": "P1"}'`,
  },
];

const api = ({ base }: SetUp): readonly SetUpLine[] => [
  {
    label: 'With a token of yours',
    language: 'sh',
    code: `LEADLINE_URL='${base}' LEADLINE_TOKEN='…' leadline alert send --help`,
  },
];

const email = ({ key, mailDomain }: SetUp): readonly SetUpLine[] => [
  {
    label: 'Send alerts by e-mail to this address; a letter of the same subject that says RESOLVED ends it',
    language: 'text',
    code: `alerts+${key}@${mailDomain ?? 'example.org'}`,
  },
  ...(mailDomain === null
    ? [
        {
          label: 'leadline.yaml: first say under which domain and on which port e-mail reaches Leadline',
          language: 'yaml',
          code: 'mailReplyAddress: leadline@example.org\nmailReplyPort: 2525\nmailReplyHost: 0.0.0.0',
        } as const,
      ]
    : []),
];

const none: Lines = () => [];

const lines: Readonly<Record<IntegrationKind, Lines>> = {
  alertmanager: prometheus,
  'alertmanager-webhook': alertmanagerWebhook,
  pagerduty,
  opsgenie,
  email,
  api,
  rules: none,
  budget: none,
  heartbeat: none,
  json: (given) => [
    {
      label: 'Any JSON; the mapping of the integration says what it means',
      language: 'sh',
      code: `curl -fsS -H 'Content-Type: application/json' '${intake(given)}' -d '{"title": "The disk of db-1 is full", "state": "firing"}'`,
    },
  ],
  ...senderLines,
  ...cloudLines,
};
