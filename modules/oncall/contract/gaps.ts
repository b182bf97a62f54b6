import { z } from 'zod';
import { route, signedIn } from '../../../kernel/route.ts';
import { handle } from '../../identity/contract.ts';
import { gapLimits } from '../domain/cover/gaps.ts';
import { scheduleName } from './schedules.ts';

/** What is wrong with on-call ahead: nobody there, one person twice, people who cannot be reached. */

const stretch = { from: z.string(), to: z.string() };

export const scheduleGap = z.object({
  schedule: z.string(),
  team: z.string().nullable(),
  ...stretch,
  kind: z
    .enum(['nobody', 'outside-hours'])
    .describe('`outside-hours`: the schedule itself leaves this time out; nothing is counted or warned of'),
});

export const gapReport = z.object({
  ...stretch,
  /** Nothing but what schedules leave out on purpose. */
  ok: z.boolean(),
  gaps: z.array(scheduleGap),
  doubleBookings: z.array(z.object({ person: z.string(), ...stretch, schedules: z.array(z.string()) })),
  unreachable: z.array(
    z.object({
      person: z.string(),
      schedules: z.array(z.string()),
      /** When they are on call first. */
      ...stretch,
      reachedBy: z
        .enum(['nothing', 'sign-in-address'])
        .describe('Without a verified contact method an e-mail to the sign-in address is all that is left'),
      reasons: z.array(z.string()),
    }),
  ),
  totals: z.object({
    schedules: z.number().int(),
    gaps: z.number().int(),
    gapSeconds: z.number(),
    outsideHours: z.number().int(),
    doubleBookings: z.number().int(),
    unreachable: z.number().int(),
    /** What was not listed or not looked at, because there is too much of it. */
    notListed: z.number().int(),
    schedulesNotLookedAt: z.number().int(),
  }),
});

export const readGaps = route({
  method: 'GET',
  path: '/api/v1/on-call/gaps',
  summary: 'Gaps, double bookings and unreachable people ahead, a year where nothing else is asked',
  access: signedIn,
  query: z.object({
    schedule: scheduleName.optional(),
    team: handle.optional(),
    days: z.coerce.number().int().min(1).max(gapLimits.daysMax).default(gapLimits.daysDefault),
  }),
  answer: gapReport,
});

/** `data` of the events, by kind. Subject: `schedule:<name>`. */
export const gapEvents = {
  'schedule.gap-ahead': z.object({
    schedule: z.string(),
    team: z.string().nullable(),
    from: z.string(),
    /** Null where it goes on for longer than was looked at. */
    to: z.string().nullable(),
    before: z.string().nullable(),
  }),
};

export type GapReport = z.output<typeof gapReport>;
