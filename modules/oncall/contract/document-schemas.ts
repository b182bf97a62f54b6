import { z } from 'zod';
import { publicAccess, route } from '../../../kernel/route.ts';
import { providerDocument } from '../../delivery/contract.ts';
import { teamDocument } from '../../identity/contract.ts';
import { personDocument } from './people.ts';
import { policyDocument } from './policies.ts';
import { scheduleDocument } from './schedules.ts';

/**
 * JSON Schemas of the documents that paging stands on and `leadline apply` takes, for editors and for whoever writes such files by a
 * program; those of the floors below (teams, providers) stand here too, beside those that name them.
 */
const documents = {
  Schedule: scheduleDocument,
  EscalationPolicy: policyDocument,
  Person: personDocument,
  Team: teamDocument,
  Provider: providerDocument,
} as const;
export type OncallKind = keyof typeof documents;

export const oncallKinds = Object.keys(documents) as OncallKind[];
const kind = z.enum(oncallKinds as [OncallKind, ...OncallKind[]]);

/** As people write the document: what has a default may be left out (JSON Schema 2020-12). */
export const documentSchemaOf = (of: OncallKind): Record<string, unknown> => ({
  ...(z.toJSONSchema(documents[of], { io: 'input', target: 'draft-2020-12' }) as Record<string, unknown>),
  title: of,
});

export const listDocumentSchemas = route({
  method: 'GET',
  path: '/api/v1/schemas',
  summary: 'Kinds of documents that paging stands on, with the addresses of their JSON Schemas',
  access: publicAccess,
  answer: z.object({ items: z.array(z.object({ kind: z.string(), path: z.string() })) }),
});

export const getDocumentSchema = route({
  method: 'GET',
  path: '/api/v1/schemas/:kind',
  summary: 'JSON Schema (2020-12) of a document that `leadline apply` takes',
  access: publicAccess,
  params: z.object({ kind }),
  answer: z.record(z.string(), z.unknown()),
});
