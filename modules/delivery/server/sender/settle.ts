import type { Ground } from '../../../../platform/module/ground.ts';
import { endAttempts, settleMessages, type EndedAttempt, type NextStep, type Settled } from '../store/results.ts';
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
  const settled = await ground.postgres.transaction<DeliveryTables, Settled[]>(async (tx) => {
    await endAttempts(tx, attempts);
    const written = await settleMessages(tx, steps);
    for (const message of written) {
      if (message.state !== 'failed' && message.state !== 'expired') continue;
      await ground.ledger.append(tx, {
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
    }
    return written;
  });
  for (const { key, state, channel, about, detail, attempts: tried } of settled) {
    if (state !== 'waiting') ground.measures.ended(channel, state);
    if (state === 'failed' || state === 'expired')
      ground.log.error({ key, channel, about, state, detail, attempts: tried }, 'a message reached nobody');
  }
};
