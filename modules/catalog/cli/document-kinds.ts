import { Refusal } from '../../../kernel/problem.ts';
import type { RouteShape } from '../../../kernel/route.ts';
import type { CliContext, DocumentKind } from '../../../platform/cli/context.ts';
import * as contract from '../contract.ts';
import * as documents from '../contract/documents.ts';
import { entityNameOf, serviceOf } from '../domain/backstage.ts';
import { groupKind, userKind } from './backstage-teams.ts';

type Outcome = contract.Applied['outcome'];

const serviceKind: DocumentKind = {
  kind: 'Service',
  schema: documents.serviceDocument,
  apply: async (context, document, name, file) => {
    const { spec } = documents.serviceDocument.parse(document);
    return put(context, contract.putService, { name }, { ...spec, origin: 'file', source: file ?? null }, inSpec);
  },
  remove: (context, name) => context.call(contract.deleteService, { params: { name } }),
  get: async (context, name) => (await services(context, name)).map(serviceAsDocument),
};

const journeyKind: DocumentKind = {
  kind: 'Journey',
  schema: documents.journeyDocument,
  apply: async (context, document, name, file) => {
    const { spec } = documents.journeyDocument.parse(document);
    return put(context, contract.putJourney, { name }, { ...spec, origin: 'file', source: file ?? null }, inSpec);
  },
  remove: (context, name) => context.call(contract.deleteJourney, { params: { name } }),
  get: async (context, name) => {
    const found: contract.Journey[] =
      name === null
        ? await everyPage(context, contract.listJourneys, {})
        : [await context.call(contract.getJourney, { params: { name } })];
    return found.map(({ name: journey, title, description, owner, steps }) => ({
      apiVersion: 'leadline.dev/v1',
      kind: 'Journey',
      metadata: { name: journey },
      spec: { title, description, owner, steps },
    }));
  },
};

/** A Backstage Component describes a service. */
const componentKind: DocumentKind = {
  kind: 'Component',
  schema: documents.componentDocument,
  apply: async (context, document, _name, file) => {
    const component = documents.componentDocument.parse(document);
    return put(
      context,
      contract.putService,
      { name: serviceOf(component.metadata) },
      documents.describedByComponent(component, file ?? null),
      inBackstage,
    );
  },
  remove: async (context, name, document) => {
    const service = document === undefined ? name : serviceOf(documents.componentDocument.parse(document).metadata);
    await context.call(contract.deleteService, { params: { name: service } });
  },
  get: async (context, name) => (await services(context, name)).map(serviceAsDocument),
};

const entityKind = (
  kind: string,
  of: contract.EntityKind,
  schema: typeof documents.systemDocument | typeof documents.apiDocument | typeof documents.resourceDocument,
): DocumentKind => ({
  kind,
  schema,
  apply: async (context, document, _name, file) => {
    const entity = schema.parse(document);
    return put(
      context,
      contract.putEntity,
      { kind: of, name: entityNameOf(entity.metadata) },
      documents.describedByEntity(entity, file ?? null),
      inBackstage,
    );
  },
  remove: async (context, name, document) => {
    const entity = document === undefined ? name : entityNameOf(schema.parse(document).metadata);
    await context.call(contract.deleteEntity, { params: { kind: of, name: entity } });
  },
  get: async (context, name) => {
    const found: contract.Entity[] = await everyPage(context, contract.listEntities, { kind: of });
    return found.filter((each) => name === null || each.name === name);
  },
});

/** In the order in which they are applied: teams before what they own, systems before what belongs to them. */
export const documentKinds: readonly DocumentKind[] = [
  groupKind,
  userKind,
  entityKind('System', 'system', documents.systemDocument),
  entityKind('API', 'api', documents.apiDocument),
  entityKind('Resource', 'resource', documents.resourceDocument),
  componentKind,
  serviceKind,
  journeyKind,
];

type Place = (field: string) => string;

/** Where a field of the body stands in a document, so that a refusal names the line. */
const inSpec: Place = (field) => `spec.${field}`;
const backstageFields: Record<string, string> = {
  title: 'metadata.title',
  description: 'metadata.description',
  tags: 'metadata.tags',
  links: 'metadata.links',
  provides: 'spec.providesApis',
  consumes: 'spec.consumesApis',
};
const inBackstage: Place = (field) => {
  const [first = '', ...rest] = field.split('.');
  return [backstageFields[first] ?? `spec.${first}`, ...rest].join('.');
};

const put = async (
  context: CliContext,
  shape: RouteShape,
  params: Record<string, string>,
  body: unknown,
  place: Place,
): Promise<Outcome> => {
  try {
    const answer: contract.Applied = await context.call(shape, { params, body });
    return answer.outcome;
  } catch (error) {
    if (!(error instanceof Refusal) || !error.problem.errors) throw error;
    const errors = error.problem.errors.map(({ path, message }) => ({
      path: path.startsWith('body.') ? place(path.slice('body.'.length)) : path,
      message,
    }));
    throw new Refusal({ ...error.problem, errors });
  }
};

const services = async (context: CliContext, name: string | null): Promise<contract.Service[]> => {
  if (name !== null) return [await context.call(contract.getService, { params: { name } })];
  const all: contract.ServiceSummary[] = await everyPage(context, contract.listServices, { sort: 'name' });
  const names = [...new Set(all.map((each) => each.name))];
  const found: contract.Service[] = [];
  for (const each of names) found.push(await context.call(contract.getService, { params: { name: each } }));
  return found;
};

/** What `apply` takes to say the same again. */
const serviceAsDocument = (service: contract.Service): unknown => {
  const { title, description, owner, tier, lifecycle, type, system, tags, links } = service;
  const dependsOn = service.dependencies
    .filter((each) => each.origin !== 'telemetry')
    .map(({ target, kind, targetKind }) => ({ target, kind, targetKind }));
  return {
    apiVersion: 'leadline.dev/v1',
    kind: 'Service',
    metadata: { name: service.name },
    spec: {
      title,
      description,
      owner,
      tier,
      lifecycle,
      type,
      system,
      tags,
      links,
      dependsOn,
      provides: service.apis.provides,
      consumes: service.apis.consumes,
    },
  };
};

const everyPage = async (context: CliContext, shape: RouteShape, query: Record<string, unknown>): Promise<any[]> => {
  const items: unknown[] = [];
  for (let cursor: string | null = null; ;) {
    const page: { items: unknown[]; next: string | null } = await context.call(shape, {
      query: { ...query, limit: 200, ...(cursor ? { cursor } : {}) },
    });
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
};
