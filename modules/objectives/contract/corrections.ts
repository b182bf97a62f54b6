import { z } from 'zod';
import { route, signedIn } from '../../../kernel/route.ts';
import { objectiveName } from '../contract.ts';

/** Planned maintenance, excluded time and excluded traffic: who, why, once or again and again; never a silent change of the past. */

const instant = z.iso.datetime({ offset: true });

export const correctionLimits = {
  reasonLength: 1_000,
  rruleLength: 500,
  /** A first time lies and lasts at most so many days from now, in both directions: counts by hour are kept about as long. */
  daysMax: 400,
  objectivesMax: 500,
  /** Proposed ones and those in force that touch one objective. */
  perObjective: 200,
  /** Stretches of time that all corrections of one objective leave out of one year, joined where they touch. */
  stretchesMax: 1_000,
  /** Conditions on attributes that name excluded traffic. */
  attributesMax: 20,
} as const;

export const correctionKind = z.enum(['maintenance', 'outside-our-control', 'test-traffic', 'wrong-data', 'other']);
export const correctionState = z.enum(['proposed', 'in-force', 'refused', 'withdrawn']);

const attributeFilter = z.strictObject({
  key: z.string().min(1).max(200),
  op: z.enum(['=', '!=', '<', '<=', '>', '>=', '=~', '!~']).default('='),
  value: z.string().max(1_000),
});

/** Requests that do not count, all of what is named must hold: a load test, a scanner, one customer's broken client. */
export const excludedTraffic = z.strictObject({
  environment: z.string().min(1).max(255).nullable().default(null),
  operation: z.string().min(1).max(1_000).nullable().default(null),
  attributes: z.array(attributeFilter).max(correctionLimits.attributesMax).default([]),
});

export const saidOfCorrection = z.object({
  /** The objectives it is about: by name, or all of a service. One of the two. */
  objectives: z.array(objectiveName).max(correctionLimits.objectivesMax).default([]),
  service: z.string().min(1).max(255).nullable().default(null),
  /** Begin and end of the first (or only) time; whole minutes, else outwards. */
  from: instant,
  to: instant,
  /** RRULE of RFC 5545 for repetition, wall-clock in `zone`; null for once. */
  rrule: z.string().max(correctionLimits.rruleLength).nullable().default(null),
  zone: z.string().max(64).default('UTC'),
  /** Only these requests are left out, of objectives over spans; null: everything in that time. */
  traffic: excludedTraffic.nullable().default(null),
  kind: correctionKind.default('maintenance'),
  reason: z.string().trim().min(8).max(correctionLimits.reasonLength),
});

export const correction = saidOfCorrection.extend({
  id: z.uuid(),
  /** Where it is kept as code; null for others. */
  name: z.string().nullable(),
  state: correctionState,
  createdBy: z.string(),
  createdAt: instant,
  /** Who decided last, and when: also who withdrew it. Whoever proposed it, where no approval was needed. */
  decidedBy: z.string().nullable(),
  decidedAt: instant.nullable(),
  decisionReason: z.string().nullable(),
  /** Since when it holds (or held, before it was withdrawn); null where it never came into force. */
  inForceSince: instant.nullable(),
  /** It leaves out time that had passed when it came into force (or was proposed): a budget of the past changed by it. */
  retroactive: z.boolean(),
  /** Whether what remains of the traffic is counted, from when on it is left out; null where all of the time is. */
  trafficCounted: z.boolean().nullable().default(null),
  /** The next times it applies, at most ten. */
  next: z.array(z.object({ from: instant, to: instant })),
});

export const listCorrections = route({
  method: 'GET',
  path: '/api/v1/corrections',
  summary: 'Corrections of budgets, newest first',
  access: signedIn,
  query: z.object({
    cursor: z.string().max(500).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    /** Only those that touch this objective, by its name or by its service. */
    objective: objectiveName.optional(),
    state: correctionState.optional(),
    /** Only those that are kept as code. */
    named: z.stringbool().optional(),
  }),
  answer: z.object({ items: z.array(correction), next: z.string().nullable() }),
});

export const proposeCorrection = route({
  method: 'POST',
  path: '/api/v1/corrections',
  summary: 'Excludes time or traffic from budgets; in force at once, or after an approval where that is configured',
  access: signedIn,
  body: saidOfCorrection,
  answer: correction,
});

export const decideCorrection = route({
  method: 'POST',
  path: '/api/v1/corrections/:id/decision',
  summary: 'Approves, refuses or withdraws a correction; who proposed it does not approve it',
  access: signedIn,
  params: z.object({ id: z.uuid() }),
  body: z.object({ decision: z.enum(['approve', 'refuse', 'withdraw']), reason: z.string().max(1_000).default('') }),
  answer: correction,
});

export const applyCorrection = route({
  method: 'PUT',
  path: '/api/v1/named-corrections/:name',
  summary: 'Makes a correction that is kept as code; another text withdraws the one before and proposes a new one',
  access: signedIn,
  params: z.object({ name: objectiveName }),
  body: saidOfCorrection,
  answer: z.object({ outcome: z.enum(['created', 'changed', 'unchanged']), correction }),
});

export const removeCorrection = route({
  method: 'DELETE',
  path: '/api/v1/named-corrections/:name',
  summary: 'Withdraws a correction that is kept as code',
  access: signedIn,
  params: z.object({ name: objectiveName }),
});

/** `kind: Correction` as `leadline apply -f` takes it. */
export const correctionDocument = z.strictObject({
  apiVersion: z.literal('leadline.dev/v1'),
  kind: z.literal('Correction'),
  metadata: z.strictObject({ name: objectiveName }),
  spec: z.strictObject(saidOfCorrection.shape),
});

/** `data` of the events; subject: `correction:<id>`. */
export const correctionsEvents = {
  'correction.proposed': z.object({ correction, approvalNeeded: z.boolean() }),
  'correction.approved': z.object({ correction }),
  'correction.refused': z.object({ correction }),
  /** `before`: whether it had been in force, and budgets change by its end. */
  'correction.withdrawn': z.object({ correction, before: correctionState }),
} as const;

export type ExcludedTraffic = z.output<typeof excludedTraffic>;
export type Correction = z.output<typeof correction>;
export type SaidOfCorrection = z.output<typeof saidOfCorrection>;
