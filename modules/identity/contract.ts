import { z } from 'zod';
import { roles } from '../../kernel/role.ts';
import { atLeast, inTeam, route, signedIn } from '../../kernel/route.ts';
import { handlePattern, handleRule } from './domain/handle.ts';
import { membersPerTeamMax } from './domain/limits.ts';

/** Organisation, people, teams, tokens and single sign-on providers. How people sign in is in `contract/sign-in.ts`. */

/** What a required text that is empty says, at its field of the page and in the API. */
export const filledIn = 'Must be filled in';
const instant = z.iso.datetime({ offset: true });
export const role = z.enum(roles);
export const handle = z.string().regex(handlePattern, handleRule);
const displayName = z.string().trim().min(1, filledIn).max(120);
const email = z.email().max(254);
const id = z.uuid();

const page = z.object({
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
const listOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), next: z.string().nullable() });

// The organisation

export const organisation = z.object({ name: z.string() }).meta({ id: 'Organisation' });

export const readOrganisation = route({
  method: 'GET',
  path: '/api/v1/organisation',
  summary: 'The organisation of this installation',
  access: signedIn,
  answer: organisation,
});

export const changeOrganisation = route({
  method: 'PATCH',
  path: '/api/v1/organisation',
  summary: 'Rename the organisation',
  access: atLeast('admin'),
  body: z.strictObject({ name: displayName }),
  answer: organisation,
});

// People

export const personState = z.enum(['invited', 'active', 'disabled']);

export const person = z
  .object({
    id,
    name: handle.describe('The short word that files and URLs use'),
    displayName: z.string(),
    email: z.string().nullable(),
    role,
    state: personState,
    teams: z.array(z.object({ name: handle, displayName: z.string(), role })),
    secondFactor: z.boolean().nullable().describe('Whether a second factor is set; told to admins only'),
    createdAt: instant,
    lastSeenAt: instant.nullable(),
  })
  .meta({ id: 'Person' });
export type Person = z.output<typeof person>;

/** A link that is handed to one person and works once; shown only here. */
export const oneTimeLink = z.object({ url: z.string(), expiresAt: instant }).meta({ id: 'OneTimeLink' });

const personParam = z.object({ person: z.string().min(1, filledIn).max(254).describe('Name, e-mail address or id') });

export const listPeople = route({
  method: 'GET',
  path: '/api/v1/people',
  summary: 'People, by name',
  access: atLeast('viewer'),
  query: page.extend({ q: z.string().max(120).optional(), state: personState.optional() }),
  answer: listOf(person),
});

export const readPerson = route({
  method: 'GET',
  path: '/api/v1/people/:person',
  summary: 'One person',
  access: atLeast('viewer'),
  params: personParam,
  answer: person,
});

export const invitePerson = route({
  method: 'POST',
  path: '/api/v1/people',
  summary: 'Add a person; the answer has the one-time link to hand over',
  access: atLeast('admin'),
  body: z.strictObject({ displayName, email, name: handle.optional(), role: role.default('viewer') }),
  answer: z.object({ person, invitation: oneTimeLink }),
  status: 201,
  secretAnswer: true,
});

export const changePerson = route({
  method: 'PATCH',
  path: '/api/v1/people/:person',
  summary: "Change a person's name, address, role, or disable them",
  access: atLeast('admin'),
  params: personParam,
  body: z.strictObject({
    displayName: displayName.optional(),
    email: email.optional(),
    role: role.optional(),
    state: z.enum(['active', 'disabled']).optional(),
  }),
  answer: person,
});

export const offerReset = route({
  method: 'POST',
  path: '/api/v1/people/:person/link',
  summary: 'Make a one-time link with which the person sets a new password; earlier links stop working',
  access: atLeast('admin'),
  params: personParam,
  answer: oneTimeLink,
  status: 201,
  secretAnswer: true,
});

export const removeSecondFactor = route({
  method: 'DELETE',
  path: '/api/v1/people/:person/second-factor',
  summary: 'Remove a second factor that the person has lost: authenticator app, recovery codes and passkeys',
  access: atLeast('admin'),
  params: personParam,
});

// Teams

export const teamMember = z.object({ person: handle, displayName: z.string(), role });

export const team = z
  .object({ id, name: handle, displayName: z.string(), description: z.string(), members: z.array(teamMember) })
  .meta({ id: 'Team' });
export type Team = z.output<typeof team>;

const description = z.string().max(2_000);
const memberWanted = z.strictObject({
  person: z.string().min(1, filledIn).max(254).describe('Name or e-mail address'),
  role: role.default('responder'),
});
/** What a team is said to be, as in a document's `spec`. */
export const teamSpec = z.strictObject({
  displayName: displayName.optional(),
  description: description.default(''),
  members: z.array(memberWanted).max(membersPerTeamMax).default([]),
});
const teamParam = z.object({ team: handle });

/** `kind: Team` as files keep it and `leadline apply -f` reads it. */
export const teamDocument = z.strictObject({
  apiVersion: z.literal('leadline.dev/v1'),
  kind: z.literal('Team'),
  metadata: z.strictObject({ name: handle }),
  spec: teamSpec.default({ description: '', members: [] }),
});

export const listTeams = route({
  method: 'GET',
  path: '/api/v1/teams',
  summary: 'Teams, by name',
  access: atLeast('viewer'),
  query: page,
  answer: listOf(team),
});

export const readTeam = route({
  method: 'GET',
  path: '/api/v1/teams/:team',
  summary: 'One team and its members',
  access: atLeast('viewer'),
  params: teamParam,
  answer: team,
});

