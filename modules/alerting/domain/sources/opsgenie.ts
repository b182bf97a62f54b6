import { alertLimits, type IncomingAlert, type Severity } from '../alert.ts';
import { isObject, jsonOf, textOf } from './fields.ts';
import { incoming, serviceIn } from './incoming.ts';

/** Bounds of the protocol: https://docs.opsgenie.com/docs/alert-api */
export const opsgenieLimits = {
  message: 130,
  alias: 512,
  description: 15_000,
  note: 25_000,
  tags: 20,
  tag: 50,
  responders: 50,
  actions: 10,
  details: 8_000,
  bodyBytes: 512 * 1_024,
  pageSize: 100,
  offset: 20_000,
  /** A detail of at most this length is a label, by which alerts are routed; a longer one an annotation. */
  labelLength: 200,
} as const;

export const priorities = ['P1', 'P2', 'P3', 'P4', 'P5'] as const;
export type Priority = (typeof priorities)[number];

export interface OpsgenieResponder {
  readonly type: string;
  readonly id?: string;
  readonly name?: string;
  readonly username?: string;
}

/** An alert as Opsgenie's clients say it. */
export interface OpsgenieSaid {
  readonly message: string;
  /** Null: it gets one. */
  readonly alias: string | null;
  readonly description: string;
  readonly responders: readonly OpsgenieResponder[];
  readonly visibleTo: readonly OpsgenieResponder[];
  readonly actions: readonly string[];
  readonly tags: readonly string[];
  readonly details: Readonly<Record<string, string>>;
  readonly entity: string;
  readonly source: string;
  /** Null where none was said: Opsgenie calls that P3. */
  readonly priority: Priority | null;
  readonly user: string | null;
  readonly note: string | null;
}

/** Wrong fields by name, as Opsgenie tells them. */
export type FieldFaults = Readonly<Record<string, string>>;
export type ReadOpsgenie =
  | { readonly ok: true; readonly said: OpsgenieSaid }
  | { readonly ok: false; readonly errors: FieldFaults };

/** Body of `POST /v2/alerts`. What is too long is cut, and is whole in the payload; what has the wrong type is refused. */
export const readOpsgenieAlert = (body: unknown): ReadOpsgenie => {
  if (!isObject(body)) return { ok: false, errors: { body: 'should be a JSON object' } };
  const errors: Record<string, string> = {};
  const message = textOf(body['message']);
  if (message === null) errors['message'] = 'Message can not be empty.';
  const text = (name: string, most: number): string => {
    const value = body[name];
    if (value !== undefined && value !== null && typeof value === 'object') errors[name] = 'should be a string';
    return (textOf(value) ?? '').slice(0, most);
  };
  const alias = textOf(body['alias']);
  if (alias !== null && alias.length > opsgenieLimits.alias)
    errors['alias'] = `Alias should not be longer than ${opsgenieLimits.alias} characters.`;
  const said: OpsgenieSaid = {
    message: (message ?? '').slice(0, alertLimits.summary),
    alias,
    description: text('description', opsgenieLimits.description),
    responders: respondersIn(body['responders'] ?? body['teams'], 'responders', errors),
    visibleTo: respondersIn(body['visibleTo'], 'visibleTo', errors),
    actions: textsIn(body['actions'], 'actions', errors).slice(0, opsgenieLimits.actions),
    tags: tagsIn(body['tags'], errors),
    details: opsgenieDetails(body['details'], errors),
    entity: text('entity', 512),
    source: text('source', 100),
    priority: priorityIn(body['priority'], errors),
    user: text('user', 100) || null,
    note: text('note', opsgenieLimits.note) || null,
  };
  return Object.keys(errors).length > 0 ? { ok: false, errors } : { ok: true, said };
};

export const priorityIn = (value: unknown, errors: Record<string, string>): Priority | null => {
  if (value === undefined || value === null || value === '') return null;
  const found = priorities.find((each) => each === value);
  if (found === undefined) errors['priority'] = `should be one of [ ${priorities.join(', ')} ]`;
  return found ?? null;
};

