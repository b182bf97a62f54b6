import type { IntegrationKind } from '../alert.ts';
import { parseAlertmanagerWebhook } from './alertmanager-webhook.ts';
import { parseAnyJson } from './any-json.ts';
import { parseAzureMonitor } from './azure-monitor.ts';
import { parseDatadog } from './datadog.ts';
import { parseDynatrace } from './dynatrace.ts';
import { parseGrafana } from './grafana.ts';
import { parseNewRelic } from './new-relic.ts';
import type { Parse } from './parsed.ts';
import { parseSplunk } from './splunk.ts';
import { parseZabbix } from './zabbix.ts';

/** Sources whose body alone says everything. The others need headers, a signature or the network before they can be read. */
export const parsers = {
  'alertmanager-webhook': parseAlertmanagerWebhook,
  grafana: parseGrafana,
  splunk: parseSplunk,
  dynatrace: parseDynatrace,
  'azure-monitor': parseAzureMonitor,
  datadog: parseDatadog,
  'new-relic': parseNewRelic,
  zabbix: parseZabbix,
  json: parseAnyJson,
} as const satisfies Partial<Record<IntegrationKind, Parse>>;
