import { z } from 'zod';
import { atLeast, route, signedIn } from '../../../kernel/route.ts';
import { secondsOf } from '../../../kernel/time-span.ts';
import { handle } from '../../identity/contract.ts';
import { alertLimits, severities } from '../domain/alert.ts';
import { matcherLimits } from '../domain/policy/parse-matchers.ts';
import { flapDefaults } from '../domain/policy/flapping.ts';
import { parentDefaults } from '../domain/policy/parent-down.ts';

/** Bounds of what may be said. */
export const policyLimits = {
  /** Routes of one document, at all levels, and how deep they may lie. */
  nodes: 1_000,
  levels: 8,
  routes: 1_000,
  targets: 20,
  groupBy: 64,
  intervals: 100,
  intervalEntries: 100,
  intervalParts: 50,
  inhibitions: 1_000,
  silencesActive: 5_000,
  why: 4_000,
  url: 2_000,
  waitSeconds: 86_400,
  repeatSeconds: 30 * 86_400,
  pageSize: 500,
  tryDays: 30,
  /** Alerts of the past that one try looks at, the newest. */
  tryAlerts: 50_000,
} as const;

const instant = z.iso.datetime({ offset: true });
export const matchersSaid = (what: string) =>
  z
    .array(z.string().min(1).max(matcherLimits.textLength))
    .max(matcherLimits.matchersMax)
    .describe(`${what}, each such as service=~"shop/.*"; all of them must hold`);
const duration = (most: number) =>
  z
    .string()
    .max(40)
    .refine((text) => secondsOf(text) !== null, 'a duration of days, hours, minutes and seconds: PT5M')
    .refine((text) => (secondsOf(text) ?? 0) <= most, `at most ${most / 3_600} hours`);
export const marksSaid = {
  origin: z.enum(['hand', 'file']).default('hand'),
  source: z.string().max(500).nullable().default(null),
};

export const routeTarget = z.union(
  [
    z.strictObject({ team: handle }),
    z.strictObject({ policy: handle }),
    z.strictObject({ person: handle }),
    z.strictObject({ owner: z.literal(true) }),
    z.strictObject({
      webhook: z.strictObject({
        url: z.url({ protocol: /^https?$/ }).max(policyLimits.url),
        format: z.enum(['alertmanager', 'cloudevents']).default('alertmanager'),
        sendResolved: z.boolean().default(true),
      }),
    }),
  ],
  {
    error:
      'one of team, policy, person (names), owner: true (of the service) or webhook: {url, format: alertmanager|cloudevents, sendResolved}',
  },
);

export const timeInterval = z.strictObject({
  weekdays: z.array(z.string().max(40)).max(policyLimits.intervalParts).optional(),
  daysOfMonth: z.array(z.string().max(40)).max(policyLimits.intervalParts).optional(),
  months: z.array(z.string().max(40)).max(policyLimits.intervalParts).optional(),
  years: z.array(z.string().max(40)).max(policyLimits.intervalParts).optional(),
  times: z
    .array(z.strictObject({ from: z.string().max(5), to: z.string().max(5) }))
    .max(policyLimits.intervalParts)
    .optional(),
  zone: z.string().max(100).optional(),
});

const intervalNames = z.array(z.string().min(1).max(200)).max(policyLimits.intervals).default([]);

const nodeFields = {
  match: matchersSaid('Matchers').default([]),
  /** Absent: as the route above says, at the top the owner of the service. Empty: nobody is told. */
  to: z.array(routeTarget).max(policyLimits.targets).optional(),
  urgency: z.enum(['high', 'low', 'by-severity']).optional(),
  group: z
    .strictObject({
      /** Labels; `['...']` is every label. */
      by: z.array(z.string().min(1).max(alertLimits.labelName)).max(policyLimits.groupBy).optional(),
      wait: duration(policyLimits.waitSeconds).optional(),
      interval: duration(policyLimits.waitSeconds).optional(),
    })
    .optional(),
  repeat: duration(policyLimits.repeatSeconds).optional(),
  continue: z.boolean().default(false),
  times: z.strictObject({ only: intervalNames, never: intervalNames }).optional(),
};

