import type { IncomingAlert } from '../alert.ts';

type Action = IncomingAlert['action'];

const words: Readonly<Record<string, Action>> = {
  resolve: 'resolve',
  resolved: 'resolve',
  recovered: 'resolve',
  recovery: 'resolve',
  ok: 'resolve',
  okay: 'resolve',
  up: 'resolve',
  normal: 'resolve',
  clear: 'resolve',
  cleared: 'resolve',
  close: 'resolve',
  closed: 'resolve',
  inactive: 'resolve',
  deactivated: 'resolve',
  healthy: 'resolve',
  success: 'resolve',
  fixed: 'resolve',
  acknowledge: 'acknowledge',
  acknowledged: 'acknowledge',
  ack: 'acknowledge',
  trigger: 'trigger',
  triggered: 'trigger',
  firing: 'trigger',
  fired: 'trigger',
  fire: 'trigger',
  open: 'trigger',
  opened: 'trigger',
  created: 'trigger',
  active: 'trigger',
  activated: 'trigger',
  alerting: 'trigger',
  alarm: 'trigger',
  problem: 'trigger',
  down: 'trigger',
  failed: 'trigger',
  failing: 'trigger',
  unhealthy: 'trigger',
  critical: 'trigger',
  error: 'trigger',
  warning: 'trigger',
};

/** What a word of state asks for; null where it is none that is known. */
export const actionFrom = (word: string | null | undefined): Action | null => {
  const name = (word ?? '').trim().toLowerCase();
  return Object.hasOwn(words, name) ? words[name]! : null;
};

/** `true` where something is wrong, as `firing: true` says it. */
export const actionOf = (value: unknown): Action | null =>
  typeof value === 'boolean' ? (value ? 'trigger' : 'resolve') : typeof value === 'string' ? actionFrom(value) : null;
