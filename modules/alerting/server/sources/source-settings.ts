import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { FieldError } from '../../../../kernel/problem.ts';
import { secondsOf } from '../../../../kernel/time-span.ts';
import { severities, type IntegrationKind } from '../../domain/alert.ts';
import { keptSecret } from '../integrations/secret-settings.ts';
import { mappingFault } from './mapping/mapper.ts';
import { placed } from './mapping/map-payload.ts';

/** What integrations of each kind may be told; everything has a default. */
const endsAfter = z
  .string()
  .refine(
    (value) => (secondsOf(value) ?? 0) >= 60 && secondsOf(value)! <= 30 * 86_400,
    'a duration of PT1M to P30D was expected',
  )
  .optional();
const mapping = z
  .string()
  .optional()
  .superRefine((value, context) => {
    const fault = value === undefined ? null : mappingFault(value);
    if (fault !== null) context.addIssue({ code: 'custom', message: placed(fault) });
  });
/** Shorter than a sender repeats, and each alert would be over and there again all the time. */
const resolveTimeout = z
  .string()
  .refine(
    (value) => (secondsOf(value) ?? 0) >= 10 && secondsOf(value)! <= 86_400,
    'a duration of PT10S to PT24H was expected',
  )
  .optional();
const pem = z.string().max(32_768).refine(isCertificate, 'a certificate in PEM was expected');
const host = z
  .string()
  .regex(/^[a-z0-9.-]{1,200}(:\d{1,5})?$/u, 'a host, with its port where it has one, was expected');

const every = { endsAfter } as const;
const shapes: Partial<Record<IntegrationKind, z.ZodType>> = {
  alertmanager: z.strictObject({ resolveTimeout }),
  json: z.strictObject({ ...every, mapping }),
  cloudevents: z.strictObject({ ...every, mapping }),
  cloudwatch: z.strictObject({
    ...every,
    severity: z.enum(severities).optional(),
    insufficientData: z.enum(['trigger', 'resolve']).optional(),
    topics: z.array(z.string().startsWith('arn:').max(512)).max(50).optional(),
    certificateHosts: z.array(host).max(10).optional(),
    certificateAuthorities: pem.optional(),
  }),
  sentry: z.strictObject({
    ...every,
    clientSecret: z.union([z.literal(keptSecret), z.string().min(16).max(200)]).optional(),
  }),
  email: z.strictObject({ ...every, dedupBy: z.enum(['subject', 'thread']).optional() }),
};

/** What is wrong with the settings of an integration of this kind. */
export const checkSettings =
  (kind: IntegrationKind) =>
  (settings: Record<string, unknown>): readonly FieldError[] => {
    const parsed = (shapes[kind] ?? z.strictObject(every)).safeParse(settings);
    return parsed.success
      ? []
      : parsed.error.issues.flatMap((issue) =>
          issue.code === 'unrecognized_keys'
            ? issue.keys.map((name) => ({ path: [...issue.path, name].join('.'), message: 'there is no such setting' }))
            : [{ path: issue.path.join('.'), message: issue.message }],
        );
  };

/** Settings of a kind that are secrets. */
export const secretSettings = (kind: IntegrationKind): readonly string[] => (kind === 'sentry' ? ['clientSecret'] : []);

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).ca;
  } catch {
    return false;
  }
}
