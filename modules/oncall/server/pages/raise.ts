import { Refusal } from '../../../../kernel/problem.ts';
import { newId } from '../../../../platform/clock/id.ts';
import type { LedgerActor } from '../../../../platform/ledger/ledger.ts';
import { pageLimits } from '../../contract/pages.ts';
import type { PageAsked } from '../public.ts';
import { saveEntries } from './engine-store.ts';
import { cancelWaiting, insertPage, lockPage, restartPage, type NewPage, type RaisedRow } from './page-store.ts';
import type { PagesGround } from './pages-ground.ts';
import type { Tx } from './tables.ts';
import { wayOf, type Way } from './ways.ts';

export interface Raised {
  readonly id: string;
  /** False where an open page of this key was counted instead. */
  readonly made: boolean;
  readonly page: NewPage;
  readonly raisedAt: Date;
}

/**
 * Raises a page in the caller's transaction: the page, its first step, its timeline and the ledger, or nothing. The same key on
 * the same way while the page is open is that page; where it comes with a higher urgency it begins anew.
 */
export const raise = async (ground: PagesGround, tx: Tx, asked: PageAsked, actor: LedgerActor): Promise<Raised> => {
  refuseLarge(asked.details);
  const way = await wayOf(ground, tx, asked);
  const page: NewPage = {
    id: newId(),
    summary: storable(asked.summary).slice(0, pageLimits.summaryLength),
    details: storable(asked.details),
    urgency: asked.urgency,
    dedupKey: asked.dedupKey,
    service: asked.service,
    link: asked.link,
    source: asked.source,
    raisedBy: asked.by,
    ...way,
  };
  const row = await insertPage(tx, page);
  if (row.id !== page.id) {
    await hurryIfUrgent(tx, row, page, way);
    return { id: row.id, made: false, page, raisedAt: row.raised_at };
  }
  const { id, summary, urgency, policy, team, dedupKey } = page;
  await ground.ledger.append(tx, {
    kind: 'page.raised',
    subject: `page:${id}`,
    service: page.service,
    actor,
    data: { id, summary, urgency, policy, team, dedupKey, source: page.source },
  });
  return { id, made: true, page, raisedAt: row.raised_at };
};

/** A page of low urgency may wait for the morning; when the same becomes urgent it must not. */
const hurryIfUrgent = async (tx: Tx, row: RaisedRow, page: NewPage, way: Way): Promise<void> => {
  if (row.urgency === 'high' || page.urgency === 'low' || row.state !== 'triggered') return;
  const locked = await lockPage(tx, row.id);
  if (!locked || locked.urgency === 'high' || locked.state !== 'triggered') return;
  await cancelWaiting(tx, row.id, 'became-urgent');
  // It keeps the policy that it began with.
  const { plan, route, policy, team, person } = locked;
  await restartPage(tx, row.id, {
    plan,
    route,
    policy,
    team,
    person,
    urgency: 'high',
    firstAfterSeconds: way.firstAfterSeconds,
  });
  const text = "It was raised again with high urgency: it begins anew and waits for nobody's morning.";
  await saveEntries(tx, [{ page_id: row.id, what: 'became-urgent', text, by: page.raisedBy, data: {} }]);
};

const refuseLarge = (details: string): void => {
  const bytes = Buffer.byteLength(details);
  if (bytes <= pageLimits.detailsBytes) return;
  throw new Refusal({
    status: 413,
    code: 'oncall.details-too-large',
    title: 'The details of this page are too large',
    detail: `They have ${bytes} bytes; a page holds at most ${pageLimits.detailsBytes}. Send what matters and put the rest behind \`link\`.`,
    errors: [{ path: 'body.details', message: `at most ${pageLimits.detailsBytes} bytes` }],
  });
};

/** PostgreSQL keeps no NUL in text, and half a surrogate pair is no text at all. */
const storable = (text: string): string => text.replaceAll('\u0000', '\uFFFD').toWellFormed();
