import { secondsOf } from '../../../../kernel/time-span.ts';
import { formatDuration } from '../../../../ui/format/quantity.ts';
import type { AlertRoute, RouteBelow, RouteSpec } from '../../contract/policy.ts';

/** One place where a route sends to, as it is drawn. */
export interface DrawnTarget {
  readonly icon: string;
  readonly text: string;
  readonly to: string | null;
}

/** A route as it is drawn, with all below it. */
export interface DrawnRoute {
  /** Place in the tree as the API tells it: `payments`, `payments/1/0`. */
  readonly id: string;
  readonly match: readonly string[];
  /** Null: as the route above says. */
  readonly targets: readonly DrawnTarget[] | null;
  /** Urgency, grouping, repeat: only what is said here. */
  readonly options: readonly string[];
  readonly times: readonly string[];
  readonly goesOn: boolean;
  readonly routes: readonly DrawnRoute[];
}

type Target = NonNullable<RouteBelow['to']>[number];

/** The owner of the service: what holds where no route says otherwise. */
export const ownerTarget: DrawnTarget = { icon: 'i-lucide-user-check', text: 'owner of the service', to: null };

export const targetDrawn = (target: Target): DrawnTarget => {
  if ('team' in target) return { icon: 'i-lucide-users-round', text: `team ${target.team}`, to: '/teams' };
  if ('policy' in target)
    return {
      icon: 'i-lucide-trending-up',
      text: `policy ${target.policy}`,
      to: `/escalation-policies/${encodeURIComponent(target.policy)}`,
    };
  if ('person' in target) return { icon: 'i-lucide-user', text: target.person, to: null };
  if ('webhook' in target)
    return { icon: 'i-lucide-webhook', text: target.webhook.url.replace(/^https?:\/\//u, ''), to: null };
  return ownerTarget;
};

/** One route with all below it. */
export const drawRoute = ({ name, spec }: Pick<AlertRoute, 'name' | 'spec'>): DrawnRoute => {
  const drawn = drawBelow(spec, name);
  return { ...drawn, targets: drawn.targets ?? [ownerTarget] };
};

const drawBelow = (node: RouteBelow | RouteSpec, id: string): DrawnRoute => ({
  id,
  match: node.match,
  targets: node.to === undefined ? null : node.to.map(targetDrawn),
  options: optionsOf(node),
  times: [
    ...(node.times?.only.length ? [`only during ${node.times.only.join(', ')}`] : []),
    ...(node.times?.never.length ? [`never during ${node.times.never.join(', ')}`] : []),
  ],
  goesOn: node.continue,
  routes: node.routes.map((below, index) => drawBelow(below, `${id}/${index}`)),
});

const spoken = (duration: string): string => formatDuration((secondsOf(duration) ?? 0) * 1_000);

const optionsOf = ({ urgency, group, repeat }: Pick<RouteBelow, 'urgency' | 'group' | 'repeat'>): string[] => [
  ...(urgency === undefined ? [] : [urgency === 'by-severity' ? 'urgency by severity' : `${urgency} urgency`]),
  ...(group?.by === undefined ? [] : [groupedText(group.by)]),
  ...(group?.wait === undefined || secondsOf(group.wait) === 0 ? [] : [`waits ${spoken(group.wait)} for others`]),
  ...(repeat === undefined ? [] : [`said again after ${spoken(repeat)}`]),
];

const groupedText = (by: readonly string[]): string => {
  if (by.includes('...')) return 'each alert by itself';
  return by.length === 0 ? 'all alerts as one' : `grouped by ${by.join(', ')}`;
};
