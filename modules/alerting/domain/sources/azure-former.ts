import { isObject, textOf, type JsonObject } from './fields.ts';

/**
 * Schemas of Azure Monitor from before the common one, as that: metric alerts (`AzureMonitorMetricAlert` and classic ones without a
 * schema), activity log (`Microsoft.Insights/activityLogs`) and log search (`Microsoft.Insights/LogAlert`, also bare). Action groups
 * send them until somebody switches the common schema on. Null: none of them.
 * https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-non-common-schema-definitions
 */
export const asCommonSchema = (payload: JsonObject): JsonObject | null => {
  const schema = textOf(payload['schemaId']) ?? '';
  const data = isObject(payload['data']) ? payload['data'] : payload;
  if (/logalert$/iu.test(schema) || ('AlertRuleName' in data && 'SearchQuery' in data)) return logAlert(data);
  const context = data['context'];
  if (!isObject(context)) return null;
  if (isObject(context['activityLog'])) return activityLog(data, context['activityLog']);
  return 'condition' in context || 'conditionType' in context ? metricAlert(data, context) : null;
};

const common = (essentials: JsonObject, alertContext: JsonObject, customProperties: unknown): JsonObject => ({
  schemaId: 'azureMonitorCommonAlertSchema',
  data: { essentials, alertContext, ...(isObject(customProperties) ? { customProperties } : {}) },
});

/** Without an id of the alert: it is the rule and what it looks at. */
const identity = (...parts: readonly unknown[]): string => parts.flatMap((part) => textOf(part) ?? []).join('|');

const metricAlert = (data: JsonObject, context: JsonObject): JsonObject => {
  const { name, id, description, severity, timestamp, resourceId, resourceName, ...rest } = context;
  return common(
    {
      alertId: identity(id, resourceId) || identity(name, resourceName),
      alertRule: name,
      severity: levelOf(severity),
      signalType: 'Metric',
      monitorCondition: conditionOf(data['status']),
      alertTargetIDs: resourceId === undefined ? [] : [resourceId],
      configurationItems: resourceName === undefined ? [] : [resourceName],
      firedDateTime: timestamp,
      description,
      investigationLink: context['portalLink'],
    },
    { ...rest, ...(id === undefined ? {} : { ruleId: id }) },
    data['properties'],
  );
};

const activityLog = (data: JsonObject, log: JsonObject): JsonObject => {
  const source = textOf(log['eventSource']) ?? '';
  return common(
    {
      alertId:
        identity(log['eventDataId'] ?? log['correlationId']) || identity(log['operationName'], log['resourceId']),
      alertRule: log['operationName'],
      signalType: 'Activity Log',
      // An activity happened; what is well again says so itself.
      monitorCondition: 'Fired',
      monitoringService: /health/iu.test(source) ? source : `Activity Log - ${source}`,
      alertTargetIDs: log['resourceId'] === undefined ? [] : [log['resourceId']],
      firedDateTime: log['eventTimestamp'],
      severity: levels[(textOf(log['level']) ?? '').toLowerCase()] ?? 'Sev4',
      description: log['description'],
    },
    log,
    data['properties'],
  );
};

const levels: Readonly<Record<string, string>> = { critical: 'Sev0', error: 'Sev1', warning: 'Sev2' };

const logAlert = (data: JsonObject): JsonObject => {
  const { AlertRuleName, Severity, Description, ...rest } = data;
  return common(
    {
      alertId: identity(data['WorkspaceId'] ?? data['ApplicationId'], AlertRuleName),
      alertRule: AlertRuleName,
      severity: levelOf(Severity),
      signalType: 'Log',
      monitorCondition: 'Fired',
      alertTargetIDs: data['ResourceId'] === undefined ? [] : [data['ResourceId']],
      description: Description,
    },
    rest,
    null,
  );
};

/** `3` and `Sev3` are one; a word stays as it is. */
const levelOf = (value: unknown): string | null => {
  const level = textOf(value);
  return level !== null && /^[0-4]$/u.test(level) ? `Sev${level}` : level;
};

const conditionOf = (status: unknown): string =>
  /^(deactivated|resolved)$/iu.test(textOf(status) ?? '') ? 'Resolved' : 'Fired';
