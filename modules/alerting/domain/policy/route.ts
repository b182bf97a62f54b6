import { urgencyOf } from '../alert.ts';
import { judgedLabels, type Judged } from './judged-labels.ts';
import { matchersText, matcherText, valueOf, type Matching } from './matcher.ts';

/** Where a route sends to. */
export type RouteTarget =
  | { readonly team: string }
  | { readonly policy: string }
  | { readonly person: string }
  | { readonly webhook: RouteWebhook }
  /** The owner of the alert's service by the catalog, else who stands in for one. */
  | { readonly owner: true };

export interface RouteWebhook {
  readonly url: string;
  readonly format: 'alertmanager' | 'cloudevents';
  readonly sendResolved: boolean;
}

export const routeUrgencies = ['high', 'low', 'by-severity'] as const;
export type RouteUrgency = (typeof routeUrgencies)[number];

/** How what a route takes is grouped and told. */
export interface RouteOptions {
  /** Empty: nobody is told. */
  readonly to: readonly RouteTarget[];
  readonly urgency: RouteUrgency;
  /** Names of labels, or every label. */
  readonly groupBy: readonly string[] | 'all';
  readonly groupWaitSeconds: number;
  readonly groupIntervalSeconds: number;
  readonly repeatSeconds: number;
}

/** What a time interval that is named says; several of one name hold where one does. */
export interface NamedInterval {
  readonly name: string;
  holds(at: Temporal.Instant): boolean;
}

/** A route with all that it inherits, made ready. */
export interface RouteNode {
  /** Place in the tree: `payments`, `payments/1/0`. */
  readonly id: string;
  readonly matching: Matching;
  readonly options: RouteOptions;
  readonly continue: boolean;
  /** Only then is anybody told; empty: always. Not inherited, as in Alertmanager. */
  readonly only: readonly NamedInterval[];
  /** Then nobody is told. */
  readonly never: readonly NamedInterval[];
  readonly routes: readonly RouteNode[];
}

/** All routes, in their order, and what holds for an alert that none of them takes. */
export interface RouteTree {
  readonly routes: readonly RouteNode[];
  readonly otherwise: RouteOptions;
}

/** One route that takes an alert. */
export interface Routed {
  /** Id of the node; null: none took it, and it goes to its owner. */
  readonly route: string | null;
  readonly to: readonly RouteTarget[];
  readonly urgency: 'high' | 'low';
  readonly groupBy: readonly string[] | 'all';
  readonly groupWaitSeconds: number;
  readonly groupIntervalSeconds: number;
  readonly repeatSeconds: number;
  /** Why nobody is told of it now; null: somebody is. */
  readonly muted: { readonly intervals: readonly string[]; readonly reason: string } | null;
  /** Why it is this route, in words. */
  readonly reason: string;
}

/** What holds where no route says otherwise. */
export const defaultOptions: RouteOptions = {
  to: [{ owner: true }],
  urgency: 'by-severity',
  groupBy: ['integration', 'service', 'alertname'],
  groupWaitSeconds: 0,
  groupIntervalSeconds: 300,
  repeatSeconds: 4 * 3_600,
};

/**
 * Which routes take an alert at a time: the first that matches in the order of the tree, in it the first of its routes and so on; after
 * one that continues, the next that matches on its level too. What no route takes goes to its owner: never nowhere, so the answer
 * is never empty.
 */
export const routeOf = (tree: RouteTree, alert: Judged, at: Temporal.Instant): readonly Routed[] => {
  const labels = judgedLabels(alert);
  const found = among(tree.routes, labels).map(({ node, path }) => {
    const { to, urgency, ...options } = node.options;
    return {
      ...options,
      to,
      route: node.id,
      urgency: urgencyFor(urgency, alert, labels),
      muted: mutedAt(node, at),
      reason: reasonOf(path),
    };
  });
  if (found.length > 0) return found;
  const { urgency, ...otherwise } = tree.otherwise;
  const reason =
    tree.routes.length === 0
      ? 'there are no routes, so it goes to the owner of its service'
      : `none of the ${tree.routes.length} routes matches, so it goes to the owner of its service`;
  return [{ ...otherwise, route: null, urgency: urgencyFor(urgency, alert, labels), muted: null, reason }];
};

interface Found {
  readonly node: RouteNode;
  readonly path: readonly RouteNode[];
}

const among = (
  nodes: readonly RouteNode[],
  labels: Readonly<Record<string, string>>,
  above: readonly RouteNode[] = [],
): Found[] => {
  const all: Found[] = [];
  for (const node of nodes) {
    if (!node.matching.matches(labels)) continue;
    const path = [...above, node];
    const below = among(node.routes, labels, path);
    all.push(...(below.length > 0 ? below : [{ node, path }]));
    if (!node.continue) break;
  }
  return all;
};

/** A label `urgency` of the alert itself is taken at its word. */
const urgencyFor = (urgency: RouteUrgency, alert: Judged, labels: Readonly<Record<string, string>>): 'high' | 'low' => {
  if (urgency !== 'by-severity') return urgency;
  const said = valueOf(labels, 'urgency');
  return said === 'high' || said === 'low' ? said : urgencyOf(alert.severity);
};

const reasonOf = (path: readonly RouteNode[]): string => {
  const said = path.flatMap(({ matching }) => matching.matchers.map(matcherText));
  const route = path.at(-1)!.id;
  return said.length === 0 ? `route ${route} takes every alert` : `route ${route} takes ${said.join(', ')}`;
};

/** Whether a route is silent at a time: within a time that it never tells in, or outside all that it only tells in. */
export const mutedAt = (
  { only, never, id }: Pick<RouteNode, 'only' | 'never' | 'id'>,
  at: Temporal.Instant,
): Routed['muted'] => {
  const silent = [...new Set(never.filter((each) => each.holds(at)).map(({ name }) => name))];
  if (silent.length > 0)
    return { intervals: silent, reason: `route ${id} tells nobody during ${silent.join(' and ')}` };
  if (only.length === 0 || only.some((each) => each.holds(at))) return null;
  const names = [...new Set(only.map(({ name }) => name))];
  return { intervals: names, reason: `route ${id} tells only during ${names.join(' or ')}` };
};

/** The routes as lines, for whoever asks how an alert was judged: each with why it does not match, until one does. */
export const passedOver = (
  tree: RouteTree,
  alert: Judged,
): readonly { readonly route: string; readonly why: string }[] => {
  const labels = judgedLabels(alert);
  const found: { route: string; why: string }[] = [];
  for (const node of tree.routes) {
    const failing = node.matching.failing(labels);
    if (failing === null) {
      if (node.continue) continue;
      break;
    }
    const value = valueOf(labels, failing.name);
    const has = value === '' ? `the alert has no ${failing.name}` : `its ${failing.name} is ${value.slice(0, 200)}`;
    found.push({ route: node.id, why: `${matcherText(failing)} does not hold: ${has}` });
  }
  return found;
};

/** A route's matchers in one line. */
export const routeText = ({ matching }: RouteNode): string => matchersText(matching.matchers);
