import { z } from 'zod';
import { atLeast, inTeam, route, signedIn } from '../../../kernel/route.ts';
import { handle } from '../../identity/contract.ts';
import { loadLimits } from '../domain/load/limits.ts';

/** What being on call costs people: load, fairness, caps, team size, compensation, hand-over notes. */

const instant = z.iso.datetime({ offset: true });
const hours = z.number();
const window = {
  from: instant.optional().describe('Absent: twelve weeks before `to`'),
  to: instant.optional().describe('Absent: now'),
  team: handle.optional(),
  schedule: z.string().max(63).optional(),
};

const personLoad = z.object({
  person: z.string(),
  zone: z.string(),
  shifts: z.number().int(),
  hoursOnCall: hours,
  hoursOrdinary: hours,
  hoursNight: hours,
  hoursWeekend: hours,
  weekends: z.number().int(),
  interrupts: z.number().int().describe('Pages that they were told of, each once'),
  interruptsHigh: z.number().int(),
  pagesAtNight: z.number().int().describe('First told between 22:00 and 6:00 where they live'),
  pagesOnWeekends: z.number().int(),
  hoursAwake: hours.describe('Night hours between the first message and the end of the matter, at most six a page'),
});

const shiftLoad = z.object({
  schedule: z.string(),
  person: z.string(),
  from: instant,
  to: instant,
  interrupts: z.number().int(),
  interruptsHigh: z.number().int(),
  pagesAtNight: z.number().int(),
  hoursAwake: hours,
  worstWithinCap: z.number().int().describe('Most high-urgency pages within the hours of the cap'),
  overCap: z.boolean(),
});

const fairnessOf = z.object({
  hoursOnCall: z.number().nullable(),
  hoursNight: z.number().nullable(),
  hoursWeekend: z.number().nullable(),
  interrupts: z.number().nullable(),
  pagesAtNight: z.number().nullable(),
});

const cap = z.object({
  incidents: z.number().int().min(1).max(100),
  hours: z.number().int().min(1).max(168),
  then: z.enum(['warn', 'hand-on']),
});
const amount = z.number().min(0).max(1_000_000);
const compensation = z.object({
  unit: z
    .string()
    .trim()
    .regex(/^(h|[A-Z]{3})$/u, '`h` for hours of time off, or a currency such as EUR'),
  perHourOrdinary: amount,
  perHourNight: amount,
  perHourWeekend: amount,
  perPageAtNight: amount,
  perHourAwake: amount,
});

const site = z.object({
  zone: z.string(),
  people: z.number().int(),
  recommended: z.number().int(),
  least: z.number().int(),
  verdict: z.enum(['enough', 'least', 'too-few']),
});

const scheduleLoad = z.object({
  schedule: z.string(),
  team: z.string().nullable(),
  people: z.array(z.string()),
  cap,
  fairness: fairnessOf,
  teamSize: z.object({
    sites: z.array(site),
    verdict: z.enum(['enough', 'least', 'too-few']),
    reason: z.string(),
    source: z.string(),
  }),
});

export const load = z
  .object({
    from: instant,
    to: instant,
    people: z.array(personLoad),
    shifts: z.array(shiftLoad).describe('Newest first'),
    schedules: z.array(scheduleLoad),
    teams: z.array(
      z.object({ team: z.string(), people: z.number().int(), fairness: fairnessOf, interrupts: z.number().int() }),
    ),
    measure: z.object({ name: z.string(), source: z.string(), night: z.string(), awake: z.string(), cap: z.string() }),
  })
  .meta({ id: 'Load' });

export const readLoad = route({
  method: 'GET',
  path: '/api/v1/load',
  summary: 'Load per person, shift, schedule and team: interrupts, nights, weekends, hours awake, fairness',
  access: atLeast('viewer'),
  query: z.object(window),
  answer: load,
});

export const readCompensation = route({
  method: 'GET',
  path: '/api/v1/teams/:team/compensation',
  summary: 'What the people of a team are owed for being on call in its schedules',
  access: inTeam('admin'),
  params: z.object({ team: handle }),
  query: z.object({ from: instant, to: instant }),
  answer: z.object({
    from: instant,
    to: instant,
    rules: compensation,
    people: z.array(personLoad.extend({ compensation: z.number() })),
  }),
});

