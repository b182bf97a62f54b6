import { z } from 'zod';
import { atLeast, route } from '../../kernel/route.ts';

const place = z.string().regex(/^\d{1,18}$/, 'a place in the ledger is a whole number');
const kinds = z
  .string()
  .max(1_000)
  .regex(
    /^[a-z][a-z0-9.-]*(\.\*)?(,[a-z][a-z0-9.-]*(\.\*)?)*$/,
    'kinds like incident.declared or incident.*, with commas between',
  );

/** One sealed event as the API and the stream show it. */
export const ledgerEvent = z.object({
  place: z.string().describe('Place in the chain: 1, 2, 3 … without a gap'),
  id: z.string(),
  at: z.string().describe('RFC 3339 instant'),
  kind: z.string(),
  subject: z.string(),
  service: z.string().nullable(),
  actor: z.object({ kind: z.enum(['person', 'token', 'system']), id: z.string(), name: z.string() }),
  data: z.record(z.string(), z.unknown()),
  hash: z.string().describe('SHA-256 over the event before and this one, hex'),
});
export type LedgerEventAnswer = z.infer<typeof ledgerEvent>;

export const ledgerPageMax = 500;

export const listLedger = route({
  method: 'GET',
  path: '/api/v1/ledger',
  summary: 'Every change of state, oldest first or newest first, with who made it',
  access: atLeast('viewer'),
  query: z.object({
    kind: kinds.optional().describe('One kind, several with commas, or all that begin alike: identity.*'),
    subject: z.string().max(500).optional().describe('What it is about: service:shop/checkout'),
    service: z.string().max(500).optional(),
    actor: z.string().max(200).optional().describe('Id of the person or token that made the change'),
    order: z.enum(['oldest', 'newest']).default('oldest'),
    after: place.optional().describe('Only what follows this place; with newest first: only what stands before it'),
    whole: z
      .stringbool()
      .default(false)
      .describe('Refused where some events are held back from who asks: for computing the chain anew'),
    limit: z.coerce.number().int().min(1).max(ledgerPageMax).default(100),
  }),
  answer: z.object({
    items: z.array(ledgerEvent),
    next: z.string().nullable().describe('Give it as `after` for the next page'),
  }),
});

export const streamEvents = route({
  method: 'GET',
  path: '/api/v1/events',
  summary: 'Server-Sent Events: every change as it happens; `Last-Event-ID` or `after` resumes at a place',
  access: atLeast('viewer'),
  query: z.object({ kind: kinds.optional(), after: place.optional() }),
});
