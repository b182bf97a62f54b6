import { alertLimits, type IncomingAlert, type Severity } from '../alert.ts';
import { fieldsOf, isObject, jsonOf, textOf, type JsonObject } from './fields.ts';
import { incoming, serviceIn } from './incoming.ts';
import { instantOf } from './instants.ts';

/** Bounds of the protocol: https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ */
export const pagerDutyLimits = {
  dedupKey: 255,
  summary: 1_024,
  routingKey: 32,
  bodyBytes: 512 * 1_024,
  /** A custom detail of at most this length is a label, by which alerts are routed; a longer one an annotation. */
  labelLength: 200,
  /** Details of each sort; what is beyond stands together in one annotation, so that it pushes nothing out. */
  labels: alertLimits.labels - 10,
  annotations: alertLimits.annotations - 14,
} as const;

export type PagerDutyEvent =
  | { readonly ok: true; readonly alert: IncomingAlert; readonly dedupKey: string }
  /** Sentences as PagerDuty writes them. */
  | { readonly ok: false; readonly errors: readonly string[] };

const actions = ['trigger', 'acknowledge', 'resolve'] as const;
const severityNames: readonly Severity[] = ['critical', 'warning', 'error', 'info'];

/** An event of `POST /v2/enqueue`. `freshKey` is the dedup key of a trigger that brings none. */
export const pagerDutyEvent = (event: unknown, freshKey: string): PagerDutyEvent => {
  if (!isObject(event)) return { ok: false, errors: ['Event object is not a JSON object'] };
  const errors = faultsOf(event);
  if (errors.length > 0) return { ok: false, errors };
  const dedupKey = textOf(event['dedup_key']) ?? freshKey;
  const action = event['event_action'] as IncomingAlert['action'];
  const alert = action === 'trigger' ? triggered(event, dedupKey) : answered(event, action, dedupKey);
  return { ok: true, alert, dedupKey };
};

/** What is wrong with the key itself, before anybody looks whose it is. */
export const routingKeyFaults = (key: unknown): readonly string[] => {
  if (textOf(key) === null || typeof key !== 'string') return ["'routing_key' is missing or blank"];
  const faults: string[] = [];
  if (key.length !== pagerDutyLimits.routingKey)
    faults.push(`Length of 'routing_key' is incorrect (should be ${pagerDutyLimits.routingKey} characters)`);
  if (/[^0-9a-z]/iu.test(key)) faults.push("'routing_key' cannot contain non-alphanumeric characters.");
  return faults;
};

const faultsOf = (event: JsonObject): string[] => {
  const { event_action: action, dedup_key: dedupKey } = event;
  const errors: string[] = [];
  if (textOf(action) === null) errors.push("'event_action' is missing or blank");
  else if (!(actions as readonly unknown[]).includes(action))
    errors.push("'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')");
  if (dedupKey !== undefined && dedupKey !== null && typeof dedupKey !== 'string')
    errors.push("'dedup_key' must be a string");
  else if (typeof dedupKey === 'string' && dedupKey.length > pagerDutyLimits.dedupKey)
    errors.push(`'dedup_key' is too long (maximum is ${pagerDutyLimits.dedupKey} characters)`);
  else if (action !== 'trigger' && textOf(dedupKey) === null) errors.push("'dedup_key' is missing or blank");
  if (action === 'trigger') errors.push(...payloadFaults(event['payload']));
  for (const list of ['links', 'images'])
    if (event[list] !== undefined && event[list] !== null && !Array.isArray(event[list]))
      errors.push(`'${list}' must be an array`);
  return errors;
};

const payloadFaults = (payload: unknown): readonly string[] => {
  if (payload === undefined || payload === null) return ["'payload' is missing or blank"];
  if (!isObject(payload)) return ["'payload' must be an object"];
  const errors: string[] = [];
  const { summary, source, severity, timestamp } = payload;
  if (textOf(summary) === null) errors.push("'payload.summary' is missing or blank");
  else if (String(summary).length > pagerDutyLimits.summary)
    errors.push(`'payload.summary' is too long (maximum is ${pagerDutyLimits.summary} characters)`);
  if (textOf(source) === null) errors.push("'payload.source' is missing or blank");
  if (textOf(severity) === null) errors.push("'payload.severity' is missing or blank");
  else if (!(severityNames as readonly unknown[]).includes(severity))
    errors.push(
      "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')",
    );
  if (timestamp !== undefined && timestamp !== null && instantOf(timestamp) === null)
    errors.push("'payload.timestamp' is not an ISO 8601 time with its zone");
  return errors;
};

