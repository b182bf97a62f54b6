import type { IncomingAlert } from '../alert.ts';
import type { parsers } from './parsers.ts';

/** One payload of a sender, rebuilt field by field from its documentation, and the alert that it must become. */
export interface PayloadCase {
  readonly name: string;
  readonly kind: keyof typeof parsers;
  readonly payload: unknown;
  readonly expected: readonly Partial<IncomingAlert>[];
}

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const noEnd = '0001-01-01T00:00:00Z';

const diskLabels = { alertname: 'DiskFull', instance: 'db-1:9100', service: 'shop/orders', severity: 'critical' };
const promAlert = {
  status: 'firing',
  labels: diskLabels,
  annotations: {
    summary: 'The disk of db-1 is full',
    description: '97 % used',
    runbook_url: 'https://wiki.example/disk',
  },
  startsAt: '2026-03-01T10:00:00.5+01:00',
  endsAt: noEnd,
  generatorURL: 'https://prometheus.example/graph?g0.expr=disk',
  fingerprint: '0123456789abcdef',
};
const promGroup = {
  version: '4',
  groupKey: '{}:{alertname="DiskFull"}',
  truncatedAlerts: 0,
  status: 'firing',
  receiver: 'leadline',
  groupLabels: { alertname: 'DiskFull' },
  commonLabels: diskLabels,
  commonAnnotations: {},
  externalURL: 'https://alertmanager.example',
  alerts: [promAlert],
};

const alertmanager: readonly PayloadCase[] = [
  {
    name: 'Alertmanager 4: a firing alert keeps its labels',
    kind: 'alertmanager-webhook',
    payload: promGroup,
    expected: [
      {
        dedupKey: '0123456789abcdef',
        action: 'trigger',
        labels: diskLabels,
        severity: 'critical',
        summary: 'The disk of db-1 is full',
        service: 'shop/orders',
        startsAt: at('2026-03-01T09:00:00.5Z'),
        endsAt: null,
        links: [
          { label: 'Source', url: 'https://prometheus.example/graph?g0.expr=disk' },
          { label: 'Runbook', url: 'https://wiki.example/disk' },
          { label: 'Alertmanager', url: 'https://alertmanager.example' },
        ],
      },
    ],
  },
  {
    name: 'Alertmanager 4: one of a group is resolved, and nobody counts what was left out twice',
    kind: 'alertmanager-webhook',
    payload: {
      ...promGroup,
      truncatedAlerts: 7,
      alerts: [
        promAlert,
        {
          ...promAlert,
          status: 'resolved',
          labels: { alertname: 'DiskFull' },
          endsAt: '2026-03-01T09:30:00Z',
          fingerprint: 'f2',
        },
      ],
    },
    expected: [
      { action: 'trigger' },
      { dedupKey: 'f2', action: 'resolve', endsAt: at('2026-03-01T09:30:00Z'), severity: 'error', service: null },
    ],
  },
  {
    name: 'Alertmanager 3: without fingerprints, with a number as key of the group',
    kind: 'alertmanager-webhook',
    payload: {
      ...promGroup,
      version: '3',
      groupKey: 5615590933959184,
      commonLabels: { alertname: 'a' },
      groupLabels: { alertname: 'a' },
      alerts: [{ ...promAlert, fingerprint: undefined, labels: { alertname: 'a' } }],
    },
    // Fingerprint of {alertname="a"}: FNV-1a 64 of "alertname\xffa\xff", computed apart.
    expected: [{ dedupKey: 'd258efc389808447', labels: { alertname: 'a' } }],
  },
];

const grafanaAlert = {
  ...promAlert,
  fingerprint: 'aa11',
  values: { A: 97.2, C: 1 },
  valueString: "[ var='A' value=97.2 ]",
  silenceURL: 'https://grafana.example/alerting/silence/new?matcher=a',
  dashboardURL: 'https://grafana.example/d/disk',
  panelURL: 'https://grafana.example/d/disk?viewPanel=2',
  imageURL: 'https://grafana.example/render/x.png',
  orgId: 1,
};

