import { severityFrom, type IncomingAlert, type Severity } from '../alert.ts';
import { asCommonSchema } from './azure-former.ts';
import { fieldsOf, isObject, textOf, type Fields, type JsonObject } from './fields.ts';
import { incoming, serviceIn } from './incoming.ts';
import { instantOf } from './instants.ts';
import { parsedAs, refusedFor, type Parse } from './parsed.ts';

const schema = 'azureMonitorCommonAlertSchema';

/**
 * Azure Monitor's common alert schema: metric, log, activity log, service health, resource health, Prometheus; the schemas of before
 * are read as it. https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-common-schema
 */
export const parseAzureMonitor: Parse = (given) => {
  if (!isObject(given)) return refusedFor('', 'an object was expected');
  const payload = given['schemaId'] === schema ? given : asCommonSchema(given);
  if (payload === null)
    return refusedFor(
      'schemaId',
      `${schema} was expected: switch "Enable the common alert schema" on in the action group`,
    );
  const fields = fieldsOf(payload);
  fields.take('schemaId');
  if (!isObject(fields.peek('data', 'essentials')))
    return refusedFor('data.essentials', 'an object, what all alerts of Azure have in common, was expected');
  const alertId = fields.word('data', 'essentials', 'alertId');
  const rule = essential(fields, 'alertRule');
  if (alertId === null && rule === null)
    return refusedFor('data.essentials.alertId', 'the id of the alert was expected');
  const condition = fields.text('data', 'essentials', 'monitorCondition') ?? 'Fired';
  const action = conditions[condition.toLowerCase()];
  if (action === undefined) return refusedFor('data.essentials.monitorCondition', 'Fired or Resolved was expected');
  return parsedAs(alertOf(fields, { alertId, rule, action }));
};

const conditions: Readonly<Record<string, IncomingAlert['action']>> = {
  fired: 'trigger',
  activated: 'trigger',
  resolved: 'resolve',
  deactivated: 'resolve',
};

interface Essentials {
  readonly alertId: string | null;
  readonly rule: string | null;
  readonly action: IncomingAlert['action'];
}

const essential = (fields: Fields, name: string): string | null => fields.text('data', 'essentials', name);

const alertOf = (fields: Fields, { alertId, rule, action }: Essentials): IncomingAlert => {
  const health = healthOf(fields);
  const level = essential(fields, 'severity');
  const targets = textsOf(fields.peek('data', 'essentials', 'alertTargetIDs'));
  const items = textsOf(fields.peek('data', 'essentials', 'configurationItems'));
  const labels = [
    ['alertname', rule],
    ['severity', level],
    ['signal', essential(fields, 'signalType')],
    ['monitoring_service', essential(fields, 'monitoringService')],
    ...resourceLabels(targets[0] ?? null),
    ['configuration_item', items[0]],
    ...dimensions(fields),
    ...entriesAt(fields, 'data', 'alertContext', 'labels'),
    ...entriesAt(fields, 'data', 'customProperties'),
  ] as const;
  const record = Object.fromEntries(labels.filter(([, value]) => value)) as Record<string, string>;
  const said = entriesAt(fields, 'data', 'alertContext', 'annotations');
  const description = essential(fields, 'description');
  return incoming({
    // One incident of Azure's own services goes on under one tracking id, while each of its news is an alert of its own.
    identity: health?.trackingId ? ['service-health', health.trackingId] : [alertId ?? rule],
    action: health?.isOver ? 'resolve' : action,
    severity: health?.severity ?? severities[(level ?? '').toLowerCase()] ?? severityFrom(level, 'error'),
    summary: [health?.title, Object.fromEntries(said)['summary'], named(rule, items), 'Azure Monitor alert'],
    labels,
    annotations: [...said, ['description', description], ...fields.rest()],
    service: serviceIn(record),
    startsAt: instantOf(fields.peek('data', 'essentials', 'firedDateTime')),
    endsAt: action === 'resolve' ? instantOf(fields.peek('data', 'essentials', 'resolvedDateTime')) : null,
    links: linksOf(fields, alertId),
  });
};

const severities: Readonly<Record<string, Severity>> = {
  sev0: 'critical',
  sev1: 'error',
  sev2: 'warning',
  sev3: 'info',
  sev4: 'info',
};

const named = (rule: string | null, items: readonly string[]): string | null =>
  rule === null || items.length === 0 ? rule : `${rule} (${items.join(', ')})`;

