import { reaches } from '../../../kernel/role.ts';
import type { Actor, Http } from '../../../platform/http/http.ts';
import { decodeCursor, encodeCursor } from '../../../platform/http/paging.ts';
import * as contract from '../contract.ts';
import { ledgerActor, type IdentityGround } from './identity-ground.ts';
import { changePerson, invitePerson, offerLink, removeSecondFactor } from './people.ts';
import { noSuchPerson, noSuchTeam } from './refusals.ts';
import { personShape, teamShape } from './shapes.ts';
import { readOrganisation, updateOrganisation } from './store/organisation.ts';
import { findPerson, viewPeople } from './store/people.ts';
import { viewTeams } from './store/teams.ts';
import { applyTeam, removeTeam, setTeamMember } from './teams.ts';
import { ownOrigin } from './visitor.ts';

/** One more than asked for tells whether there is a next page. */
export const onePage = <Row, Item>(
  rows: readonly Row[],
  limit: number,
  shape: (row: Row) => Item,
  key: (row: Row) => string,
) => ({
  items: rows.slice(0, limit).map(shape),
  next: rows.length > limit ? encodeCursor([key(rows[limit - 1]!)]) : null,
});

export const cursorKey = (cursor: string | undefined): string | undefined =>
  cursor === undefined ? undefined : String(decodeCursor(cursor, 1)[0]);

export const addPeopleRoutes = (http: Http, identity: IdentityGround): void => {
  http.route(contract.readOrganisation, async () => ({ name: (await readOrganisation(identity.db)).name }));

  http.route(contract.changeOrganisation, async ({ body, signedIn }) => {
    await identity.transaction(async (tx) => {
      const before = await readOrganisation(tx);
      if (before.name === body.name) return;
      await updateOrganisation(tx, { name: body.name });
      await identity.ledger.append(tx, {
        kind: 'organisation.changed',
        subject: 'organisation',
        actor: ledgerActor(signedIn()),
        data: { before: before.name, after: body.name },
      });
    });
    return { name: body.name };
  });

  http.route(contract.listPeople, async ({ query, signedIn }) => {
    const rows = await viewPeople(identity.db, {
      q: query.q,
      state: query.state,
      afterName: cursorKey(query.cursor),
      limit: query.limit + 1,
    });
    return onePage(
      rows,
      query.limit,
      (row) => personShape(row, isAdmin(signedIn())),
      (row) => row.name,
    );
  });

  http.route(contract.readPerson, async ({ params, signedIn }) => onePerson(identity, params.person, signedIn()));

  http.route(contract.invitePerson, async ({ body, request, signedIn }) => {
    const { id, invitation } = await invitePerson(
      identity,
      ledgerActor(signedIn()),
      body,
      ownOrigin(identity, request),
    );
    return { person: await onePerson(identity, id, signedIn()), invitation };
  });

  http.route(contract.changePerson, async ({ params, body, signedIn }) => {
    const id = await changePerson(identity, ledgerActor(signedIn()), params.person, body);
    return onePerson(identity, id, signedIn());
  });

  http.route(contract.offerReset, async ({ params, request, signedIn }) =>
    offerLink(identity, ledgerActor(signedIn()), params.person, ownOrigin(identity, request)),
  );

  http.route(contract.removeSecondFactor, async ({ params, signedIn }) => {
    await removeSecondFactor(identity, ledgerActor(signedIn()), params.person);
    return undefined;
  });
};

export const addTeamRoutes = (http: Http, identity: IdentityGround): void => {
  http.route(contract.listTeams, async ({ query }) => {
    const rows = await viewTeams(identity.db, { afterName: cursorKey(query.cursor), limit: query.limit + 1 });
    return onePage(rows, query.limit, teamShape, (row) => row.name);
  });

  http.route(contract.readTeam, async ({ params }) => oneTeam(identity, params.team));

  http.route(contract.applyTeam, async ({ params, body, signedIn }) => {
    const outcome = await applyTeam(identity, signedIn(), params.team, body);
    return { outcome, team: await oneTeam(identity, params.team) };
  });

  http.route(contract.setTeamMember, async ({ params, body, signedIn }) => {
    await setTeamMember(identity, signedIn(), params.team, params.person, body.role);
    return oneTeam(identity, params.team);
  });

  http.route(contract.removeTeamMember, async ({ params, signedIn }) => {
    await setTeamMember(identity, signedIn(), params.team, params.person, null);
    return undefined;
  });

  http.route(contract.removeTeam, async ({ params, signedIn }) => {
    await removeTeam(identity, signedIn(), params.team);
    return undefined;
  });
};

const isAdmin = (actor: Actor): boolean => reaches(actor.role, 'admin');

/** A person as the contract shows them; throws the 404 Refusal. */
export const onePerson = async (identity: IdentityGround, reference: string, asker: Actor) => {
  const found = await findPerson(identity.db, reference);
  const [row] = found ? await viewPeople(identity.db, { id: found.id, limit: 1 }) : [];
  if (!row) throw noSuchPerson(reference);
  return personShape(row, isAdmin(asker) || asker.id === row.id);
};

const oneTeam = async (identity: IdentityGround, name: string) => {
  const [row] = await viewTeams(identity.db, { name, limit: 1 });
  if (!row) throw noSuchTeam(name);
  return teamShape(row);
};
