import { Refusal } from '../../../../kernel/problem.ts';
import { reaches } from '../../../../kernel/role.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import { noSuchPage } from './answer.ts';
import { wasTold } from './page-store.ts';
import type { Db } from './tables.ts';

/** Who answers pages somewhere may wake others: a responder of the organisation or of any team. */
export const mayRaise = (actor: Actor): void => {
  if (reaches(actor.role, 'responder') || Object.values(actor.teams).some((role) => reaches(role, 'responder'))) return;
  throw new Refusal({
    status: 403,
    code: 'oncall.may-not-page',
    title: 'Only responders may page others',
    detail: 'You are no responder, neither in the organisation nor in a team. Ask an admin, or somebody of the team.',
  });
};

/** A responder of the organisation or of the page's team, or whoever was paged by it. */
export const mayAnswer = async (db: Db, actor: Actor, id: string): Promise<void> => {
  if (reaches(actor.role, 'responder')) return;
  const page = await db.selectFrom('oncall.page').select('team').where('id', '=', id).executeTakeFirst();
  if (!page) throw noSuchPage(id);
  if (page.team !== null && reaches(actor.teams[page.team] ?? null, 'responder')) return;
  if (actor.kind === 'person' && (await wasTold(db, id, actor.id))) return;
  throw new Refusal({
    status: 403,
    code: 'oncall.not-your-page',
    title: 'Only responders may answer this page',
    detail:
      page.team === null
        ? 'You are no responder of the organisation, and it was not sent to you.'
        : `It is the team ${page.team}'s: you are no responder there or in the organisation, and it was not sent to you.`,
  });
};
