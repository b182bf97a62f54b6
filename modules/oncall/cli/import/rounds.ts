import { policyLimits } from '../../contract/policies.ts';
import type { Note } from './reading.ts';

/**
 * Further rounds of a policy of a product that waits between two rounds. Here the first step of a further round waits by its own
 * `after` alone, which is told: rounds written out as steps would say the same, but nobody could read them.
 */
export const repeatOf = (wanted: number, waitMinutes: number, note: Note): number => {
  if (wanted > policyLimits.repeat)
    note(`${wanted} repeats`, `a policy repeats at most ${policyLimits.repeat} times here`);
  if (wanted > 0 && waitMinutes > 0)
    note(
      `${waitMinutes} min between two rounds`,
      'between two rounds the first step waits by its own `after` only; `otherwise` waits this long',
    );
  return Math.min(wanted, policyLimits.repeat);
};
