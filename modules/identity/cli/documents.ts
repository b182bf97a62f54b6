import { Refusal } from '../../../kernel/problem.ts';
import type { z } from 'zod';
import type { CliContext, DocumentKind } from '../../../platform/cli/context.ts';
import {
  applySsoProvider,
  applyTeam,
  listSsoProviders,
  listTeams,
  readTeam,
  removeSsoProvider,
  removeTeam,
  ssoProviderDocument,
  teamDocument,
  type ssoProvider,
  type team,
} from '../contract.ts';

const pageOfAll = 500;

/** `kind: Team`: a team and its members with their roles. */
export const teamKind: DocumentKind = {
  kind: 'Team',
  schema: teamDocument,
  apply: async (context, document, name) => {
    const { spec } = teamDocument.parse(document);
    return (await inSpec(context.call(applyTeam, { params: { team: name }, body: spec }))).outcome;
  },
  remove: async (context, name) => {
    await context.call(removeTeam, { params: { team: name } });
  },
  get: async (context, name) => {
    const teams = name === null ? await allTeams(context) : [await context.call(readTeam, { params: { team: name } })];
    return teams.map(teamAsDocument);
  },
};

/** `kind: SsoProvider`; the client secret is read from an environment variable of whoever applies it. */
export const ssoProviderKind: DocumentKind = {
  kind: 'SsoProvider',
  schema: ssoProviderDocument,
  apply: async (context, document, name) => {
    const { clientSecretFromEnvironment: variable, ...spec } = ssoProviderDocument.parse(document).spec;
    const secret = variable === undefined ? {} : { clientSecret: secretFrom(variable) };
    return (await inSpec(context.call(applySsoProvider, { params: { provider: name }, body: { ...spec, ...secret } })))
      .outcome;
  },
  remove: async (context, name) => {
    await context.call(removeSsoProvider, { params: { provider: name } });
  },
  get: async (context, name) => {
    const { items } = (await context.call(listSsoProviders)) as { items: z.output<typeof ssoProvider>[] };
    const found = items.filter((each) => name === null || each.name === name);
    if (name !== null && found.length === 0)
      throw new Refusal({
        status: 404,
        code: 'identity.provider-unknown',
        title: `There is no provider called ${name}`,
      });
    return found.map(providerAsDocument);
  },
};

/** The body of the route is the document's `spec`: wrong fields are named by where they stand in the file. */
const inSpec = async <Value>(answer: Promise<Value>): Promise<Value> => {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof Refusal) || !error.problem.errors) throw error;
    throw new Refusal({
      ...error.problem,
      errors: error.problem.errors.map((each) => ({ ...each, path: each.path.replace(/^body\b/, 'spec') })),
    });
  }
};

const allTeams = async (context: CliContext): Promise<z.output<typeof team>[]> => {
  const teams: z.output<typeof team>[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await context.call(listTeams, { query: { limit: pageOfAll, cursor } });
    teams.push(...page.items);
    cursor = page.next as string | null;
  }
  return teams;
};

/** What `get -o yaml` prints can be kept in a file and applied again. */
const teamAsDocument = (each: z.output<typeof team>) => ({
  apiVersion: 'leadline.dev/v1',
  kind: 'Team',
  metadata: { name: each.name },
  spec: {
    displayName: each.displayName,
    description: each.description,
    members: each.members.map(({ person, role }) => ({ person, role })),
  },
});

const providerAsDocument = (each: z.output<typeof ssoProvider>) => ({
  apiVersion: 'leadline.dev/v1',
  kind: 'SsoProvider',
  metadata: { name: each.name },
  spec: {
    displayName: each.displayName,
    issuer: each.issuer,
    clientId: each.clientId,
    scopes: each.scopes,
    signUp: each.signUp,
    newPersonRole: each.newPersonRole,
  },
});

const secretFrom = (variable: string): string => {
  const value = process.env[variable];
  if (value) return value;
  throw new Refusal({
    status: 400,
    code: 'identity.client-secret-missing',
    title: `The environment variable ${variable} is not set`,
    detail: 'The document says that the client secret stands there.',
  });
};
