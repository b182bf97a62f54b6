/** What a test is made of. */
export interface SampleSaid {
  readonly name: string;
  /** Another one at each test, so that each is an alert of its own. */
  readonly id: string;
  readonly now: Temporal.Instant;
  readonly labels: Readonly<Record<string, string>>;
}

type Sample = (said: SampleSaid) => unknown;

const title = ({ name }: SampleSaid): string => `A test of the integration ${name}`;
const severity = ({ labels }: SampleSaid): string => labels['severity'] ?? 'info';
/** `a:b, c:d`, as senders of tags write them. */
const tags = ({ labels, id }: SampleSaid): string =>
  [...Object.entries(labels), ['test', id]].map((pair) => pair.join(':')).join(',');
/** Their words for severities that are not ours. */
const word = (words: Readonly<Record<string, string>>, said: SampleSaid): string =>
  words[severity(said)] ?? words['info']!;

const group: Sample = (said) => ({
  version: '4',
  groupKey: `{}:{test="${said.id}"}`,
  truncatedAlerts: 0,
  status: 'firing',
  receiver: 'leadline',
  groupLabels: {},
  commonLabels: {},
  commonAnnotations: {},
  externalURL: '',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'LeadlineTest', severity: 'info', ...said.labels, test: said.id },
      annotations: { summary: title(said) },
      startsAt: said.now.toString(),
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: '',
    },
  ],
});

/** A payload as each sender posts it, for "send a test": it goes the whole way that a real one goes. */
export const samples = {
  'alertmanager-webhook': group,
  grafana: (said) => ({ ...(group(said) as object), version: '1', orgId: 1, title: title(said), state: 'alerting' }),
  splunk: (said) => ({
    result: { ...said.labels, summary: title(said), severity: severity(said), dedup_key: said.id },
    sid: said.id,
    results_link: null,
    search_name: 'LeadlineTest',
    owner: 'leadline',
    app: 'search',
  }),
  dynatrace: (said) => ({
    State: 'OPEN',
    ProblemID: 'P-TEST',
    PID: said.id,
    ProblemTitle: title(said),
    ProblemSeverity: word({ critical: 'AVAILABILITY', error: 'ERROR', warning: 'PERFORMANCE', info: 'INFO' }, said),
    ImpactedEntities: said.labels['service'] === undefined ? [] : [{ type: 'SERVICE', name: said.labels['service'] }],
    Tags: tags(said),
  }),
  'azure-monitor': (said) => ({
    schemaId: 'azureMonitorCommonAlertSchema',
    data: {
      essentials: {
        alertId: said.id,
        alertRule: 'LeadlineTest',
        severity: word({ critical: 'Sev0', error: 'Sev1', warning: 'Sev2', info: 'Sev4' }, said),
        monitorCondition: 'Fired',
        firedDateTime: said.now.toString(),
      },
      alertContext: { annotations: { summary: title(said) } },
      customProperties: said.labels,
    },
  }),
  datadog: (said) => ({
    title: title(said),
    alert_transition: 'Triggered',
    alert_cycle_key: said.id,
    alert_priority: word({ critical: 'P1', error: 'P2', warning: 'P3', info: 'P5' }, said),
    monitor_id: 'test',
    tags: tags(said),
  }),
  'new-relic': (said) => ({
    id: said.id,
    title: title(said),
    priority: word({ critical: 'CRITICAL', error: 'HIGH', warning: 'MEDIUM', info: 'LOW' }, said),
    state: 'ACTIVATED',
    createdAt: said.now.epochMilliseconds,
    alertConditionNames: ['LeadlineTest'],
    labels: { ...said.labels, test: said.id },
  }),
  zabbix: (said) => ({
    event_id: said.id,
    event_value: '1',
    event_name: title(said),
    event_severity: word({ critical: 'Disaster', error: 'High', warning: 'Warning', info: 'Information' }, said),
    event_tags: tags(said),
    host_name: 'test',
  }),
  sentry: (said) => ({
    action: 'triggered',
    data: {
      event: {
        issue_id: said.id,
        title: title(said),
        level: word({ critical: 'fatal', error: 'error', warning: 'warning', info: 'info' }, said),
        datetime: said.now.toString(),
        tags: Object.entries(said.labels),
      },
      triggered_rule: 'LeadlineTest',
    },
  }),
} as const satisfies Readonly<Record<string, Sample>>;

/** The same as a letter. */
export const sampleLetter = (said: SampleSaid): string =>
  [
    'From: Leadline <test@leadline.invalid>',
    'To: alerts@leadline.invalid',
    `Subject: [${severity(said).toUpperCase()}] ${title(said)} ${said.id}`,
    `Message-ID: <${said.id}@leadline.invalid>`,
    `Date: ${new Date(said.now.epochMilliseconds).toUTCString()}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    ...Object.entries(said.labels).map(([name, value]) => `${name}: ${value}`),
    '',
  ].join('\r\n');