export const tagsIn = (value: unknown, errors: Record<string, string>): readonly string[] => [
  ...new Set(
    textsIn(typeof value === 'string' ? value.split(',') : value, 'tags', errors)
      .map((tag) => tag.slice(0, opsgenieLimits.tag))
      .slice(0, opsgenieLimits.tags),
  ),
];

const textsIn = (value: unknown, name: string, errors: Record<string, string>): readonly string[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    errors[name] = 'should be an array of strings';
    return [];
  }
  return value.flatMap((each) => textOf(each) ?? []);
};

export const opsgenieDetails = (value: unknown, errors: Record<string, string>): Readonly<Record<string, string>> => {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) {
    errors['details'] = 'should be a map of strings';
    return {};
  }
  const entries = Object.entries(value).flatMap(([name, each]): [string, string][] => {
    if (each === null || each === undefined) return [];
    return [[name, textOf(each) ?? (typeof each === 'object' ? jsonOf(each) : '')]];
  });
  return Object.fromEntries(entries);
};

export const respondersIn = (
  value: unknown,
  name: string,
  errors: Record<string, string>,
): readonly OpsgenieResponder[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isObject)) {
    errors[name] = 'should be an array of objects';
    return [];
  }
  return value.slice(0, opsgenieLimits.responders).map((each) => {
    const field = (key: 'id' | 'name' | 'username') => {
      const text = textOf(each[key]);
      return text === null ? {} : { [key]: text.slice(0, 255) };
    };
    return { type: textOf(each['type']) ?? 'team', ...field('id'), ...field('name'), ...field('username') };
  });
};

/** P1 and P2 wake somebody; one that says no priority does too: who is migrated here must not sleep through what paged before. */
const severities: Readonly<Record<Priority, Severity>> = {
  P1: 'critical',
  P2: 'error',
  P3: 'warning',
  P4: 'info',
  P5: 'info',
};
export const severityOfPriority = (priority: Priority | null): Severity =>
  priority === null ? 'error' : severities[priority];

/** As every other alert; `team` is the team here that its responders mean, null where there is none of that name. */
export const opsgenieAlert = (said: OpsgenieSaid, alias: string, team: string | null): IncomingAlert => {
  const severity = severityOfPriority(said.priority);
  const labels: [string, string | null][] = [
    // What alerts are grouped by must not change with their words: a further page for the same alert is noise.
    ['alertname', (said.details['alertname'] ?? said.alias ?? said.message).slice(0, alertLimits.labelName)],
    ['severity', severity],
    ['priority', said.priority],
    ['alias', alias],
    ['entity', said.entity],
    ['source', said.source],
    ['tags', said.tags.join(',')],
    ['responders', said.responders.map(responderWords).join(', ')],
  ];
  const annotations: [string, string][] = [];
  if (said.description !== '') annotations.push(['description', said.description]);
  if (said.note !== null) annotations.push(['note', said.note]);
  if (said.actions.length > 0) annotations.push(['actions', said.actions.join(', ')]);
  if (said.visibleTo.length > 0) annotations.push(['visible to', said.visibleTo.map(responderWords).join(', ')]);
  const beyond: [string, string][] = [];
  for (const [name, value] of Object.entries(said.details)) {
    const isLabel = value.length <= opsgenieLimits.labelLength && !value.includes('\n');
    if (isLabel && labels.length < alertLimits.labels - 1) labels.push([name, value]);
    else if (annotations.length < alertLimits.annotations - 1) annotations.push([name, value]);
    else beyond.push([name, value]);
  }
  if (beyond.length > 0) annotations.push(['details', jsonOf(Object.fromEntries(beyond))]);
  const alert = incoming({
    identity: [alias],
    action: 'trigger',
    severity,
    summary: [said.message],
    labels,
    annotations,
    service: serviceIn(said.details),
    links: Object.entries(said.details).filter(([, value]) => /^https?:/u.test(value)),
  });
  return { ...alert, team };
};

export const responderWords = ({ type, name, username, id }: OpsgenieResponder): string =>
  `${type}:${name ?? username ?? id ?? ''}`;
