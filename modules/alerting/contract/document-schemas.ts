import { z } from 'zod';
import { publicAccess, route } from '../../../kernel/route.ts';
import { integrationDocument } from './integrations.ts';
import { inhibitionDocument, routeDocument } from './policy.ts';
import { ruleDocument } from './rules.ts';
import { silenceDocument } from './silences.ts';

/** Documents of alerting that `leadline apply` takes. */
const documents = {
  Integration: integrationDocument,
  AlertRule: ruleDocument,
  Route: routeDocument,
  Inhibition: inhibitionDocument,
  Silence: silenceDocument,
} as const;
export type AlertingKind = keyof typeof documents;

export const alertingKinds = Object.keys(documents) as AlertingKind[];

/** As people write the document: what has a default may be left out (JSON Schema 2020-12). */
export const documentSchemaOf = (of: AlertingKind): Record<string, unknown> => ({
  ...(z.toJSONSchema(documents[of], {
    io: 'input',
    target: 'draft-2020-12',
    unrepresentable: 'any',
  }) as Record<string, unknown>),
  title: of,
});

/** Stands beside those of on-call, whose list names it. */
export const getAlertingSchema = (kind: AlertingKind) =>
  route({
    method: 'GET',
    path: `/api/v1/schemas/${kind}`,
    summary: `JSON Schema (2020-12) of the document ${kind}`,
    access: publicAccess,
    answer: z.record(z.string(), z.unknown()),
  });
