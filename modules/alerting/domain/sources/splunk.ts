import { severityFrom } from '../alert.ts';
import { fieldsOf, isObject, textOf } from './fields.ts';
import { actionFrom } from './action-words.ts';
import { incoming, serviceIn } from './incoming.ts';
import { instantOf } from './instants.ts';
import { parsedAs, refusedFor, type Parse } from './parsed.ts';

/**
 * Splunk's webhook alert action: `{result, sid, results_link, search_name, owner, app}`, `result` being the first row. A saved
 * search has no end: every run that finds something triggers the same alert again; a column `status` of `resolved` or `ok`, or the
 * integration's `endsAfter`, ends it. https://docs.splunk.com/Documentation/Splunk/latest/Alert/Webhooks
 */
export const parseSplunk: Parse = (payload) => {
  if (!isObject(payload)) return refusedFor('', 'an object was expected');
  const fields = fieldsOf(payload);
  const sid = fields.word('sid');
  const result = fields.peek('result');
  if (sid === null && !isObject(result))
    return refusedFor('result', 'an object, the first row of the search, was expected');
  const row = isObject(result) ? result : {};
  const search = fields.text('search_name');
  const of = (name: string): string | null => textOf(Object.hasOwn(row, name) ? row[name] : undefined);
  const labels: [string, string | null][] = [
    ['alertname', search ?? 'Splunk search'],
    ['app', fields.text('app')],
    ['owner', fields.text('owner')],
    ...labelled.map((name): [string, string | null] => [name, of(name)]),
  ];
  const word = of('severity') ?? of('urgency') ?? of('priority');
  const record = Object.fromEntries(labels.filter(([, value]) => value !== null)) as Record<string, string>;
  return parsedAs(
    incoming({
      // The search and its host or service; `sid` is another one at every run.
      identity: [search ?? sid, record['app'] ?? null, of('dedup_key') ?? of('service') ?? of('host')],
      action: actionFrom(of('status') ?? of('alert_status')) ?? 'trigger',
      severity: severityFrom(word),
      summary: [
        of('summary'),
        of('message'),
        search && record['host'] ? `${search} (${record['host']})` : search,
        'Splunk search',
      ],
      labels,
      annotations: [['description', of('description') ?? of('_raw')], ...fields.rest()],
      service: serviceIn(record),
      startsAt: instantOf(row['_time']),
      links: [['Results in Splunk', fields.word('results_link')]],
    }),
  );
};

/** Columns that Splunk gives nearly every row, and what people name services by. */
const labelled = [
  'host',
  'source',
  'sourcetype',
  'index',
  'service',
  'service.name',
  'service_name',
  'severity',
  'env',
] as const;
