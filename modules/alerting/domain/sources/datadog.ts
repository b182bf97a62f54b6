import { severityFrom, type IncomingAlert, type Severity } from '../alert.ts';
import { actionFrom } from './action-words.ts';
import { fieldsOf, isObject, type Fields } from './fields.ts';
import { incoming, serviceIn, tagEntries } from './incoming.ts';
import { instantOf } from './instants.ts';
import { parsedAs, refusedFor, type Parse } from './parsed.ts';

/**
 * Datadog's webhook: the body is a template; read are the one of the lines to paste, Datadog's default one, and those that name fields as
 * its variables are called. https://docs.datadoghq.com/integrations/webhooks/
 */
export const parseDatadog: Parse = (payload) => {
  if (!isObject(payload)) return refusedFor('', 'an object was expected');
  const fields = fieldsOf(payload);
  const first = (...names: string[]): string | null => {
    for (const name of names) {
      const found = fields.text(name);
      if (found !== null && !/^\$[A-Z_]+$/u.test(found)) return found;
    }
    return null;
  };
  const title = first('title', 'event_title', 'alert_title');
  const monitor = first('monitor_id', 'alert_id');
  if (title === null && monitor === null)
    return refusedFor('title', 'neither a title nor the id of the monitor is there');
  const transition = transitionOf(first('alert_transition', 'transition'), title);
  const type = first('alert_type');
  const priority = first('alert_priority', 'priority', 'severity');
  const name = nameIn(title);
  const scope = first('alert_scope', 'scope', 'scopes');
  const labels: (readonly [string, string | null])[] = [
    ['alertname', name ?? `Datadog monitor ${monitor}`],
    ['monitor_id', monitor],
    ['transition', transition.word],
    ['alert_type', type],
    ['priority', priority],
    ...tagEntries(fields.take('tags')),
    ...tagEntries(scope),
    ['host', first('hostname', 'host')],
  ];
  const record = Object.fromEntries(labels.filter(([, value]) => value !== null)) as Record<string, string>;
  const cycle = first('alert_cycle_key');
  return parsedAs(
    incoming({
      identity: identityOf({ cycle, aggregate: fields.word('aggreg_key'), monitor, scope, name }),
      action: transition.action,
      severity: severityOf({ transition: transition.word, type, priority }),
      summary: [title, name, `Datadog monitor ${monitor}`],
      labels,
      annotations: [
        ['description', first('body', 'event_msg', 'text_only_msg', 'message', 'text')],
        ['scope', scope],
        ...fields.rest(),
      ],
      service: serviceIn(record),
      startsAt: transition.action === 'trigger' ? instantOf(fields.peek('date')) : null,
      links: linksOf(fields),
    }),
  );
};

/** From trigger to recovery one cycle has one key; without it the monitor and what it is about, else the title without its state. */
const identityOf = (known: {
  readonly cycle: string | null;
  readonly aggregate: string | null;
  readonly monitor: string | null;
  readonly scope: string | null;
  readonly name: string | null;
}): readonly (string | null)[] => {
  if (known.cycle !== null) return ['cycle', known.cycle];
  if (known.monitor !== null) return ['monitor', known.monitor, known.scope];
  return known.aggregate === null ? ['title', known.name] : ['aggregate', known.aggregate];
};

const linksOf = (fields: Fields): readonly (readonly [string, string | null])[] => [
  ['Event in Datadog', fields.word('link')],
  ['Event in Datadog', fields.word('url')],
  ['Picture', fields.word('snapshot')],
  ['Runbook', fields.word('runbook_url')],
];

/** `[Triggered on {host:web-1}] CPU is high`: the state stands before the name of the monitor. */
const state = /^\s*(?:\[P[1-5]\]\s*)?\[([^\]]{1,200})\]\s*/u;

const nameIn = (title: string | null): string | null => {
  const name = title?.replace(state, '').trim() ?? null;
  return name === '' ? title : name;
};

const transitionOf = (
  said: string | null,
  title: string | null,
): { readonly word: string | null; readonly action: IncomingAlert['action'] } => {
  const word = said ?? state.exec(title ?? '')?.[1]?.replace(/\son\s.*$/u, '') ?? null;
  const simple = (word ?? '').toLowerCase().replace(/^re-?/u, '');
  if (/recover/iu.test(word ?? '')) return { word, action: 'resolve' };
  return { word, action: actionFrom(simple) === 'resolve' ? 'resolve' : 'trigger' };
};

const severityOf = (said: {
  readonly transition: string | null;
  readonly type: string | null;
  readonly priority: string | null;
}): Severity => {
  // What only warns is no more than a warning, whatever priority the monitor has.
  if (/warn|no data/iu.test(said.transition ?? '')) return 'warning';
  if (/^p[1-5]$/iu.test(said.priority ?? '')) return severityFrom(said.priority);
  return severityFrom(said.type ?? said.priority, 'error');
};
