import { z } from 'zod';
import type { ProtocolRoute } from '../../../../kernel/route.ts';
import { integrationKey, integrationPassword } from './security.ts';

/** The door of every webhook: what a body looks like, the kind of the integration says. */

const refusal = {
  contentType: 'application/problem+json',
  schema: z
    .object({ type: z.string(), title: z.string(), status: z.int(), code: z.string(), detail: z.string().optional() })
    .meta({ id: 'IntakeRefusal', description: 'RFC 9457; kinds with a form of their own refuse in that' }),
};
const taken = z
  .object({
    status: z.string(),
    alerts: z
      .array(
        z.object({
          dedupKey: z.string(),
          id: z.uuid().nullable(),
          outcome: z.enum(['new', 'updated', 'unchanged', 'acknowledged', 'resolved', 'dropped']),
          reason: z.string().optional(),
        }),
      )
      .optional(),
    notes: z.array(z.string()).optional().describe('What was odd about it; it stands among the faulty payloads then'),
  })
  .meta({ id: 'IntakeTaken' });

const post = {
  protocol: 'intake',
  body: z.unknown().meta({ description: 'What senders of this kind post' }),
  bodyType: '*/*',
  answer: taken,
  refusal,
} as const;
const params = { key: 'The key of the integration' };
const summary = 'Takes the webhook of a sender; its alerts are on disk before the answer';

export const intakeRoutes: readonly ProtocolRoute[] = [
  ...(['POST', 'PUT'] as const).flatMap((method): readonly ProtocolRoute[] => [
    { ...post, method, path: '/intake', summary, security: { integrationKey, integrationPassword } },
    { ...post, method, path: '/intake/:key', summary, security: {}, params },
  ]),
  {
    protocol: 'intake',
    method: 'OPTIONS',
    path: '/intake/:key',
    summary: 'Senders of CloudEvents ask whether they may send',
    security: {},
    params,
    refusal,
  },
];
