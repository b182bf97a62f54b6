import { durationOf } from '../../../../../kernel/time-span.ts';
import type { RouteTarget } from '../route.ts';
import { leftOver, mapping, mappings, text, texts, type Finding, type Said } from './config-reading.ts';
import { intervalsFrom } from './intervals.ts';
import { matchersFrom } from './matchers-import.ts';
import { secondsOfPrometheus } from './prometheus-duration.ts';
import { receiversFrom, type ReceiverChoices } from './receivers.ts';

/** A route of a document, as it is written. */
export interface ImportedRoute {
  readonly match: readonly string[];
  readonly to?: readonly RouteTarget[];
  readonly group?: { readonly by?: readonly string[]; readonly wait?: string; readonly interval?: string };
  readonly repeat?: string;
  readonly continue: boolean;
  readonly times?: { readonly only: readonly string[]; readonly never: readonly string[] };
  readonly routes: readonly ImportedRoute[];
}

export interface ImportedConfig {
  /** The whole tree as one document; null where there is none. */
  readonly route: (ImportedRoute & { readonly timeIntervals: Record<string, unknown> }) | null;
  readonly inhibitions: readonly {
    readonly name: string;
    readonly spec: {
      readonly source: readonly string[];
      readonly target: readonly string[];
      readonly equal: readonly string[];
    };
  }[];
  readonly findings: readonly Finding[];
}

/** What Alertmanager takes where the root of its routes says nothing. */
const rootDefaults = { by: [], wait: 'PT30S', interval: 'PT5M', repeat: 'PT4H' } as const;

/**
 * Routes, receivers, inhibitions and time intervals of an `alertmanager.yml` (read, not as text) as documents of Leadline. The meaning
 * of the tree is kept: which route takes an alert, how it is grouped, when it is told again. What has no counterpart is told, never
 * dropped in silence. https://prometheus.io/docs/alerting/latest/configuration/
 */
export const importConfig = (value: unknown, choices: ReceiverChoices): ImportedConfig => {
  const findings: Finding[] = [];
  const config = mapping(value);
  if (config === null) {
    const why = 'this is no alertmanager.yml: it has no fields';
    return { route: null, inhibitions: [], findings: [{ where: 'file', what: 'the whole file', why, level: 'lost' }] };
  }
  const receivers = receiversFrom(config, choices, findings);
  const timeIntervals = intervalsFrom(config, findings);
  const root = mapping(config['route']);
  if (root === null) findings.push({ where: 'route', what: 'the root route', why: 'there is none', level: 'lost' });
  const tree = root === null ? null : routeFrom(root, { where: 'route', receivers, findings });
  for (const [index, each] of listOf(config['inhibit_rules']).entries())
    if (mapping(each) === null)
      findings.push({
        where: `inhibit_rules.${index}`,
        what: 'an empty rule',
        why: 'holds nothing back, as it did',
        level: 'note',
      });
  const inhibitions = mappings(config['inhibit_rules']).map((said, index) => inhibitionFrom(said, index, findings));
  tellRest(config, findings);
  return {
    route: tree === null ? null : { ...withDefaults(tree), timeIntervals },
    inhibitions: distinct(inhibitions),
    findings,
  };
};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const routeFrom = (
  said: Said,
  context: {
    readonly where: string;
    readonly receivers: ReadonlyMap<string, readonly RouteTarget[]>;
    readonly findings: Finding[];
  },
): ImportedRoute => {
  const { where, receivers, findings } = context;
  const receiver = text(said['receiver']);
  const to = receiver === null ? undefined : receivers.get(receiver);
  if (receiver !== null && to === undefined)
    findings.push({
      where,
      what: `receiver ${receiver}`,
      why: 'there is no such receiver: taken as the owner of the service',
      level: 'asked',
    });
  const group = groupFrom(said, { where, findings });
  const repeat = durationFrom(said, 'repeat_interval', { where, findings });
  const [only, never] = [texts(said['active_time_intervals']), texts(said['mute_time_intervals'])];
  leftOver(said, routeFields, { where, why: 'routes of Leadline have no such field', findings });
  return {
    match: matchersFrom(said, { equal: 'match', pattern: 'match_re', matchers: 'matchers' }, { where, findings }),
    ...(receiver !== null && { to: to ?? [{ owner: true as const }] }),
    ...(Object.keys(group).length > 0 && { group }),
    ...(repeat !== null && { repeat }),
    continue: said['continue'] === true,
    ...(only.length + never.length > 0 && { times: { only, never } }),
    routes: mappings(said['routes']).map((each, index) =>
      routeFrom(each, { ...context, where: `${where}.routes.${index}` }),
    ),
  };
};
const routeFields = [
  'receiver',
  'group_by',
  'group_wait',
  'group_interval',
  'repeat_interval',
  'match',
  'match_re',
  'matchers',
  'continue',
  'active_time_intervals',
  'mute_time_intervals',
  'routes',
];

