/** Words of an alert, from the sender's payload to the page. */

export type Severity = 'critical' | 'error' | 'warning' | 'info';
export const severities = ['critical', 'error', 'warning', 'info'] as const satisfies readonly Severity[];

export type Labels = Readonly<Record<string, string>>;

/** One alert as a source's adapter hands it in, whatever the source. What is beyond `alertLimits` is cut and told, never refused whole. */
export interface IncomingAlert {
  /** Identity within its integration: fingerprint of labels, dedup_key, alias …; at most `alertLimits.dedupKey` characters. */
  readonly dedupKey: string;
  readonly action: 'trigger' | 'acknowledge' | 'resolve';
  /** alertname, service, severity, … */
  readonly labels: Labels;
  /** summary, description, runbook_url, … */
  readonly annotations: Labels;
  readonly severity: Severity;
  /** One line. */
  readonly summary: string;
  /** Name in the catalog, where the source says one (label `service`, `service.name`, …). */
  readonly service: string | null;
  /** Null: now. */
  readonly startsAt: Temporal.Instant | null;
  /** Alertmanager: resolves by itself then. Null: until it is resolved. */
  readonly endsAt: Temporal.Instant | null;
  readonly links: readonly { readonly label: string; readonly url: string }[];
  /** Who acknowledged or resolved, where the source says it. */
  readonly by?: string;
  /** Team that is named for the thing itself, before the owner of its service. */
  readonly team?: string | null;
}

export const integrationKinds = [
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
  'rules',
  'budget',
  'heartbeat',
  'api',
] as const;
export type IntegrationKind = (typeof integrationKinds)[number];

/** Where alerts come from, with a key of its own. */
export interface Integration {
  readonly id: string;
  readonly name: string;
  readonly kind: IntegrationKind;
  /** Its alerts go to this team where neither a route nor the catalog says another. */
  readonly team: string | null;
  readonly settings: Record<string, unknown>;
  readonly enabled: boolean;
}

/** Integrations that are there without anybody making them: Leadline's own sources. */
export type BuiltInKind = 'rules' | 'budget' | 'heartbeat' | 'api';
const builtInIds: Record<BuiltInKind, string> = {
  api: '00000000-0000-4000-8000-0000000000a1',
  budget: '00000000-0000-4000-8000-0000000000a2',
  heartbeat: '00000000-0000-4000-8000-0000000000a3',
  rules: '00000000-0000-4000-8000-0000000000a4',
};
export const builtInIntegration = (kind: BuiltInKind, team: string | null = null): Integration => ({
  id: builtInIds[kind],
  name: kind,
  kind,
  team,
  settings: {},
  enabled: true,
});

export type AlertStatus = 'firing' | 'acknowledged' | 'resolved';

/** Why an alert that fires is held back; null: it is not. */
export interface Suppression {
  /** Ids of silences. */
  readonly silencedBy: readonly string[];
  /** Ids of alerts. */
  readonly inhibitedBy: readonly string[];
  /** Services that are down and that this one uses. */
  readonly parentDown: readonly string[];
  /** Names of time intervals. */
  readonly mutedBy: readonly string[];
  readonly flapping: boolean;
}

/** What was decided of one alert at one time; with its reason it is kept for whoever asks. */
export const decisionKinds = [
  'notified',
  'joined',
  'silenced',
  'inhibited',
  'parent-down',
  'muted',
  'flapping',
  'repeated',
  'acknowledged',
  'resolved',
  'reopened',
  'unrouted',
] as const;
export type DecisionKind = (typeof decisionKinds)[number];

/** An alert as routes, silences, inhibitions and the others judge it. */
export interface JudgedAlert {
  readonly id: string;
  readonly fingerprint: string;
  readonly integration: { readonly id: string; readonly name: string; readonly kind: IntegrationKind };
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly severity: Severity;
  readonly summary: string;
  readonly service: string | null;
  /** Owner of the service by the catalog, else the integration's team. */
  readonly team: string | null;
  /** Tier of the service by the catalog, where it has one. */
  readonly tier: string | null;
  readonly startsAt: Temporal.Instant;
}

/** Bounds of one alert. */
export const alertLimits = {
  dedupKey: 512,
  labels: 64,
  labelName: 128,
  labelValue: 4_096,
  annotations: 64,
  annotationValue: 16_384,
  summary: 1_024,
  service: 255,
  links: 20,
  url: 2_000,
  by: 255,
} as const;

/** critical and error wake somebody, the others wait for the morning. */
export const urgencyOf = (severity: Severity): 'high' | 'low' =>
  severity === 'critical' || severity === 'error' ? 'high' : 'low';

/** A severity from whatever word a sender has for it; `fallback` where it is none that is known. */
export const severityFrom = (word: string | null | undefined, fallback: Severity = 'error'): Severity =>
  words[(word ?? '').trim().toLowerCase()] ?? fallback;

const words: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  crit: 'critical',
  fatal: 'critical',
  emergency: 'critical',
  emerg: 'critical',
  alert: 'critical',
  page: 'critical',
  disaster: 'critical',
  p1: 'critical',
  sev0: 'critical',
  sev1: 'critical',
  error: 'error',
  err: 'error',
  major: 'error',
  high: 'error',
  p2: 'error',
  sev2: 'error',
  warning: 'warning',
  warn: 'warning',
  minor: 'warning',
  average: 'warning',
  medium: 'warning',
  moderate: 'warning',
  p3: 'warning',
  sev3: 'warning',
  ticket: 'warning',
  info: 'info',
  information: 'info',
  informational: 'info',
  notice: 'info',
  none: 'info',
  debug: 'info',
  low: 'info',
  p4: 'info',
  p5: 'info',
  sev4: 'info',
  ok: 'info',
};
