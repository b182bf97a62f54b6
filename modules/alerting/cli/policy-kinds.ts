import { Refusal } from '../../../kernel/problem.ts';
import type { CliContext, DocumentKind } from '../../../platform/cli/context.ts';
import * as policy from '../contract/policy.ts';
import * as silences from '../contract/silences.ts';

type Named = { readonly name: string; readonly spec: unknown };

/** `kind: Route`: `spec` is what `PUT /api/v1/routes/{name}` takes. */
export const routeKind: DocumentKind = {
  kind: 'Route',
  schema: policy.routeDocument,
  replacesWhole: true,
  apply: async (context, document, name, file) => {
    const { spec } = policy.routeDocument.parse(document);
    const body = { ...spec, origin: 'file', source: file ?? null };
    return (await inSpec(context.call(policy.putRoute, { params: { name }, body }))).outcome;
  },
  remove: (context, name) => context.call(policy.deleteRoute, { params: { name } }),
  get: async (context, name) => {
    const found: Named[] =
      name === null
        ? await pages<Named>(context, policy.listRoutes)
        : [await context.call(policy.getRoute, { params: { name } })];
    return found.map((each) => documentOf('Route', each));
  },
};

/** `kind: Inhibition`. */
export const inhibitionKind: DocumentKind = {
  kind: 'Inhibition',
  schema: policy.inhibitionDocument,
  replacesWhole: true,
  apply: async (context, document, name, file) => {
    const { spec } = policy.inhibitionDocument.parse(document);
    const body = { ...spec, origin: 'file', file: file ?? null };
    return (await inSpec(context.call(policy.putInhibition, { params: { name }, body }))).outcome;
  },
  remove: (context, name) => context.call(policy.deleteInhibition, { params: { name } }),
  get: async (context, name) => {
    const found: Named[] =
      name === null
        ? await pages<Named>(context, policy.listInhibitions)
        : [await context.call(policy.getInhibition, { params: { name } })];
    return found.map((each) => documentOf('Inhibition', each));
  },
};

/** `kind: Silence`: those that have a name and may still hold. */
export const silenceKind: DocumentKind = {
  kind: 'Silence',
  schema: silences.silenceDocument,
  replacesWhole: true,
  meansSame: (before, after, field) => /(^|\.)(from|to)$/u.test(field) && sameInstant(before, after),
  apply: async (context, document, name, file) => {
    const { spec } = silences.silenceDocument.parse(document);
    const body = { ...spec, origin: 'file', source: file ?? null };
    return (await inSpec(context.call(silences.putSilence, { params: { silence: name }, body }))).outcome;
  },
  remove: (context, name) => context.call(silences.expireSilence, { params: { silence: name } }),
  get: async (context, name) => {
    const found: silences.SilenceAnswer[] =
      name === null
        ? await pages<silences.SilenceAnswer>(context, silences.listSilences)
        : [await context.call(silences.getSilence, { params: { silence: name } })];
    return found
      .filter((each) => each.name !== null && each.expiredAt === null)
      .map((each) => documentOf('Silence', { name: each.name!, spec: silenceSpecOf(each) }));
  },
};

const silenceSpecOf = ({ match, from, to, rrule, zone, endsAt, why }: silences.SilenceAnswer) => {
  if (rrule === null) return { match, from, to, why };
  const seconds = (Date.parse(to) - Date.parse(from)) / 1_000;
  const duration = Temporal.Duration.from({ seconds }).round({ largestUnit: 'hours' }).toString();
  // What ends by the rule itself needs no second end.
  const ends = endsAt !== null && !/(COUNT|UNTIL)=/u.test(rrule) ? { to: endsAt } : {};
  return { match, from, ...ends, duration, rrule, zone, why };
};

const documentOf = (kind: string, { name, spec }: Named): unknown => ({
  apiVersion: 'leadline.dev/v1',
  kind,
  metadata: { name },
  spec,
});

/** All pages of a list. */
export const pages = async <Item>(
  context: CliContext,
  shape: Parameters<CliContext['call']>[0],
  query: Record<string, unknown> = {},
): Promise<Item[]> => {
  const items: Item[] = [];
  for (let cursor: string | null = null; ;) {
    const page: { items: Item[]; next: string | null } = await context.call(shape, {
      query: { ...query, limit: 200, ...(cursor === null ? {} : { cursor }) },
    });
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
};

/** The body of the route is the document's `spec`: wrong fields are named by where they stand in the file. */
const inSpec = async <Value>(answer: Promise<Value>): Promise<Value> => {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof Refusal) || !error.problem.errors) throw error;
    const errors = error.problem.errors.map((each) => ({ ...each, path: each.path.replace(/^body\b/u, 'spec') }));
    throw new Refusal({ ...error.problem, errors });
  }
};

const sameInstant = (one: unknown, other: unknown): boolean =>
  typeof one === 'string' && typeof other === 'string' && Date.parse(one) === Date.parse(other);
