import { z } from 'zod';
import { route, signedIn } from '../../../kernel/route.ts';
import { handle } from '../../identity/contract.ts';
import { alertLimits, severities } from '../domain/alert.ts';
import { policyLimits, routeSpec, routeTarget } from './policy.ts';

const instant = z.iso.datetime({ offset: true });

const saidRoute = z.strictObject({ name: handle, spec: routeSpec });
const proposal = {
  /** As if these stood; one of a name that is known takes its place. */
  routes: z.array(saidRoute).max(policyLimits.routes).default([]),
  /** As if these were deleted. */
  without: z.array(handle).max(policyLimits.routes).default([]),
};
export const tryRoutesBody = z.union(
  [
    z.strictObject({
      alert: z.union([
        z.strictObject({ id: z.uuid() }),
        z.strictObject({
          labels: z.record(z.string(), z.string().max(alertLimits.labelValue)).default({}),
          severity: z.enum(severities).optional(),
          service: z.string().max(alertLimits.service).optional(),
          integration: z.string().max(255).optional(),
        }),
      ]),
      at: instant.optional(),
      ...proposal,
    }),
    z.strictObject({ days: z.number().int().min(1).max(policyLimits.tryDays), ...proposal }),
  ],
  { error: 'give an alert ({alert: {labels: {…}}} or {alert: {id}}), or {days: 30} to look at the alerts of the past' },
);

const triedRoute = z.object({
  /** Path of the route; null: none took it. */
  route: z.string().nullable(),
  reason: z.string(),
  to: z.array(z.object({ target: routeTarget, name: z.string(), why: z.string() })),
  urgency: z.enum(['high', 'low']),
  group: z.object({ labels: z.record(z.string(), z.string()), reason: z.string() }),
  /** When it would be told at the earliest; null where the route tells nobody at that time. */
  when: instant.nullable(),
  whenReason: z.string(),
  repeatSeconds: z.number(),
});
const way = z.object({
  routes: z.array(z.string().nullable()),
  to: z.array(z.string()),
  urgency: z.enum(['high', 'low']),
});
export const tried = z.union([
  z.object({
    at: instant,
    labels: z.record(z.string(), z.string()),
    routes: z.array(triedRoute),
    passedOver: z.array(z.object({ route: z.string(), why: z.string() })),
    /** What would hold it back at that time. */
    silenced: z.object({ by: z.array(z.string()), reason: z.string(), until: instant }).nullable(),
  }),
  z.object({
    from: instant,
    to: instant,
    alerts: z.number().int(),
    /** More alerts stood in that time than one try looks at. */
    truncated: z.boolean(),
    changed: z.number().int(),
    changes: z.array(
      z.object({
        before: way,
        after: way,
        count: z.number().int(),
        examples: z.array(
          z.object({ id: z.uuid(), summary: z.string(), service: z.string().nullable(), startsAt: instant }),
        ),
      }),
    ),
    /** How many alerts each route takes, of the proposed ones. */
    taken: z.array(z.object({ route: z.string().nullable(), before: z.number().int(), after: z.number().int() })),
  }),
]);
export const tryRoutes = route({
  method: 'POST',
  path: '/api/v1/routes/try',
  summary: 'Says who would be told of an alert, why and when; or what other routes would have changed in the last days',
  access: signedIn,
  body: tryRoutesBody,
  answer: tried,
});

export type TryAsked = z.output<typeof tryRoutesBody>;
export type Tried = z.output<typeof tried>;