const grafana: readonly PayloadCase[] = [
  {
    name: 'Grafana: links and values of each alert',
    kind: 'grafana',
    payload: {
      ...promGroup,
      version: '1',
      externalURL: '',
      orgId: 1,
      title: '[FIRING:1] DiskFull',
      state: 'alerting',
      message: '**Firing** …',
      alerts: [grafanaAlert],
    },
    expected: [
      {
        dedupKey: 'aa11',
        action: 'trigger',
        severity: 'critical',
        summary: 'The disk of db-1 is full',
        links: [
          { label: 'Source', url: grafanaAlert.generatorURL },
          { label: 'Dashboard', url: grafanaAlert.dashboardURL },
          { label: 'Panel', url: grafanaAlert.panelURL },
          { label: 'Silence in Grafana', url: grafanaAlert.silenceURL },
          { label: 'Picture', url: grafanaAlert.imageURL },
          { label: 'Runbook', url: 'https://wiki.example/disk' },
        ],
      },
    ],
  },
  {
    name: 'Grafana 8 and older: a rule that alerts',
    kind: 'grafana',
    payload: {
      dashboardId: 1,
      evalMatches: [{ value: 97.2, metric: 'used', tags: { host: 'db-1' } }],
      imageUrl: 'https://grafana.example/a.png',
      message: 'Free some of it.',
      orgId: 1,
      panelId: 2,
      ruleId: 7,
      ruleName: 'Disk is full',
      ruleUrl: 'https://grafana.example/d/disk?panelId=2',
      state: 'alerting',
      tags: { severity: 'warning', service: 'orders' },
      title: '[Alerting] Disk is full',
    },
    expected: [
      {
        dedupKey: 'rule|1|7',
        action: 'trigger',
        severity: 'warning',
        summary: '[Alerting] Disk is full',
        service: 'orders',
        labels: { alertname: 'Disk is full', grafana_state: 'alerting', severity: 'warning', service: 'orders' },
      },
    ],
  },
  {
    name: 'Grafana 8 and older: well again',
    kind: 'grafana',
    payload: {
      ruleId: 7,
      orgId: 1,
      ruleName: 'Disk is full',
      state: 'ok',
      title: '[OK] Disk is full',
      evalMatches: [],
    },
    expected: [{ dedupKey: 'rule|1|7', action: 'resolve' }],
  },
  {
    name: 'Grafana 8 and older: no data',
    kind: 'grafana',
    payload: { ruleId: 7, orgId: 1, ruleName: 'Disk is full', state: 'no_data', title: '[No Data] Disk is full' },
    expected: [{ dedupKey: 'rule|1|7', action: 'trigger', severity: 'warning' }],
  },
];

const splunk: readonly PayloadCase[] = [
  {
    name: 'Splunk: a saved search with its first row',
    kind: 'splunk',
    payload: {
      result: { host: 'web-3', sourcetype: 'access', count: '812', severity: 'high', _time: '1772355600' },
      sid: 'scheduler__admin__search__W2_at_1772355600_178',
      results_link: 'https://splunk.example/app/search/@go?sid=x',
      search_name: 'Too many errors',
      owner: 'admin',
      app: 'search',
    },
    expected: [
      {
        dedupKey: 'Too many errors|search|web-3',
        action: 'trigger',
        severity: 'error',
        summary: 'Too many errors (web-3)',
        startsAt: at('2026-03-01T09:00:00Z'),
        links: [{ label: 'Results in Splunk', url: 'https://splunk.example/app/search/@go?sid=x' }],
      },
    ],
  },
  {
    name: 'Splunk: a search that was not saved has no name',
    kind: 'splunk',
    payload: {
      result: { count: '8' },
      sid: 'x_132',
      results_link: null,
      search_name: null,
      owner: 'admin',
      app: 'search',
    },
    expected: [{ dedupKey: 'x_132|search', action: 'trigger', severity: 'error', summary: 'Splunk search' }],
  },
  {
    name: 'Splunk: a row that says it is over',
    kind: 'splunk',
    payload: { result: { host: 'web-3', status: 'resolved' }, sid: 's', search_name: 'Too many errors', app: 'search' },
    expected: [{ dedupKey: 'Too many errors|search|web-3', action: 'resolve' }],
  },
];

const dynatraceOpen = {
  State: 'OPEN',
  ProblemID: 'P-240312',
  PID: '-7461234567890123456_1772355600000V2',
  ProblemTitle: 'Failure rate increase',
  ProblemSeverity: 'ERROR',
  ProblemImpact: 'SERVICE',
  ProblemURL: 'https://abc.live.dynatrace.example/#problems/problemdetails;pid=1',
  ProblemDetailsText: 'OPEN Problem P-240312',
  ImpactedEntities: [
    { type: 'HOST', name: 'web-3', entity: 'HOST-00000000000000AA' },
    { type: 'SERVICE', name: 'checkout', entity: 'SERVICE-00000000000000AB' },
  ],
  ImpactedEntity: 'Failure rate increase on Web service checkout',
  Tags: 'env:production, team:core, urgent',
};

