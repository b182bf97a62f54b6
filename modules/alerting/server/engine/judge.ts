import type { DecisionKind, JudgedAlert, Suppression } from '../../domain/alert.ts';
import { flapping, type StateChange } from '../../domain/policy/flapping.ts';
import { groupKeyOf } from '../../domain/policy/group-key.ts';
import { inhibitorsOf, isSource, type Inhibitors } from '../../domain/policy/inhibition.ts';
import { parentDown } from '../../domain/policy/parent-down.ts';
import { routeOf, type Routed, type RouteTarget } from '../../domain/policy/route.ts';
import { silencesOf } from '../../domain/policy/silence.ts';
import { uuidOf } from '../intake/prepare.ts';
import type { PolicyInForce } from './in-force.ts';

/** What an alert is judged among: what fires, and when each of them fired before. */
export interface Among {
  readonly at: Temporal.Instant;
  readonly inhibitors: Inhibitors;
  /** Alerts that may say that a service is down. */
  readonly grave: readonly JudgedAlert[];
  /** By id of the alert. */
  readonly history: ReadonlyMap<string, readonly StateChange[]>;
}

export interface Held {
  readonly suppressed: Suppression;
  readonly until: Temporal.Instant | null;
  /** The first of what holds it, in words. */
  readonly decision: DecisionKind;
  readonly reason: string;
}

export const inhibitorsAmong = (policy: PolicyInForce, firing: Iterable<JudgedAlert>): Inhibitors => {
  const inhibitors = inhibitorsOf(policy.inhibitions);
  for (const each of firing) inhibitors.add(each);
  return inhibitors;
};

export const inhibitsOthers = (policy: PolicyInForce, alert: JudgedAlert): boolean =>
  policy.inhibitions.length > 0 && isSource(policy.inhibitions, alert);

/** What holds an alert back now, and until when at the latest that is looked at again; null: nothing. */
export const heldBack = (
  policy: PolicyInForce,
  alert: JudgedAlert,
  { at, inhibitors, grave, history }: Among,
): Held | null => {
  const silenced = silencesOf(policy.silences, alert, at);
  const inhibited = inhibitors.inhibits(alert);
  const down = parentDown(policy.dependencies, alert, { firing: grave, at, settings: policy.parents });
  const flaps = flapping(history.get(alert.id) ?? [], at, policy.flaps);
  const found: { decision: DecisionKind; reason: string }[] = [];
  if (silenced) found.push({ decision: 'silenced', reason: silenced.reason });
  if (inhibited) found.push({ decision: 'inhibited', reason: inhibited.reason });
  if (down) found.push({ decision: 'parent-down', reason: down.reason });
  if (flaps) found.push({ decision: 'flapping', reason: flaps.reason });
  const [first] = found;
  if (!first) return null;
  const ends = [silenced?.until, down?.until, flaps?.until].filter((each) => each !== undefined);
  return {
    suppressed: {
      silencedBy: silenced?.by ?? [],
      inhibitedBy: inhibited?.by ?? [],
      parentDown: down?.services ?? [],
      mutedBy: [],
      flapping: flaps !== null,
    },
    until: ends.length === 0 ? null : ends.reduce((a, b) => (Temporal.Instant.compare(a, b) < 0 ? a : b)),
    decision: first.decision,
    reason: found.map(({ reason }) => reason).join('; '),
  };
};

/** A group that an alert belongs to: one a route, key and receiver. */
export interface GroupAsked {
  readonly keyHash: string;
  readonly route: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly urgency: 'high' | 'low';
  readonly target: RouteTarget;
  readonly reason: string;
  readonly waitSeconds: number;
  readonly intervalSeconds: number;
  readonly repeatSeconds: number;
}

export const defaultRoute = 'default';

/** The groups that an alert belongs to now, and the routes that tell nobody. */
export const groupsOf = (
  policy: PolicyInForce,
  alert: JudgedAlert,
  at: Temporal.Instant,
): { readonly groups: readonly GroupAsked[]; readonly nobody: readonly string[] } => {
  const groups: GroupAsked[] = [];
  const nobody: string[] = [];
  for (const routed of routeOf(policy.tree, alert, at)) {
    if (routed.to.length === 0) nobody.push(`${routed.reason}, and it tells nobody`);
    const key = groupKeyOf(routed, alert);
    for (const target of routed.to) groups.push(asked(routed, key, target));
  }
  return { groups, nobody };
};

const asked = (routed: Routed, key: ReturnType<typeof groupKeyOf>, target: RouteTarget): GroupAsked => {
  const route = routed.route ?? defaultRoute;
  // What wakes somebody and what waits for the morning are two pages; a webhook gets both at once, as Alertmanager's do.
  const apart = 'webhook' in target ? '' : routed.urgency;
  return {
    keyHash: uuidOf(JSON.stringify([route, key.key, target, apart])),
    route,
    labels: key.labels,
    urgency: routed.urgency,
    target,
    reason: `${routed.reason}; ${key.reason}`,
    waitSeconds: routed.groupWaitSeconds,
    intervalSeconds: routed.groupIntervalSeconds,
    repeatSeconds: routed.repeatSeconds,
  };
};
