import { z } from 'zod';
import { route, signedIn } from '../../../kernel/route.ts';
import { openSloKinds } from '../domain/openslo/kinds.ts';

/** Documents as they are kept: what the form shows, what `leadline objective export` prints. */

const instant = z.iso.datetime({ offset: true });
const kind = z.enum(openSloKinds);
const params = z.object({ kind, name: z.string().min(1).max(63) });

export const keptDocument = z.object({
  kind,
  name: z.string(),
  /** The document that holds, OpenSLO v1, secrets hidden. */
  body: z.record(z.string(), z.unknown()),
  origin: z.enum(['hand', 'file']),
  /** The file that it was applied from. */
  source: z.string().nullable(),
  /** What the file says, where a change by hand holds instead; else null. */
  inFile: z.record(z.string(), z.unknown()).nullable(),
  changedBy: z.string(),
  changedAt: instant,
});

export const listDocuments = route({
  method: 'GET',
  path: '/api/v1/objective-documents',
  summary: 'OpenSLO documents of objectives; of one objective with all that it refers to',
  access: signedIn,
  query: z.object({
    kind: kind.optional(),
    /** Only the document of this objective and those that it refers to, in the order in which they are applied. */
    objective: z.string().max(63).optional(),
    cursor: z.string().max(500).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  answer: z.object({ items: z.array(keptDocument), next: z.string().nullable() }),
});

export const getDocument = route({
  method: 'GET',
  path: '/api/v1/objective-documents/:kind/:name',
  summary: 'One OpenSLO document',
  access: signedIn,
  params,
  answer: keptDocument,
});

export const deleteDocument = route({
  method: 'DELETE',
  path: '/api/v1/objective-documents/:kind/:name',
  summary: 'Deletes an OpenSLO document; an SLO with its objectives. What others refer to is refused',
  access: signedIn,
  params,
  query: z.object({ origin: z.enum(['hand', 'file']).default('hand') }),
});

export type KeptDocumentAnswer = z.output<typeof keptDocument>;