const dynatrace: readonly PayloadCase[] = [
  {
    name: 'Dynatrace: a problem opens',
    kind: 'dynatrace',
    payload: dynatraceOpen,
    expected: [
      {
        dedupKey: '-7461234567890123456_1772355600000V2',
        action: 'trigger',
        severity: 'error',
        summary: 'Failure rate increase',
        service: 'checkout',
        labels: {
          alertname: 'Failure rate increase',
          problem_id: 'P-240312',
          problem_state: 'OPEN',
          problem_severity: 'ERROR',
          problem_impact: 'SERVICE',
          entity: 'web-3',
          service: 'checkout',
          env: 'production',
          team: 'core',
          urgent: 'true',
        },
        links: [{ label: 'Problem in Dynatrace', url: dynatraceOpen.ProblemURL }],
      },
    ],
  },
  {
    name: 'Dynatrace: and is resolved',
    kind: 'dynatrace',
    payload: { ...dynatraceOpen, State: 'RESOLVED' },
    expected: [{ dedupKey: dynatraceOpen.PID, action: 'resolve' }],
  },
  {
    name: 'Dynatrace: merged into another, it ends here',
    kind: 'dynatrace',
    payload: { ...dynatraceOpen, State: 'MERGED' },
    expected: [{ dedupKey: dynatraceOpen.PID, action: 'resolve' }],
  },
  {
    name: 'Dynatrace: a template that names the state ProblemStatus, entities by id only, times in the details',
    kind: 'dynatrace',
    payload: {
      ProblemID: 'P-9',
      ProblemStatus: 'OPEN',
      ProblemTitle: 'No answer',
      ProblemSeverity: 'AVAILABILITY',
      ImpactedEntities: [{ Entity: 'SERVICE-ABCDEF1234567890', Name: 'payment' }],
      Tags: '',
      ProblemDetailsJSON: { startTime: 1772355600000, endTime: -1 },
    },
    expected: [
      {
        dedupKey: 'P-9',
        severity: 'critical',
        service: 'payment',
        startsAt: at('2026-03-01T09:00:00Z'),
        action: 'trigger',
      },
    ],
  },
];

const azureId = '/subscriptions/11111111-aaaa/providers/Microsoft.AlertsManagement/alerts/22222222-bbbb';
const vm = '/subscriptions/11111111-aaaa/resourcegroups/shop-rg/providers/Microsoft.Compute/virtualMachines/web-3';
const azure = (essentials: object, alertContext: object, more: object = {}) => ({
  schemaId: 'azureMonitorCommonAlertSchema',
  data: {
    essentials: {
      alertId: azureId,
      alertRule: 'CPU is high',
      severity: 'Sev1',
      signalType: 'Metric',
      monitorCondition: 'Fired',
      monitoringService: 'Platform',
      alertTargetIDs: [vm],
      configurationItems: ['web-3'],
      originAlertId: 'o-1',
      firedDateTime: '2026-03-01T09:00:00.3713213Z',
      description: 'More than 90 % for five minutes',
      essentialsVersion: '1.0',
      alertContextVersion: '1.0',
      ...essentials,
    },
    alertContext,
    ...more,
  },
});
const metricContext = {
  properties: null,
  conditionType: 'SingleResourceMultipleMetricCriteria',
  condition: {
    windowSize: 'PT5M',
    allOf: [
      {
        metricName: 'Percentage CPU',
        metricNamespace: 'Microsoft.Compute/virtualMachines',
        operator: 'GreaterThan',
        threshold: '90',
        timeAggregation: 'Average',
        dimensions: [{ name: 'Core', value: '3' }],
        metricValue: 97.5,
      },
    ],
    windowStartTime: '2026-03-01T08:55:00Z',
    windowEndTime: '2026-03-01T09:00:00Z',
  },
};
const activity = {
  channels: 'Operation',
  correlationId: 'c-1',
  eventSource: 'Administrative',
  level: 'Informational',
  operationName: 'Microsoft.Compute/virtualMachines/restart/action',
  status: 'Succeeded',
  caller: 'ada@example.org',
};

