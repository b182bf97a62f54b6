import { z } from 'zod';
import { route, signedIn } from '../../../kernel/route.ts';
import { handle } from '../../identity/contract.ts';
import { isDateOrInstant, isInstant } from '../domain/schedule/fields.ts';
import { scheduleName } from './schedules.ts';

/** Time off and public holidays of people, and who goes along with whom. */

export const absenceLimits = { ahead: 1_000, days: 366, calendarChars: 1_000_000, shadowings: 200 } as const;

const moment = z.string().max(40).refine(isDateOrInstant, 'a date such as 2026-12-24, or an instant with its offset');
const instant = z.string().max(40).refine(isInstant, 'an instant with its offset, such as 2026-03-28T20:00:00Z');
const stretch = { from: z.string(), to: z.string() };
const ofPerson = z.object({ person: z.string().min(1).max(254) });

export const absence = z.object({
  id: z.uuid(),
  person: z.string(),
  ...stretch,
  reason: z.string(),
  origin: z.enum(['hand', 'calendar', 'holiday']),
  madeBy: z.string(),
});

export const listAbsences = route({
  method: 'GET',
  path: '/api/v1/people/:person/absences',
  summary: 'When somebody cannot be on call, what is not over yet',
  access: signedIn,
  params: ofPerson,
  answer: z.object({ items: z.array(absence) }),
});

export const listScheduleAbsences = route({
  method: 'GET',
  path: '/api/v1/schedules/:name/absences',
  summary: 'Who of a schedule is away, now or later, by the beginning',
  access: signedIn,
  params: z.object({ name: scheduleName }),
  answer: z.object({ items: z.array(absence) }),
});

export const createAbsence = route({
  method: 'POST',
  path: '/api/v1/people/:person/absences',
  summary: 'Says when somebody cannot be on call; their turns go to whoever is next, or stay a gap, as the layer says',
  access: signedIn,
  params: ofPerson,
  body: z.strictObject({
    from: moment.describe('A date is the beginning of that day where the person lives'),
    to: moment.describe('A date is the end of that day'),
    reason: z.string().trim().max(200).default(''),
  }),
  answer: absence,
  status: 201,
});

export const importAbsences = route({
  method: 'POST',
  path: '/api/v1/people/:person/absences/import',
  summary:
    'Takes the events of an iCalendar (time off, public holidays) as absences, in place of what was imported before',
  access: signedIn,
  params: ofPerson,
  body: z.strictObject({
    calendar: z.string().max(absenceLimits.calendarChars).describe('Text of the iCalendar (RFC 5545)'),
    /** Only events whose title has this in it. */
    only: z.string().trim().max(100).default(''),
  }),
  answer: z.object({ items: z.array(absence), /** Events that say what cannot be. */ leftOut: z.number().int() }),
});

export const deleteAbsence = route({
  method: 'DELETE',
  path: '/api/v1/people/:person/absences/:id',
  summary: 'Takes an absence back; what of it has been stays',
  access: signedIn,
  params: ofPerson.extend({ id: z.uuid() }),
});

export const listHolidayRegions = route({
  method: 'GET',
  path: '/api/v1/holiday-regions',
  summary: 'Countries whose public holidays are known; with `country`, its parts that have their own',
  access: signedIn,
  query: z.object({ country: z.string().max(2).optional() }),
  answer: z.object({ items: z.array(z.object({ code: z.string(), name: z.string() })) }),
});

export const shadowing = z.object({
  id: z.uuid(),
  schedule: z.string(),
  person: z.string(),
  of: z.string().nullable(),
  mode: z.enum(['shadow', 'reverse']),
  ...stretch,
  madeBy: z.string(),
});

const ofSchedule = z.object({ name: scheduleName });

export const listShadowings = route({
  method: 'GET',
  path: '/api/v1/schedules/:name/shadowings',
  summary: 'Who goes along with whom, what is not over yet',
  access: signedIn,
  params: ofSchedule,
  answer: z.object({ items: z.array(shadowing) }),
});

export const listOwnShadowings = route({
  method: 'GET',
  path: '/api/v1/people/:person/shadowings',
  summary: 'Where somebody goes along or is gone along with, what is not over yet',
  access: signedIn,
  params: ofPerson,
  answer: z.object({ items: z.array(shadowing) }),
});

export const createShadowing = route({
  method: 'POST',
  path: '/api/v1/schedules/:name/shadowings',
  summary: 'Lets somebody go along: told too, never counted on; `reverse` lets the learner be paged first',
  access: signedIn,
  params: ofSchedule,
  body: z.strictObject({
    person: handle,
    of: handle.nullable().default(null).describe('Absent: whoever is on call'),
    mode: z.enum(['shadow', 'reverse']).default('shadow'),
    from: instant,
    to: instant,
  }),
  answer: shadowing,
  status: 201,
});

export const deleteShadowing = route({
  method: 'DELETE',
  path: '/api/v1/schedules/:name/shadowings/:id',
  summary: 'Ends a shadowing now; what of it has been stays',
  access: signedIn,
  params: ofSchedule.extend({ id: z.uuid() }),
});

/** `data` of the events, by kind. Subject: `person:<id>` of absences, `schedule:<name>` of shadowings. */
export const absenceEvents = {
  'absence.made': absence,
  'absence.taken-back': absence,
  'absence.imported': z.object({ person: z.string(), count: z.number().int() }),
  'shadowing.made': shadowing,
  'shadowing.ended': shadowing,
};

export type AbsenceAnswer = z.output<typeof absence>;
export type ShadowingAnswer = z.output<typeof shadowing>;
