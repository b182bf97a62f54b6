import { severityFrom, type IncomingAlert } from '../alert.ts';
import { actionFrom } from './action-words.ts';
import { fieldsOf, isObject, textOf, type Fields, type JsonObject } from './fields.ts';
import { incoming, serviceIn, tagEntries } from './incoming.ts';
import { instantOf } from './instants.ts';
import { parsedAs, refusedFor, type Parsed } from './parsed.ts';

/**
 * Sentry: what an internal integration is sent (`resource` is the header `Sentry-Hook-Resource`: event_alert, metric_alert, issue,
 * error), and the plug-in "WebHooks" of old, which has none. Null: a call that is about no alert (installation, comment).
 * https://docs.sentry.io/organization/integrations/integration-platform/webhooks/
 */
export const parseSentry = (payload: unknown, resource: string | null): Parsed | null => {
  if (!isObject(payload)) return refusedFor('', 'an object was expected');
  const { data } = payload;
  if (resource !== null && ['installation', 'comment', 'seer', 'preprod_artifact'].includes(resource)) return null;
  if (!isObject(data))
    return 'event' in payload || 'message' in payload
      ? ofPlugin(payload)
      : refusedFor('data', 'an object was expected');
  if (isObject(data['metric_alert'])) return metricAlert(payload);
  if (isObject(data['issue'])) return issue(payload);
  if (isObject(data['event'])) return event(payload, 'event');
  if (isObject(data['error'])) return event(payload, 'error');
  if ('installation' in data || 'comment' in data) return null;
  return refusedFor('data', 'one of event, metric_alert, issue, error was expected');
};

/** Who did it, where a person did. */
const actorOf = (fields: Fields): string | null =>
  fields.peek('actor', 'type') === 'user' ? fields.word('actor', 'name') : null;

/** A rule over events: it says that something happened and never that it is over. */
const event = (payload: JsonObject, at: 'event' | 'error'): Parsed => {
  const fields = fieldsOf(payload);
  const text = (...path: string[]): string | null => fields.text('data', at, ...path);
  const title = text('title') ?? text('message') ?? text('culprit');
  const issueId = text('issue_id') ?? text('event_id');
  if (title === null && issueId === null) return refusedFor(`data.${at}.title`, 'a text was expected');
  const rule = fields.text('data', 'triggered_rule');
  const level = fields.word('data', at, 'level');
  const tags = pairs(fields.take('data', at, 'tags'));
  return parsedAs(
    incoming({
      identity: ['issue', issueId],
      action: 'trigger',
      severity: severityFrom(level, 'error'),
      summary: [title, rule, `Sentry issue ${issueId}`],
      labels: [
        ['alertname', rule ?? title],
        ['level', level],
        ['issue', issueId],
        ['platform', text('platform')],
        ['environment', text('environment')],
        ['project', text('project')],
        ['release', text('release')],
        ...tags,
      ],
      annotations: [['title', title], ['culprit', text('culprit')], ...fields.rest()],
      service: serviceOf(tags),
      startsAt: instantOf(fields.peek('data', at, 'datetime')) ?? instantOf(fields.peek('data', at, 'timestamp')),
      links: [['Event in Sentry', fields.word('data', at, 'web_url')]],
    }),
  );
};

const issue = (payload: JsonObject): Parsed => {
  const fields = fieldsOf(payload);
  const text = (...path: string[]): string | null => fields.text('data', 'issue', ...path);
  const id = text('id');
  if (id === null) return refusedFor('data.issue.id', 'the id of the issue was expected');
  const did = fields.text('action') ?? 'created';
  const action = issueActions[did];
  if (action === undefined) return refusedFor('action', `one of ${Object.keys(issueActions).join(', ')} was expected`);
  const level = fields.word('data', 'issue', 'level');
  const title = text('title');
  return parsedAs(
    incoming({
      identity: ['issue', id],
      action,
      severity: severityFrom(level, 'error'),
      summary: [title, `Sentry issue ${id}`],
      labels: [
        ['alertname', title],
        ['level', level],
        ['issue', id],
        ['short_id', text('shortId')],
        ['project', text('project', 'slug')],
        ['platform', text('platform')],
        ['state', fields.word('data', 'issue', 'substatus') ?? fields.word('data', 'issue', 'status')],
      ],
      annotations: [['culprit', text('culprit')], ['action', did], ...fields.rest()],
      startsAt: action === 'trigger' ? instantOf(fields.peek('data', 'issue', 'firstSeen')) : null,
      links: [
        ['Issue in Sentry', fields.word('data', 'issue', 'web_url')],
        ['Issue in Sentry', fields.word('data', 'issue', 'permalink')],
      ],
      by: actorOf(fields),
    }),
  );
};

