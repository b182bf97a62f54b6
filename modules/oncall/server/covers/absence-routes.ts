import * as contract from '../../contract/absences.ts';
import type { PeopleGround } from '../people/people-ground.ts';
import { holidayRegions } from '../people/public-holidays.ts';
import { absencesOf, absencesOfSchedule, importCalendar, makeAbsence, takeBackAbsence } from './absences.ts';
import { makeShadowing, shadowingsOf, shadowingsWith, takeBackShadowing } from './shadowings.ts';

/** Time off and shadows over HTTP. */
export const addAbsenceRoutes = (people: PeopleGround): void => {
  const { http } = people.ground;
  http.route(contract.listAbsences, async ({ params }) => ({ items: await absencesOf(people, params.person) }));
  http.route(contract.listScheduleAbsences, async ({ params }) => ({
    items: await absencesOfSchedule(people, params.name),
  }));
  http.route(contract.createAbsence, ({ params, body, signedIn }) =>
    makeAbsence(people, signedIn(), params.person, body),
  );
  http.route(contract.importAbsences, ({ params, body, signedIn }) =>
    importCalendar(people, signedIn(), params.person, body),
  );
  http.route(contract.deleteAbsence, async ({ params, signedIn }) => {
    await takeBackAbsence(people, signedIn(), params.person, params.id);
    return undefined;
  });
  http.route(contract.listHolidayRegions, async ({ query }) => ({
    items: await holidayRegions(query.country ?? null),
  }));
  http.route(contract.listShadowings, async ({ params }) => ({ items: await shadowingsOf(people, params.name) }));
  http.route(contract.listOwnShadowings, async ({ params }) => ({
    items: await shadowingsWith(people, params.person),
  }));
  http.route(contract.createShadowing, ({ params, body, signedIn }) =>
    makeShadowing(people, signedIn(), params.name, body),
  );
  http.route(contract.deleteShadowing, async ({ params, signedIn }) => {
    await takeBackShadowing(people, signedIn(), params.name, params.id);
    return undefined;
  });
};
