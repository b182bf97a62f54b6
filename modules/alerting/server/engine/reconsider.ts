import { createHash } from 'node:crypto';
import type { AlertTables } from '../intake/tables.ts';
import type { EngineGround } from './engine-ground.ts';
import type { PolicyInForce } from './in-force.ts';
import { lastReconsidered, putUp } from './reconsider-store.ts';

/** What open alerts are judged by: the policy's version, and which of its silences hold at the time. */
export const judgedBy = (policy: PolicyInForce, at: Temporal.Instant): string => {
  const holding = policy.silences.filter((silence) => silence.stretchAt(at) !== null).map(({ id }) => id);
  if (policy.version === '' && holding.length === 0) return '';
  return createHash('sha256')
    .update([policy.version, ...holding].join('\n'))
    .digest('hex');
};

/**
 * Puts every open alert up to be judged anew where a silence or an inhibition was changed, began or ended. Gives back whether it was so.
 */
export const reconsider = async (
  { postgres }: Pick<EngineGround, 'postgres'>,
  policy: PolicyInForce,
): Promise<boolean> => {
  const { key, now } = await lastReconsidered(postgres.tables<AlertTables>());
  const to = judgedBy(policy, now);
  return to !== key && putUp(postgres, { from: key, to, policy });
};
