import { z } from 'zod';
import { route, signedIn } from '../../kernel/route.ts';

/** What became of burning budgets and silent heartbeats: they are alerts of built-in integrations; this says which, and why. */

export const decision = z
  .object({
    place: z.string().describe('Place of the event in the ledger'),
    at: z.iso.datetime({ offset: true }),
    kind: z.string(),
    subject: z.string(),
    did: z
      .enum(['raised', 'counted', 'resolved', 'nothing', 'unpaged'])
      .describe('`raised`: a new alert; `counted`: it fired already; `unpaged` and the page are of an older version'),
    key: z.string().nullable().describe('What makes two events the same alert'),
    urgency: z.enum(['high', 'low']).nullable(),
    to: z.string().nullable(),
    reason: z.string(),
    page: z.uuid().nullable(),
    alert: z.uuid().nullable().describe('The alert: `GET /api/v1/alerts/{id}/why` says who was told'),
  })
  .meta({ id: 'AlertDecision' });

export const listAlertDecisions = route({
  method: 'GET',
  path: '/api/v1/alert-decisions',
  summary: 'What became of burning budgets and missed heartbeats: which page, to whom, and why; newest first',
  access: signedIn,
  query: z.object({
    cursor: z.string().max(500).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    subject: z.string().max(255).optional(),
  }),
  answer: z.object({ items: z.array(decision), next: z.string().nullable() }),
});

/** Events of this module, by kind, with the shape of their data. Subject: the subject of the event that began it. */
export const alertingEvents = {
  'alert.unpaged': z.object({
    kind: z.string(),
    key: z.string(),
    urgency: z.enum(['high', 'low']),
    summary: z.string(),
    reason: z.string(),
  }),
} as const;

export type AlertDecision = z.output<typeof decision>;
