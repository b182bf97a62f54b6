import { Gauge } from 'prom-client';
import type { Ground } from '../../../platform/module/ground.ts';
import { alertOf, raise, type ReactionsGround } from './reactions.ts';
import { countUnpaged, forgetUnpaged, keepDecision, lockUnpaged, nextStepOf, unpagedKeys } from './store.ts';
import type { AlertingTables } from './tables.ts';

/**
 * Tries again what nobody could be paged for: a person or a policy may have come since. Gives back for how many it is still so.
 * What is over was taken away by its recovery, in the transaction of that event.
 */
export const tryUnpaged = async (alerting: ReactionsGround): Promise<number> => {
  for (const key of await unpagedKeys(alerting.postgres.tables<AlertingTables>()))
    await alerting.postgres.transaction<AlertingTables, void>(async (tx) => {
      const kept = await lockUnpaged(tx, key);
      if (!kept) return;
      const { event, urgency } = kept;
      const action = { do: 'raise', urgency, key, reason: 'again' } as const;
      const found = await raise(alerting, tx, { alert: alertOf(alerting, event), event, action });
      if (found.did === 'unpaged') return;
      await forgetUnpaged(tx, key);
      await keepDecision(tx, {
        place: event.place.toString(),
        step: await nextStepOf(tx, event.place),
        at: new Date(event.at.epochMilliseconds),
        kind: event.kind,
        subject: event.subject,
        ...found,
      });
    });
  return countUnpaged(alerting.postgres.tables<AlertingTables>());
};

/** Says as a metric for how much nobody can be paged: anything but 0 is an alarm. */
export const measureUnpaged = ({ postgres, metrics }: Pick<Ground, 'postgres' | 'metrics'>): void => {
  new Gauge({
    name: 'leadline_alerting_unpaged',
    help: 'Alerts for which neither a team nor an administrator can be paged',
    registers: [metrics],
    async collect() {
      this.set(await countUnpaged(postgres.tables<AlertingTables>()).catch(() => Number.NaN));
    },
  });
};
