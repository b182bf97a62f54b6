import { intake, webhookAddress, type Lines } from './set-up-line.ts';

/** Senders that are run by whoever watches with them. */
export const senderLines = {
  grafana: (given) => [
    {
      label: 'A contact point as code (provisioning/alerting/leadline.yaml)',
      language: 'yaml',
      code: `apiVersion: 1
contactPoints:
  - orgId: 1
    name: Leadline
    receivers:
      - uid: leadline
        type: webhook
        disableResolveMessage: false
        settings:
          url: ${given.base}/intake
          httpMethod: POST
          authorization_scheme: Bearer
          authorization_credentials: ${given.key}`,
    },
    webhookAddress('By hand: Alerting, Contact points, Webhook, URL', given),
  ],
  splunk: (given) => [
    webhookAddress('The alert, Add Actions, Webhook, URL', given),
    {
      label: 'savedsearches.conf',
      language: 'text',
      code: `action.webhook = 1\naction.webhook.param.url = ${intake(given)}`,
    },
  ],
  dynatrace: (given) => [
    webhookAddress('Settings, Integration, Problem notifications, Custom integration, Webhook URL', given),
    {
      label: 'Custom payload',
      language: 'json',
      code: JSON.stringify(
        Object.fromEntries(
          [
            'ProblemID',
            'PID',
            'ProblemTitle',
            'State',
            'ProblemSeverity',
            'ProblemImpact',
            'ImpactedEntity',
            'ProblemURL',
            'Tags',
            'ProblemDetailsText',
          ].map((name) => [name, `{${name}}`]),
        ),
        null,
        2,
      ),
    },
  ],
  zabbix: (given) => [
    webhookAddress('Media type Webhook, parameter URL', given),
    {
      label: 'Parameters of the media type, beside URL',
      language: 'text',
      code: [
        'event_id       {EVENT.ID}',
        'trigger_id     {TRIGGER.ID}',
        'event_value    {EVENT.VALUE}',
        'event_update_status {EVENT.UPDATE.STATUS}',
        'event_name     {EVENT.NAME}',
        'severity       {EVENT.SEVERITY}',
        'host           {HOST.NAME}',
        'host_ip        {HOST.IP}',
        'opdata         {EVENT.OPDATA}',
        'tags           {EVENT.TAGSJSON}',
        'url            {$ZABBIX.URL}/tr_events.php?triggerid={TRIGGER.ID}&eventid={EVENT.ID}',
      ].join('\n'),
    },
    {
      label: 'Script of the media type',
      language: 'javascript',
      code: `var params = JSON.parse(value), url = params.URL, request = new HttpRequest();
delete params.URL;
request.addHeader('Content-Type: application/json');
var answer = request.post(url, JSON.stringify(params));
if (request.getStatus() >= 300) throw 'Leadline answered ' + request.getStatus() + ': ' + answer;
return 'OK';`,
    },
  ],
  sentry: (given) => [
    webhookAddress(
      'Settings, Custom Integrations, Internal Integration, Webhook URL; switch on Alert Rule Action',
      given,
    ),
  ],
  cloudevents: (given) => [
    {
      label: 'Without a client',
      language: 'sh',
      code: `curl -fsS '${intake(given)}' -H 'Content-Type: application/cloudevents+json' \\
  -d '{"specversion": "1.0", "id": "1", "source": "/disks/db-1", "type": "disk.full", "subject": "db-1", "data": {"summary": "The disk of db-1 is full", "severity": "critical"}}'`,
    },
    webhookAddress('Any sender of CloudEvents: its sink', given),
  ],
} as const satisfies Record<string, Lines>;
