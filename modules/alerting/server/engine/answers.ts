import type { SealedEvent } from '../../../../platform/ledger/ledger.ts';
import { pageEvents } from '../../../oncall/contract/pages.ts';
import { acknowledgeAlerts, resolveAlerts, wakeEngines } from '../intake/store.ts';
import type { AlertTables } from '../intake/tables.ts';
import type { AlertingGround } from '../ground.ts';
import { pageSource } from './engine-ground.ts';
import { openMembersOf } from './answers-store.ts';

export const answeredKinds = ['page.acknowledged', 'page.resolved'] as const;

/** Whoever answers the page answers its alerts: by link, chat, phone or on the page. Told twice it changes nothing. */
export const followPage = async ({ postgres }: Pick<AlertingGround, 'postgres'>, event: SealedEvent): Promise<void> => {
  const { id: page, by, via } = pageEvents[event.kind as (typeof answeredKinds)[number]].parse(event.data);
  // What the alerts themselves brought about needs not come back to them.
  if (via === 'recovery' || via === pageSource) return;
  await postgres.transaction<AlertTables, void>(async (tx) => {
    const ids = await openMembersOf(tx, page, event.at);
    if (ids.length === 0) return;
    const how = via === 'api' ? '' : ` (by ${via})`;
    if (event.kind === 'page.acknowledged')
      await acknowledgeAlerts(
        tx,
        ids.map((id) => ({ id, by, reason: `${by} acknowledged its page${how}.`, at: null })),
      );
    else
      await resolveAlerts(
        tx,
        ids.map((id) => ({ id, by, reason: `${by} resolved its page${how}.`, at: null })),
        'by-hand',
      );
    await wakeEngines(tx);
  });
};