const azureCases: readonly PayloadCase[] = [
  {
    name: 'Azure: a metric alert fires',
    kind: 'azure-monitor',
    payload: azure({}, metricContext, { customProperties: { service: 'shop/web', team: 'core' } }),
    expected: [
      {
        dedupKey: azureId,
        action: 'trigger',
        severity: 'error',
        summary: 'CPU is high (web-3)',
        service: 'shop/web',
        startsAt: at('2026-03-01T09:00:00.3713213Z'),
        labels: {
          alertname: 'CPU is high',
          severity: 'Sev1',
          signal: 'Metric',
          monitoring_service: 'Platform',
          subscription: '11111111-aaaa',
          resource_group: 'shop-rg',
          resource_type: 'microsoft.compute/virtualmachines',
          resource: 'web-3',
          configuration_item: 'web-3',
          metric: 'Percentage CPU',
          Core: '3',
          service: 'shop/web',
          team: 'core',
        },
      },
    ],
  },
  {
    name: 'Azure: a metric alert is resolved',
    kind: 'azure-monitor',
    payload: azure({ monitorCondition: 'Resolved', resolvedDateTime: '2026-03-01T09:10:00Z' }, metricContext),
    expected: [{ dedupKey: azureId, action: 'resolve', endsAt: at('2026-03-01T09:10:00Z') }],
  },
  {
    name: 'Azure: a dynamic threshold without dimensions',
    kind: 'azure-monitor',
    payload: azure(
      { severity: 'Sev3' },
      {
        conditionType: 'DynamicThresholdCriteria',
        condition: {
          allOf: [
            {
              alertSensitivity: 'High',
              metricName: 'Egress',
              dimensions: [],
              metricValue: 50101,
              failingPeriods: { numberOfEvaluationPeriods: 1 },
            },
          ],
        },
      },
    ),
    expected: [{ action: 'trigger', severity: 'info' }],
  },
  {
    name: 'Azure: a log search alert of old, its links to the results',
    kind: 'azure-monitor',
    payload: azure(
      { signalType: 'Log', monitoringService: 'Log Analytics', severity: 'Sev0' },
      {
        SearchQuery: 'Heartbeat | count',
        ResultCount: 2,
        LinkToSearchResults: 'https://portal.azure.com/#all',
        LinkToFilteredSearchResultsUI: 'https://portal.azure.com/#some',
        Dimensions: [{ name: 'Computer', value: 'web-3' }],
        SearchResults: { tables: [{ name: 'PrimaryResult', rows: [['web-3', 11]] }] },
      },
    ),
    expected: [
      {
        severity: 'critical',
        links: [
          {
            label: 'Alert in Azure',
            url: `https://portal.azure.com/#blade/Microsoft_Azure_Monitoring/AlertDetailsTemplateBlade/alertId/${encodeURIComponent(azureId)}`,
          },
          { label: 'Search results', url: 'https://portal.azure.com/#some' },
          { label: 'All search results', url: 'https://portal.azure.com/#all' },
        ],
      },
    ],
  },
  {
    name: 'Azure: a log search alert of today',
    kind: 'azure-monitor',
    payload: azure(
      { signalType: 'Log', monitoringService: 'Log Alerts V2' },
      {
        conditionType: 'LogQueryCriteria',
        condition: {
          allOf: [
            {
              searchQuery: 'Heartbeat',
              metricMeasureColumn: null,
              dimensions: [{ name: 'Computer', value: 'web-3' }],
              linkToFilteredSearchResultsUI: 'https://portal.azure.com/#v2',
            },
          ],
        },
      },
    ),
    expected: [{ action: 'trigger', severity: 'error' }],
  },
  {
    name: 'Azure: an activity log alert',
    kind: 'azure-monitor',
    payload: azure(
      { severity: 'Sev4', signalType: 'Activity Log', monitoringService: 'Activity Log - Administrative' },
      activity,
    ),
    expected: [{ action: 'trigger', severity: 'info', dedupKey: azureId }],
  },
  {
    name: 'Azure: service health, an incident begins',
    kind: 'azure-monitor',
    payload: azure(
      { severity: 'Sev4', signalType: 'Activity Log', monitoringService: 'ServiceHealth' },
      {
        ...activity,
        eventSource: 2,
        level: 3,
        status: 'Active',
        properties: {
          title: 'Storage is slow',
          incidentType: 'Incident',
          trackingId: 'TRK-1',
          stage: 'Active',
          region: 'East US',
        },
      },
    ),
    expected: [{ dedupKey: 'service-health|TRK-1', action: 'trigger', severity: 'error', summary: 'Storage is slow' }],
  },
  {
    name: 'Azure: service health, the incident is over (another alert id, the same tracking id)',
    kind: 'azure-monitor',
    payload: azure(
      { alertId: `${azureId}-2`, severity: 'Sev4', monitoringService: 'ServiceHealth' },
      {
        status: 'Resolved',
        properties: { title: 'Storage is well', incidentType: 'Incident', trackingId: 'TRK-1', stage: 'Resolved' },
      },
    ),
    expected: [{ dedupKey: 'service-health|TRK-1', action: 'resolve' }],
  },
  {
    name: 'Azure: planned maintenance informs',
    kind: 'azure-monitor',
    payload: azure(
      { severity: 'Sev4', monitoringService: 'ServiceHealth' },
      {
        status: 'Active',
        properties: { title: 'New disks', incidentType: 'Maintenance', trackingId: 'TRK-2', stage: 'Planned' },
      },
    ),
    expected: [{ dedupKey: 'service-health|TRK-2', action: 'trigger', severity: 'info' }],
  },
  {
    name: 'Azure: resource health',
    kind: 'azure-monitor',
    payload: azure(
      { severity: 'Sev2', monitoringService: 'Resource Health' },
      {
        status: 'Active',
        properties: {
          title: 'The machine stops',
          currentHealthStatus: 'Unavailable',
          previousHealthStatus: 'Available',
          cause: 'UserInitiated',
        },
      },
    ),
    expected: [{ action: 'trigger', severity: 'warning', summary: 'The machine stops' }],
  },
  {
    name: 'Azure: a metric alert of before the common schema',
    kind: 'azure-monitor',
    payload: {
      schemaId: 'AzureMonitorMetricAlert',
      data: {
        version: '2.0',
        properties: { service: 'shop/web' },
        status: 'Activated',
        context: {
          timestamp: '2026-03-01T09:00:00.97Z',
          id: '/subscriptions/s1/resourceGroups/g1/providers/microsoft.insights/metricAlerts/cpu',
          name: 'cpu',
          description: 'CPU is high',
          conditionType: 'SingleResourceMultipleMetricCriteria',
          severity: '1',
          condition: {
            windowSize: 'PT5M',
            allOf: [{ metricName: 'Percentage CPU', dimensions: [{ name: 'Core', value: '3' }], metricValue: 97 }],
          },
          subscriptionId: 's1',
          resourceGroupName: 'g1',
          resourceName: 'web-3',
          resourceType: 'Microsoft.Compute/virtualMachines',
          resourceId: '/subscriptions/s1/resourceGroups/g1/providers/Microsoft.Compute/virtualMachines/web-3',
          portalLink: 'https://portal.azure.com/#resource/web-3',
        },
      },
    },
    expected: [
      {
        action: 'trigger',
        severity: 'error',
        summary: 'cpu (web-3)',
        service: 'shop/web',
        startsAt: at('2026-03-01T09:00:00.97Z'),
      },
    ],
  },
  {
    name: 'Azure: a classic metric alert is over',
    kind: 'azure-monitor',
    payload: {
      status: 'Resolved',
      context: {
        id: '/subscriptions/s1/rules/r',
        name: 'r',
        conditionType: 'Metric',
        condition: { metricName: 'Requests', metricValue: '10' },
        resourceName: 'site',
        resourceId: '/subscriptions/s1/site',
      },
      properties: {},
    },
    expected: [{ dedupKey: '/subscriptions/s1/rules/r|/subscriptions/s1/site', action: 'resolve' }],
  },
  {
    name: 'Azure: an activity of before the common schema',
    kind: 'azure-monitor',
    payload: {
      schemaId: 'Microsoft.Insights/activityLogs',
      data: {
        status: 'Activated',
        context: {
          activityLog: {
            channels: 'Operation',
            correlationId: 'c-9',
            eventSource: 'Administrative',
            eventDataId: 'e-9',
            level: 'Error',
            operationName: 'Microsoft.Insights/actionGroups/write',
            status: 'Failed',
            subscriptionId: 's1',
          },
        },
        properties: {},
      },
    },
    expected: [
      { dedupKey: 'e-9', action: 'trigger', severity: 'error', summary: 'Microsoft.Insights/actionGroups/write' },
    ],
  },
  {
    name: 'Azure: a log search of before the common schema',
    kind: 'azure-monitor',
    payload: {
      WorkspaceId: 'w-1',
      AlertRuleName: 'AcmeRule',
      SearchQuery: 'search *',
      ResultCount: 2,
      AlertThresholdValue: 0,
      LinkToSearchResults: 'https://portal.azure.com/#all',
      Description: 'log alert rule',
      Severity: 'Warning',
    },
    expected: [{ dedupKey: 'w-1|AcmeRule', action: 'trigger', severity: 'warning', summary: 'AcmeRule' }],
  },
  {
    name: 'Azure: a Prometheus rule brings its labels and annotations',
    kind: 'azure-monitor',
    payload: azure(
      { signalType: 'Metric', monitoringService: 'Prometheus', severity: 'Sev2' },
      {
        interval: 'PT1M',
        expression: 'sql_up > 0',
        expressionValue: '0',
        for: 'PT2M',
        labels: { cluster: 'c1', service: 'orders' },
        annotations: { summary: 'The database is away' },
      },
    ),
    expected: [{ severity: 'warning', service: 'orders', summary: 'The database is away' }],
  },
];