const node = z.strictObject(nodeFields);

/** A route below another; what it leaves out it has from above, `match`, `continue` and `times` aside. */
export interface RouteBelow extends z.output<typeof node> {
  readonly routes: readonly RouteBelow[];
}
export interface RouteBelowSaid extends z.input<typeof node> {
  readonly routes?: readonly RouteBelowSaid[] | undefined;
}
/** Level by level, because a reader that calls itself can be brought down by a body that nests a thousand times. */
const below = (levels: number): z.ZodType<RouteBelow, RouteBelowSaid> =>
  z.strictObject({
    ...nodeFields,
    routes: (levels === 0
      ? z.array(z.never()).max(0, `at most ${policyLimits.levels} levels of routes`)
      : z.array(below(levels - 1)).max(policyLimits.nodes)
    ).default([]) as z.ZodDefault<z.ZodType<RouteBelow[], RouteBelowSaid[]>>,
  });
const routesBelow = z
  .array(below(policyLimits.levels - 1))
  .max(policyLimits.nodes)
  .default([]);

export const routeSpec = z.strictObject({
  /** Its editors may change it. */
  team: handle.nullable().default(null),
  /** Routes are asked in this order, then by name. */
  order: z.number().int().min(0).max(1_000_000).default(100),
  ...nodeFields,
  timeIntervals: z
    .record(z.string().min(1).max(200), z.array(timeInterval).max(policyLimits.intervalEntries))
    .default({}),
  routes: routesBelow,
});

export const documentOf = <const Kind extends string, Spec extends z.ZodType>(kind: Kind, spec: Spec) =>
  z.strictObject({
    apiVersion: z.literal('leadline.dev/v1'),
    kind: z.literal(kind),
    metadata: z.strictObject({ name: handle }),
    spec,
  });

/** `kind: Route` of Leadline's own documents: `spec` is what `PUT /api/v1/routes/{name}` takes. */
export const routeDocument = documentOf('Route', routeSpec);

const marked = {
  origin: z.enum(['hand', 'file']),
  source: z.string().nullable(),
  changedAt: instant,
  changedBy: z.string(),
};
export const alertRoute = z
  .object({ name: z.string(), spec: routeSpec, warnings: z.array(z.string()), ...marked })
  .meta({ id: 'Route' });

const named = z.object({ name: handle });
export const outcome = z.enum(['created', 'changed', 'unchanged']);
export const paged = {
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(policyLimits.pageSize).default(100),
};

export const listRoutes = route({
  method: 'GET',
  path: '/api/v1/routes',
  summary: 'Routes in the order in which alerts are tried on them; what none takes goes to the owner of its service',
  access: signedIn,
  query: z.object({ ...paged, team: handle.optional() }),
  answer: z.object({ items: z.array(alertRoute), next: z.string().nullable() }),
});
export const getRoute = route({
  method: 'GET',
  path: '/api/v1/routes/:name',
  summary: 'One route with all routes below it',
  access: signedIn,
  params: named,
  answer: alertRoute,
});
export const putRoute = route({
  method: 'PUT',
  path: '/api/v1/routes/:name',
  summary: 'Makes a route be as said; alerts are judged by it from then on',
  access: signedIn,
  params: named,
  body: routeSpec.extend(marksSaid),
  answer: z.object({ outcome, route: alertRoute }),
});
export const deleteRoute = route({
  method: 'DELETE',
  path: '/api/v1/routes/:name',
  summary: 'Deletes a route; its alerts are tried on the next ones',
  access: signedIn,
  params: named,
});

export const inhibitionSpec = z.strictObject({
  team: handle.nullable().default(null),
  source: matchersSaid('Alerts that hold others back while they fire').min(1),
  target: matchersSaid('Alerts that are held back').min(1),
  /** Labels that both must have alike; one that both lack is alike too. */
  equal: z.array(z.string().min(1).max(alertLimits.labelName)).max(policyLimits.groupBy).default([]),
});
export const inhibitionDocument = documentOf('Inhibition', inhibitionSpec);
export const inhibition = z
  .object({ name: z.string(), spec: inhibitionSpec, warnings: z.array(z.string()), ...marked })
  .meta({ id: 'Inhibition' });

