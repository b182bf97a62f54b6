import type { z } from 'zod';
import { Refusal } from '../../../../kernel/problem.ts';
import { decodeCursor, encodeCursor } from '../../../../platform/http/paging.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import * as contract from '../../contract/pages.ts';
import type { PageWhole } from '../../contract/pages.ts';
import * as answers from './answer.ts';
import { mayAnswer, mayRaise } from './may.ts';
import { pageById, pagesIn, wholeOf, type PageFilter } from './page-views.ts';
import type { PagesGround } from './pages-ground.ts';
import { raise, type Raised } from './raise.ts';
import type { PagesTables, Tx } from './tables.ts';

/** Puts the routes of pages on the HTTP ground. */
export const addPageRoutes = ({ http }: Ground, ground: PagesGround): void => {
  const db = ground.postgres.tables<PagesTables>();
  const { delivery } = ground.doors;
  const show = async (id: string): Promise<PageWhole> => {
    const found = await pageById(db, delivery, id);
    if (found) return found;
    throw answers.noSuchPage(id);
  };
  http.route(contract.raisePage, async ({ body, signedIn, reply }) => {
    const actor = signedIn();
    mayRaise(actor);
    const asked = {
      ...body,
      dedupKey: body.dedupKey ?? null,
      service: body.service ?? null,
      link: body.link ?? null,
      source: 'api',
      by: actor.name,
    };
    const raised = await ground.postgres.transaction<PagesTables, Raised>((tx) =>
      raise(ground, tx, asked as Parameters<typeof raise>[2], ledgerActor(actor)),
    );
    if (raised.made) return justMade(raised);
    reply.code(200);
    return show(raised.id);
  });
  http.route(contract.listPages, async ({ query }) => {
    const filter = filterOf(query);
    const { items, last } = await pagesIn(db, delivery, { ...filter, limit: query.limit });
    const full = items.length === query.limit && last !== null;
    return { items, next: full ? encodeCursor([last.raisedAt, last.id]) : null };
  });
  http.route(contract.getPage, ({ params }) => show(params.id));
  addAnswerRoutes({ http }, ground, show);
};

/** What people do with a page. */
const addAnswerRoutes = (
  { http }: Pick<Ground, 'http'>,
  ground: PagesGround,
  show: (id: string) => Promise<PageWhole>,
): void => {
  const db = ground.postgres.tables<PagesTables>();
  /** Acts on a page in one transaction, then shows it as it is. */
  const answered = async (
    actor: Actor,
    id: string,
    work: (tx: Tx, by: answers.Answerer) => Promise<unknown>,
  ): Promise<PageWhole> => {
    await mayAnswer(db, actor, id);
    await ground.postgres.transaction<PagesTables, unknown>((tx) =>
      work(tx, { actor: ledgerActor(actor), via: 'api' }),
    );
    return show(id);
  };
  http.route(contract.acknowledgePage, ({ params: { id }, signedIn }) =>
    answered(signedIn(), id, (tx, by) => answers.acknowledge(ground, tx, id, by)),
  );
  http.route(contract.resolvePage, ({ params: { id }, body, signedIn }) =>
    answered(signedIn(), id, (tx, by) => answers.resolve(ground, tx, { id, text: body?.note ?? null }, by)),
  );
  http.route(contract.reassignPage, ({ params: { id }, body, signedIn }) =>
    answered(signedIn(), id, (tx, by) => answers.reassign(ground, tx, { id, to: body }, by)),
  );
  http.route(contract.snoozePage, ({ params: { id }, body, signedIn }) =>
    answered(signedIn(), id, (tx, by) =>
      answers.snooze(ground, tx, { id, until: body.until ?? null, minutes: body.minutes ?? null }, by),
    ),
  );
  http.route(contract.addResponders, ({ params: { id }, body, signedIn }) =>
    answered(signedIn(), id, (tx, by) =>
      answers.addResponders(ground, tx, { id, notify: body.notify, message: body.message ?? null }, by),
    ),
  );
  http.route(contract.judgePage, ({ params: { id }, body, signedIn }) =>
    answered(signedIn(), id, (tx, by) =>
      answers.judge(ground, tx, { id, useful: body.useful, text: body.note ?? null }, by),
    ),
  );
  http.route(contract.notePage, ({ params: { id }, body, signedIn }) =>
    answered(signedIn(), id, (tx, by) => answers.addNote(ground, tx, { id, text: body.text }, by)),
  );
};

export const ledgerActor = ({ kind, id, name }: Actor) => ({ kind, id, name });

/** A page that was made this moment needs no further look into the database: nothing was owed yet. */
const justMade = ({ page, raisedAt }: Raised): PageWhole => {
  const at = raisedAt.toISOString();
  const row = {
    ...page,
    dedup_key: page.dedupKey,
    state: 'triggered' as const,
    raised_at: raisedAt,
    raised_by: page.raisedBy,
    times: 1,
    last_raised_at: raisedAt,
    acknowledged_at: null,
    acknowledged_by: null,
    resolved_at: null,
    resolved_by: null,
    snoozed_until: null,
    unanswered_at: null,
    seq: 1,
    next_step_at: new Date(raisedAt.getTime() + page.firstAfterSeconds * 1_000),
    raised_at_exact: at,
  };
  const text = `Raised by ${page.raisedBy}: ${page.summary}`;
  const entry = { at, what: 'raised', text, by: page.raisedBy, data: { source: page.source } };
  return wholeOf(row as unknown as Parameters<typeof wholeOf>[0], [], [entry]);
};

type Query = z.output<typeof contract.listPages.query>;

const filterOf = (query: Query): Omit<PageFilter, 'limit'> => ({
  states: query.state === undefined ? null : query.state === 'open' ? ['triggered', 'acknowledged'] : [query.state],
  policy: query.policy ?? null,
  team: query.team ?? null,
  person: query.person ?? null,
  urgency: query.urgency ?? null,
  dedupKey: query.dedupKey ?? null,
  service: query.service ?? null,
  from: query.from === undefined ? null : Temporal.Instant.from(query.from),
  to: query.to === undefined ? null : Temporal.Instant.from(query.to),
  after: query.cursor === undefined ? null : readCursor(query.cursor),
});

const readCursor = (text: string): { raisedAt: string; id: string } => {
  const [raisedAt, id] = decodeCursor(text, 2).map(String);
  const key = contract.page.pick({ raisedAt: true, id: true }).safeParse({ raisedAt, id });
  if (key.success) return key.data;
  throw new Refusal({
    status: 400,
    code: 'http.bad-cursor',
    title: 'This cursor is not one of ours',
    errors: [{ path: 'query.cursor', message: 'not a cursor of this list' }],
  });
};
