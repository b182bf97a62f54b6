import { z } from 'zod';
import { route, signedIn } from '../../../kernel/route.ts';
import { handle } from '../../identity/contract.ts';
import { isInstant } from '../domain/schedule/fields.ts';
import { scheduleName } from './schedules.ts';

/** Asking others to take one's shifts: covers, swaps, parts of them. */

export const coverLimits = { listed: 200, open: 500, told: 50 } as const;

const instant = z.string().max(40).refine(isInstant, 'an instant with its offset, such as 2026-03-28T20:00:00Z');
const said = z.strictObject({ from: instant, to: instant });
const stretch = z.object({ from: z.string(), to: z.string() });

export const coverRequest = z.object({
  id: z.uuid(),
  schedule: z.string(),
  /** Whose shifts are asked to be taken. */
  person: z.string(),
  from: z.string(),
  to: z.string(),
  /** The only one who is asked; null: everybody of the schedule. */
  asked: z.string().nullable(),
  /** A swap: what `person` takes in return. */
  inReturn: stretch.nullable(),
  note: z.string(),
  state: z.enum(['open', 'taken', 'withdrawn', 'over']),
  parts: z.array(stretch.extend({ person: z.string(), takenBy: z.string() })),
  /** What nobody took yet. */
  open: z.array(stretch),
  madeBy: z.string(),
});

const byId = z.object({ id: z.uuid() });

export const listCoverRequests = route({
  method: 'GET',
  path: '/api/v1/cover-requests',
  summary: 'Requests for cover and swaps whose time is not over, by their beginning',
  access: signedIn,
  query: z.object({ schedule: scheduleName.optional(), person: handle.optional() }),
  answer: z.object({ items: z.array(coverRequest) }),
});

export const askForCover = route({
  method: 'POST',
  path: '/api/v1/schedules/:name/cover-requests',
  summary: 'Asks for cover of (a part of) somebody’s shifts, or for a swap; for oneself, or by an editor on behalf',
  access: signedIn,
  params: z.object({ name: scheduleName }),
  body: said.extend({
    person: handle.optional().describe('Absent: whoever asks'),
    asked: handle.nullable().default(null).describe('Absent: everybody of the schedule'),
    inReturn: said.nullable().default(null).describe('A swap: these shifts of whoever takes it are taken in return'),
    note: z.string().trim().max(500).default(''),
  }),
  answer: coverRequest,
  status: 201,
});

export const takeCover = route({
  method: 'POST',
  path: '/api/v1/cover-requests/:id/take',
  summary: 'Takes what is open of a request, or a part of it; becomes an override of kind `cover`',
  access: signedIn,
  params: byId,
  body: z.strictObject({
    person: handle.optional().describe('Absent: whoever takes'),
    from: instant.optional(),
    to: instant.optional(),
  }),
  answer: coverRequest,
});

export const withdrawCover = route({
  method: 'DELETE',
  path: '/api/v1/cover-requests/:id',
  summary: 'Withdraws a request, or declines it where one alone was asked; what was taken stays',
  access: signedIn,
  params: byId,
});

/** `data` of the events, by kind. Subject: `schedule:<name>`. */
export const coverEvents = {
  'cover.asked': coverRequest,
  'cover.taken': coverRequest,
  'cover.withdrawn': coverRequest,
};

export type CoverRequest = z.output<typeof coverRequest>;
