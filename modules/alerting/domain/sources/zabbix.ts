import { severityFrom, type IncomingAlert, type Severity } from '../alert.ts';
import { actionFrom } from './action-words.ts';
import { fieldsOf, isObject, type Fields, type JsonObject } from './fields.ts';
import { incoming, serviceIn, tagEntries } from './incoming.ts';
import { instantOf } from './instants.ts';
import { parsedAs, refusedFor, type Parse } from './parsed.ts';

/**
 * Zabbix: a media type of the kind webhook posts its parameters (the lines to paste say which). Names are macros, so that `EVENT.ID`, `{EVENT.ID}`,
 * `event_id` and `eventid` are one, and bodies that other products' scripts post are read too.
 * https://www.zabbix.com/documentation/current/en/manual/appendix/macros/supported_by_location
 */
export const parseZabbix: Parse = (payload) => {
  if (!isObject(payload)) return refusedFor('', 'an object was expected');
  const fields = fieldsOf(withPlainNames(payload));
  const event = first(fields, 'event_id', 'eventid', 'id', 'alert_uid');
  const title = first(fields, 'event_name', 'trigger_name', 'trigger', 'name', 'alert_subject', 'subject', 'title');
  if (event === null && title === null)
    return refusedFor('event_id', 'neither the id of the event nor its name is there');
  const action = actionOf(fields);
  if (action === null) return refusedFor('event_value', '1 (problem), 0 (recovery), or an event_status was expected');
  const host = first(fields, 'host_name', 'host', 'hostname', 'host_host');
  const word = first(fields, 'event_severity', 'trigger_severity', 'severity');
  const number = first(fields, 'event_nseverity', 'nseverity');
  const labels: (readonly [string, string | null])[] = [
    ['alertname', title ?? `Zabbix event ${event}`],
    ['host', host],
    ['severity', word],
    ['trigger_id', first(fields, 'trigger_id', 'triggerid')],
    ...tagsOf(fields),
  ];
  const record = Object.fromEntries(labels.filter(([, value]) => value !== null)) as Record<string, string>;
  return parsedAs(
    incoming({
      // A recovery carries the id of the problem that it ends.
      identity: [event ?? [host, title].filter(Boolean).join('|')],
      action,
      severity: numbers[number ?? ''] ?? names[(word ?? '').toLowerCase()] ?? severityFrom(word, 'error'),
      summary: [title === null || host === null || title.includes(host) ? title : `${title} (${host})`, event],
      labels,
      annotations: [
        ['description', first(fields, 'trigger_description', 'description')],
        ['message', first(fields, 'alert_message', 'message')],
        ['event_id', event],
        ...fields.rest(),
      ],
      service: serviceIn(record),
      startsAt: instantOf(fields.peek('event_timestamp') ?? fields.peek('clock')),
      links: linksOf(fields, event),
      by: action === 'trigger' ? null : (fields.word('user_fullname') ?? fields.word('event_update_user')),
    }),
  );
};

const first = (fields: Fields, ...names: string[]): string | null => {
  for (const name of names) {
    const found = fields.text(name);
    // A macro that Zabbix could not fill in stays as it is written, or says that it is unknown.
    if (found !== null && !/^(\{[A-Z.$_0-9]+\}|\*UNKNOWN\*)$/u.test(found)) return found;
  }
  return null;
};

/** `EVENT.ID`, `{EVENT.ID}`, `hostName` → `event_id`, `host_name`. */
const withPlainNames = (payload: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [
      name
        .replace(/[{}$]/gu, '')
        .replace(/([a-z])([A-Z])/gu, '$1_$2')
        .replace(/[.\s-]+/gu, '_')
        .toLowerCase(),
      value,
    ]),
  );

const actionOf = (fields: Fields): IncomingAlert['action'] | null => {
  const update = fields.word('event_update_status');
  const value = fields.word('event_value') ?? fields.word('value');
  if (value === '0') return 'resolve';
  const did = (fields.word('event_update_action') ?? fields.word('update_action') ?? '').toLowerCase();
  if (update === '1' || did !== '') {
    if (/\bclosed\b/u.test(did)) return 'resolve';
    if (/\backnowledged\b/u.test(did) && !/\bunacknowledged\b/u.test(did)) return 'acknowledge';
    return 'trigger';
  }
  if (value === '1') return 'trigger';
  return actionFrom(fields.word('event_status') ?? fields.word('status') ?? fields.word('state'));
};

/** Zabbix counts from 0 (not classified) to 5 (disaster); what is not classified is not known to be harmless. */
const numbers: Readonly<Record<string, Severity>> = {
  0: 'warning',
  1: 'info',
  2: 'warning',
  3: 'warning',
  4: 'error',
  5: 'critical',
};
const names: Readonly<Record<string, Severity>> = {
  'not classified': 'warning',
  information: 'info',
  warning: 'warning',
  average: 'warning',
  high: 'error',
  disaster: 'critical',
};

/** `{EVENT.TAGSJSON}` (`[{"tag": "scope", "value": "capacity"}]`, as a text or a list), else `{EVENT.TAGS}` (`scope:capacity, …`). */
const tagsOf = (fields: Fields): readonly (readonly [string, string])[] => {
  for (const name of ['event_tagsjson', 'event_tags_json', 'event_tags', 'tags']) {
    const value = fields.take(name);
    const list = typeof value === 'string' && value.trimStart().startsWith('[') ? listIn(value) : value;
    if (Array.isArray(list) && list.some(isObject))
      return list.flatMap((each: unknown): (readonly [string, string])[] =>
        isObject(each) && typeof each['tag'] === 'string' ? [[each['tag'], String(each['value'] ?? '') || 'true']] : [],
      );
    const entries = tagEntries(list);
    if (entries.length > 0) return entries;
  }
  return [];
};

const listIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const linksOf = (fields: Fields, event: string | null): readonly (readonly [string, string | null])[] => {
  const base = (fields.word('zabbix_url') ?? fields.word('url'))?.replace(/\/+$/u, '') ?? null;
  const trigger = fields.word('trigger_id') ?? fields.word('triggerid');
  const hasEvent = base !== null && !base.includes('.php') && trigger !== null && event !== null;
  return [
    [
      'Event in Zabbix',
      hasEvent
        ? `${base}/tr_events.php?triggerid=${encodeURIComponent(trigger)}&eventid=${encodeURIComponent(event)}`
        : base,
    ],
    ['Event in Zabbix', fields.word('link')],
    ['Trigger', fields.word('trigger_url')],
  ];
};