/** Whom an issue is given to takes it on; what is put away wakes nobody. */
const issueActions: Readonly<Record<string, IncomingAlert['action']>> = {
  created: 'trigger',
  unresolved: 'trigger',
  assigned: 'acknowledge',
  resolved: 'resolve',
  archived: 'resolve',
  ignored: 'resolve',
};

const metricAlert = (payload: JsonObject): Parsed => {
  const fields = fieldsOf(payload);
  const rule = fields.text('data', 'metric_alert', 'alert_rule', 'name');
  const id = fields.word('data', 'metric_alert', 'id') ?? fields.word('data', 'metric_alert', 'identifier');
  if (id === null && rule === null) return refusedFor('data.metric_alert.id', 'the id of the alert was expected');
  const did = fields.text('action') ?? '';
  const action = actionFrom(did);
  if (action === null) return refusedFor('action', 'critical, warning or resolved was expected');
  return parsedAs(
    incoming({
      identity: ['metric-alert', id ?? rule],
      action,
      severity: action === 'resolve' ? 'info' : severityFrom(did),
      summary: [fields.word('data', 'description_title'), rule, `Sentry metric alert ${id}`],
      labels: [
        ['alertname', rule],
        ['level', did],
        ['project', textOf(fields.peek('data', 'metric_alert', 'projects', 0))],
        ['environment', fields.text('data', 'metric_alert', 'alert_rule', 'environment')],
      ],
      annotations: [
        ['description', fields.text('data', 'description_text')],
        ['title', fields.text('data', 'description_title')],
        ...fields.rest(),
      ],
      startsAt: action === 'trigger' ? instantOf(fields.peek('data', 'metric_alert', 'date_started')) : null,
      links: [['Alert in Sentry', fields.word('data', 'web_url')]],
      by: actorOf(fields),
    }),
  );
};

/** The plug-in of old: `{project, project_name, culprit, level, url, message, event}`. */
const ofPlugin = (payload: JsonObject): Parsed => {
  const fields = fieldsOf(payload);
  const id = fields.text('id');
  const title = fields.text('event', 'title') ?? fields.word('message');
  const tags = pairs(fields.take('event', 'tags'));
  if (id === null && title === null)
    return refusedFor('message', 'neither the id of the issue nor its words are there');
  const level = fields.word('level');
  return parsedAs(
    incoming({
      identity: ['issue', id ?? title],
      action: 'trigger',
      severity: severityFrom(level, 'error'),
      summary: [title, fields.word('message')],
      labels: [
        ['alertname', fields.text('triggering_rules', 0) ?? title],
        ['level', level],
        ['issue', id],
        ['project', fields.text('project_slug') ?? fields.text('project')],
        ['environment', fields.text('event', 'environment')],
        ['platform', fields.text('event', 'platform')],
        ...tags,
      ],
      annotations: [
        ['culprit', fields.text('culprit')],
        ['message', fields.text('message')],
        ['title', title],
        ...fields.rest(),
      ],
      service: serviceOf(tags),
      startsAt: instantOf(fields.peek('event', 'timestamp')),
      links: [['Issue in Sentry', fields.word('url')]],
    }),
  );
};

/** Sentry knows projects; a tag may name the service. */
const serviceOf = (tags: readonly (readonly [string, string | null])[]): string | null =>
  serviceIn(Object.fromEntries(tags.filter(([, value]) => value !== null)) as Record<string, string>);

/** `[["browser", "Firefox"], …]`, or texts `a:b`. */
const pairs = (value: unknown): readonly (readonly [string, string | null])[] =>
  (Array.isArray(value) ? value : []).flatMap((each: unknown): (readonly [string, string | null])[] => {
    if (Array.isArray(each)) return typeof each[0] === 'string' ? [[each[0], textOf(each[1])]] : [];
    if (isObject(each)) return typeof each['key'] === 'string' ? [[each['key'], textOf(each['value'])]] : [];
    return [...tagEntries([each])];
  });
