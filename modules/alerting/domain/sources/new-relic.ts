import { severityFrom, type IncomingAlert, type Severity } from '../alert.ts';
import { fieldsOf, isObject, textOf, type JsonObject } from './fields.ts';
import { incoming, serviceIn } from './incoming.ts';
import { instantOf } from './instants.ts';
import { parsedAs, refusedFor, type Parse, type Parsed } from './parsed.ts';

/**
 * New Relic: issues by a workflow (its default template and those that call the id `issueId`) and the notification channels of old
 * (`current_state`, `incident_id`). https://docs.newrelic.com/docs/alerts/get-notified/notification-integrations/#webhook
 */
export const parseNewRelic: Parse = (payload) => {
  if (!isObject(payload)) return refusedFor('', 'an object was expected');
  return 'current_state' in payload || 'incident_id' in payload ? ofChannel(payload) : ofWorkflow(payload);
};

const actions: Readonly<Record<string, IncomingAlert['action']>> = {
  created: 'trigger',
  activated: 'trigger',
  active: 'trigger',
  open: 'trigger',
  acknowledged: 'acknowledge',
  deactivated: 'resolve',
  closed: 'resolve',
  resolved: 'resolve',
  close: 'resolve',
  acknowledge: 'acknowledge',
  // Its own "send a test".
  test: 'trigger',
};

const severities: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  high: 'error',
  medium: 'warning',
  low: 'info',
};

const ofWorkflow = (payload: JsonObject): Parsed => {
  const fields = fieldsOf(payload);
  const id = fields.text('id') ?? fields.text('issueId');
  if (id === null) return refusedFor('id', 'the id of the issue was expected');
  const state = fields.word('state') ?? fields.word('status');
  const action = actions[(state ?? 'activated').toLowerCase()];
  if (action === undefined) return refusedFor('state', `one of ${Object.keys(actions).join(', ')} was expected`);
  const priority = fields.word('priority') ?? fields.word('severity');
  const title = firstOf(fields.peek('title')) ?? fields.word('name') ?? fields.word('details');
  const conditions = textsOf(fields.peek('alertConditionNames'));
  const entities = textsOf(fields.peek('impactedEntities'));
  const tags = isObject(payload['labels']) ? Object.entries(payload['labels']) : [];
  const labels: [string, string | null][] = [
    ['alertname', conditions[0] ?? fields.word('condition_name') ?? title],
    ['priority', priority],
    ['policy', textsOf(fields.peek('alertPolicyNames'))[0] ?? null],
    ['entity', entities[0] ?? null],
    ['workflow', fields.text('workflowName')],
    ...tags.map(([name, value]): [string, string | null] => [name, textOf(value)]),
  ];
  const record = Object.fromEntries(labels.filter(([, value]) => value !== null)) as Record<string, string>;
  return parsedAs(
    incoming({
      identity: ['issue', id],
      action,
      severity: severities[(priority ?? '').toLowerCase()] ?? severityFrom(priority, 'error'),
      summary: [title, conditions[0], `New Relic issue ${id}`],
      labels,
      annotations: [['issue', id], ['impacted_entities', entities.join(', ') || null], ...fields.rest()],
      service: serviceIn(record),
      startsAt: instantOf(fields.peek('activatedAt') ?? fields.peek('createdAt')),
      links: [
        ['Issue in New Relic', fields.word('issueUrl')],
        ['Runbook', firstOf(fields.peek('runbookUrl'))],
      ],
      by: fields.word('acknowledgedBy'),
    }),
  );
};

const ofChannel = (payload: JsonObject): Parsed => {
  const fields = fieldsOf(payload);
  const id = fields.text('incident_id');
  const condition = fields.text('condition_name');
  if (id === null && condition === null) return refusedFor('incident_id', 'the id of the incident was expected');
  const state = fields.text('current_state') ?? 'open';
  const action = actions[state.toLowerCase()];
  if (action === undefined) return refusedFor('current_state', 'open, acknowledged or closed was expected');
  const level = fields.text('severity');
  const target = fields.peek('targets', 0);
  const targetLabels = isObject(target) && isObject(target['labels']) ? Object.entries(target['labels']) : [];
  const name = fields.text('targets', 0, 'name');
  const product = fields.word('targets', 0, 'product');
  const labels: [string, string | null][] = [
    ['alertname', condition],
    ['state', state],
    ['severity', level],
    ['policy', fields.text('policy_name')],
    ['account', fields.text('account_id')],
    ['account_name', fields.text('account_name')],
    ['target', name],
    ['target_type', fields.text('targets', 0, 'type')],
    ...targetLabels.map(([label, value]): [string, string | null] => [label, textOf(value)]),
  ];
  const record = Object.fromEntries(labels.filter(([, value]) => value !== null)) as Record<string, string>;
  return parsedAs(
    incoming({
      identity: ['incident', fields.word('account_id'), id ?? condition],
      action,
      severity: severityFrom(level, 'error'),
      summary: [fields.word('details'), condition, `New Relic incident ${id}`],
      labels,
      annotations: [['description', fields.text('details')], ['incident', id], ...fields.rest()],
      service: serviceIn(record) ?? (product === 'APM' ? name : null),
      startsAt: action === 'trigger' ? instantOf(fields.peek('timestamp')) : null,
      links: [
        ['Incident in New Relic', fields.word('incident_url')],
        ['Runbook', fields.word('runbook_url')],
        ['Policy', fields.word('policy_url')],
        ['Violation', fields.word('violation_callback_url')],
        ['Chart', fields.word('violation_chart_url')],
      ],
      by: action === 'acknowledge' ? fields.word('owner') : null,
    }),
  );
};

const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).flatMap((each: unknown) => textOf(each) ?? []);

const firstOf = (value: unknown): string | null => textsOf(value)[0] ?? null;
