import { z } from 'zod';
import { publicAccess, route, signedIn } from '../../../kernel/route.ts';
import { handle } from '../../identity/contract.ts';
import { scheduleName } from './schedules.ts';

/** Calendars of shifts for calendar programs (RFC 5545), read by an address with a secret in it. */

export const feedKind = z.enum(['schedule', 'person', 'team']);

export const calendarFeed = z.object({
  id: z.uuid(),
  kind: feedKind,
  /** Name of the schedule, person or team. */
  of: z.string(),
  label: z.string(),
  madeBy: z.string(),
  madeAt: z.string(),
  /** When a calendar program read it last, to the hour. */
  readAt: z.string().nullable(),
});

export const createFeed = route({
  method: 'POST',
  path: '/api/v1/calendar-feeds',
  summary: 'Makes the secret address of a calendar; shown once',
  access: signedIn,
  body: z.strictObject({
    kind: feedKind,
    of: handle.describe('Name of the schedule, person or team'),
    label: z.string().trim().max(120).default('').describe('Which program or phone it is for'),
  }),
  answer: z.object({ feed: calendarFeed, path: z.string() }),
  status: 201,
  secretAnswer: true,
});

export const listFeeds = route({
  method: 'GET',
  path: '/api/v1/calendar-feeds',
  summary: 'Addresses of calendars in force: your own, all for admins; never the secrets',
  access: signedIn,
  answer: z.object({ items: z.array(calendarFeed) }),
});

export const deleteFeed = route({
  method: 'DELETE',
  path: '/api/v1/calendar-feeds/:id',
  summary: 'Ends the address of a calendar at once',
  access: signedIn,
  params: z.object({ id: z.uuid() }),
});

const query = z.object({ token: z.string().max(200).default('') });

export const scheduleCalendar = route({
  method: 'GET',
  path: '/api/v1/schedules/:name.ics',
  summary: 'The shifts of a schedule as a calendar',
  access: publicAccess,
  params: z.object({ name: scheduleName }),
  query,
});

export const personCalendar = route({
  method: 'GET',
  path: '/api/v1/people/:person/shifts.ics',
  summary: 'The shifts of a person in all schedules as a calendar',
  access: publicAccess,
  params: z.object({ person: handle }),
  query,
});

export const teamCalendar = route({
  method: 'GET',
  path: '/api/v1/teams/:team/shifts.ics',
  summary: 'The shifts in all schedules of a team as a calendar',
  access: publicAccess,
  params: z.object({ team: handle }),
  query,
});

const feedTold = calendarFeed.pick({ kind: true, of: true, label: true });
/** `data` of the events about calendars, by kind. Subject: `calendar-feed:<id>`; never the secret. */
export const feedEvents = { 'calendar-feed.made': feedTold, 'calendar-feed.ended': feedTold };

export type CalendarFeed = z.output<typeof calendarFeed>;
