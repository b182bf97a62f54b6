import { Refusal } from '../../../kernel/problem.ts';
import type { CliContext, DocumentKind } from '../../../platform/cli/context.ts';
import * as identity from '../../identity/contract.ts';
import { groupDocument, userDocument } from '../contract/documents.ts';
import { parseReference } from '../domain/backstage.ts';

interface Team {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly members: readonly { readonly person: string; readonly role: string }[];
}

/** A Backstage Group is a team. Members who are not named in it stay: in Backstage they often name their group instead. */
export const groupKind: DocumentKind = {
  kind: 'Group',
  schema: groupDocument,
  apply: async (context, document, name) => {
    const { metadata, spec } = groupDocument.parse(document);
    const team = name.toLowerCase();
    const present = await teamOrNull(context, team);
    const named = (spec.members ?? []).map((text) => parseReference(text, 'user')!.name.toLowerCase());
    const stay = (present?.members ?? []).map(({ person, role }) => ({ person, role }));
    const body = {
      displayName: spec.profile?.displayName ?? metadata.title ?? present?.displayName ?? name,
      description: metadata.description ?? present?.description ?? '',
      members: [
        ...stay,
        ...named
          .filter((person) => !stay.some((each) => each.person === person))
          .map((person) => ({ person, role: 'responder' })),
      ],
    };
    const answer = await context.call(identity.applyTeam, { params: { team }, body });
    return answer.outcome;
  },
  remove: async (context, name) => context.call(identity.removeTeam, { params: { team: name.toLowerCase() } }),
  get: async (context, name) => {
    if (name !== null) return [await context.call(identity.readTeam, { params: { team: name.toLowerCase() } })];
    return (await context.call(identity.listTeams, { query: { limit: 500 } })).items;
  },
};

/** A Backstage User says which teams a person is in; the person must have been invited before, by an admin. */
export const userKind: DocumentKind = {
  kind: 'User',
  schema: userDocument,
  apply: async (context, document, name) => {
    const { spec } = userDocument.parse(document);
    const person = await personOf(context, spec.profile?.email, name.toLowerCase());
    const wanted = spec.memberOf.map((text) => parseReference(text, 'group')!.name.toLowerCase());
    const missing = wanted.filter((team) => !person.teams.some((each) => each.name === team));
    for (const team of missing)
      await context.call(identity.setTeamMember, {
        params: { team, person: person.name },
        body: { role: 'responder' },
      });
    return missing.length > 0 ? 'changed' : 'unchanged';
  },
  remove: async (_context, name) => {
    throw new Refusal({
      status: 400,
      code: 'catalog.person-stays',
      title: 'People are not deleted by files',
      detail: `Disable ${name} on the page Settings, People: the ledger speaks of them.`,
    });
  },
  get: async (context, name) => {
    if (name !== null) return [await context.call(identity.readPerson, { params: { person: name } })];
    return (await context.call(identity.listPeople, { query: { limit: 500 } })).items;
  },
};

const teamOrNull = async (context: CliContext, team: string): Promise<Team | null> => {
  try {
    return await context.call(identity.readTeam, { params: { team } });
  } catch (error) {
    if (error instanceof Refusal && error.problem.status === 404) return null;
    throw error;
  }
};

const personOf = async (
  context: CliContext,
  email: string | undefined,
  name: string,
): Promise<{ name: string; teams: { name: string }[] }> => {
  for (const person of [email, name].filter((each) => each !== undefined)) {
    try {
      return await context.call(identity.readPerson, { params: { person } });
    } catch (error) {
      if (!(error instanceof Refusal && error.problem.status === 404)) throw error;
    }
  }
  throw new Refusal({
    status: 422,
    code: 'catalog.person-unknown',
    title: 'This person has no account yet',
    detail: `Invite ${email ?? name} first (Settings, People), then apply again.`,
    errors: [{ path: 'metadata.name', message: `no person ${email ?? name}` }],
  });
};
