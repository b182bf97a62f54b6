import { alertLimits, severityFrom, type IncomingAlert, type Labels } from '../alert.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { badRequest, required, timeReader, unreadable, wrongType, type WireFault } from './alertmanager-wire.ts';

/** Most of one POST. Prometheus sends at most 64 alerts at once (since 3.0: 256). What an alert may have: `alertLimits`. */
export const postedLimits = { bodyBytes: 8 * 1024 * 1024, alerts: 10_000 } as const;

export interface PostedAlerts {
  readonly alerts: readonly IncomingAlert[];
  /** What was wrong with the others: Alertmanager takes the valid ones and answers 400 with these, one a line. */
  readonly faults: readonly string[];
}

interface Posting {
  readonly at: Temporal.Instant;
  /** After which an alert without an end is over, unless it is sent again. */
  readonly resolveTimeout: Temporal.Duration;
}

interface WireAlert {
  labels?: unknown;
  annotations?: unknown;
  startsAt?: unknown;
  endsAt?: unknown;
  generatorURL?: unknown;
}

/**
 * The alerts of a body of `POST /api/v2/alerts`, parsed from JSON: valid ones as ours, faults of the others; or the fault for which
 * Alertmanager's frame refuses the whole body (openapi.yaml, `postableAlerts`).
 */
export const postedAlerts = (body: unknown, posting: Posting): PostedAlerts | WireFault => {
  if (body === undefined) return required('alerts');
  // Go reads `null` as an empty list.
  if (body === null) return { alerts: [], faults: [] };
  if (!Array.isArray(body)) return unreadable('alerts', 'a list of alerts was expected');
  if (body.length > postedLimits.alerts)
    return badRequest(`more than ${postedLimits.alerts} alerts at once: send them in several requests`);
  const readTime = timeReader();
  const refused = formFault(body, readTime);
  if (refused) return refused;
  const defaultEnd = posting.at.add(posting.resolveTimeout);
  const alerts: IncomingAlert[] = [];
  const faults: string[] = [];
  for (const each of body as readonly WireAlert[]) {
    const made = madeOf(each, { at: posting.at, defaultEnd, readTime });
    if (typeof made === 'string') faults.push(made);
    else alerts.push(made);
  }
  return { alerts, faults };
};

type ReadTime = ReturnType<typeof timeReader>;

/** What the frame refuses: wrong types come first, as when a program decodes the body before it looks at it. */
const formFault = (body: readonly unknown[], readTime: ReadTime): WireFault | null => {
  for (const [index, each] of body.entries()) {
    if (each === null || typeof each !== 'object' || Array.isArray(each))
      return unreadable('alerts', `alert ${index} is not an object`);
    const { labels, annotations, startsAt, endsAt, generatorURL } = each as WireAlert;
    const why =
      textsFault(labels, 'labels') ??
      textsFault(annotations, 'annotations') ??
      timeFault(startsAt, 'startsAt', readTime) ??
      timeFault(endsAt, 'endsAt', readTime) ??
      (generatorURL === undefined || generatorURL === null || typeof generatorURL === 'string'
        ? null
        : 'generatorURL is not a text');
    if (why !== null) return unreadable('alerts', `alert ${index}: ${why}`);
  }
  for (const [index, each] of (body as readonly WireAlert[]).entries()) {
    const url = each.generatorURL as string | null | undefined;
    if (url && !isRequestUri(url)) return wrongType(`${index}.generatorURL`, 'body', 'uri', url);
    if (each.labels === undefined || each.labels === null) return required(`${index}.labels`);
  }
  return null;
};

const textsFault = (value: unknown, what: string): string | null => {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object' || Array.isArray(value)) return `${what} is not an object of texts`;
  for (const name in value)
    if (typeof (value as Record<string, unknown>)[name] !== 'string') return `${what}.${name} is not a text`;
  return null;
};

const timeFault = (value: unknown, what: string, readTime: ReadTime): string | null => {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') return `${what} is not a text`;
  return readTime(value) === undefined
    ? `${what} is not a time of RFC 3339: ${JSON.stringify(value.slice(0, 64))}`
    : null;
};

/** What Go's url.ParseRequestURI takes: an absolute address or an absolute path. */
const isRequestUri = (text: string): boolean => /^(?:\/|[a-z][a-z0-9+.-]*:)[^\s\u0000-\u001f\u007f]*$/i.test(text);

interface Making {
  readonly at: Temporal.Instant;
  readonly defaultEnd: Temporal.Instant;
  readonly readTime: ReadTime;
}

