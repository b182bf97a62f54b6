import type { Ground } from '../../../../platform/module/ground.ts';
import type { DeliveryDoor } from '../../../delivery/server/public.ts';
import type { IdentityDoor } from '../../../identity/server/public.ts';
import { keepHolidays, keepHolidaysSeconds } from './keep-holidays.ts';
import { tellLostShifts } from './lost-shifts.ts';
import { lookAtShifts } from './notices.ts';
import { addPeopleRoutes } from './routes.ts';

/** Between two looks at who goes on call and who comes off. */
const lookSeconds = 60;

/** Starts how people are reached: documents, contact methods, rules, codes, and what is told before a shift. */
export const startPeople = (
  ground: Ground,
  doors: { readonly identity: IdentityDoor; readonly delivery: DeliveryDoor },
): void => {
  const people = { ground, identity: doors.identity, delivery: doors.delivery };
  addPeopleRoutes(people);
  ground.jobs.every('oncall.shift-notices', lookSeconds, async () => void (await lookAtShifts(people)));
  ground.jobs.every('oncall.public-holidays', keepHolidaysSeconds, async () => void (await keepHolidays(people)));
  ground.jobs.every('oncall.lost-shifts', lookSeconds, async () => void (await tellLostShifts(people)));
};