const datadogEvent = {
  title: '[Triggered on {host:web-3}] CPU is high',
  body: 'More than 90 % for five minutes @webhook-leadline',
  alert_transition: 'Triggered',
  alert_cycle_key: '90210',
  aggreg_key: 'a1',
  alert_type: 'error',
  alert_priority: 'P2',
  alert_metric: 'system.cpu.user',
  alert_query: 'avg(last_5m):avg:system.cpu.user{*} by {host} > 90',
  alert_scope: 'host:web-3',
  monitor_id: '1234567',
  id: '6530',
  date: '1772355600000',
  hostname: 'web-3',
  tags: 'env:production,service:shop/web,monitor',
  link: 'https://app.datadoghq.com/event/event?id=6530',
  snapshot: '$SNAPSHOT',
};

const datadog: readonly PayloadCase[] = [
  {
    name: 'Datadog: a monitor triggers, by our template',
    kind: 'datadog',
    payload: datadogEvent,
    expected: [
      {
        dedupKey: 'cycle|90210',
        action: 'trigger',
        severity: 'error',
        summary: '[Triggered on {host:web-3}] CPU is high',
        service: 'shop/web',
        startsAt: at('2026-03-01T09:00:00Z'),
        labels: {
          alertname: 'CPU is high',
          monitor_id: '1234567',
          transition: 'Triggered',
          alert_type: 'error',
          priority: 'P2',
          env: 'production',
          service: 'shop/web',
          monitor: 'true',
          host: 'web-3',
        },
        links: [{ label: 'Event in Datadog', url: 'https://app.datadoghq.com/event/event?id=6530' }],
      },
    ],
  },
  {
    name: 'Datadog: recovered',
    kind: 'datadog',
    payload: { ...datadogEvent, alert_transition: 'Recovered', alert_type: 'success' },
    expected: [{ dedupKey: 'cycle|90210', action: 'resolve' }],
  },
  {
    name: 'Datadog: only warns',
    kind: 'datadog',
    payload: { ...datadogEvent, alert_transition: 'Re-Warn' },
    expected: [{ action: 'trigger', severity: 'warning' }],
  },
  {
    name: 'Datadog: no data',
    kind: 'datadog',
    payload: { ...datadogEvent, alert_transition: 'No Data', alert_cycle_key: '$ALERT_CYCLE_KEY' },
    expected: [{ dedupKey: 'monitor|1234567|host:web-3', action: 'trigger', severity: 'warning' }],
  },
  {
    name: 'Datadog: its default body says the state in the title alone',
    kind: 'datadog',
    payload: {
      id: '6531',
      title: '[Recovered on {host:web-3}] CPU is high',
      body: 'fine',
      last_updated: '1772355600000',
      event_type: 'metric_alert_monitor',
      date: '1772355600000',
      org: { id: '11', name: 'shop' },
    },
    expected: [{ dedupKey: 'title|CPU is high', action: 'resolve' }],
  },
  {
    name: 'Datadog: and when it triggers',
    kind: 'datadog',
    payload: {
      id: '6530',
      title: '[P1] [Triggered on {host:web-3}] CPU is high',
      body: 'bad',
      event_type: 'metric_alert_monitor',
      date: '1772355600000',
      org: { id: '11', name: 'shop' },
    },
    expected: [{ dedupKey: 'title|CPU is high', action: 'trigger', severity: 'error' }],
  },
];

