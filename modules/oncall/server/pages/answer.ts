import { Refusal } from '../../../../kernel/problem.ts';
import type { LedgerActor } from '../../../../platform/ledger/ledger.ts';
import { pageLimits } from '../../contract/pages.ts';
import { isRepeat, mayDo, type PageAction } from '../../domain/escalation/page-actions.ts';
import { targetInWords, type Target } from '../../domain/escalation/plan.ts';
import { saveEntries, saveNotifications } from './engine-store.ts';
import { notificationId } from './idempotency-key.ts';
import { messageOf } from './message.ts';
import {
  cancelWaiting,
  insertAdded,
  lastJudgement,
  lockPage,
  restartPage,
  setAcknowledged,
  setResolved,
  setSnoozed,
  toldOf,
  type PageRow,
} from './page-store.ts';
import type { PagesGround } from './pages-ground.ts';
import { unknownTargets } from './policies.ts';
import type { Tx } from './tables.ts';
import { wayOf, type AskedWay } from './ways.ts';

/** Who answers, and by which way it came: `api`, `link`, `chat button`, `SMS from +49…`. */
export interface Answerer {
  readonly actor: LedgerActor;
  readonly via: string;
}

/** Somebody is on it: what has not begun to leave is taken back, and nobody further is told. A second time changes nothing. */
export const acknowledge = (ground: PagesGround, tx: Tx, id: string, by: Answerer): Promise<'done' | 'already'> =>
  act(ground, tx, { id, action: 'acknowledge', by }, async (page) => {
    await setAcknowledged(tx, id, by.actor.name);
    await quieten(ground, tx, page, 'acknowledged');
    await note(tx, page, 'acknowledged', `${by.actor.name} is on it${viaWords(by)}.`, by);
    await tell(ground, tx, page, 'page.acknowledged', by, { by: by.actor.name, via: by.via });
  });

/** It is over. Whom it was sent to is told, where its policy says so. */
export const resolve = (
  ground: PagesGround,
  tx: Tx,
  { id, text }: { readonly id: string; readonly text: string | null },
  by: Answerer,
): Promise<'done' | 'already'> =>
  act(ground, tx, { id, action: 'resolve', by }, async (page) => {
    await setResolved(tx, id, by.actor.name);
    await quieten(ground, tx, page, 'resolved');
    await note(
      tx,
      page,
      'resolved',
      `${by.actor.name} resolved it${viaWords(by)}${text === null ? '.' : `: ${text}`}`,
      by,
    );
    if (page.plan.tellResolved) await tellResolved(ground, tx, page);
    await tell(ground, tx, page, 'page.resolved', by, { by: by.actor.name, via: by.via });
  });

/** Begins anew on another way. */
export const reassign = (
  ground: PagesGround,
  tx: Tx,
  { id, to }: { readonly id: string; readonly to: AskedWay },
  by: Answerer,
): Promise<'done' | 'already'> =>
  act(ground, tx, { id, action: 'reassign', by }, async (page) => {
    const way = await wayOf(ground, tx, to);
    await refuseTakenKey(tx, page, way.route);
    await quieten(ground, tx, page, 'reassigned');
    await restartPage(tx, id, { ...way, urgency: page.urgency });
    await note(tx, page, 'reassigned', `${by.actor.name} gave it from ${page.route} to ${way.route}.`, by);
    await tell(ground, tx, page, 'page.reassigned', by, { by: by.actor.name, from: page.route });
  });

/** Quiet until an instant; then it begins anew unless somebody resolved it. */
export const snooze = (
  ground: PagesGround,
  tx: Tx,
  { id, until, minutes }: { readonly id: string; readonly until: string | null; readonly minutes: number | null },
  by: Answerer,
): Promise<'done' | 'already'> =>
  act(ground, tx, { id, action: 'snooze', by }, async (page) => {
    const set = await setSnoozed(tx, id, { by: by.actor.name, until, minutes });
    if (set.ahead <= 0 || set.ahead > pageLimits.snoozeHoursMax) throw badSnooze();
    await quieten(ground, tx, page, 'snoozed');
    const at = set.until.toISOString();
    await note(tx, page, 'snoozed', `${by.actor.name} snoozed it until ${at}; then it begins anew.`, by);
    await tell(ground, tx, page, 'page.snoozed', by, { by: by.actor.name, until: at });
  });

/** Tells further people, beside the escalation. */
export const addResponders = (
  ground: PagesGround,
  tx: Tx,
  { id, notify, message }: { readonly id: string; readonly notify: readonly Target[]; readonly message: string | null },
  by: Answerer,
): Promise<'done' | 'already'> =>
  act(ground, tx, { id, action: 'add-responders', by }, async (page) => {
    const placed = notify.map((target, index) => ({ target, path: `body.notify.${index}` }));
    const errors = await unknownTargets(ground, tx, placed);
    if (errors.length > 0)
      throw new Refusal({
        status: 422,
        code: 'oncall.unknown-responder',
        title: 'Some of them do not exist',
        detail: errors.map((each) => each.message).join('; '),
        errors,
      });
    await insertAdded(tx, id, notify);
    const whom = notify.map(targetInWords).join(', ');
    await note(
      tx,
      page,
      'responders-added',
      `${by.actor.name} asks ${whom} to help${message === null ? '.' : `: ${message}`}`,
      by,
    );
  });

/** A note on the timeline, in whatever state the page is. */
export const addNote = (
  ground: PagesGround,
  tx: Tx,
  { id, text }: { id: string; text: string },
  by: Answerer,
): Promise<'done' | 'already'> =>
  act(ground, tx, { id, action: 'note', by }, (page) => note(tx, page, 'note', text, by));

