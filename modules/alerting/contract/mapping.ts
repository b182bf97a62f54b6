import { z } from 'zod';
import { route, signedIn } from '../../../kernel/route.ts';
import { severities } from '../domain/alert.ts';

/** What a mapping (JSONata) makes of a sample, before an integration uses it. */

const mappedAlert = z
  .object({
    dedupKey: z.string(),
    action: z.enum(['trigger', 'acknowledge', 'resolve']),
    severity: z.enum(severities),
    summary: z.string(),
    service: z.string().nullable(),
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
    startsAt: z.string().nullable(),
    endsAt: z.string().nullable(),
    links: z.array(z.object({ label: z.string(), url: z.string() })),
    by: z.string().nullable(),
  })
  .meta({ id: 'MappedAlert' });

export const tryMapping = route({
  method: 'POST',
  path: '/api/v1/integrations/try-mapping',
  summary: 'Tries a mapping on a sample: the alerts it makes, or what is wrong and where. Changes nothing',
  access: signedIn,
  body: z.strictObject({
    mapping: z
      .string()
      .max(16 * 1_024)
      .describe('JSONata that makes one object, or a list of them, with at least a summary'),
    sample: z.json().describe('A payload as the sender posts it'),
  }),
  answer: z.object({
    ok: z.boolean(),
    alerts: z.array(mappedAlert),
    result: z.json().describe('What the mapping made, before it was read as alerts; null: nothing'),
    fault: z
      .object({
        message: z.string(),
        line: z.number().int().nullable().describe('In the mapping, counted from 1'),
        column: z.number().int().nullable(),
        path: z.string().nullable().describe('In the result, where the mapping itself is sound'),
      })
      .nullable(),
    notes: z.array(z.string()).describe('What of the result is no alert, where the rest is'),
  }),
});

export type MappingTried = z.output<typeof tryMapping.answer>;