const issue = {
  id: 'd1b1f3fd-995a',
  issueUrl: 'https://radar-api.service.newrelic.example/accounts/1/issues/d1b1f3fd-995a',
  title: "Memory Used % > 90 for at least 2 minutes on 'web-3'",
  priority: 'CRITICAL',
  impactedEntities: ['web-3', 'web-4'],
  totalIncidents: 1,
  state: 'ACTIVATED',
  trigger: 'STATE_CHANGE',
  isCorrelated: false,
  createdAt: 1772355600000,
  updatedAt: 1772355660000,
  sources: ['newrelic'],
  alertPolicyNames: ['Shop'],
  alertConditionNames: ['Memory high'],
  workflowName: 'To Leadline',
};
const incident = {
  account_id: 11111,
  account_name: 'Shop (Staging)',
  condition_id: 4,
  condition_name: 'Too many errors',
  current_state: 'open',
  details: 'Error rate > 5 % on checkout',
  event_type: 'INCIDENT',
  incident_id: 77,
  incident_url: 'https://alerts.newrelic.example/accounts/11111/incidents/77',
  incident_acknowledge_url: 'https://alerts.newrelic.example/accounts/11111/incidents/77/acknowledge',
  owner: '',
  policy_name: 'Shop',
  policy_url: 'https://alerts.newrelic.example/accounts/11111/policies/3',
  runbook_url: 'https://wiki.example/errors',
  severity: 'WARNING',
  targets: [
    {
      id: '5',
      name: 'checkout',
      link: 'https://x.example/1',
      labels: { env: 'staging' },
      product: 'APM',
      type: 'Application',
    },
  ],
  timestamp: 1772355600849,
  version: '1.0',
};