/** Words of the timeline for the answer to "was this useful?"; of one person the last counts. */
export const judgementWords = { useful: 'useful', useless: 'not-useful' } as const;

/** Whether it was useful to be paged for this, in whatever state the page is. The same said again changes nothing. */
export const judge = (
  ground: PagesGround,
  tx: Tx,
  { id, useful, text }: { readonly id: string; readonly useful: boolean; readonly text: string | null },
  by: Answerer,
): Promise<'done' | 'already'> =>
  act(ground, tx, { id, action: 'note', by }, async (page) => {
    const what = useful ? judgementWords.useful : judgementWords.useless;
    if (text === null && (await lastJudgement(tx, id, by.actor.name)) === what) return;
    const words = `${by.actor.name} says that this page was ${useful ? 'useful' : 'not useful'}`;
    await note(tx, page, what, `${words}${text === null ? '.' : `: ${text}`}`, by);
  });

const act = async (
  _ground: PagesGround,
  tx: Tx,
  { id, action }: { readonly id: string; readonly action: PageAction; readonly by: Answerer },
  work: (page: PageRow) => Promise<void>,
): Promise<'done' | 'already'> => {
  const page = await lockPage(tx, id);
  if (!page) throw noSuchPage(id);
  if (isRepeat(action, page.state) && page.snoozed_until === null) return 'already';
  if (!mayDo(action, page.state))
    throw new Refusal({
      status: 409,
      code: 'oncall.page-is-over',
      title: 'This page is resolved',
      detail: `${page.resolved_by ?? 'Somebody'} resolved it at ${page.resolved_at?.toISOString()}. Raise a new one where it begins again.`,
    });
  await work(page);
  return 'done';
};

export const noSuchPage = (id: string): Refusal =>
  new Refusal({ status: 404, code: 'oncall.unknown-page', title: 'There is no such page', detail: id });

/** Steps, owed notifications, then what delivery has: in this order, so that what is just being handed over is caught as well. */
export const quieten = async (ground: PagesGround, tx: Tx, page: PageRow, reason: string): Promise<void> => {
  await cancelWaiting(tx, page.id, reason);
  await ground.doors.delivery.cancel(tx, { about: `page:${page.id}` });
};

export const note = (tx: Tx, page: PageRow, what: string, text: string, { actor, via }: Answerer): Promise<void> =>
  saveEntries(tx, [
    { page_id: page.id, what, text: text.toWellFormed().replaceAll('\u0000', ''), by: actor.name, data: { via } },
  ]);

const viaWords = ({ via }: Answerer): string => (via === 'api' ? '' : ` (by ${via})`);

export const tell = async (
  ground: PagesGround,
  tx: Tx,
  page: PageRow,
  kind: string,
  { actor }: Answerer,
  more: Record<string, unknown>,
): Promise<void> => {
  const { id, summary, urgency, policy, team, dedup_key: dedupKey } = page;
  const data = { id, summary, urgency, policy, team, dedupKey, ...more };
  await ground.ledger.append(tx, { kind, subject: `page:${id}`, service: page.service, actor, data });
};

const tellResolved = async (ground: PagesGround, tx: Tx, page: PageRow): Promise<void> => {
  const told = await toldOf(tx, page.id);
  const owed = told.map(({ now, ...each }) => ({
    ...each,
    id: notificationId({
      page: page.id,
      kind: 'resolved',
      seq: page.seq,
      step: 0,
      round: 0,
      person: each.person_id ?? each.address,
      method: each.method,
      rule: 0,
    }),
    page_id: page.id,
    kind: 'resolved' as const,
    step: 0,
    round: 0,
    rule: 0,
    why: 'was paged for it',
    owed_at: now.toISOString(),
    handed: true,
  }));
  await saveNotifications(tx, owed);
  const from = { links: ground.links, baseUrl: ground.baseUrl() };
  const { raised_at: raisedAt, raised_by: raisedBy, dedup_key: dedupKey, ...rest } = page;
  const messages = owed.map((each) =>
    messageOf({ ...from, now: Temporal.Instant.from(each.owed_at) }, { ...rest, raisedAt, raisedBy, dedupKey }, each),
  );
  await ground.doors.delivery.enqueue(tx, messages);
};

/** On the other way a page of this key may be open already: two open pages of one key must not be. */
const refuseTakenKey = async (tx: Tx, page: PageRow, route: string): Promise<void> => {
  if (page.dedup_key === null || route === page.route) return;
  const other = await tx
    .selectFrom('oncall.page')
    .select('id')
    .where('route', '=', route)
    .where('dedup_key', '=', page.dedup_key)
    .where('state', '<>', 'resolved')
    .executeTakeFirst();
  if (!other) return;
  throw new Refusal({
    status: 409,
    code: 'oncall.page-stands-there-already',
    title: 'There is an open page of this key on that way already',
    detail: `${other.id} has the key ${page.dedup_key}. Resolve one of the two.`,
  });
};

const badSnooze = (): Refusal =>
  new Refusal({
    status: 422,
    code: 'oncall.snooze-time',
    title: 'A page cannot be snoozed until then',
    detail: `Give \`minutes\`, or an instant \`until\` that lies ahead by at most ${pageLimits.snoozeHoursMax} hours.`,
    errors: [{ path: 'body.until', message: `ahead, by at most ${pageLimits.snoozeHoursMax} hours` }],
  });