const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : []).flatMap((each: unknown) => textOf(each) ?? []);

/** `/subscriptions/S/resourceGroups/G/providers/Microsoft.Compute/virtualMachines/V`, in whatever case Azure writes it today. */
const resourceLabels = (id: string | null): readonly (readonly [string, string | null])[] => {
  if (id === null) return [];
  const parts = id.split('/').filter((part) => part !== '');
  const after = (name: string): string | null => {
    const index = parts.findIndex((part) => part.toLowerCase() === name);
    return index < 0 ? null : (parts[index + 1] ?? null);
  };
  const provider = parts.findIndex((part) => part.toLowerCase() === 'providers');
  return [
    ['subscription', after('subscriptions')],
    ['resource_group', after('resourcegroups')],
    [
      'resource_type',
      provider < 0
        ? null
        : parts
            .slice(provider + 1, provider + 3)
            .join('/')
            .toLowerCase(),
    ],
    ['resource', provider < 0 ? null : (parts.at(-1) ?? null)],
  ];
};

/** What a metric or log alert was split by: without them two of its alerts could not be told apart. */
const dimensions = (fields: Fields): readonly (readonly [string, string | null])[] => {
  const criteria = fields.peek('data', 'alertContext', 'condition', 'allOf');
  const first: unknown = Array.isArray(criteria) ? criteria[0] : undefined;
  const list = isObject(first) ? first['dimensions'] : fields.peek('data', 'alertContext', 'Dimensions');
  const split = (Array.isArray(list) ? list : []).flatMap((each: unknown): (readonly [string, string | null])[] => {
    const name = isObject(each) ? textOf(each['name']) : null;
    return name === null ? [] : [[name, textOf((each as JsonObject)['value'])]];
  });
  return [['metric', isObject(first) ? textOf(first['metricName']) : null], ...split];
};

const entriesAt = (fields: Fields, ...path: string[]): readonly (readonly [string, string])[] => {
  const value = fields.peek(...path);
  if (!isObject(value)) return [];
  return Object.keys(value).flatMap((name) => {
    const text = fields.text(...path, name);
    return text === null ? [] : [[name, text] as const];
  });
};

/** News of Azure's own services and resources say in `properties` whether it is over. */
const healthOf = (
  fields: Fields,
): { title: string | null; trackingId: string | null; isOver: boolean; severity: Severity | null } | null => {
  const word = (name: string): string | null => fields.word('data', 'alertContext', 'properties', name);
  const kind = word('incidentType');
  const status = fields.word('data', 'alertContext', 'status')?.toLowerCase() ?? '';
  const source = fields.word('data', 'essentials', 'monitoringService')?.toLowerCase() ?? '';
  if (kind === null && !/health/u.test(source)) return null;
  const stage = word('stage')?.toLowerCase() ?? '';
  return {
    title: word('title') ?? word('defaultLanguageTitle'),
    trackingId: word('trackingId'),
    isOver: over.has(stage) || over.has(status) || word('currentHealthStatus')?.toLowerCase() === 'available',
    severity: kind === null ? null : (incidents[kind.toLowerCase()] ?? null),
  };
};

const over = new Set(['resolved', 'complete', 'completed', 'canceled', 'rca']);
const incidents: Readonly<Record<string, Severity>> = {
  incident: 'error',
  security: 'error',
  actionrequired: 'warning',
  maintenance: 'info',
  informational: 'info',
};

const linksOf = (fields: Fields, alertId: string | null): readonly (readonly [string, string | null])[] => {
  const criteria = ['data', 'alertContext', 'condition', 'allOf', 0] as const;
  return [
    [
      'Alert in Azure',
      alertId?.startsWith('/subscriptions/')
        ? `https://portal.azure.com/#blade/Microsoft_Azure_Monitoring/AlertDetailsTemplateBlade/alertId/${encodeURIComponent(alertId)}`
        : null,
    ],
    ['Search results', fields.word(...criteria, 'linkToFilteredSearchResultsUI')],
    ['Search results', fields.word('data', 'alertContext', 'LinkToFilteredSearchResultsUI')],
    ['All search results', fields.word(...criteria, 'linkToSearchResultsUI')],
    ['All search results', fields.word('data', 'alertContext', 'LinkToSearchResults')],
    ['Investigate', fields.word('data', 'essentials', 'investigationLink')],
  ];
};
