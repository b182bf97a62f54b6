import type { RouteTarget } from '../policy/route.ts';

/** What a target of a route is called where Alertmanager has a receiver. */
export const receiverNameOf = (target: RouteTarget): string => {
  if ('team' in target) return `team/${target.team}`;
  if ('policy' in target) return `policy/${target.policy}`;
  if ('person' in target) return `person/${target.person}`;
  if ('webhook' in target) return `webhook/${target.webhook.url}`;
  return 'owner';
};
