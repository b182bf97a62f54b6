import { severityFrom, type IncomingAlert } from '../alert.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { fieldsOf, isObject, jsonOf, textOf, type Fields, type JsonObject } from './fields.ts';
import { incoming, serviceIn } from './incoming.ts';
import { instantOf } from './instants.ts';
import { payloadAlertsMax, refusedFor, together, type Fault, type Parse } from './parsed.ts';

/**
 * Alertmanager's webhook (version 4, and 3 of old): one alert for each of `alerts`. Labels stay as they are, because silences and
 * routes that came from Alertmanager match them. https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
 */
export const parseAlertmanagerWebhook: Parse = (payload) => parseAlerts(payload, linksOfPrometheus, () => []);

type Links = (alert: Fields) => readonly (readonly [string, string | null])[];

/** The form that Alertmanager and Grafana share. `own` are annotations that only one of them has. */
export const parseAlerts = (
  payload: unknown,
  links: Links,
  own: (group: Fields) => readonly (readonly [string, string | null])[],
): ReturnType<Parse> => {
  if (!isObject(payload)) return refusedFor('', 'an object was expected');
  const { alerts } = payload;
  if (!Array.isArray(alerts)) return refusedFor('alerts', 'a list of alerts was expected');
  if (alerts.length === 0) return refusedFor('alerts', 'the list is empty');
  if (alerts.length > payloadAlertsMax) return refusedFor('alerts', `more than ${payloadAlertsMax} alerts at once`);
  const group = fieldsOf(payload);
  const aboutGroup: readonly (readonly [string, string | null])[] = [
    ...own(group),
    ['receiver', group.text('receiver')],
    ['group_key', group.text('groupKey')],
    ['truncated_alerts', truncated(group.peek('truncatedAlerts'))],
  ];
  const manager = group.text('externalURL');
  for (const name of known) group.take(name);
  const left = group.rest();
  const status = textOf(payload['status']);
  const entries = alerts.map((alert: unknown, index) =>
    alertOf(alert, { path: `alerts[${index}]`, status, links, about: [...aboutGroup, ...left], manager }),
  );
  return together(entries);
};

/** What stands in each alert as well, or says how the group was made. */
const known = [
  'alerts',
  'status',
  'version',
  'groupLabels',
  'commonLabels',
  'commonAnnotations',
  'truncatedAlerts',
  'numFiring',
  'numResolved',
] as const;

const truncated = (count: unknown): string | null =>
  typeof count === 'number' && count > 0 ? `${count} more alerts of this group were left out by the sender` : null;

interface Around {
  readonly path: string;
  /** Of the whole group, for senders that give none to each alert. */
  readonly status: string | null;
  readonly links: Links;
  readonly about: readonly (readonly [string, string | null])[];
  readonly manager: string | null;
}

const alertOf = (alert: unknown, around: Around): IncomingAlert | Fault => {
  const { path } = around;
  if (!isObject(alert)) return { path, message: 'an object was expected' };
  const fields = fieldsOf(alert);
  const labels = texts(fields.take('labels'));
  if (labels === null) return { path: `${path}.labels`, message: 'an object of texts was expected' };
  if (labels.length === 0) return { path: `${path}.labels`, message: 'at least one label was expected' };
  const annotations = texts(fields.take('annotations') ?? {});
  if (annotations === null) return { path: `${path}.annotations`, message: 'an object of texts was expected' };
  const status = (fields.text('status') ?? around.status ?? 'firing').toLowerCase();
  if (!(status in actions)) return { path: `${path}.status`, message: 'firing or resolved was expected' };
  const action = actions[status as keyof typeof actions];
  const of = Object.fromEntries(labels);
  const says = Object.fromEntries(annotations);
  const startsAt = instantOf(fields.take('startsAt'));
  const endsAt = instantOf(fields.take('endsAt'));
  const fingerprint = fields.text('fingerprint') ?? fingerprintOf(of);
  const links = [
    ...around.links(fields),
    ['Runbook', says['runbook_url'] ?? null],
    ['Dashboard', says['dashboard_url'] ?? null],
    ['Alertmanager', around.manager],
  ] as const;
  return incoming({
    identity: [fingerprint],
    action,
    severity: severityFrom(of['severity'] ?? of['priority'] ?? says['severity']),
    summary: [says['summary'], says['title'], says['message'], says['description'], nameOf(of)],
    labels,
    annotations: [...annotations, ...fields.rest(), ...around.about],
    service: serviceIn(of),
    startsAt,
    // A firing alert with an end that is over would end as it came: the sender's clock, not the alert, says so.
    endsAt: action === 'resolve' ? endsAt : null,
    links,
  });
};

const actions = { firing: 'trigger', resolved: 'resolve' } as const;

/** Null where it is no object. A value that is no text stands as JSON. */
const texts = (value: unknown): [string, string][] | null => {
  if (!isObject(value)) return null;
  return Object.entries(value as JsonObject).flatMap(([name, each]) =>
    each === null || each === '' ? [] : [[name, typeof each === 'string' ? each : jsonOf(each)] as [string, string]],
  );
};

const nameOf = (labels: Readonly<Record<string, string>>): string => {
  const { alertname, instance } = labels;
  if (alertname === undefined)
    return Object.entries(labels)
      .map((pair) => pair.join('='))
      .join(' ');
  return instance === undefined ? alertname : `${alertname} (${instance})`;
};

const linksOfPrometheus: Links = (alert) => [['Source', alert.text('generatorURL')]];
