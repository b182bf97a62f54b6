import { Refusal } from '../../../kernel/problem.ts';
import { decodeCursor, encodeCursor } from '../../../platform/http/paging.ts';
import type { Ground } from '../../../platform/module/ground.ts';
import * as contract from '../contract.ts';
import { announce, type ChangesGround } from './commands.ts';
import type { ChangesTables } from './tables.ts';
import { changeById, changes } from './views.ts';

/** Puts the routes of changes on the HTTP ground. */
export const addRoutes = (ground: Ground, command: ChangesGround): void => {
  const { http } = ground;
  const db = ground.postgres.tables<ChangesTables>();
  http.route(contract.announceChange, ({ body, signedIn }) => announce(command, signedIn(), body));
  http.route(contract.listChanges, async ({ query }) => {
    const items = await changes(db, {
      services: query.service === undefined ? null : [query.service],
      environment: query.environment ?? null,
      kind: query.kind ?? null,
      from: query.from === undefined ? null : Temporal.Instant.from(query.from),
      to: query.to === undefined ? null : Temporal.Instant.from(query.to),
      after: query.cursor === undefined ? null : readCursor(query.cursor),
      limit: query.limit + 1,
    });
    const page = items.slice(0, query.limit);
    const last = page.at(-1);
    return { items: page, next: last && items.length > page.length ? encodeCursor([last.startedAt, last.id]) : null };
  });
  http.route(contract.getChange, async ({ params }) => {
    const found = await changeById(db, params.id);
    if (found) return found;
    throw new Refusal({ status: 404, code: 'changes.unknown', title: 'There is no such change', detail: params.id });
  });
};

const readCursor = (text: string): { startedAt: string; id: string } => {
  const [startedAt, id] = decodeCursor(text, 2).map(String);
  const key = contract.change.pick({ startedAt: true, id: true }).safeParse({ startedAt, id });
  if (key.success) return key.data;
  throw new Refusal({
    status: 400,
    code: 'http.bad-cursor',
    title: 'This cursor is not one of ours',
    errors: [{ path: 'query.cursor', message: 'not a cursor of this list' }],
  });
};
