import { Refusal } from '../../../../kernel/problem.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import { pageSource } from '../engine/engine-ground.ts';
import type { AlertingGround } from '../ground.ts';
import type { AlertTx } from '../intake/tables.ts';
import * as store from './undo-store.ts';

export interface Undo {
  readonly answer: 'acknowledge' | 'resolve';
  readonly ids: readonly string[];
  readonly note?: string | undefined;
}

/** So long after it was resolved an alert can be reopened; what began again then is a new alert. */
export const reopenHoursMax = 24;

/**
 * Takes back what a person answered by mistake, in the caller's transaction; the alerts are locked. Their pages are as they were before:
 * acknowledged by the same, or they begin anew. Gives back what was changed; what has not that answer stays as it is. Throws a Refusal
 * `alerting.too-late` where none of what was resolved can be reopened.
 */
export const takeBack = async (
  alerting: AlertingGround,
  tx: AlertTx,
  actor: Actor,
  { answer, ids, note }: Undo,
): Promise<readonly string[]> => {
  const changed = answer === 'resolve' ? await reopenableOf(tx, ids) : await store.acknowledgedOf(tx, ids);
  if (changed.length === 0) return [];
  const said = note === undefined ? '.' : `: ${note}`;
  const words = answer === 'resolve' ? 'takes back that it is over' : 'is not on it any more';
  await store.takeBack(tx, changed, { answer, reason: `${actor.name} ${words}${said}` });
  const by = { kind: actor.kind, id: actor.id, name: actor.name };
  for (const { id, page } of await store.reopenGroups(tx, changed)) {
    const state = await alerting.oncall.reopenPage(tx, { page, answer, by, source: pageSource });
    await store.markTold(tx, id, { ids: changed, reopened: state !== null });
  }
  return changed;
};

const reopenableOf = async (tx: AlertTx, ids: readonly string[]): Promise<readonly string[]> => {
  const found = await store.reopenable(tx, ids, reopenHoursMax);
  const changed = found.filter(({ why }) => why === null).map(({ id }) => id);
  const [first] = found;
  if (changed.length === 0 && first) throw tooLate(first);
  return changed;
};

const tooLate = ({ id, why, again }: store.Undoable): Refusal =>
  new Refusal({
    status: 409,
    code: 'alerting.too-late',
    title: 'This alert cannot be reopened',
    detail: {
      sender: `Its sender says, too, that ${id} is over; when it fires again it is a new alert.`,
      again: `It fires again already, as ${again}.`,
      late: `${id} was resolved more than ${reopenHoursMax} hours ago; when it fires again it is a new alert.`,
    }[why!],
  });
