import { Refusal, type FieldError } from '../../../kernel/problem.ts';
import { reaches, type Role } from '../../../kernel/role.ts';
import { newId } from '../../../platform/clock/id.ts';
import type { Actor } from '../../../platform/http/http.ts';
import { teamsMax } from '../domain/limits.ts';
import { isUnchanged, memberChanges, type Membership } from '../domain/team-change.ts';
import { ledgerActor, type IdentityGround } from './identity-ground.ts';
import { noSuchPerson, noSuchTeam } from './refusals.ts';
import { findPerson } from './store/people.ts';
import {
  applyMemberChanges,
  countTeams,
  insertTeam,
  lockTeam,
  membershipsOf,
  peopleByReference,
  removeTeam as removeRow,
  updateTeam,
  type TeamRow,
} from './store/teams.ts';
import type { Tx } from './store/tables.ts';

export interface TeamSpec {
  readonly displayName?: string | undefined;
  readonly description: string;
  readonly members: readonly { readonly person: string; readonly role: Role }[];
}

export type Outcome = 'created' | 'changed' | 'unchanged';

/** Makes the team be exactly as said, in one transaction; a second time changes nothing and writes nothing. */
export const applyTeam = (identity: IdentityGround, actor: Actor, name: string, spec: TeamSpec): Promise<Outcome> =>
  identity.transaction(async (tx) => {
    const members = await membersWanted(tx, spec);
    const existing = await lockTeam(tx, name);
    const team = existing ?? (await createTeam(identity, tx, actor, name, spec));
    const changes = memberChanges(existing ? await membershipsOf(tx, team.id) : [], members);
    const change = existing ? describedChange(existing, spec) : {};
    if (existing && isUnchanged(changes) && Object.keys(change).length === 0) return 'unchanged';
    if (Object.keys(change).length > 0) await updateTeam(tx, team.id, change);
    await applyMemberChanges(tx, team.id, changes);
    await identity.ledger.append(tx, {
      kind: existing ? 'team.changed' : 'team.created',
      subject: `team:${name}`,
      actor: ledgerActor(actor),
      data: { displayName: change.display_name ?? team.display_name, members: changes },
    });
    return existing ? 'changed' : 'created';
  });

/** Gives a person a role in a team, or with null takes them out. */
export const setTeamMember = (
  identity: IdentityGround,
  actor: Actor,
  name: string,
  reference: string,
  role: Role | null,
): Promise<void> =>
  identity.transaction(async (tx) => {
    const team = await lockTeam(tx, name);
    if (!team) throw noSuchTeam(name);
    const person = await findPerson(tx, reference);
    const before = await membershipsOf(tx, team.id);
    if (!person || (role === null && !before.some((each) => each.personId === person.id)))
      throw noSuchPerson(reference);
    const others = before.filter((each) => each.personId !== person.id);
    const changes = memberChanges(before, role === null ? others : [...others, { personId: person.id, role }]);
    if (isUnchanged(changes)) return;
    await applyMemberChanges(tx, team.id, changes);
    await identity.ledger.append(tx, {
      kind: 'team.changed',
      subject: `team:${name}`,
      actor: ledgerActor(actor),
      data: { displayName: team.display_name, members: changes },
    });
  });

/** Removes a team. What named it as owner keeps the name, and shows that nobody is behind it. */
export const removeTeam = (identity: IdentityGround, actor: Actor, name: string): Promise<void> =>
  identity.transaction(async (tx) => {
    const team = await lockTeam(tx, name);
    if (!team) throw noSuchTeam(name);
    const members = await membershipsOf(tx, team.id);
    await removeRow(tx, team.id);
    await identity.ledger.append(tx, {
      kind: 'team.removed',
      subject: `team:${name}`,
      actor: ledgerActor(actor),
      data: { displayName: team.display_name, members },
    });
  });

const createTeam = async (
  identity: IdentityGround,
  tx: Tx,
  actor: Actor,
  name: string,
  spec: TeamSpec,
): Promise<TeamRow> => {
  // The route lets admins of a team in; of a team that does not exist there is none.
  if (!reaches(actor.role, 'admin')) throw noSuchTeam(name);
  if ((await countTeams(tx)) >= teamsMax)
    throw new Refusal({ status: 409, code: 'identity.too-many-teams', title: `There are ${teamsMax} teams already` });
  const now = identity.now();
  const team: TeamRow = {
    id: newId(now.getTime()),
    name,
    display_name: spec.displayName ?? name,
    description: spec.description,
    created_at: now,
  };
  if (!(await insertTeam(tx, team)))
    throw new Refusal({
      status: 409,
      code: 'identity.team-just-made',
      title: 'Somebody made this team at the same moment',
      detail: 'Try again.',
      retryAfterSeconds: 1,
    });
  return team;
};

const describedChange = (team: TeamRow, spec: TeamSpec): Partial<TeamRow> => {
  const displayName = spec.displayName ?? team.name;
  return {
    ...(displayName === team.display_name ? {} : { display_name: displayName }),
    ...(spec.description === team.description ? {} : { description: spec.description }),
  };
};

/** The members as people; every unknown or doubled one is named with its place in the list. */
const membersWanted = async (tx: Tx, spec: TeamSpec): Promise<Membership[]> => {
  const people = await peopleByReference(
    tx,
    spec.members.map((member) => member.person),
  );
  const errors: FieldError[] = [];
  const members = new Map<string, Membership>();
  for (const [index, { person: reference, role }] of spec.members.entries()) {
    const person = people.get(reference.toLowerCase());
    const path = `body.members.${index}.person`;
    if (!person) errors.push({ path, message: `nobody is called ${reference}` });
    else if (members.has(person.id)) errors.push({ path, message: `${person.name} is named twice` });
    else members.set(person.id, { personId: person.id, role });
  }
  if (errors.length > 0)
    throw new Refusal({
      status: 422,
      code: 'identity.team-members-wrong',
      title: 'Some members are wrong',
      detail: errors.map((each) => each.message).join('; '),
      errors,
    });
  return [...members.values()];
};
