import { z } from 'zod';
import { route, signedIn } from '../../kernel/route.ts';

/** Limits of what a description may hold; a longer one is refused with the field named. */
export const catalogLimits = {
  nameLength: 255,
  textLength: 4_000,
  titleLength: 200,
  links: 50,
  tags: 50,
  dependencies: 500,
  steps: 50,
  pageSize: 200,
  figuresMinutes: 24 * 60,
} as const;

const instant = z.iso.datetime({ offset: true });
const title = z.string().trim().min(1).max(catalogLimits.titleLength);
const text = z.string().max(catalogLimits.textLength);

/** `namespace/name`, or the name alone where telemetry names no namespace. One encoded path segment in URLs. */
export const serviceName = z
  .string()
  .min(1)
  .max(catalogLimits.nameLength)
  .refine((value) => value.trim() === value, 'must not begin or end with white space')
  // A zod pattern cannot say "no control characters" without one in its source.
  .refine((value) => !/\p{Cc}/u.test(value), 'must not hold control characters');

/** Name of a journey, a system, an API or a resource: as in a URL. */
export const entityName = z
  .string()
  .min(1)
  .max(127)
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?$/, 'letters, digits, dots, dashes, slashes and underscores');

/** How much depends on a service: 1 is what the customer notices at once, 4 may be away for days. */
export const tier = z.number().int().min(1).max(4);

/**
 * Who describes a thing: `telemetry` found it and nobody has said more, `hand` is a person on the page or by the API,
 * `file` is a document under version control: the page then shows where to change it.
 */
export const origin = z.enum(['telemetry', 'hand', 'file']);

export const link = z.object({
  title: title,
  url: z.url({ protocol: /^https?$/ }).max(2_000),
  /** What lies behind: `runbook`, `dashboard`, `source`, `documentation`, `chat`, … */
  kind: z.string().max(50).optional(),
});

/** Ways in which one service uses another thing. */
export const dependencyKind = z.enum(['http', 'rpc', 'messaging', 'database', 'other']);

export const dependency = z.object({
  /** Name of the service, or what stands in the telemetry of the caller: `postgresql: orders`, `kafka: payments`. */
  target: z.string().min(1).max(catalogLimits.nameLength),
  /** `service` when the target sends telemetry or is described here, else what kind of thing it is. */
  targetKind: z.enum(['service', 'database', 'messaging', 'external']),
  kind: dependencyKind,
  origin: origin,
  firstSeen: instant.nullable(),
  lastSeen: instant.nullable(),
});

export const versionSeen = z.object({
  version: z.string(),
  environment: z.string(),
  firstSeen: instant,
  lastSeen: instant,
});

/** The golden figures of one service in one environment over the last minutes. Null is "no data", never 0. */
export const goldenFigures = z.object({
  from: instant,
  to: instant,
  requests: z.number().int().nullable(),
  errors: z.number().int().nullable(),
  requestsPerSecond: z
    .number()
    .nullable()
    .describe('Requests divided by the seconds from the later of `from` and the first sight of the service to now'),
  errorRatio: z.number().nullable(),
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  stepSeconds: z.number().int(),
  /** One value a step, oldest first; null where nothing was seen. */
  sparklines: z.object({
    requestsPerSecond: z.array(z.number().nullable()),
    errorRatio: z.array(z.number().nullable()),
    p99Ms: z.array(z.number().nullable()),
  }),
});

/** Why a row stands where it stands in "worst first", from a closed set. */
export const health = z.object({
  level: z.enum(['critical', 'warning', 'good', 'quiet', 'unknown']),
  reason: z.enum(['errors-high', 'errors-raised', 'latency-raised', 'nothing-wrong', 'no-requests', 'figures-away']),
});

