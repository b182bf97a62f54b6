import { z } from 'zod';
import { atLeast, route, signedIn } from '../../../kernel/route.ts';
import { objectiveName } from '../contract.ts';
import { million, objectiveLimits } from '../domain/objective.ts';

/** Budget policies: under which conditions what follows. Whoever acts on it (the gate of changes) asks for the facts. */

const instant = z.iso.datetime({ offset: true });

export const policyLimits = { rulesMax: 20, policiesMax: 200, titleLength: 200, becauseLength: 1_000 } as const;

const share = z
  .number()
  .int()
  .min(1)
  .max(100 * million)
  .describe('Share of the budget, ppm: 200,000 is 20 %');

export const policyCondition = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('spent'), sharePpm: share }),
  z.strictObject({ kind: z.literal('exhausted') }),
  z.strictObject({ kind: z.literal('burning'), urgency: z.enum(['page', 'ticket']) }),
  z.strictObject({ kind: z.literal('single-incident'), sharePpm: share }),
  z.strictObject({ kind: z.literal('incident-class'), sharePpm: share }),
]);

export const policyConsequence = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('freeze-changes'), except: z.array(z.enum(['p0', 'security'])).max(2) }),
  z.strictObject({ kind: z.literal('require-approval'), from: z.enum(['owner', 'sre']) }),
  z.strictObject({
    kind: z.literal('open-action'),
    priority: z.enum(['p0', 'p1']),
    what: z.string().trim().min(3).max(500),
  }),
]);

export const saidOfPolicy = z.strictObject({
  title: z.string().trim().min(1).max(policyLimits.titleLength),
  /** Window over which spent shares are judged, minutes; null: the objective's own. */
  overMinutes: z.number().int().min(5).max(objectiveLimits.windowMinutesMax).nullable().default(null),
  rules: z
    .array(
      z.strictObject({
        name: objectiveName,
        when: policyCondition,
        // oxlint-disable-next-line unicorn/no-thenable
        then: z.array(policyConsequence).min(1).max(5),
        because: z.string().trim().min(3).max(policyLimits.becauseLength),
      }),
    )
    .max(policyLimits.rulesMax)
    .refine((rules) => new Set(rules.map(({ name }) => name)).size === rules.length, {
      message: 'two rules have the same name; give each its own',
    }),
});

export const budgetPolicy = z.object({
  name: objectiveName,
  ...saidOfPolicy.shape,
  /** The workbook's, that is there without being written. */
  builtIn: z.boolean(),
  changedBy: z.string().nullable(),
  changedAt: instant.nullable(),
});

export const listPolicies = route({
  method: 'GET',
  path: '/api/v1/budget-policies',
  summary: 'Budget policies, by name; `default` is the SRE workbook’s where nobody wrote another',
  access: signedIn,
  answer: z.object({ items: z.array(budgetPolicy) }),
});

export const getPolicy = route({
  method: 'GET',
  path: '/api/v1/budget-policies/:name',
  summary: 'One budget policy',
  access: signedIn,
  params: z.object({ name: objectiveName }),
  answer: budgetPolicy,
});

export const putPolicy = route({
  method: 'PUT',
  path: '/api/v1/budget-policies/:name',
  summary: 'Makes or changes a budget policy; it may bind objectives of every team',
  access: atLeast('editor'),
  params: z.object({ name: objectiveName }),
  body: saidOfPolicy,
  answer: z.object({ outcome: z.enum(['created', 'changed', 'unchanged']), policy: budgetPolicy }),
});

export const deletePolicy = route({
  method: 'DELETE',
  path: '/api/v1/budget-policies/:name',
  summary: 'Deletes a budget policy that no objective names; `default` becomes the workbook’s again',
  access: atLeast('editor'),
  params: z.object({ name: objectiveName }),
});

export const policyFinding = z.object({
  rule: z.string(),
  consequence: policyConsequence,
  /** What it is about: the budget, a tier, an incident. */
  cause: z.string(),
  /** The condition with its numbers, and why the rule stands. */
  reason: z.string(),
});

export const policyStanding = z.object({
  objective: z.string(),
  service: z.string().nullable(),
  /** The one that holds; `default` where the objective names one that is not there, which `missing` then tells. */
  policy: z.object({ name: z.string(), title: z.string(), missing: z.string().nullable() }),
  /** The window that shares are judged over. */
  from: instant,
  to: instant,
  facts: z.object({
    good: z.number(),
    bad: z.number(),
    total: z.number(),
    allowed: z.number(),
    /** Bad over allowed: 1 is all of the budget; null without data. */
    spentRatio: z.number().nullable(),
    firing: z.array(z.object({ tier: z.string(), urgency: z.enum(['page', 'ticket']) })),
    /** Marked as real by people, and the stretches in which a page fired that nobody marked. */
    incidents: z.array(
      z.object({
        name: z.string(),
        from: instant,
        to: instant,
        marked: z.boolean(),
        bad: z.number(),
        shareOfBudget: z.number().nullable(),
      }),
    ),
  }),
  /** Every rule: whether it holds, and its numbers. `unknown` where nobody can know it yet. */
  rules: z.array(
    z.object({ rule: z.string(), holds: z.enum(['yes', 'no', 'unknown']), when: policyCondition, reason: z.string() }),
  ),
  findings: z.array(policyFinding),
});

export const getPolicyStanding = route({
  method: 'GET',
  path: '/api/v1/objectives/:name/policy',
  summary: 'What follows from the budget policy of an objective now, with the numbers of each condition',
  access: signedIn,
  params: z.object({ name: objectiveName }),
  answer: policyStanding,
});

/** `kind: BudgetPolicy` as `leadline apply -f` takes it. */
export const policyDocument = z.strictObject({
  apiVersion: z.literal('leadline.dev/v1'),
  kind: z.literal('BudgetPolicy'),
  metadata: z.strictObject({ name: objectiveName }),
  spec: saidOfPolicy,
});

/** `data` of the events. Subject of the first two: `budget-policy:<name>`; of the others: `objective:<name>`. */
export const policiesEvents = {
  'budget-policy.described': z.object({
    outcome: z.enum(['created', 'changed']),
    before: z.unknown(),
    after: z.unknown(),
  }),
  'budget-policy.deleted': z.object({ before: z.unknown() }),
  'policy.consequence-began': policyFinding.extend({ policy: z.string() }),
  'policy.consequence-ended': policyFinding.extend({ policy: z.string(), since: instant }),
} as const;

export type BudgetPolicyAnswer = z.output<typeof budgetPolicy>;
export type PolicyStanding = z.output<typeof policyStanding>;
