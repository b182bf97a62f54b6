import type { LedgerActor } from '../../../../platform/ledger/ledger.ts';
import { note, noSuchPage, quieten, tell } from './answer.ts';
import { lockPage, restartPage, setReopened } from './page-store.ts';
import type { PagesGround } from './pages-ground.ts';
import type { Tx } from './tables.ts';

export interface Reopening {
  readonly page: string;
  /** Which answer is taken back. */
  readonly answer: 'acknowledge' | 'resolve';
  readonly by: LedgerActor;
  readonly via: string;
}

/**
 * Takes an answer back. A page that was resolved is as it was before: acknowledged by the same, or it begins anew with its first step.
 * One that was acknowledged begins anew. Gives back what it is then; null where it stays resolved, because a page of its key is open
 * already. Of a page that has not that answer nothing changes.
 */
export const reopen = async (
  ground: PagesGround,
  tx: Tx,
  { page: id, answer, by, via }: Reopening,
): Promise<'triggered' | 'acknowledged' | null> => {
  const page = await lockPage(tx, id);
  if (!page) throw noSuchPage(id);
  const answerer = { actor: by, via };
  if (page.state !== (answer === 'resolve' ? 'resolved' : 'acknowledged'))
    return page.state === 'resolved' ? null : page.state;
  if (answer === 'resolve' && !(await setReopened(tx, id))) return null;
  const stays = answer === 'resolve' && page.acknowledged_at !== null;
  if (!stays) {
    await quieten(ground, tx, page, 'reopened');
    const { plan, route, policy, team, person, urgency } = page;
    await restartPage(tx, id, { plan, route, policy, team, person, urgency, firstAfterSeconds: 0 });
  }
  const words = stays ? `${page.acknowledged_by} is on it still` : 'it begins anew';
  await note(tx, page, 'reopened', `${by.name} takes back that it is ${wordOf[answer]}: ${words}.`, answerer);
  await tell(ground, tx, page, 'page.reopened', answerer, { by: by.name, from: page.state });
  return stays ? 'acknowledged' : 'triggered';
};

const wordOf = { acknowledge: 'acknowledged', resolve: 'over' } as const;
