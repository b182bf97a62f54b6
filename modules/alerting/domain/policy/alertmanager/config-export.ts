import type { Inhibition } from '../inhibition.ts';
import { matcherText } from '../matcher.ts';
import type { RouteOptions, RouteTarget, RouteTree } from '../route.ts';
import type { RouteNode } from '../route.ts';
import type { TimeInterval } from '../time-interval.ts';
import { factNames } from '../judged-labels.ts';
import { intervalSaid } from './intervals.ts';
import { prometheusDuration } from './prometheus-duration.ts';
import { targetName } from './receivers.ts';

export interface ExportedConfig {
  /** What an `alertmanager.yml` says, to be written as YAML. */
  readonly config: Record<string, unknown>;
  /** What it cannot say, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Routes and inhibitions as Alertmanager would write them, accepted by `amtool check-config`. Teams, policies and people are receivers
 * without anything in them, because how Leadline reaches somebody is no matter of Alertmanager.
 */
export const exportConfig = (
  tree: RouteTree,
  {
    inhibitions,
    intervals,
  }: {
    readonly inhibitions: readonly Inhibition[];
    /** Time intervals of each route's document, by its name. */
    readonly intervals: ReadonlyMap<string, Readonly<Record<string, readonly TimeInterval[]>>>;
  },
): ExportedConfig => {
  const receivers = new Map<string, readonly RouteTarget[]>();
  const notes = new Set<string>();
  const context = { receivers, notes };
  const root = { receiver: receiverFor(tree.otherwise.to, context), ...optionsSaid(tree.otherwise, null, context) };
  const routes = tree.routes.map((node) => routeSaid(node, { above: tree.otherwise, document: node.id, ...context }));
  const rules = inhibitions.map(({ source, target, equal }) => ({
    source_matchers: source.matchers.map(matcherText),
    target_matchers: target.matchers.map(matcherText),
    ...(equal.length > 0 && { equal: [...equal] }),
  }));
  const times = [...intervals].flatMap(([document, named]) =>
    Object.entries(named)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, entries]) => ({
        name: intervalName(document, name),
        time_intervals: entries.map(intervalSaid),
      })),
  );
  const config = {
    route: { ...root, ...(routes.length > 0 && { routes }) },
    receivers: [...receivers].map(([name, targets]) => ({ name, ...webhooksSaid(targets) })),
    ...(rules.length > 0 && { inhibit_rules: rules }),
    ...(times.length > 0 && { time_intervals: times }),
  };
  return { config, notes: [...notes] };
};

interface Context {
  readonly receivers: Map<string, readonly RouteTarget[]>;
  readonly notes: Set<string>;
}

const routeSaid = (
  node: RouteNode,
  context: Context & { readonly above: RouteOptions; readonly document: string },
): Record<string, unknown> => {
  const { document, notes } = context;
  const named = (list: RouteNode['only']): string[] => list.map(({ name }) => intervalName(document, name));
  for (const { name } of node.matching.matchers)
    if ((factNames as readonly string[]).includes(name))
      notes.add(
        `Alertmanager matches only labels: where alerts bear no label ${name}, Leadline takes what it knows of them.`,
      );
  return {
    receiver: receiverFor(node.options.to, context),
    ...(node.matching.matchers.length > 0 && { matchers: node.matching.matchers.map(matcherText) }),
    ...optionsSaid(node.options, context.above, context),
    ...(node.continue && { continue: true }),
    ...(node.only.length > 0 && { active_time_intervals: named(node.only) }),
    ...(node.never.length > 0 && { mute_time_intervals: named(node.never) }),
    ...(node.routes.length > 0 && {
      routes: node.routes.map((below) => routeSaid(below, { ...context, above: node.options })),
    }),
  };
};

const optionsSaid = (
  options: RouteOptions,
  above: RouteOptions | null,
  { notes }: Context,
): Record<string, unknown> => {
  const by = options.groupBy === 'all' ? ['...'] : [...new Set(options.groupBy)];
  const differs = (field: keyof RouteOptions): boolean =>
    above === null || JSON.stringify(options[field]) !== JSON.stringify(above[field]);
  if (options.urgency !== 'by-severity')
    notes.add('Alertmanager knows no urgency: what a route calls high or low is left out.');
  if (by.length === 0 && above !== null && differs('groupBy'))
    notes.add('Alertmanager takes an empty group_by as that of the route above: one group of all is left out.');
  // Alertmanager refuses an interval of nothing; a second is the least that it takes.
  const interval = prometheusDuration(Math.max(1, options.groupIntervalSeconds));
  const repeat = prometheusDuration(Math.max(1, options.repeatSeconds));
  return {
    ...(by.length > 0 && differs('groupBy') && { group_by: by }),
    ...(differs('groupWaitSeconds') && { group_wait: prometheusDuration(options.groupWaitSeconds) }),
    ...(differs('groupIntervalSeconds') && { group_interval: interval }),
    ...(differs('repeatSeconds') && { repeat_interval: repeat }),
  };
};

/** One receiver for each set of targets, named by them. */
const receiverFor = (targets: readonly RouteTarget[], { receivers, notes }: Context): string => {
  const name = targets.length === 0 ? 'nobody' : targets.map(targetName).join(' and ');
  receivers.set(name, targets);
  if (targets.some((target) => !('webhook' in target)))
    notes.add(
      'Receivers that name a team, a policy, a person or the owner are empty: Leadline reaches them by their escalation policies; put in what Alertmanager should do.',
    );
  if (targets.some((target) => 'webhook' in target && target.webhook.format === 'cloudevents'))
    notes.add('Webhooks that get CloudEvents from Leadline get the body of Alertmanager from it.');
  return name;
};

const webhooksSaid = (targets: readonly RouteTarget[]): Record<string, unknown> => {
  const webhooks = targets.flatMap((target) => ('webhook' in target ? [target.webhook] : []));
  return webhooks.length === 0
    ? {}
    : { webhook_configs: webhooks.map(({ url, sendResolved }) => ({ url, send_resolved: sendResolved })) };
};

/** Names are of one document here and of the whole file there. */
const intervalName = (document: string, name: string): string => `${document}/${name}`;