const newRelic: readonly PayloadCase[] = [
  {
    name: 'New Relic: an issue is activated',
    kind: 'new-relic',
    payload: issue,
    expected: [
      {
        dedupKey: 'issue|d1b1f3fd-995a',
        action: 'trigger',
        severity: 'critical',
        summary: issue.title,
        startsAt: at('2026-03-01T09:00:00Z'),
        links: [{ label: 'Issue in New Relic', url: issue.issueUrl }],
      },
    ],
  },
  {
    name: 'New Relic: acknowledged',
    kind: 'new-relic',
    payload: { ...issue, state: 'ACKNOWLEDGED', acknowledgedBy: 'Ada' },
    expected: [{ dedupKey: 'issue|d1b1f3fd-995a', action: 'acknowledge', by: 'Ada' }],
  },
  {
    name: 'New Relic: closed',
    kind: 'new-relic',
    payload: { ...issue, state: 'CLOSED', priority: 'HIGH' },
    expected: [{ action: 'resolve', severity: 'error' }],
  },
  {
    name: 'New Relic: a template that says issueId, title as list and status',
    kind: 'new-relic',
    payload: { issueId: 'i-2', title: ['Slow'], priority: 'LOW', status: 'CREATED' },
    expected: [{ dedupKey: 'issue|i-2', action: 'trigger', severity: 'info', summary: 'Slow' }],
  },
  {
    name: 'New Relic: a notification channel of old',
    kind: 'new-relic',
    payload: incident,
    expected: [
      {
        dedupKey: 'incident|11111|77',
        action: 'trigger',
        severity: 'warning',
        summary: 'Error rate > 5 % on checkout',
        service: 'checkout',
        labels: {
          alertname: 'Too many errors',
          state: 'open',
          severity: 'WARNING',
          policy: 'Shop',
          account: '11111',
          account_name: 'Shop (Staging)',
          target: 'checkout',
          target_type: 'Application',
          env: 'staging',
        },
      },
    ],
  },
  {
    name: 'New Relic: acknowledged by a channel of old',
    kind: 'new-relic',
    payload: { ...incident, current_state: 'acknowledged', owner: 'Ada' },
    expected: [{ action: 'acknowledge', by: 'Ada' }],
  },
  {
    name: 'New Relic: closed by a channel of old',
    kind: 'new-relic',
    payload: { ...incident, current_state: 'closed' },
    expected: [{ dedupKey: 'incident|11111|77', action: 'resolve' }],
  },
];

const zabbixProblem = {
  event_id: '8412',
  event_source: '0',
  event_value: '1',
  event_timestamp: '1772355600',
  event_name: 'Free space is low',
  event_severity: 'High',
  event_nseverity: '4',
  event_opdata: '3 % left',
  event_tagsjson: '[{"tag":"service","value":"shop/orders"},{"tag":"scope","value":"capacity"}]',
  event_update_status: '0',
  event_update_action: '{EVENT.UPDATE.ACTION}',
  host_name: 'db-1',
  host_ip: '10.0.0.5',
  trigger_id: '991',
  trigger_description: 'Less than 5 % for ten minutes',
  alert_message: 'Problem started',
  zabbix_url: 'https://zabbix.example/',
};

