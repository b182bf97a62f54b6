import { secondsOf } from '../../../../kernel/time-span.ts';
import type { RouteBelow, RouteSpec } from '../../contract/policy.ts';
import { matchingOf, type Matching } from '../../domain/policy/matcher.ts';
import { parseAll } from '../../domain/policy/parse-matchers.ts';
import {
  defaultOptions,
  type NamedInterval,
  type RouteNode,
  type RouteOptions,
  type RouteTree,
} from '../../domain/policy/route.ts';
import { intervalOf } from '../../domain/policy/time-interval.ts';
import { makePattern } from './pattern.ts';

/** A route as it is kept. */
export interface KeptRoute {
  readonly name: string;
  readonly spec: RouteSpec;
}

/** Every label, as a route's document writes it. */
export const everyLabel = '...';

/** Routes made ready, in the order in which they are asked: by `order`, then by name. Throws for what `routeProblems` would name. */
export const routeTreeOf = (routes: readonly KeptRoute[]): RouteTree => ({
  routes: routes.toSorted(byOrder).map(topOf),
  otherwise: defaultOptions,
});

export const byOrder = (one: KeptRoute, other: KeptRoute): number =>
  one.spec.order - other.spec.order || (one.name < other.name ? -1 : 1);

/** Matchers as they are written, made ready. Throws an Error for what cannot be read. */
export const matchingFrom = (texts: readonly string[]): Matching => {
  const parsed = parseAll(texts);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return matchingOf(parsed.matchers, makePattern);
};

const topOf = ({ name, spec }: KeptRoute): RouteNode => {
  const intervals = new Map<string, NamedInterval>(
    Object.entries(spec.timeIntervals).map(([called, entries]) => {
      const each = entries.map(intervalOf);
      return [called, { name: called, holds: (at) => each.some((holds) => holds(at)) }];
    }),
  );
  return nodeOf(spec, { id: name, above: defaultOptions, intervals });
};

const nodeOf = (
  said: RouteBelow,
  {
    id,
    above,
    intervals,
  }: { readonly id: string; readonly above: RouteOptions; readonly intervals: ReadonlyMap<string, NamedInterval> },
): RouteNode => {
  const options = optionsOf(said, above);
  const named = (names: readonly string[] = []): NamedInterval[] => names.map((name) => intervals.get(name)!);
  return {
    id,
    matching: matchingFrom(said.match),
    options,
    continue: said.continue,
    only: named(said.times?.only),
    never: named(said.times?.never),
    routes: said.routes.map((each, index) => nodeOf(each, { id: `${id}/${index}`, above: options, intervals })),
  };
};

const optionsOf = ({ to, urgency, group, repeat }: RouteBelow, above: RouteOptions): RouteOptions => ({
  to: to ?? above.to,
  urgency: urgency ?? above.urgency,
  groupBy: group?.by === undefined ? above.groupBy : group.by.includes(everyLabel) ? 'all' : group.by,
  groupWaitSeconds: seconds(group?.wait) ?? above.groupWaitSeconds,
  groupIntervalSeconds: seconds(group?.interval) ?? above.groupIntervalSeconds,
  repeatSeconds: seconds(repeat) ?? above.repeatSeconds,
});

const seconds = (duration: string | undefined): number | null => (duration === undefined ? null : secondsOf(duration));
