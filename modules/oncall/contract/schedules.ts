import { z } from 'zod';
import { route, signedIn } from '../../../kernel/route.ts';
import { isZone } from '../../../kernel/zone.ts';
import { handle } from '../../identity/contract.ts';
import { wrongWith } from '../domain/schedule/check.ts';
import * as fields from '../domain/schedule/fields.ts';
import { scheduleLimits as limits, weekdays } from '../domain/schedule/schedule.ts';

/** Who is on call when: `kind: Schedule`, its shifts, overrides by hand. */

export const scheduleName = z
  .string()
  .min(1)
  .max(limits.nameLength)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/u, 'small letters, digits and dashes, with a letter or digit at both ends');

const layerName = z
  .string()
  .trim()
  .min(1)
  .max(limits.nameLength)
  .regex(/^[^\p{C}_][^\p{C}]*$/u, 'plain text that does not begin with _');
/** Nothing is worked out from a text that cannot be read, so what is wrong with the whole is looked for only without such. */
const readable = (test: (text: string) => boolean, error: string) =>
  z.string().max(40).refine(test, { error, abort: true });
const zone = z
  .string()
  .max(64)
  .refine(isZone, {
    abort: true,
    error: ({ input }) =>
      `${JSON.stringify(input)} is no zone of the time zone database; write one like Europe/Berlin or UTC`,
  });
const weekday = z.enum(weekdays);
const days = z.array(weekday).max(7);
const time = z.string().regex(fields.timePattern, { error: 'a time of day such as "09:00", in quotes', abort: true });
const timeOrMidnight = z.string().regex(fields.timeOrMidnightPattern, {
  error: 'a time of day such as "17:00", in quotes; "24:00" is the end of the day',
  abort: true,
});
const date = readable(fields.isDate, 'a date that the calendar has, such as 2026-01-05');
const instant = readable(fields.isInstant, 'an instant with its offset, such as 2026-03-28T20:00:00Z');

export const scheduleHours = z.strictObject({
  days: days.default([]).describe('Days on which they begin; none: every day'),
  from: time.default('00:00'),
  to: timeOrMidnight.default('24:00').describe('Not after `from`: on the day after'),
});

export const scheduleMember = z.union([
  handle,
  z.null().describe('A buffer: nobody of this layer has this turn'),
  z.strictObject({
    person: handle,
    zone: zone.nullable().default(null).describe('Of the hours; absent: the zone of the layer'),
    hours: z.array(scheduleHours).max(limits.restrictions).default([]).describe('Working hours; none: round the clock'),
  }),
]);
const people = z.array(scheduleMember).max(limits.people);

export const scheduleRotation = z.strictObject({
  unit: z.enum(['hour', 'day', 'week', 'month']),
  length: z.number().int().min(1).max(limits.lengthMax).default(1),
  start: date.describe('Local date of the first turn; its weekday is that of a weekly hand-off'),
  handoffAt: time.default('09:00').describe('On the wall clock of the zone'),
  days: days
    .default([])
    .describe('Only on these days; units hour and day count only them, so everybody keeps their turns'),
  handoffs: z
    .array(z.strictObject({ day: weekday, at: time, week: z.number().int().min(1).max(limits.lengthMax).default(1) }))
    .max(limits.handoffs)
    .default([])
    .describe('Several hand-offs a week (uneven splits), instead of `handoffAt`'),
  advance: z
    .enum(['handoff', 'period'])
    .default('handoff')
    .describe('With `handoffs`: to the next person at each one, or the whole order on by one each period'),
});

const calendarUrl = z
  .url({ protocol: /^(?:https?|webcals?)$/u, error: 'the address of an iCalendar, http or https' })
  .max(2_000);

export const scheduleLayer = z.strictObject({
  name: layerName,
  zone: zone.nullable().default(null).describe('Absent: the zone of the schedule'),
  rotation: scheduleRotation.nullable().default(null),
  calendar: z
    .strictObject({ url: calendarUrl })
    .nullable()
    .default(null)
    .describe('An iCalendar elsewhere instead of a rotation; read only'),
  people: people.default([]),
  changes: z
    .array(
      z.strictObject({
        at: readable(fields.isDateOrInstant, 'a date such as 2026-03-01, or an instant with its offset'),
        people,
        handover: z.enum(['turn-end', 'at-once']).default('turn-end'),
      }),
    )
    .max(limits.changes)
    .default([])
    .describe('Who is in the rotation from a date on'),
  restrictions: z.array(scheduleHours).max(limits.restrictions).default([]),
  whenAway: z.enum(['next', 'leave']).default('next'),
});

