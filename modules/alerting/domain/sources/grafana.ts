import { severityFrom } from '../alert.ts';
import { fieldsOf, isObject, textOf, type Fields, type JsonObject } from './fields.ts';
import { parseAlerts } from './alertmanager-webhook.ts';
import { incoming, serviceIn } from './incoming.ts';
import { parsedAs, refusedFor, type Parse, type Parsed } from './parsed.ts';

/**
 * Grafana: unified alerting (`alerts`, with links and values for each) and the alerting of Grafana 8 and older (`ruleId`, `state`,
 * `evalMatches`). https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
 */
export const parseGrafana: Parse = (payload) => {
  if (!isObject(payload)) return refusedFor('', 'an object was expected');
  if (Array.isArray(payload['alerts']) || !('state' in payload)) return parseAlerts(payload, links, aboutGroup);
  return legacy(payload);
};

const links = (alert: Fields): readonly (readonly [string, string | null])[] => [
  ['Source', alert.text('generatorURL')],
  ['Dashboard', alert.text('dashboardURL')],
  ['Panel', alert.text('panelURL')],
  ['Silence in Grafana', alert.text('silenceURL')],
  ['Picture', alert.text('imageURL')],
];

/** `message` tells of all alerts of the group at once; each alert has its own words. */
const aboutGroup = (group: Fields): readonly (readonly [string, string | null])[] => [
  ['group_title', group.text('title')],
  ['group_state', group.text('state')],
  ['group_message', group.text('message')],
  ['org_id', group.text('orgId')],
];

const actions: Readonly<Record<string, 'trigger' | 'resolve'>> = {
  alerting: 'trigger',
  no_data: 'trigger',
  pending: 'trigger',
  ok: 'resolve',
  paused: 'resolve',
};

const legacy = (payload: JsonObject): Parsed => {
  const fields = fieldsOf(payload);
  const state = fields.text('state')?.toLowerCase() ?? '';
  const action = actions[state];
  if (action === undefined) return refusedFor('state', `one of ${Object.keys(actions).join(', ')} was expected`);
  const rule = fields.word('ruleId');
  const name = fields.text('ruleName') ?? fields.text('title');
  if (rule === null && name === null) return refusedFor('ruleId', 'neither ruleId nor ruleName is there');
  const tags = isObject(payload['tags']) ? entriesOf(fields.take('tags') as JsonObject) : [];
  const labels: [string, string | null][] = [['alertname', name], ['grafana_state', state], ...tags];
  const of = Object.fromEntries(labels.filter(([, value]) => value !== null)) as Record<string, string>;
  return parsedAs(
    incoming({
      identity: ['rule', fields.word('orgId'), rule ?? name],
      action,
      severity: severityFrom(of['severity'] ?? of['priority'], state === 'no_data' ? 'warning' : 'error'),
      summary: [fields.word('title'), name],
      labels,
      annotations: [['description', fields.text('message')], ['title', fields.text('title')], ...fields.rest()],
      service: serviceIn(of),
      links: [
        ['Rule', fields.word('ruleUrl')],
        ['Picture', fields.word('imageUrl')],
      ],
    }),
  );
};

const entriesOf = (object: JsonObject): [string, string | null][] =>
  Object.entries(object).map(([name, value]) => [name, textOf(value)]);
