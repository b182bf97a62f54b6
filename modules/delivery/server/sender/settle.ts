import type { Ground } from '../../../../platform/module/ground.ts';
import type { MessageState } from '../../contract.ts';
import { writeResults, writeResultsIn, type EndedAttempt, type NextStep, type Settled } from '../store/results.ts';
import type { DeliveryTables } from '../store/tables.ts';
import type { DeliveryMeasures } from './measures.ts';

/** What one look at a message came to: how its call ended, where there was one, and what comes next. */
export interface Settlement {
  readonly ended: EndedAttempt | null;
  readonly step: NextStep | null;
}

const systemActor = { kind: 'system', id: 'delivery', name: 'Delivery' } as const;

/**
 * Writes results in one transaction: attempts with their answers, messages with what comes next, and on the ledger each
 * message that no provider took. Nobody is told of one whose newest holder is another.
 */
export const settle = async (
  ground: Pick<Ground, 'postgres' | 'ledger' | 'log'> & { readonly measures: DeliveryMeasures },
  settlements: readonly Settlement[],
): Promise<void> => {
  const attempts = settlements.flatMap(({ ended }) => ended ?? []);
  const steps = settlements.flatMap(({ step }) => step ?? []);
  const settled = steps.some(isLost)
    ? await ground.postgres.transaction<DeliveryTables, readonly Settled[]>(async (tx) => {
        const written = await writeResultsIn(tx, attempts, steps);
        for (const message of written.filter(isLost)) await ground.ledger.append(tx, failure(message));
        return written;
      })
    : await writeResults(ground.postgres, attempts, steps);
  for (const { key, state, channel, about, detail, attempts: tried } of settled) {
    if (state !== 'waiting') ground.measures.ended(channel, state);
    if (isLost({ state }))
      ground.log.error({ key, channel, about, state, detail, attempts: tried }, 'a message reached nobody');
  }
};

const isLost = ({ state }: { readonly state: MessageState }): boolean => state === 'failed' || state === 'expired';

const failure = (message: Settled) => ({
  kind: 'message.failed',
  subject: message.about,
  actor: systemActor,
  data: {
    key: message.key,
    channel: message.channel,
    state: message.state,
    reason: message.detail ?? '',
    attempts: message.attempts,
  },
});