export const saidOverride = z.strictObject({
  person: handle,
  from: instant,
  to: instant,
  layer: layerName.nullable().default(null).describe('Only within this layer'),
  replaces: handle.nullable().default(null).describe('Only where this person would be on call'),
  note: z.string().max(500).default(''),
});

const specShape = z.strictObject({
  title: z.string().max(200).default(''),
  description: z.string().max(4_000).default(''),
  team: handle
    .nullable()
    .default(null)
    .describe('The team whose editors may change it; absent: editors of the organisation'),
  zone,
  layers: z.array(scheduleLayer).min(1, 'a schedule needs a layer').max(limits.layers),
  overrides: z.array(saidOverride).max(limits.overrides).default([]),
});

/** What cannot be although each field is well formed: nobody in it, overrides that overlap, a layer that is not there. */
const checked = <Shape extends typeof specShape>(shape: Shape): Shape =>
  shape.superRefine((spec, context) => {
    for (const { path, message } of wrongWith(spec as z.output<typeof specShape>))
      context.addIssue({ code: 'custom', path: [...path], message });
  }) as Shape;

export const scheduleSpec = checked(specShape);

/** `kind: Schedule` as files keep it. */
export const scheduleDocument = z.strictObject({
  apiVersion: z.literal('leadline.dev/v1'),
  kind: z.literal('Schedule'),
  metadata: z.strictObject({ name: scheduleName }),
  spec: scheduleSpec,
});

export const shiftKind = z.enum(['rotation', 'override', 'cover', 'shadow']);

export const shift = z.object({
  person: z.string(),
  from: z.string(),
  to: z.string(),
  /** Null where an override or a cover of the whole schedule says who. */
  layer: z.string().nullable(),
  kind: shiftKind,
});

const params = z.object({ name: scheduleName });
const cursor = z.string().max(500).optional();
const limit = z.coerce.number().int().min(1).max(200).default(50);
const origin = z.enum(['hand', 'file']);

export const scheduleSummary = z.object({
  name: scheduleName,
  title: z.string(),
  team: z.string().nullable(),
  zone: z.string(),
  layers: z.array(z.string()),
  people: z.array(z.string()),
  /** First who is paged. */
  onCall: z.array(shift),
  /** Nobody is on call now, and the schedule means it so: by its own hours or weekdays. */
  isOutsideHours: z.boolean(),
  version: z.number().int(),
  origin,
  changedBy: z.string(),
  changedAt: z.string(),
});

export const schedule = scheduleSummary.extend({
  spec: scheduleSpec,
  /** File that it was applied from. */
  source: z.string().nullable(),
  /** What is known of the calendars elsewhere that layers read. */
  calendars: z.array(
    z.object({
      layer: z.string(),
      readAt: z.string().nullable(),
      /** What was wrong when it was tried last; what it said before still counts. */
      error: z.string().nullable(),
      /** Titles of events that name nobody here. */
      unknown: z.array(z.string()),
    }),
  ),
});

export const listSchedules = route({
  method: 'GET',
  path: '/api/v1/schedules',
  summary: 'Schedules by name, each with who is on call now',
  access: signedIn,
  query: z.object({ team: handle.optional(), person: handle.optional(), cursor, limit }),
  answer: z.object({ items: z.array(scheduleSummary), next: z.string().nullable() }),
});

export const getSchedule = route({
  method: 'GET',
  path: '/api/v1/schedules/:name',
  summary: 'One schedule as it holds now',
  access: signedIn,
  params,
  answer: schedule,
});

export const putSchedule = route({
  method: 'PUT',
  path: '/api/v1/schedules/:name',
  summary: 'Says what a schedule is from now on; the past and who holds the running turn stay',
  access: signedIn,
  params,
  body: checked(
    specShape.extend({ origin: origin.default('hand'), source: z.string().max(1_000).nullable().default(null) }),
  ),
  answer: z.object({ outcome: z.enum(['created', 'changed', 'unchanged']), version: z.number().int() }),
});