const groupFrom = (
  said: Said,
  at: { readonly where: string; readonly findings: Finding[] },
): NonNullable<ImportedRoute['group']> => {
  const wait = durationFrom(said, 'group_wait', at);
  const interval = durationFrom(said, 'group_interval', at);
  return {
    // An empty list is as none: the route above says it.
    ...(texts(said['group_by']).length > 0 && { by: texts(said['group_by']) }),
    ...(wait !== null && { wait }),
    ...(interval !== null && { interval }),
  };
};

const durationFrom = (
  said: Said,
  field: string,
  { where, findings }: { readonly where: string; readonly findings: Finding[] },
): string | null => {
  const value = text(said[field]);
  if (value === null) return null;
  const seconds = secondsOfPrometheus(value);
  if (seconds !== null) return durationOf(seconds);
  findings.push({ where: `${where}.${field}`, what: value, why: 'is no duration', level: 'lost' });
  return null;
};

const withDefaults = (root: ImportedRoute): ImportedRoute => ({
  ...root,
  to: root.to ?? [{ owner: true }],
  group: {
    by: root.group?.by ?? rootDefaults.by,
    wait: root.group?.wait ?? rootDefaults.wait,
    interval: root.group?.interval ?? rootDefaults.interval,
  },
  repeat: root.repeat ?? rootDefaults.repeat,
});

const inhibitionFrom = (said: Said, index: number, findings: Finding[]): ImportedConfig['inhibitions'][number] => {
  const where = `inhibit_rules.${index}`;
  const side = (of: 'source' | 'target'): string[] => {
    const names = { equal: `${of}_match`, pattern: `${of}_match_re`, matchers: `${of}_matchers` };
    const found = matchersFrom(said, names, { where, findings });
    // Alertmanager takes an empty side as every alert; a document says so.
    return found.length > 0 ? found : ['alertname=~"(?s).*"'];
  };
  leftOver(
    said,
    ['name', 'equal', ...['source', 'target'].flatMap((of) => [`${of}_match`, `${of}_match_re`, `${of}_matchers`])],
    { where, why: 'inhibitions of Leadline have no such field', findings },
  );
  const name = handleOf(text(said['name'])) ?? `alertmanager-${index + 1}`;
  return { name, spec: { source: side('source'), target: side('target'), equal: texts(said['equal']) } };
};

const distinct = (found: ImportedConfig['inhibitions']): ImportedConfig['inhibitions'] => {
  const taken = new Set<string>();
  return found.map(({ name, spec }) => {
    let free = name;
    for (let number = 2; taken.has(free); number++) free = `${name.slice(0, 58)}-${number}`;
    taken.add(free);
    return { name: free, spec };
  });
};

/** A name that files and URLs may use, where something of it is left. */
const handleOf = (said: string | null): string | null => {
  const made = (said ?? '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/gu, '-')
    .slice(0, 60)
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/gu, '');
  return made === '' ? null : made;
};

/** Of alerts that are sent without an end; here each integration says it. */
const tellResolveTimeout = (global: Said, findings: Finding[]): void => {
  const timeout = durationFrom(global, 'resolve_timeout', { where: 'global', findings });
  if (timeout === null) return;
  const isDefault = secondsOfPrometheus(text(global['resolve_timeout'])!) === 300;
  const why = isDefault
    ? 'as it is here by default'
    : `say it of the integration that sends: settings.resolveTimeout: ${timeout}; five minutes hold until then`;
  findings.push({ where: 'global', what: 'resolve_timeout', why, level: isDefault ? 'note' : 'asked' });
};

const tellRest = (config: Said, findings: Finding[]): void => {
  const global = mapping(config['global']) ?? {};
  for (const what of Object.keys(global).filter((each) => each !== 'resolve_timeout'))
    findings.push({
      where: 'global',
      what,
      why: 'how people and systems are reached is said by delivery: leadline delivery provider …',
      level: 'lost',
    });
  tellResolveTimeout(global, findings);
  for (const what of texts(config['templates']))
    findings.push({ where: 'templates', what, why: 'messages of Leadline are its own', level: 'lost' });
  leftOver(
    config,
    ['global', 'route', 'receivers', 'inhibit_rules', 'time_intervals', 'mute_time_intervals', 'templates'],
    { where: 'file', why: 'Leadline has no such section', findings },
  );
};