const triggered = (event: JsonObject, dedupKey: string): IncomingAlert => {
  const fields = fieldsOf(event);
  fields.take('routing_key');
  fields.take('event_action');
  fields.take('dedup_key');
  const payload = event['payload'] as JsonObject;
  const text = (name: string): string | null => fields.text('payload', name);
  const summary = text('summary')!;
  const kind = text('class');
  const details = detailsOf(fields.take('payload', 'custom_details'));
  const startsAt = instantOf(fields.take('payload', 'timestamp'));
  const severity = fields.take('payload', 'severity') as Severity;
  const known: Readonly<Record<string, string>> = Object.fromEntries(details.labels);
  const labels = [
    // What alerts are grouped by must not change with their words: a further page for the same alert is noise.
    [
      'alertname',
      kind ?? known['alertname'] ?? (textOf(event['dedup_key']) ?? summary).slice(0, alertLimits.labelName),
    ],
    ['severity', severity],
    ['source', text('source')],
    ['component', text('component')],
    ['group', text('group')],
    ['class', kind],
    ['client', fields.text('client')],
    ...details.labels,
  ] as const;
  return incoming({
    identity: [dedupKey],
    action: 'trigger',
    severity,
    summary: [summary],
    labels,
    annotations: [...details.annotations, ...imageNotes(event['images'])],
    service: serviceIn(known),
    startsAt,
    links: linksOf(event, textOf(payload['source'])),
  });
};

const answered = (event: JsonObject, action: IncomingAlert['action'], dedupKey: string): IncomingAlert =>
  incoming({
    identity: [dedupKey],
    action,
    severity: 'info',
    summary: [isObject(event['payload']) ? textOf(event['payload']['summary']) : null, dedupKey],
    labels: [],
    annotations: [],
    by: textOf(event['client']),
  });

type Entry = readonly [name: string, value: string];

/** Short words are labels, by which rules route; numbers, texts and what is nested are annotations. */
const detailsOf = (details: unknown): { readonly labels: readonly Entry[]; readonly annotations: readonly Entry[] } => {
  if (!isObject(details)) {
    const text = details === undefined || details === null ? null : (textOf(details) ?? jsonOf(details));
    return { labels: [], annotations: text === null ? [] : [['custom_details', text]] };
  }
  const labels: Entry[] = [];
  const annotations: Entry[] = [];
  for (const [name, value] of Object.entries(details)) {
    if (value === null || value === undefined) continue;
    const text = textOf(value) ?? (typeof value === 'object' ? jsonOf(value) : '');
    const isLabel =
      typeof value === 'string' && text.length <= pagerDutyLimits.labelLength && !text.includes('\n') && text !== '';
    if (isLabel && labels.length < pagerDutyLimits.labels) labels.push([name, text]);
    else annotations.push([name, text]);
  }
  const beyond = annotations.splice(pagerDutyLimits.annotations);
  if (beyond.length > 0) annotations.push(['custom_details', jsonOf(Object.fromEntries(beyond))]);
  return { labels, annotations };
};

const listOf = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

const linksOf = (event: JsonObject, source: string | null): readonly (readonly [string, string | null])[] => [
  ...listOf(event['links']).map(({ href, text }) => [textOf(text) ?? textOf(href) ?? 'Link', textOf(href)] as const),
  [textOf(event['client']) ?? source ?? 'Client', textOf(event['client_url'])],
  ...listOf(event['images']).map(
    ({ src, href, alt }) => [textOf(alt) ?? 'Image', textOf(href) ?? textOf(src)] as const,
  ),
];

/** Where an image itself lies, beside what it leads to. */
const imageNotes = (images: unknown): readonly Entry[] =>
  listOf(images).flatMap(({ src, alt }, index): Entry[] => {
    const address = textOf(src);
    if (address === null) return [];
    const words = textOf(alt);
    return [[index === 0 ? 'image' : `image_${index + 1}`, words === null ? address : `${words}: ${address}`]];
  });