export const serviceSummary = z.object({
  name: serviceName,
  /** `deployment.environment.name`; '' where telemetry names none or the service was never seen. */
  environment: z.string(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  owner: z.string().nullable(),
  tier: tier.nullable(),
  system: z.string().nullable(),
  tags: z.array(z.string()),
  origin: origin,
  /** The version seen last in this environment. */
  version: z.string().nullable(),
  firstSeen: instant.nullable(),
  lastSeen: instant.nullable(),
  /** Null while the telemetry engine is away. */
  figures: goldenFigures.nullable(),
  health: health,
});

export const service = z.object({
  name: serviceName,
  title: z.string().nullable(),
  description: z.string().nullable(),
  owner: z.string().nullable(),
  tier: tier.nullable(),
  lifecycle: z.string().nullable(),
  /** `service`, `website`, `library`: what a document says; null for what only telemetry knows. */
  type: z.string().nullable(),
  system: z.string().nullable(),
  tags: z.array(z.string()),
  links: z.array(link),
  origin: origin,
  /** Who described it last and, for files, where. */
  described: z.object({ by: z.string(), at: instant, source: z.string().nullable() }).nullable(),
  environments: z.array(z.object({ environment: z.string(), firstSeen: instant, lastSeen: instant })),
  versions: z.array(versionSeen),
  dependencies: z.array(dependency),
  /** Services that use this one. */
  dependents: z.array(
    z.object({
      service: serviceName,
      kind: dependencyKind,
      origin: origin,
      firstSeen: instant.nullable(),
      lastSeen: instant.nullable(),
    }),
  ),
  apis: z.object({ provides: z.array(z.string()), consumes: z.array(z.string()) }),
  journeys: z.array(z.string()),
});

/** What a person or a file says of a service. Absent means: nothing said; the whole description is replaced. */
export const serviceDescription = z.strictObject({
  title: title.nullable().default(null),
  description: text.nullable().default(null),
  owner: z.string().min(1).max(catalogLimits.nameLength).nullable().default(null),
  tier: tier.nullable().default(null),
  lifecycle: z.string().min(1).max(50).nullable().default(null),
  type: z.string().min(1).max(50).nullable().default(null),
  system: entityName.nullable().default(null),
  tags: z.array(z.string().min(1).max(63)).max(catalogLimits.tags).default([]),
  links: z.array(link).max(catalogLimits.links).default([]),
  dependsOn: z
    .array(
      z.strictObject({
        target: z.string().min(1).max(catalogLimits.nameLength),
        kind: dependencyKind.default('other'),
        targetKind: z.enum(['service', 'database', 'messaging', 'external']).default('service'),
      }),
    )
    .max(catalogLimits.dependencies)
    .default([]),
  provides: z.array(z.string().min(1).max(200)).max(catalogLimits.dependencies).default([]),
  consumes: z.array(z.string().min(1).max(200)).max(catalogLimits.dependencies).default([]),
  origin: z.enum(['hand', 'file']).default('hand'),
  /** The file that says so, for `origin: file`. */
  source: z.string().max(500).nullable().default(null),
});

export const journeyDescription = z.strictObject({
  title: title.nullable().default(null),
  description: text.nullable().default(null),
  owner: z.string().min(1).max(catalogLimits.nameLength).nullable().default(null),
  /** What a person does, in order, and which service and operation stands behind each step. */
  steps: z
    .array(
      z.strictObject({
        name: title,
        service: serviceName,
        operation: z.string().min(1).max(500).nullable().default(null),
      }),
    )
    .min(1)
    .max(catalogLimits.steps),
  origin: z.enum(['hand', 'file']).default('hand'),
  source: z.string().max(500).nullable().default(null),
});

export const journey = z.object({
  name: entityName,
  title: z.string().nullable(),
  description: z.string().nullable(),
  owner: z.string().nullable(),
  steps: z.array(z.object({ name: z.string(), service: z.string(), operation: z.string().nullable() })),
  origin: z.enum(['hand', 'file']),
  described: z.object({ by: z.string(), at: instant, source: z.string().nullable() }),
});

/** Things that services belong to or use, from Backstage documents. */
export const entityKind = z.enum(['system', 'api', 'resource']);

export const entityDescription = z.strictObject({
  title: title.nullable().default(null),
  description: text.nullable().default(null),
  owner: z.string().min(1).max(catalogLimits.nameLength).nullable().default(null),
  type: z.string().min(1).max(50).nullable().default(null),
  lifecycle: z.string().min(1).max(50).nullable().default(null),
  system: entityName.nullable().default(null),
  tags: z.array(z.string().min(1).max(63)).max(catalogLimits.tags).default([]),
  links: z.array(link).max(catalogLimits.links).default([]),
  origin: z.enum(['hand', 'file']).default('hand'),
  source: z.string().max(500).nullable().default(null),
});

export const entity = z.object({
  kind: entityKind,
  name: entityName,
  title: z.string().nullable(),
  description: z.string().nullable(),
  owner: z.string().nullable(),
  type: z.string().nullable(),
  lifecycle: z.string().nullable(),
  system: z.string().nullable(),
  tags: z.array(z.string()),
  links: z.array(link),
  origin: z.enum(['hand', 'file']),
  described: z.object({ by: z.string(), at: instant, source: z.string().nullable() }),
  /** Services that belong to it, provide it, or use it. */
  services: z.array(z.string()),
});

/** What applying a document did. */
export const applied = z.object({ outcome: z.enum(['created', 'changed', 'unchanged']) });

const cursor = z.string().max(1_000).optional();
const limit = z.coerce.number().int().min(1).max(catalogLimits.pageSize).default(100);

export const listServices = route({
  method: 'GET',
  path: '/api/v1/services',
  summary: 'Services, one row for each environment they were seen in, with their golden figures, worst first',
  access: signedIn,
  query: z.object({
    cursor,
    limit,
    team: z.string().max(catalogLimits.nameLength).optional(),
    tier: z.coerce.number().int().min(1).max(4).optional(),
    environment: z.string().max(catalogLimits.nameLength).optional(),
    system: z.string().max(127).optional(),
    q: z.string().max(200).optional(),
    sort: z.enum(['worst', 'name', 'traffic']).default('worst'),
    /** How far back the figures look. */
    minutes: z.coerce.number().int().min(1).max(catalogLimits.figuresMinutes).default(60),
  }),
  answer: z.object({ items: z.array(serviceSummary), next: z.string().nullable(), total: z.number().int() }),
});

export const getService = route({
  method: 'GET',
  path: '/api/v1/services/:name',
  summary: 'One service: owner, tier, links, versions, environments, dependencies, journeys',
  access: signedIn,
  params: z.object({ name: serviceName }),
  answer: service,
});

export const putService = route({
  method: 'PUT',
  path: '/api/v1/services/:name',
  summary: 'Describes a service; needs editor in the owner team (the present and the new one) or in the organisation',
  access: signedIn,
  params: z.object({ name: serviceName }),
  body: serviceDescription,
  answer: applied,
});

export const deleteService = route({
  method: 'DELETE',
  path: '/api/v1/services/:name',
  summary: 'Forgets a service and its description; one that still sends telemetry appears again by itself',
  access: signedIn,
  params: z.object({ name: serviceName }),
});

export const listEnvironments = route({
  method: 'GET',
  path: '/api/v1/environments',
  summary: 'Environments that any service was seen in',
  access: signedIn,
  answer: z.object({
    items: z.array(z.object({ environment: z.string(), services: z.number().int(), lastSeen: instant })),
  }),
});

export const listJourneys = route({
  method: 'GET',
  path: '/api/v1/journeys',
  summary: 'Journeys: what a customer does, step by step, and the services behind it',
  access: signedIn,
  query: z.object({ cursor, limit }),
  answer: z.object({ items: z.array(journey), next: z.string().nullable() }),
});

export const getJourney = route({
  method: 'GET',
  path: '/api/v1/journeys/:name',
  summary: 'One journey',
  access: signedIn,
  params: z.object({ name: entityName }),
  answer: journey,
});

export const putJourney = route({
  method: 'PUT',
  path: '/api/v1/journeys/:name',
  summary: 'Describes a journey; needs editor in the owner team (the present and the new one) or in the organisation',
  access: signedIn,
  params: z.object({ name: entityName }),
  body: journeyDescription,
  answer: applied,
});

export const deleteJourney = route({
  method: 'DELETE',
  path: '/api/v1/journeys/:name',
  summary: 'Deletes a journey; needs editor in the owner team or in the organisation',
  access: signedIn,
  params: z.object({ name: entityName }),
});

export const listEntities = route({
  method: 'GET',
  path: '/api/v1/entities',
  summary: 'Systems, APIs and resources that documents describe',
  access: signedIn,
  query: z.object({ cursor, limit, kind: entityKind.optional() }),
  answer: z.object({ items: z.array(entity), next: z.string().nullable() }),
});

export const putEntity = route({
  method: 'PUT',
  path: '/api/v1/entities/:kind/:name',
  summary: 'Describes a system, an API or a resource; needs editor in the owner team or in the organisation',
  access: signedIn,
  params: z.object({ kind: entityKind, name: entityName }),
  body: entityDescription,
  answer: applied,
});

export const deleteEntity = route({
  method: 'DELETE',
  path: '/api/v1/entities/:kind/:name',
  summary: 'Deletes a system, an API or a resource; needs editor in the owner team or in the organisation',
  access: signedIn,
  params: z.object({ kind: entityKind, name: entityName }),
});

/** `data` of the events that this module puts on the ledger, by kind. Subject: `service:<name>`, `journey:<name>`, `api:<name>`. */
export const catalogEvents = {
  'service.discovered': z.object({ environment: z.string(), version: z.string().nullable() }),
  'service.version-seen': z.object({ environment: z.string(), version: z.string() }),
  'service.described': z.object({ outcome: z.enum(['created', 'changed']), before: z.unknown(), after: z.unknown() }),
  'service.forgotten': z.object({ before: z.unknown() }),
  'dependency.discovered': z.object({ target: z.string(), targetKind: z.string(), kind: z.string() }),
  'journey.described': z.object({ outcome: z.enum(['created', 'changed']), before: z.unknown(), after: z.unknown() }),
  'journey.deleted': z.object({ before: z.unknown() }),
  'entity.described': z.object({ outcome: z.enum(['created', 'changed']), before: z.unknown(), after: z.unknown() }),
  'entity.deleted': z.object({ before: z.unknown() }),
} as const;

export type Origin = z.output<typeof origin>;
export type Link = z.output<typeof link>;
export type Dependency = z.output<typeof dependency>;
export type DependencyKind = z.output<typeof dependencyKind>;
export type VersionSeen = z.output<typeof versionSeen>;
export type GoldenFigures = z.output<typeof goldenFigures>;
export type Health = z.output<typeof health>;
export type ServiceSummary = z.output<typeof serviceSummary>;
export type Service = z.output<typeof service>;
export type ServiceDescription = z.output<typeof serviceDescription>;
export type Journey = z.output<typeof journey>;
export type JourneyDescription = z.output<typeof journeyDescription>;
export type Entity = z.output<typeof entity>;
export type EntityKind = z.output<typeof entityKind>;
export type EntityDescription = z.output<typeof entityDescription>;
export type Applied = z.output<typeof applied>;
