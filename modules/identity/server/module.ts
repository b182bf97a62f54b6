import fastifyCookie from '@fastify/cookie';
import type { ServerModule } from '../../../platform/module/ground.ts';
import { authenticator } from './authenticate.ts';
import { identityGround } from './identity-ground.ts';
import { ingestGate } from './ingest-gate.ts';
import { describePerson } from './described-people.ts';
import { kindsForAdmins, type IdentityDoor } from './public.ts';
import { addAccountRoutes } from './routes-account.ts';
import { addAuditRoutes } from './routes-audit.ts';
import { addPeopleRoutes, addTeamRoutes } from './routes-people.ts';
import { addSignInRoutes } from './routes-sign-in.ts';
import { addSsoRoutes } from './routes-sso.ts';
import { addTokenRoutes } from './routes-tokens.ts';
import { checkSecretKey } from './secret-key-check.ts';
import { idleSince } from './sessions.ts';
import { makeSetUpLink } from './set-up.ts';
import { findPerson } from './store/people.ts';
import { teamExists, viewTeams } from './store/teams.ts';
import { removeExpired } from './store/tidy.ts';
import { hashSecret, looksLikeSecret, newSecret } from './secret-text.ts';
import { takeAddressTicket } from './try-limits.ts';
import { visitorOf } from './visitor.ts';
import { teamsMax } from '../domain/limits.ts';

/** Organisation, people, teams, sign-in and tokens; the lowest floor. */
export const identityModule: ServerModule<Record<never, never>, IdentityDoor> = {
  name: 'identity',
  migrations: new URL('./migrations/', import.meta.url),
  start: async (ground) => {
    const identity = identityGround(ground);
    await checkSecretKey(identity);
    // Only its parser and writer: which cookies count, authenticate.ts decides.
    await ground.http.fastify.register(fastifyCookie, { hook: false });
    ground.http.setAuthenticate(authenticator(identity));
    addSignInRoutes(ground.http, identity);
    addAccountRoutes(ground.http, identity);
    addPeopleRoutes(ground.http, identity);
    addTeamRoutes(ground.http, identity);
    addSsoRoutes(ground.http, identity);
    addTokenRoutes(ground.http, identity);
    addAuditRoutes(ground.http, ground.postgres);
    ground.jobs.every('identity.tidy', 3_600, () =>
      removeExpired(identity.db, identity.now(), idleSince(identity.now())),
    );
    return {
      door: {
        kindsForAdmins,
        setupLink: (baseUrl) => makeSetUpLink(identity, baseUrl),
        teams: async () =>
          (await viewTeams(identity.db, { limit: teamsMax })).map((team) => ({
            name: team.name,
            displayName: team.display_name,
          })),
        teamExists: (name) => teamExists(identity.db, name),
        personByName: async (reference) => {
          const person = await findPerson(identity.db, reference);
          return person
            ? {
                id: person.id,
                name: person.name,
                displayName: person.display_name,
                email: person.email,
                state: person.state,
              }
            : null;
        },
        describePerson: (tx, actor, said) => describePerson(identity, tx, actor, said),
        authoriseIngest: ingestGate(identity, () => ground.clock.monotonicMs()),
        secrets: identity.secrets,
        linkSecrets: {
          make: () => {
            const secret = newSecret();
            return { secret, hash: hashSecret(secret) };
          },
          hashOf: (text) => (looksLikeSecret(text) ? hashSecret(text) : null),
          wrong: (request) => takeAddressTicket(identity, 'wrong-link', visitorOf(identity, request)),
        },
      },
    };
  },
};
