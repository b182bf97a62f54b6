import { z } from 'zod';
import { route, signedIn } from '../../../kernel/route.ts';
import { secondsOf } from '../../../kernel/time-span.ts';
import { handle } from '../../identity/contract.ts';

/** Bounds of what a policy may say. */
export const policyLimits = {
  steps: 20,
  targets: 20,
  repeat: 9,
  afterHours: 24 * 7,
  titleLength: 200,
  addressLength: 2_000,
  pageSize: 200,
} as const;

const instant = z.iso.datetime({ offset: true });
/** A word that files and URLs use, as identity has it for people and teams. */
export const oncallName = handle;

/** ISO 8601 duration of fixed length: `PT0S`, `PT5M`, `P1DT2H`. Months and years have none and are refused. */
export const waitTime = z
  .string()
  .refine((text) => secondsOf(text) !== null, 'a duration of days, hours, minutes and seconds: PT5M')
  .refine(
    (text) => (secondsOf(text) ?? 0) <= policyLimits.afterHours * 3_600,
    `at most ${policyLimits.afterHours} hours`,
  );

/** Whom a step tells. `next` is who comes after the one on call now in that schedule. */
export const target = z.union(
  [
    z.strictObject({ person: oncallName }),
    z.strictObject({ schedule: oncallName }),
    z.strictObject({ next: oncallName }),
    z.strictObject({ team: oncallName }),
    z.strictObject({ webhook: z.url({ protocol: /^https?$/ }).max(policyLimits.addressLength) }),
  ],
  { error: 'one of person, schedule, next, team (names) or webhook (an address)' },
);

const when = z.strictObject({
  /** Only pages of this urgency take the step. */
  urgency: z.enum(['high', 'low']).optional(),
  /** Only who is (or is not) in their working hours is told. */
  workingHours: z.enum(['inside', 'outside']).optional(),
});

const step = z.strictObject({
  /** Counted from the step before; the first from the raising of the page. */
  after: waitTime.default('PT0S'),
  notify: z.array(target).min(1).max(policyLimits.targets),
  /** One of `notify` is told, in turns from page to page, instead of all. */
  roundRobin: z.boolean().default(false),
  when: when.prefault({}),
});

export const policySpec = z.strictObject({
  title: z.string().max(policyLimits.titleLength).nullable().default(null),
  /** Team that the policy belongs to: its editors may change it, and a page to the team takes it. */
  team: oncallName.nullable().default(null),
  steps: z.array(step).min(1).max(policyLimits.steps),
  /** Further rounds through all steps while nobody answers. */
  repeat: z.number().int().min(0).max(policyLimits.repeat).default(0),
  /** A page of low urgency waits for the working hours of whom it tells (each person's own), or does not. */
  lowUrgency: z.enum(['working-hours', 'at-once']).default('working-hours'),
  /** When the last step of the last round has gone by and `after` more. Without targets the admins of the team (or of all) are told. */
  otherwise: z
    .strictObject({
      after: waitTime.default('PT5M'),
      notify: z.array(target).max(policyLimits.targets).default([]),
    })
    .prefault({}),
  /** Whom a page had been sent to is told when it is resolved. */
  tellResolved: z.boolean().default(false),
});

/** `kind: EscalationPolicy` of Leadline's own documents: `spec` is what `PUT /api/v1/escalation-policies/{name}` takes. */
export const policyDocument = z.strictObject({
  apiVersion: z.literal('leadline.dev/v1'),
  kind: z.literal('EscalationPolicy'),
  metadata: z.strictObject({ name: oncallName }),
  spec: policySpec,
});

export const policy = z.object({
  name: z.string(),
  spec: policySpec,
  /** What happens after the last step, in words: it is always stated. */
  afterLast: z.string(),
  /** What is odd but allowed. */
  warnings: z.array(z.string()),
  origin: z.enum(['hand', 'file']),
  source: z.string().nullable(),
  changedAt: instant,
  changedBy: z.string(),
});

const params = z.object({ name: oncallName });

export const putPolicy = route({
  method: 'PUT',
  path: '/api/v1/escalation-policies/:name',
  summary: 'Makes an escalation policy be as said; pages in flight keep the one they began with',
  access: signedIn,
  params,
  body: policySpec.extend({
    origin: z.enum(['hand', 'file']).default('hand'),
    source: z.string().max(500).nullable().default(null),
  }),
  answer: z.object({ outcome: z.enum(['created', 'changed', 'unchanged']), policy }),
});

export const listPolicies = route({
  method: 'GET',
  path: '/api/v1/escalation-policies',
  summary: 'Escalation policies by name',
  access: signedIn,
  query: z.object({
    cursor: z.string().max(500).optional(),
    limit: z.coerce.number().int().min(1).max(policyLimits.pageSize).default(50),
    team: oncallName.optional(),
  }),
  answer: z.object({ items: z.array(policy), next: z.string().nullable() }),
});

export const getPolicy = route({
  method: 'GET',
  path: '/api/v1/escalation-policies/:name',
  summary: 'One escalation policy',
  access: signedIn,
  params,
  answer: policy,
});

export const deletePolicy = route({
  method: 'DELETE',
  path: '/api/v1/escalation-policies/:name',
  summary: 'Deletes an escalation policy; pages in flight keep their copy of it',
  access: signedIn,
  params,
});

/** One message that somebody would get, or a step that would tell nobody, with its reason. */
export const triedStep = z.object({
  step: z.number().int(),
  round: z.number().int(),
  at: instant,
  /** Closed set: why the step tells whom it tells, or nobody. */
  reason: z.string(),
  text: z.string(),
  notifies: z.array(
    z.object({
      person: z.string().nullable(),
      displayName: z.string().nullable(),
      contactMethod: z.string(),
      channel: z.string(),
      at: instant,
      why: z.string(),
    }),
  ),
});

export const tryPolicy = route({
  method: 'POST',
  path: '/api/v1/escalation-policies/:name/try',
  summary: 'Says who would be paged at an instant if nobody answered, step by step with reasons; pages nobody',
  access: signedIn,
  params,
  query: z.object({ at: instant.optional(), urgency: z.enum(['high', 'low']).default('high') }),
  answer: z.object({ at: instant, urgency: z.enum(['high', 'low']), steps: z.array(triedStep), afterLast: z.string() }),
});

/** `data` of the events about policies. Subject: `escalation-policy:<name>`. */
export const policyEvents = {
  'escalation-policy.changed': z.object({ outcome: z.enum(['created', 'changed']), spec: policySpec }),
  'escalation-policy.removed': z.object({ spec: policySpec }),
} as const;

export type Policy = z.output<typeof policy>;
export type PolicySpec = z.output<typeof policySpec>;
export type PolicyTarget = z.output<typeof target>;
export type TriedStep = z.output<typeof triedStep>;