export const downloadCompensation = route({
  method: 'GET',
  path: '/api/v1/teams/:team/compensation.csv',
  summary: 'The same as a sheet to download (CSV, RFC 4180)',
  access: inTeam('admin'),
  params: z.object({ team: handle }),
  query: z.object({ from: instant, to: instant }),
});

const loadPolicy = z.object({ cap, compensation });

export const readLoadPolicy = route({
  method: 'GET',
  path: '/api/v1/teams/:team/load-policy',
  summary: 'Cap and compensation of a team; what nobody set is the default',
  access: atLeast('viewer'),
  params: z.object({ team: handle }),
  answer: loadPolicy.extend({ isDefault: z.boolean() }),
});

export const putLoadPolicy = route({
  method: 'PUT',
  path: '/api/v1/teams/:team/load-policy',
  summary: 'Sets cap and compensation of a team',
  access: inTeam('admin'),
  params: z.object({ team: handle }),
  body: z.strictObject({ cap: z.strictObject(cap.shape), compensation: z.strictObject(compensation.shape) }),
  answer: loadPolicy.extend({ isDefault: z.boolean() }),
});

export const handOver = z
  .object({
    id: z.uuid(),
    schedule: z.string(),
    from: instant,
    to: instant,
    author: z.string(),
    receiver: z.string().nullable(),
    text: z.string(),
    state: z.enum(['begun', 'sent', 'accepted']),
    begunAt: instant,
    sentAt: instant.nullable(),
    acceptedAt: instant.nullable(),
  })
  .meta({ id: 'HandOver' });

export const listHandOvers = route({
  method: 'GET',
  path: '/api/v1/hand-overs',
  summary: 'Hand-over notes, newest first',
  access: atLeast('viewer'),
  query: z.object({
    cursor: z.string().max(500).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    schedule: z.string().max(63).optional(),
    state: z.enum(['begun', 'sent', 'accepted']).optional(),
  }),
  answer: z.object({ items: z.array(handOver), next: z.string().nullable() }),
});

export const getHandOver = route({
  method: 'GET',
  path: '/api/v1/hand-overs/:id',
  summary: 'One hand-over note',
  access: atLeast('viewer'),
  params: z.object({ id: z.uuid() }),
  answer: handOver,
});

export const beginHandOver = route({
  method: 'POST',
  path: '/api/v1/hand-overs',
  summary:
    'Begins the note of your present or last shift from what happened in it; the same shift again gives the same note',
  access: signedIn,
  body: z.strictObject({ schedule: z.string().min(1).max(63) }),
  answer: handOver,
});

export const writeHandOver = route({
  method: 'PUT',
  path: '/api/v1/hand-overs/:id',
  summary: 'Writes the text of a note; only its author, until it is sent',
  access: signedIn,
  params: z.object({ id: z.uuid() }),
  body: z.strictObject({ text: z.string().max(loadLimits.noteLength) }),
  answer: handOver,
});

export const sendHandOver = route({
  method: 'POST',
  path: '/api/v1/hand-overs/:id/send',
  summary: 'Sends a note to whoever is next on call; only its author',
  access: signedIn,
  params: z.object({ id: z.uuid() }),
  answer: handOver,
});

export const acceptHandOver = route({
  method: 'POST',
  path: '/api/v1/hand-overs/:id/accept',
  summary: 'Says that a note was read and taken over; only whom it was sent to',
  access: signedIn,
  params: z.object({ id: z.uuid() }),
  answer: handOver,
});

export type Load = z.output<typeof load>;
export type HandOver = z.output<typeof handOver>;
export type LoadPolicy = z.output<typeof loadPolicy>;

/** `data` of the events about load, by kind. */
export const loadEvents = {
  /** Subject: `person:<id>`. */
  'load.cap-exceeded': z.object({
    name: z.string(),
    schedule: z.string(),
    team: z.string().nullable(),
    count: z.number().int(),
    cap,
    shift: z.object({ from: instant, to: instant }),
  }),
  /** Subject: `team:<name>`. */
  'load-policy.changed': z.object({ before: z.unknown(), after: z.unknown() }),
  /** Subject: `hand-over:<id>`. */
  'hand-over.begun': z.object({ schedule: z.string(), author: z.string() }),
  'hand-over.sent': z.object({ schedule: z.string(), author: z.string(), receiver: z.string() }),
  'hand-over.accepted': z.object({ schedule: z.string(), author: z.string(), receiver: z.string() }),
} as const;
