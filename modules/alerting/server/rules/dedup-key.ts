import { createHash } from 'node:crypto';
import { alertLimits } from '../../domain/alert.ts';

/** Identity of the alert of one group of a rule; long values are told by their hash. */
export const dedupKeyOf = (rule: string, key: string): string => {
  const whole = `rule:${rule}:${key}`;
  return whole.length <= alertLimits.dedupKey
    ? whole
    : `rule:${rule}:${createHash('sha256').update(key).digest('hex')}`;
};
