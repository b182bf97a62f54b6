import type { IntegrationKind } from '../alert.ts';

/** Kinds that people make; the others are Leadline's own sources. */
export const makeableKinds = [
  'alertmanager',
  'alertmanager-webhook',
  'pagerduty',
  'opsgenie',
  'grafana',
  'splunk',
  'dynatrace',
  'azure-monitor',
  'cloudwatch',
  'datadog',
  'new-relic',
  'zabbix',
  'sentry',
  'cloudevents',
  'json',
  'email',
] as const satisfies readonly IntegrationKind[];

/** What people call it. */
export const kindNames: Readonly<Record<IntegrationKind, string>> = {
  alertmanager: 'Prometheus (Alertmanager API)',
  'alertmanager-webhook': 'Alertmanager webhook',
  pagerduty: 'PagerDuty Events v2',
  opsgenie: 'Opsgenie API',
  grafana: 'Grafana alerting',
  splunk: 'Splunk',
  dynatrace: 'Dynatrace',
  'azure-monitor': 'Azure Monitor',
  cloudwatch: 'Amazon CloudWatch',
  datadog: 'Datadog',
  'new-relic': 'New Relic',
  zabbix: 'Zabbix',
  sentry: 'Sentry',
  cloudevents: 'CloudEvents',
  json: 'JSON with a mapping',
  email: 'E-mail',
  rules: 'Alert rules of Leadline',
  budget: 'Error budgets',
  heartbeat: 'Heartbeats',
  api: 'API of Leadline',
};