export const listInhibitions = route({
  method: 'GET',
  path: '/api/v1/inhibitions',
  summary: 'Inhibitions by name: which alerts hold others back while they fire',
  access: signedIn,
  query: z.object(paged),
  answer: z.object({ items: z.array(inhibition), next: z.string().nullable() }),
});
export const getInhibition = route({
  method: 'GET',
  path: '/api/v1/inhibitions/:name',
  summary: 'One inhibition',
  access: signedIn,
  params: named,
  answer: inhibition,
});
export const putInhibition = route({
  method: 'PUT',
  path: '/api/v1/inhibitions/:name',
  summary: 'Makes an inhibition be as said',
  access: signedIn,
  params: named,
  body: inhibitionSpec.extend({ ...marksSaid, source: inhibitionSpec.shape.source, file: marksSaid.source }),
  answer: z.object({ outcome, inhibition }),
});
export const deleteInhibition = route({
  method: 'DELETE',
  path: '/api/v1/inhibitions/:name',
  summary: 'Deletes an inhibition; what it held back is told',
  access: signedIn,
  params: named,
});

const seconds = z.number().int();
export const suppression = z.object({
  parentDown: z
    .object({
      /** Whether alerts of a service are held back while what it stands on is down. */
      enabled: z.boolean().default(parentDefaults.enabled),
      /** An alert at least so grave says that its service is down. */
      downFrom: z.enum(severities).default(parentDefaults.downFrom),
      stepsMax: z.number().int().min(1).max(10).default(parentDefaults.stepsMax),
      holdSecondsMax: seconds
        .min(60)
        .max(7 * 86_400)
        .default(parentDefaults.holdSecondsMax),
    })
    .prefault({}),
  flapping: z
    .object({
      enabled: z.boolean().default(flapDefaults.enabled),
      timesMin: z.number().int().min(2).max(100).default(flapDefaults.timesMin),
      withinSeconds: seconds.min(60).max(86_400).default(flapDefaults.withinSeconds),
      calmSeconds: seconds.min(60).max(86_400).default(flapDefaults.calmSeconds),
    })
    .prefault({}),
});
const suppressionNow = suppression.extend({ changedAt: instant.nullable(), changedBy: z.string().nullable() });

export const getSuppression = route({
  method: 'GET',
  path: '/api/v1/suppression',
  summary: 'How far flapping and the service map hold alerts back',
  access: signedIn,
  answer: suppressionNow,
});
export const putSuppression = route({
  method: 'PUT',
  path: '/api/v1/suppression',
  summary: 'Says how far flapping and the service map hold alerts back; what is left out takes its default',
  access: atLeast('editor'),
  body: suppression,
  answer: suppressionNow,
});

/** `data` of the events about what alerts are judged by. Subjects: `route:<name>`, `inhibition:<name>`, `suppression`. */
export const policyEvents = {
  'route.changed': z.object({ outcome: z.enum(['created', 'changed']), spec: routeSpec }),
  'route.removed': z.object({ spec: routeSpec }),
  'inhibition.changed': z.object({ outcome: z.enum(['created', 'changed']), spec: inhibitionSpec }),
  'inhibition.removed': z.object({ spec: inhibitionSpec }),
  'suppression.changed': z.object({ suppression }),
} as const;

export type RouteSpec = z.output<typeof routeSpec>;
export type RouteSaid = z.input<typeof routeSpec>;
export type AlertRoute = z.output<typeof alertRoute>;
export type InhibitionSpec = z.output<typeof inhibitionSpec>;
export type InhibitionSaid = z.input<typeof inhibitionSpec>;
export type InhibitionAnswer = z.output<typeof inhibition>;
export type SuppressionSettings = z.output<typeof suppression>;
export type TimeIntervalSaid = z.output<typeof timeInterval>;
