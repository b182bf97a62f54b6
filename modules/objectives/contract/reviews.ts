import { z } from 'zod';
import { publicAccess, route, signedIn } from '../../../kernel/route.ts';
import { budgetPoint, objectiveName, objectiveReport } from '../contract.ts';

/** An owner looks at a promise again: is it too loose, too tight, right? And a link for those who only read. */

const instant = z.iso.datetime({ offset: true });
const day = z.iso.date();

export const evidence = z.object({
  verdict: z.enum(['right', 'too-loose', 'too-tight', 'no-data']),
  /** In words with the numbers that it rests on. */
  reason: z.string(),
  /** Full windows of history, oldest first. */
  windows: z.array(
    z.object({
      from: instant,
      to: instant,
      achievedPpm: z.number().nullable(),
      remainingRatio: z.number().nullable(),
      pages: z.number().int(),
      /** Counts of the window; null in reviews that were recorded before they were told. */
      counted: z.object({ good: z.number(), bad: z.number() }).nullable().default(null),
    }),
  ),
  proposedTargetPpm: z.number().int().nullable(),
});

export const review = z.object({
  at: instant,
  by: z.string(),
  decision: z.enum(['keep', 'tighten', 'loosen', 'retire']),
  note: z.string(),
  targetPpm: z.number().int(),
  evidence: evidence,
  nextOn: day,
});

export const getReview = route({
  method: 'GET',
  path: '/api/v1/objectives/:name/review',
  summary: 'How a promise fared, whether its target is too loose or too tight, and the reviews so far',
  access: signedIn,
  params: z.object({ name: objectiveName }),
  answer: z.object({
    name: z.string(),
    owner: z.string().nullable(),
    dueOn: day.nullable(),
    overdue: z.boolean(),
    evidence: evidence,
    reviews: z.array(review),
  }),
});

export const recordReview = route({
  method: 'POST',
  path: '/api/v1/objectives/:name/review',
  summary: 'Records what was decided in a review, with the evidence as it stood',
  access: signedIn,
  params: z.object({ name: objectiveName }),
  body: z.object({
    decision: z.enum(['keep', 'tighten', 'loosen', 'retire']),
    note: z.string().trim().max(4_000).default(''),
    nextOn: day,
  }),
  answer: review,
});

export const listReviewsDue = route({
  method: 'GET',
  path: '/api/v1/objective-reviews',
  summary: 'Objectives whose review is overdue or due within 30 days, and those without a date',
  access: signedIn,
  answer: z.object({
    items: z.array(
      z.object({
        name: z.string(),
        displayName: z.string(),
        owner: z.string().nullable(),
        dueOn: day.nullable(),
        overdue: z.boolean(),
      }),
    ),
  }),
});

export const share = z.object({
  id: z.uuid(),
  objectives: z.array(objectiveName),
  title: z.string(),
  createdBy: z.string(),
  createdAt: instant,
  expiresAt: instant.nullable(),
});

export const createShare = route({
  method: 'POST',
  path: '/api/v1/objective-shares',
  summary: 'Makes a read-only link to the budgets of some objectives; the link is shown once',
  access: signedIn,
  body: z.object({
    objectives: z.array(objectiveName).min(1).max(50),
    title: z.string().trim().min(1).max(200),
    expiresAt: instant.nullable().default(null),
  }),
  answer: z.object({ share, path: z.string() }),
  secretAnswer: true,
});

export const listShares = route({
  method: 'GET',
  path: '/api/v1/objective-shares',
  summary: 'Read-only links that are in force',
  access: signedIn,
  answer: z.object({ items: z.array(share) }),
});

export const deleteShare = route({
  method: 'DELETE',
  path: '/api/v1/objective-shares/:id',
  summary: 'Ends a read-only link',
  access: signedIn,
  params: z.object({ id: z.uuid() }),
});

export const readShare = route({
  method: 'GET',
  path: '/api/v1/shared-objectives/:secret',
  summary: 'What a read-only link shows: budgets, nothing of the inside',
  access: publicAccess,
  params: z.object({ secret: z.string().min(20).max(200) }),
  answer: z.object({
    title: z.string(),
    items: z.array(
      objectiveReport
        .pick({
          displayName: true,
          description: true,
          targetPpm: true,
          windowText: true,
          achievedPpm: true,
          noDataRatio: true,
          state: true,
          from: true,
          to: true,
        })
        .extend({
          remainingRatio: z.number().nullable(),
          points: z.array(budgetPoint.pick({ at: true, remainingRatio: true })),
        }),
    ),
  }),
});

const shareEvent = z.object({ title: z.string(), objectives: z.array(z.string()), expiresAt: instant.nullable() });

/** `data` of the events. Subject: `objective:<name>`, of links `objective-share:<id>`; the secret of a link is in none. */
export const reviewsEvents = {
  'objective.reviewed': review,
  'objective-share.made': shareEvent,
  'objective-share.ended': shareEvent,
} as const;

export type Review = z.output<typeof review>;
export type Evidence = z.output<typeof evidence>;
export type Share = z.output<typeof share>;
