import { z } from 'zod';
import {
  entityName,
  journeyDescription,
  serviceDescription,
  serviceName,
  type EntityDescription,
  type ServiceDescription,
} from '../contract.ts';
import { dependenciesOf, linksOf, nameOf, parseReference, teamOf, tierOf } from '../domain/backstage.ts';

/** Documents as files keep them: Leadline's own, strict, and Backstage's, which may say more than we use. */

const leadline = z.literal('leadline.dev/v1');
const notFromFiles = { origin: true, source: true } as const;

/** `kind: Service` of Leadline's own documents: `spec` is what `PUT /api/v1/services/{name}` takes. */
export const serviceDocument = z.strictObject({
  apiVersion: leadline,
  kind: z.literal('Service'),
  metadata: z.strictObject({ name: serviceName }),
  spec: serviceDescription.omit(notFromFiles).prefault({}),
});

/** `kind: Journey` of Leadline's own documents: `spec` is what `PUT /api/v1/journeys/{name}` takes. */
export const journeyDocument = z.strictObject({
  apiVersion: leadline,
  kind: z.literal('Journey'),
  metadata: z.strictObject({ name: entityName }),
  spec: journeyDescription.omit(notFromFiles),
});

const apiVersion = z.enum(['backstage.io/v1alpha1', 'backstage.io/v1beta1']);
/** https://backstage.io/docs/features/software-catalog/descriptor-format#name-required */
const backstageName = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/u, 'letters, digits, dots, dashes and underscores, at most 63');

const metadata = z.looseObject({
  name: backstageName,
  namespace: z
    .string()
    .max(63)
    .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/u, 'small letters, digits and single dashes')
    .optional(),
  title: z.string().max(200).optional(),
  description: z.string().max(4_000).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  tags: z.array(z.string().min(1).max(63)).max(50).optional(),
  links: z
    .array(
      z.looseObject({
        url: z.url({ protocol: /^https?$/u }),
        title: z.string().max(200).optional(),
        icon: z.string().optional(),
        type: z.string().max(50).optional(),
      }),
    )
    .max(50)
    .optional(),
});

const reference = z
  .string()
  .refine((text) => parseReference(text, 'component') !== null, 'an entity reference: [kind:][namespace/]name');
const references = z.array(reference).max(500);
const owner = z
  .string()
  .refine((text) => teamOf(text) !== null, 'a team: name, or group:[namespace/]name; people do not own services here');
const word = z.string().min(1).max(50);
const relations = { dependsOn: references.optional(), dependencyOf: references.optional() };

export const componentDocument = z.looseObject({
  apiVersion,
  kind: z.literal('Component'),
  metadata,
  spec: z.looseObject({
    type: word,
    lifecycle: word,
    owner,
    system: reference.optional(),
    providesApis: references.optional(),
    consumesApis: references.optional(),
    ...relations,
  }),
});

export const systemDocument = z.looseObject({
  apiVersion,
  kind: z.literal('System'),
  metadata,
  spec: z.looseObject({ owner, type: word.optional(), domain: z.string().optional() }),
});

export const apiDocument = z.looseObject({
  apiVersion,
  kind: z.literal('API'),
  metadata,
  // The definition may also be a placeholder object ($text: …); it is not kept.
  spec: z.looseObject({ type: word, lifecycle: word, owner, system: reference.optional(), definition: z.unknown() }),
});

export const resourceDocument = z.looseObject({
  apiVersion,
  kind: z.literal('Resource'),
  metadata,
  spec: z.looseObject({ type: word, owner, system: reference.optional(), ...relations }),
});

export const groupDocument = z.looseObject({
  apiVersion,
  kind: z.literal('Group'),
  metadata,
  spec: z.looseObject({
    type: word,
    children: z.array(z.string()),
    parent: z.string().optional(),
    profile: z
      .looseObject({ displayName: z.string().min(1).max(120).optional(), email: z.string().optional() })
      .optional(),
    members: z.array(reference).max(500).optional(),
  }),
});

export const userDocument = z.looseObject({
  apiVersion,
  kind: z.literal('User'),
  metadata,
  spec: z.looseObject({
    profile: z.looseObject({ displayName: z.string().optional(), email: z.string().optional() }).optional(),
    memberOf: z.array(reference).max(100),
  }),
});

export type ServiceDocument = z.output<typeof serviceDocument>;
export type JourneyDocument = z.output<typeof journeyDocument>;
export type ComponentDocument = z.output<typeof componentDocument>;
export type EntityDocument =
  | z.output<typeof systemDocument>
  | z.output<typeof apiDocument>
  | z.output<typeof resourceDocument>;
export type GroupDocument = z.output<typeof groupDocument>;
export type UserDocument = z.output<typeof userDocument>;

/** What a Component says of its service. `source` is the file that says so. */
export const describedByComponent = (
  { metadata: said, spec }: ComponentDocument,
  source: string | null,
): ServiceDescription => ({
  ...commonOf(said, spec.owner, source),
  tier: tierOf(said),
  lifecycle: spec.lifecycle,
  type: spec.type,
  system: systemOf(spec.system),
  dependsOn: dependenciesOf(spec.dependsOn ?? []),
  provides: apisOf(spec.providesApis),
  consumes: apisOf(spec.consumesApis),
});

/** What a System, an API or a Resource says. */
export const describedByEntity = (document: EntityDocument, source: string | null): EntityDescription => {
  const { spec } = document;
  return {
    ...commonOf(document.metadata, spec.owner, source),
    type: typeof spec.type === 'string' ? spec.type : null,
    lifecycle: 'lifecycle' in spec && typeof spec['lifecycle'] === 'string' ? spec['lifecycle'] : null,
    system: 'system' in spec && typeof spec['system'] === 'string' ? systemOf(spec['system']) : null,
  };
};

const commonOf = (said: z.output<typeof metadata>, ownedBy: string, source: string | null) => ({
  title: said.title ?? null,
  description: said.description ?? null,
  owner: teamOf(ownedBy),
  tags: said.tags ?? [],
  links: linksOf(said),
  origin: 'file' as const,
  source,
});

const systemOf = (text: string | undefined): string | null => {
  const found = text === undefined ? null : parseReference(text, 'system');
  return found && nameOf(found);
};

const apisOf = (texts: readonly string[] | undefined): string[] =>
  (texts ?? [])
    .map((text) => parseReference(text, 'api'))
    .filter((found) => found !== null)
    .map(nameOf);