const zabbix: readonly PayloadCase[] = [
  {
    name: 'Zabbix: a problem, by our script',
    kind: 'zabbix',
    payload: { ...zabbixProblem, event_update_action: '' },
    expected: [
      {
        dedupKey: '8412',
        action: 'trigger',
        severity: 'error',
        summary: 'Free space is low (db-1)',
        service: 'shop/orders',
        startsAt: at('2026-03-01T09:00:00Z'),
        labels: {
          alertname: 'Free space is low',
          host: 'db-1',
          severity: 'High',
          trigger_id: '991',
          service: 'shop/orders',
          scope: 'capacity',
        },
        links: [{ label: 'Event in Zabbix', url: 'https://zabbix.example/tr_events.php?triggerid=991&eventid=8412' }],
      },
    ],
  },
  {
    name: 'Zabbix: acknowledged by a person',
    kind: 'zabbix',
    payload: {
      ...zabbixProblem,
      event_update_status: '1',
      event_update_action: 'acknowledged, commented',
      user_fullname: 'Ada Lovelace',
    },
    expected: [{ dedupKey: '8412', action: 'acknowledge', by: 'Ada Lovelace' }],
  },
  {
    name: 'Zabbix: an acknowledgement taken back',
    kind: 'zabbix',
    payload: { ...zabbixProblem, event_update_status: '1', event_update_action: 'unacknowledged' },
    expected: [{ dedupKey: '8412', action: 'trigger' }],
  },
  {
    name: 'Zabbix: recovery',
    kind: 'zabbix',
    payload: { ...zabbixProblem, event_value: '0' },
    expected: [{ dedupKey: '8412', action: 'resolve' }],
  },
  {
    name: 'Zabbix: names as macros are called, tags as text, disaster',
    kind: 'zabbix',
    payload: {
      '{EVENT.ID}': '5',
      'EVENT.NAME': 'Power',
      'EVENT.VALUE': '1',
      'EVENT.SEVERITY': 'Disaster',
      'EVENT.TAGS': 'scope:power, site:ber',
      'HOST.NAME': '*UNKNOWN*',
    },
    expected: [
      {
        dedupKey: '5',
        action: 'trigger',
        severity: 'critical',
        summary: 'Power',
        labels: { alertname: 'Power', severity: 'Disaster', scope: 'power', site: 'ber' },
      },
    ],
  },
  {
    name: 'Zabbix: a script that was made for another product',
    kind: 'zabbix',
    payload: {
      id: '7',
      triggerId: '3',
      name: 'Link down',
      service: 'router-1',
      severity: 'Average',
      status: 'RESOLVED',
      tags: '[]',
      host_name: 'router-1',
      url: 'https://zabbix.example',
    },
    expected: [{ dedupKey: '7', action: 'resolve', severity: 'warning', summary: 'Link down (router-1)' }],
  },
  {
    name: 'Zabbix: a shell script that posts title, state and message',
    kind: 'zabbix',
    payload: { alert_uid: 'u1', title: 'Problem: link down', state: 'alerting', message: 'eth0' },
    expected: [{ dedupKey: 'u1', action: 'trigger', severity: 'error' }],
  },
];

const shell: readonly PayloadCase[] = [
  {
    name: 'Zabbix: a body that names the trigger and the page of the event',
    kind: 'zabbix',
    payload: {
      hostname: 'www-1',
      severity: 'Average',
      status: 'PROBLEM',
      item: 'Agent ping is Up (1)',
      trigger: 'No answer for 5 minutes',
      link: 'https://zabbix.example/tr_events.php?triggerid=1&eventid=2',
    },
    expected: [
      {
        action: 'trigger',
        severity: 'warning',
        summary: 'No answer for 5 minutes (www-1)',
        links: [{ label: 'Event in Zabbix', url: 'https://zabbix.example/tr_events.php?triggerid=1&eventid=2' }],
      },
    ],
  },
  {
    name: 'New Relic: its own test of a channel',
    kind: 'new-relic',
    payload: { ...incident, current_state: 'test', severity: 'INFO', event_type: 'NOTIFICATION' },
    expected: [{ action: 'trigger', severity: 'info' }],
  },
];

const json: readonly PayloadCase[] = [
  {
    name: 'JSON: common names',
    kind: 'json',
    payload: {
      id: 12,
      title: 'Backup failed',
      status: 'firing',
      priority: 'P1',
      service: 'backup',
      host: 'db-1',
      url: 'https://backup.example/12',
      labels: { site: 'ber' },
      bytes: 17,
    },
    expected: [
      {
        dedupKey: '12',
        action: 'trigger',
        severity: 'critical',
        summary: 'Backup failed',
        service: 'backup',
        labels: { site: 'ber', alertname: 'Backup failed', service: 'backup', severity: 'P1', host: 'db-1' },
      },
    ],
  },
  {
    name: 'JSON: a list is one alert for each entry',
    kind: 'json',
    payload: [
      { name: 'a', state: 'up' },
      { name: 'b', firing: true },
    ],
    expected: [
      { dedupKey: 'a', action: 'resolve' },
      { dedupKey: 'b', action: 'trigger' },
    ],
  },
];

export const payloadCases: readonly PayloadCase[] = [
  ...alertmanager,
  ...grafana,
  ...splunk,
  ...dynatrace,
  ...azureCases,
  ...datadog,
  ...newRelic,
  ...zabbix,
  ...shell,
  ...json,
];
