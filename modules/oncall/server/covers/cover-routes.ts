import * as contract from '../../contract/cover-requests.ts';
import { nowOf, type PeopleGround } from '../people/people-ground.ts';
import { askForCover, takeCover, withdrawCover } from './cover-requests.ts';
import { coverShape } from './cover-shape.ts';
import { requestsAhead } from './cover-store.ts';

/** Covers and swaps over HTTP. */
export const addCoverRoutes = (people: PeopleGround): void => {
  const { http, postgres } = people.ground;
  http.route(contract.listCoverRequests, async ({ query }) => {
    const now = nowOf(people);
    const of = {
      schedule: query.schedule ?? null,
      person: query.person ?? null,
      now,
      limit: contract.coverLimits.listed,
    };
    return { items: (await requestsAhead(postgres.tables(), of)).map((row) => coverShape(row, now.getTime())) };
  });
  http.route(contract.askForCover, ({ params, body, signedIn }) => askForCover(people, signedIn(), params.name, body));
  http.route(contract.takeCover, ({ params, body, signedIn }) => takeCover(people, signedIn(), params.id, body));
  http.route(contract.withdrawCover, async ({ params, signedIn }) => {
    await withdrawCover(people, signedIn(), params.id);
    return undefined;
  });
};