/** One alert as ours, or what is wrong with it in Alertmanager's words. */
const madeOf = (wire: WireAlert, { at, defaultEnd, readTime }: Making): IncomingAlert | string => {
  const labels = withoutEmpty(wire.labels as Record<string, string>);
  const annotations = (wire.annotations ?? {}) as Record<string, string>;
  const saidStart = wire.startsAt === undefined || wire.startsAt === null ? null : readTime(wire.startsAt as string)!;
  const saidEnd = wire.endsAt === undefined || wire.endsAt === null ? null : readTime(wire.endsAt as string)!;
  const startsAt = saidStart ?? saidEnd ?? at;
  if (saidEnd !== null && Temporal.Instant.compare(saidEnd, startsAt) < 0) return 'start time must be before end time';
  const why = labelsFault(labels);
  if (why !== null) return why;
  const endsAt = saidEnd ?? defaultEnd;
  return {
    dedupKey: fingerprintOf(labels),
    action: Temporal.Instant.compare(endsAt, at) <= 0 ? 'resolve' : 'trigger',
    labels,
    annotations,
    // `error` where it says nothing known, as Alertmanager's own PagerDuty receiver takes it: it is better heard than lost.
    severity: severityFrom(labels['severity'] ?? labels['priority'], 'error'),
    summary: summaryOf(labels, annotations),
    service: serviceOf(labels),
    startsAt,
    endsAt,
    links: linksOf(wire.generatorURL as string | null | undefined, annotations),
  };
};

const withoutEmpty = (labels: Labels): Labels => {
  for (const name in labels)
    if (labels[name] === '') return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
  return labels;
};

/** Labels are who the alert is: one that was cut would be another, so what is beyond the limits is refused. */
const labelsFault = (labels: Labels): string | null => {
  let count = 0;
  for (const name in labels) {
    count += 1;
    const value = labels[name]!;
    if (name === '' || !name.isWellFormed() || name.includes('\0'))
      return `invalid label set: invalid name ${JSON.stringify(name)}`;
    if (name.length > alertLimits.labelName)
      return `invalid label set: the name ${JSON.stringify(`${name.slice(0, 40)}…`)} is longer than ${alertLimits.labelName} characters`;
    if (value.length > alertLimits.labelValue)
      return `invalid label set: the value of ${JSON.stringify(name)} is longer than ${alertLimits.labelValue} characters`;
    if (!value.isWellFormed() || value.includes('\0'))
      return `invalid label set: invalid value of ${JSON.stringify(name)}`;
  }
  if (count === 0) return 'at least one label pair required';
  return count > alertLimits.labels
    ? `invalid label set: ${count} labels, at most ${alertLimits.labels} are taken`
    : null;
};

const summaryOf = (labels: Labels, annotations: Labels): string => {
  const said = annotations['summary'] || annotations['title'] || annotations['message'] || annotations['description'];
  const line = (said ?? '').trim().split('\n', 1)[0]!.trim();
  return (line || nameOf(labels)).slice(0, alertLimits.summary);
};

/** `HighLatency (cart:8080)`, or all labels where it has no name. */
const nameOf = (labels: Labels): string => {
  const name = labels['alertname'];
  const instance = labels['instance'];
  if (name !== undefined) return instance === undefined ? name : `${name} (${instance})`;
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
};

/** The label `service`, else what OpenTelemetry's names are called in Prometheus; `namespace/name` where both are said. */
const serviceOf = (labels: Labels): string | null => {
  const name = labels['service'] ?? labels['service.name'] ?? labels['service_name'];
  if (name === undefined) return null;
  const namespace = labels['service.namespace'] ?? labels['service_namespace'];
  return namespace === undefined || name.includes('/') ? name : `${namespace}/${name}`;
};

/** What `generatorURL` is called among the links of an alert. */
export const sourceLink = 'Source';
const linkedAnnotations: readonly (readonly [name: string, label: string])[] = [
  ['runbook_url', 'Runbook'],
  ['dashboard_url', 'Dashboard'],
];

const linksOf = (generatorUrl: string | null | undefined, annotations: Labels): IncomingAlert['links'] => {
  const links: { label: string; url: string }[] = [];
  if (generatorUrl && isWeb(generatorUrl)) links.push({ label: sourceLink, url: generatorUrl });
  for (const [name, label] of linkedAnnotations) {
    const url = annotations[name];
    if (url !== undefined && isWeb(url)) links.push({ label, url });
  }
  return links;
};

const isWeb = (text: string): boolean => /^https?:\/\/\S+$/i.test(text) && text.length <= alertLimits.url;
