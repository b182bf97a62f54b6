import { z } from 'zod';
import { atLeast, route } from '../../../kernel/route.ts';

/** The audit log is the ledger, read as who did what when. */

const place = z.string().regex(/^\d{1,18}$/);

export const auditEntry = z.object({
  place: z.string(),
  id: z.string(),
  at: z.string(),
  kind: z.string(),
  subject: z.string(),
  service: z.string().nullable(),
  actor: z.object({ kind: z.enum(['person', 'token', 'system']), id: z.string(), name: z.string() }),
  data: z.record(z.string(), z.unknown()),
  hash: z.string(),
});
export type AuditEntry = z.output<typeof auditEntry>;

/** Served by the ground, whose contract a page may not import: this is what the page reads of it. */
export const listAudit = route({
  method: 'GET',
  path: '/api/v1/ledger',
  summary: 'Every change, with who made it',
  access: atLeast('viewer'),
  query: z.object({
    kind: z.string().optional(),
    subject: z.string().optional(),
    actor: z.string().optional(),
    order: z.enum(['oldest', 'newest']).default('newest'),
    after: place.optional(),
    limit: z.coerce.number().int().default(100),
  }),
  answer: z.object({ items: z.array(auditEntry), next: z.string().nullable() }),
});

export const verifyAudit = route({
  method: 'POST',
  path: '/api/v1/audit-log/verification',
  summary: 'Compute every hash of the ledger anew and say whether the chain holds',
  access: atLeast('admin'),
  answer: z
    .object({
      holds: z.boolean(),
      events: z.number().int().describe('Events whose place and hash are right'),
      head: z
        .object({ place: z.string(), hash: z.string() })
        .nullable()
        .describe('Note it elsewhere: a chain cut short at its end still holds'),
      fault: z
        .object({
          place: z.string(),
          reason: z.enum(['place-missing', 'hash-differs', 'head-missing', 'head-differs']),
        })
        .nullable(),
    })
    .meta({ id: 'AuditVerification' }),
});