export const deleteSchedule = route({
  method: 'DELETE',
  path: '/api/v1/schedules/:name',
  summary: 'Ends a schedule; refused while something uses it',
  access: signedIn,
  params,
});

const window = z.object({
  from: instant.optional().describe('Absent: now'),
  to: instant.optional().describe('Absent: 28 days after `from`'),
});

export const scheduleShifts = route({
  method: 'GET',
  path: '/api/v1/schedules/:name/shifts',
  summary: 'Who is on call from … to …; without overlaps, except for shadows; cut at both ends',
  access: signedIn,
  params,
  query: window,
  answer: z.object({
    items: z.array(shift),
    /** Stretches without anybody; `outside-hours` are those that the schedule leaves out by what it says. */
    gaps: z.array(z.object({ from: z.string(), to: z.string(), kind: z.enum(['nobody', 'outside-hours']) })),
  }),
});

export const scheduleOnCall = route({
  method: 'GET',
  path: '/api/v1/schedules/:name/on-call',
  summary: 'Who is on call at an instant, first who is paged; and who is next',
  access: signedIn,
  params,
  query: z.object({ at: instant.optional().describe('Absent: now') }),
  answer: z.object({ at: z.string(), items: z.array(shift), next: shift.nullable() }),
});

export const previewSchedule = route({
  method: 'POST',
  path: '/api/v1/schedules/preview',
  summary: 'What a change would do to the shifts, without doing it',
  access: signedIn,
  body: z.strictObject({
    name: scheduleName,
    spec: scheduleSpec.optional().describe('The schedule as it would be; absent: as it is'),
    override: saidOverride.optional().describe('An override by hand as it would be'),
    withoutOverride: z.uuid().optional().describe('An override by hand that would be taken back'),
    from: instant.optional(),
    to: instant.optional(),
  }),
  answer: z.object({
    items: z.array(shift),
    gaps: z.array(z.object({ from: z.string(), to: z.string() })),
    /** Stretches in which somebody else would be on call than now is said. */
    changes: z.array(
      z.object({ from: z.string(), to: z.string(), before: z.string().nullable(), after: z.string().nullable() }),
    ),
  }),
});

export const override = z.object({
  id: z.uuid(),
  schedule: z.string(),
  person: z.string(),
  from: z.string(),
  to: z.string(),
  layer: z.string().nullable(),
  replaces: z.string().nullable(),
  kind: z.enum(['override', 'cover']),
  note: z.string(),
  madeBy: z.string(),
  madeAt: z.string(),
});

export const listOverrides = route({
  method: 'GET',
  path: '/api/v1/schedules/:name/overrides',
  summary: 'Overrides by hand that are not over yet, by their beginning',
  access: signedIn,
  params,
  answer: z.object({ items: z.array(override) }),
});

export const createOverride = route({
  method: 'POST',
  path: '/api/v1/schedules/:name/overrides',
  summary: 'Puts somebody on call for a time; stays when files are applied',
  access: signedIn,
  params,
  body: saidOverride,
  answer: override,
  status: 201,
});

export const deleteOverride = route({
  method: 'DELETE',
  path: '/api/v1/schedules/:name/overrides/:id',
  summary: 'Takes an override back; what of it has been stays',
  access: signedIn,
  params: z.object({ name: scheduleName, id: z.uuid() }),
});

/** `data` of the events about schedules, by kind. Subject: `schedule:<name>`. */
export const scheduleEvents = {
  'schedule.created': z.object({ version: z.number().int(), before: z.null(), after: scheduleSpec }),
  'schedule.changed': z.object({ version: z.number().int(), before: scheduleSpec, after: scheduleSpec }),
  'schedule.deleted': z.object({ version: z.number().int(), before: scheduleSpec }),
  'override.made': override,
  'override.taken-back': override,
};

export type ScheduleDocument = z.output<typeof scheduleDocument>;
export type ScheduleSpecSaid = z.output<typeof scheduleSpec>;
export type ScheduleAnswer = z.output<typeof schedule>;
export type ScheduleSummary = z.output<typeof scheduleSummary>;
export type ShiftAnswer = z.output<typeof shift>;
export type OverrideAnswer = z.output<typeof override>;
export type SaidOverrideInput = z.output<typeof saidOverride>;
