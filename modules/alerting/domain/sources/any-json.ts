import { severityFrom, type IncomingAlert } from '../alert.ts';
import { actionFrom, actionOf } from './action-words.ts';
import { fieldsOf, isObject, type Fields, type JsonObject } from './fields.ts';
import { incoming, serviceIn } from './incoming.ts';
import { instantOf } from './instants.ts';
import { together, refusedFor, type Fault, type Parse } from './parsed.ts';

/**
 * JSON of nobody in particular, without a mapping: the names that senders mostly use. Without words that say what it is about it is
 * refused, because an alert that says nothing wakes somebody for nothing. A list is one alert for each entry.
 */
export const parseAnyJson: Parse = (payload) => {
  if (Array.isArray(payload)) {
    if (payload.length === 0) return refusedFor('', 'the list is empty');
    return together(
      payload.map((each: unknown, index) =>
        isObject(each) ? guessed(each, `[${index}]`) : { path: `[${index}]`, message: 'an object was expected' },
      ),
    );
  }
  if (!isObject(payload)) return refusedFor('', 'an object was expected');
  return together([guessed(payload, '')]);
};

const guessed = (payload: JsonObject, path: string): IncomingAlert | Fault => {
  const said = commonWords(fieldsOf(payload));
  if (said.summary === null)
    return {
      path: path === '' ? 'summary' : `${path}.summary`,
      message: 'no summary, title, message, name or description is there: give the integration a mapping',
    };
  return alertOf(said);
};

/** What any sender's object says by names that are common among senders. */
export interface CommonWords {
  readonly fields: Fields;
  readonly summary: string | null;
  readonly key: string | null;
  readonly action: IncomingAlert['action'] | null;
  readonly severity: string | null;
  readonly labels: readonly (readonly [string, string])[];
}

export const commonWords = (fields: Fields): CommonWords => ({
  fields,
  summary: first(
    fields,
    'summary',
    'title',
    'alertname',
    'alert_name',
    'alertName',
    'name',
    'subject',
    'message',
    'description',
    'text',
  ),
  key: first(
    fields,
    'dedup_key',
    'dedupKey',
    'fingerprint',
    'alert_id',
    'alertId',
    'incident_id',
    'alias',
    'key',
    'id',
    'uid',
  ),
  action: actionIn(fields),
  severity: first(fields, 'severity', 'priority', 'level', 'urgency', 'criticality'),
  labels: ['labels', 'tags', 'dimensions'].flatMap((name) => {
    const value = fields.peek(name);
    return isObject(value) ? textsAt(fields, name, value) : [];
  }),
});

const first = (fields: Fields, ...names: string[]): string | null => {
  for (const name of names) {
    const found = fields.word(name);
    if (found !== null) return found;
  }
  return null;
};

const actionIn = (fields: Fields): IncomingAlert['action'] | null => {
  for (const name of ['action', 'event_action', 'status', 'state', 'firing', 'active', 'current_state', 'condition']) {
    const found = actionOf(fields.peek(name));
    if (found !== null) return found;
  }
  return actionFrom(fields.word('event'));
};

const textsAt = (fields: Fields, name: string, value: JsonObject): readonly (readonly [string, string])[] =>
  Object.keys(value).flatMap((each) => {
    const text = fields.text(name, each);
    return text === null ? [] : [[each, text] as const];
  });

const alertOf = ({ fields, summary, key, action, severity, labels }: CommonWords): IncomingAlert => {
  const all: readonly (readonly [string, string | null])[] = [
    ...labels,
    ['alertname', first(fields, 'alertname', 'alert_name', 'alertName', 'rule', 'check', 'name', 'title')],
    ['service', first(fields, 'service', 'service_name')],
    ['severity', severity],
    ['host', first(fields, 'host', 'hostname', 'instance')],
    ['environment', first(fields, 'environment', 'env')],
  ];
  const record = Object.fromEntries(all.filter(([, value]) => value !== null).toReversed()) as Record<string, string>;
  return incoming({
    identity:
      key === null ? [record['service'] ?? null, record['host'] ?? null, record['alertname'] ?? summary] : [key],
    action: action ?? 'trigger',
    severity: severityFrom(severity, 'error'),
    summary: [summary],
    labels: all,
    annotations: fields.rest(),
    service: serviceIn(record),
    startsAt:
      action === 'resolve'
        ? null
        : instantOf(fields.peek('startsAt') ?? fields.peek('timestamp') ?? fields.peek('time')),
    links: ['url', 'link', 'html_url', 'runbook_url', 'dashboard_url'].map(
      (name) =>
        [
          name === 'runbook_url' ? 'Runbook' : name === 'dashboard_url' ? 'Dashboard' : 'Source',
          fields.word(name),
        ] as const,
    ),
  });
};