export const applyTeam = route({
  method: 'PUT',
  path: '/api/v1/teams/:team',
  summary: 'Make the team be exactly as said; only admins of the organisation make new ones',
  access: inTeam('admin'),
  params: teamParam,
  body: teamSpec,
  answer: z.object({ outcome: z.enum(['created', 'changed', 'unchanged']), team }),
});

export const setTeamMember = route({
  method: 'PUT',
  path: '/api/v1/teams/:team/members/:person',
  summary: 'Give a person a role in the team',
  access: inTeam('admin'),
  params: teamParam.extend(personParam.shape),
  body: z.strictObject({ role }),
  answer: team,
});

export const removeTeamMember = route({
  method: 'DELETE',
  path: '/api/v1/teams/:team/members/:person',
  summary: 'Take a person out of the team',
  access: inTeam('admin'),
  params: teamParam.extend(personParam.shape),
});

export const removeTeam = route({
  method: 'DELETE',
  path: '/api/v1/teams/:team',
  summary: 'Remove a team',
  access: atLeast('admin'),
  params: teamParam,
});

// Tokens of programs

export const scope = z.enum(['api', 'ingest']);

export const token = z
  .object({
    id,
    name: z.string(),
    hint: z.string().describe('The last four characters'),
    owner: handle.nullable().describe('Whose it is; null for a token of the machine'),
    role,
    scopes: z.array(scope),
    createdAt: instant,
    expiresAt: instant.nullable(),
    lastUsedAt: instant.nullable().describe('Accurate to a minute'),
    state: z.enum(['active', 'expired', 'revoked', 'owner-disabled']),
  })
  .meta({ id: 'Token' });
export type Token = z.output<typeof token>;

export const tokenSpec = z.strictObject({
  name: z.string().trim().min(1, filledIn).max(80),
  role: role.default('viewer'),
  scopes: z.array(scope).min(1).max(2).default(['api']),
  expiresAt: instant.nullable().default(null),
});

export const listTokens = route({
  method: 'GET',
  path: '/api/v1/tokens',
  summary: "One's own tokens, newest first; for admins everybody's",
  access: signedIn,
  query: page,
  answer: listOf(token),
});

export const makeToken = route({
  method: 'POST',
  path: '/api/v1/tokens',
  summary: 'Make a token; its secret is in this answer and never again',
  access: signedIn,
  body: tokenSpec,
  answer: z.object({ token, secret: z.string() }),
  status: 201,
  secretAnswer: true,
});

export const revokeToken = route({
  method: 'DELETE',
  path: '/api/v1/tokens/:token',
  summary: 'Revoke a token; the API feels it at once, ingest within ten seconds',
  access: signedIn,
  params: z.object({ token: id }),
});

// Single sign-on providers

export const ssoProvider = z
  .object({
    name: handle,
    displayName: z.string(),
    issuer: z.string(),
    clientId: z.string(),
    hasClientSecret: z.boolean(),
    scopes: z.array(z.string()),
    signUp: z.enum(['linked-only', 'create']),
    newPersonRole: z.enum(['viewer', 'responder', 'editor']),
    redirectUri: z.string().describe('Register this address at the provider'),
  })
  .meta({ id: 'SsoProvider' });
export type SsoProvider = z.output<typeof ssoProvider>;

export const ssoProviderSpec = z.strictObject({
  displayName: displayName.optional(),
  issuer: z.url({ protocol: /^https?$/ }).max(500),
  clientId: z.string().min(1, filledIn).max(500),
  clientSecret: z
    .string()
    .min(1)
    .max(2_000)
    .nullable()
    .optional()
    .describe('Left out: the stored one stays; null: none'),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'a scope as in RFC 6749 section 3.3'))
    .max(20)
    .default(['openid', 'profile', 'email']),
  signUp: z
    .enum(['linked-only', 'create'])
    .default('linked-only')
    .describe('What happens to who is not linked to a person yet'),
  newPersonRole: z.enum(['viewer', 'responder', 'editor']).default('viewer'),
});

/** `kind: SsoProvider`; the client secret stands in the environment of the one who applies it, never in the file. */
export const ssoProviderDocument = z.strictObject({
  apiVersion: z.literal('leadline.dev/v1'),
  kind: z.literal('SsoProvider'),
  metadata: z.strictObject({ name: handle }),
  spec: ssoProviderSpec.omit({ clientSecret: true }).extend({
    clientSecretFromEnvironment: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]*$/)
      .optional(),
  }),
});

const providerParam = z.object({ provider: handle });

export const listSsoProviders = route({
  method: 'GET',
  path: '/api/v1/sso-providers',
  summary: 'OpenID Connect providers that people can sign in with',
  access: atLeast('admin'),
  answer: listOf(ssoProvider),
});

export const applySsoProvider = route({
  method: 'PUT',
  path: '/api/v1/sso-providers/:provider',
  summary: 'Make the provider be as said; its issuer is asked for its metadata at once',
  access: atLeast('admin'),
  params: providerParam,
  body: ssoProviderSpec,
  answer: z.object({ outcome: z.enum(['created', 'changed', 'unchanged']), provider: ssoProvider }),
});

export const removeSsoProvider = route({
  method: 'DELETE',
  path: '/api/v1/sso-providers/:provider',
  summary: 'Remove a provider; people who are linked to it keep their other ways in',
  access: atLeast('admin'),
  params: providerParam,
});
