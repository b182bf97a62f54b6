import { severities, severityFrom, type IncomingAlert } from '../alert.ts';
import { actionOf } from './action-words.ts';
import { isObject, jsonOf, textOf, type JsonObject } from './fields.ts';
import { incoming, isWeb, serviceIn } from './incoming.ts';
import { instantOf } from './instants.ts';
import { payloadAlertsMax, refusedFor, together, type Fault, type Parsed } from './parsed.ts';

/** Names that the result of a mapping may have. */
export const mappedNames = [
  'summary',
  'dedupKey',
  'action',
  'severity',
  'service',
  'labels',
  'annotations',
  'startsAt',
  'endsAt',
  'links',
  'by',
] as const;

/**
 * What a mapping made of a payload, as alerts: one object or a list of objects. Anything else says where it is wrong, because a
 * mapping is written by a person who is looking at the answer.
 */
export const alertsOfMapped = (result: unknown): Parsed => {
  if (result === undefined || result === null || (Array.isArray(result) && result.length === 0))
    return refusedFor('', 'the mapping matched nothing in this payload');
  const list: readonly unknown[] = Array.isArray(result) ? result : [result];
  if (list.length > payloadAlertsMax) return refusedFor('', `the mapping made more than ${payloadAlertsMax} alerts`);
  return together(list.map((each, index) => mappedAlert(each, Array.isArray(result) ? `[${index}]` : '')));
};

const mappedAlert = (made: unknown, path: string): IncomingAlert | Fault => {
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  if (!isObject(made)) return { path, message: 'an object with a summary was expected' };
  const stranger = Object.keys(made).find((name) => !(mappedNames as readonly string[]).includes(name));
  if (stranger !== undefined)
    return { path: at(stranger), message: `there is no such name; known are ${mappedNames.join(', ')}` };
  const summary = textOf(made['summary']);
  if (summary === null) return { path: at('summary'), message: 'a text was expected' };
  const action = made['action'] === undefined || made['action'] === null ? 'trigger' : actionOf(made['action']);
  if (action === null)
    return { path: at('action'), message: 'trigger, acknowledge or resolve (or a word that means it) was expected' };
  const word = textOf(made['severity']);
  const severity = severityFrom(word, 'error');
  const labels = entriesOf(made['labels']);
  if (labels === null) return { path: at('labels'), message: 'an object of texts was expected' };
  const annotations = entriesOf(made['annotations']);
  if (annotations === null) return { path: at('annotations'), message: 'an object of texts was expected' };
  const links = linksOf(made['links']);
  if (links === null) return { path: at('links'), message: 'a list of {label, url}, or addresses, was expected' };
  for (const name of ['startsAt', 'endsAt'])
    if (made[name] !== undefined && made[name] !== null && instantOf(made[name]) === null)
      return { path: at(name), message: 'a time with its zone, or seconds since 1970, was expected' };
  const key = textOf(made['dedupKey']);
  const service = textOf(made['service']);
  const isKnown = word === null || severity !== 'error' || severities.some((each) => each === word.toLowerCase());
  return incoming({
    identity: key === null ? [service, summary] : [key],
    action,
    severity,
    summary: [summary],
    labels: [...labels, ['service', service]],
    annotations: [...annotations, ['severity_said', isKnown ? null : word]],
    service: service ?? serviceIn(Object.fromEntries(labels) as Record<string, string>),
    startsAt: instantOf(made['startsAt']),
    endsAt: instantOf(made['endsAt']),
    links,
    by: textOf(made['by']),
  });
};

const entriesOf = (value: unknown): readonly (readonly [string, string])[] | null => {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) return null;
  return Object.entries(value).flatMap(([name, each]) =>
    each === null || each === undefined
      ? []
      : [[name, textOf(each) ?? (typeof each === 'object' ? jsonOf(each) : '')] as const],
  );
};

const linksOf = (value: unknown): readonly (readonly [string, string])[] | null => {
  if (value === undefined || value === null) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const links: (readonly [string, string])[] = [];
  for (const each of list) {
    const url = isObject(each) ? (each as JsonObject)['url'] : each;
    // An address that is none is left out rather than the alert lost for it.
    if (typeof url !== 'string') return null;
    if (isWeb(url)) links.push([(isObject(each) && textOf((each as JsonObject)['label'])) || 'Source', url]);
  }
  return links;
};
