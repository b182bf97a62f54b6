import { severityFrom, type IncomingAlert } from '../alert.ts';
import { actionFrom } from './action-words.ts';
import { commonWords } from './any-json.ts';
import { fieldsOf, isObject, jsonOf, textOf } from './fields.ts';
import { incoming, serviceIn } from './incoming.ts';
import { instantOf } from './instants.ts';

/** A CloudEvent (https://github.com/cloudevents/spec), however it was carried. */
export interface CloudEventSaid {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string | null;
  readonly time: string | null;
  readonly dataSchema: string | null;
  readonly data: unknown;
  /** Attributes of extensions, by name. */
  readonly extensions: Readonly<Record<string, string>>;
}

/**
 * A CloudEvent as an alert. Its identity is what `data` says, else source and subject (one thing that is well or not), else source,
 * type and id. The end of the type says what happened (`….resolved`) where `data` says nothing.
 */
export const alertOfCloudEvent = (event: CloudEventSaid): IncomingAlert => {
  const body = isObject(event.data) ? event.data : {};
  const said = commonWords(fieldsOf(body));
  const { family, action } = typeOf(event.type);
  const labels: readonly (readonly [string, string | null | undefined])[] = [
    ...said.labels,
    ['alertname', said.fields.word('alertname') ?? family],
    ['service', said.fields.word('service') ?? event.extensions['service']],
    ['severity', said.severity ?? event.extensions['severity']],
    ['type', event.type],
    ['source', event.source],
    ['subject', event.subject],
    ...Object.entries(event.extensions),
  ];
  const record = Object.fromEntries(labels.filter(([, value]) => value).toReversed()) as Record<string, string>;
  const explicit = ['dedup_key', 'dedupKey', 'fingerprint', 'alias']
    .map((name) => said.fields.word(name))
    .find(Boolean);
  return incoming({
    identity: explicit
      ? [explicit]
      : event.subject === null
        ? [event.source, family, said.key ?? event.id]
        : [event.source, event.subject, family],
    action: said.action ?? action ?? 'trigger',
    severity: severityFrom(said.severity ?? event.extensions['severity'], 'error'),
    summary: [
      said.summary,
      typeof event.data === 'string' ? event.data : null,
      [event.type, event.subject].filter(Boolean).join(': '),
    ],
    labels,
    annotations: [
      ...said.fields.rest(),
      ['event_id', event.id],
      ['data_schema', event.dataSchema],
      ['data', isObject(event.data) ? null : dataOf(event.data)],
    ],
    service: serviceIn(record),
    startsAt: (said.action ?? action) === 'resolve' ? null : instantOf(event.time),
    links: [
      ['Source', said.fields.word('url') ?? said.fields.word('link')],
      ['Source', event.source],
      ['Runbook', said.fields.word('runbook_url')],
    ],
  });
};

const dataOf = (data: unknown): string | null =>
  data === undefined || data === null ? null : (textOf(data) ?? jsonOf(data));

/** `com.example.disk.resolved`: the last word is what happened, what stands before is what it happened to. */
const typeOf = (type: string): { readonly family: string; readonly action: IncomingAlert['action'] | null } => {
  const dot = type.lastIndexOf('.');
  const action = dot > 0 ? actionFrom(type.slice(dot + 1)) : null;
  return { family: action === null ? type : type.slice(0, dot), action };
};
