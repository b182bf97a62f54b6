import type { Role } from '../../kernel/role.ts';
import { newId } from '../../platform/clock/id.ts';
import type { Postgres } from '../../platform/postgres/postgres.ts';
import type { PersonState } from './domain/person-change.ts';
import type { Scope } from './domain/token-rules.ts';
import { hashPassword } from './server/password-hash.ts';
import { hashSecret, newSecret } from './server/secret-text.ts';
import type { IdentityTables } from './server/store/tables.ts';

/** Real rows for tests of this and other modules; every field can be overridden. */

let made = 0;

export interface MadePerson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** Empty when none was asked for: hashing one costs 40 ms. */
  readonly password: string;
}

export const aPerson = async (
  postgres: Pick<Postgres, 'tables'>,
  overrides: {
    name?: string;
    displayName?: string;
    email?: string;
    role?: Role;
    state?: PersonState;
    password?: string;
    createdAt?: Date;
  } = {},
): Promise<MadePerson> => {
  made += 1;
  const name = overrides.name ?? `person-${made}-${process.pid}`;
  const person = { id: newId(), name, email: overrides.email ?? `${name}@example.org` };
  await postgres
    .tables<IdentityTables>()
    .insertInto('identity.person')
    .values({
      ...person,
      display_name: overrides.displayName ?? `Person ${made}`,
      role: overrides.role ?? 'viewer',
      state: overrides.state ?? 'active',
      password_hash: overrides.password === undefined ? null : await hashPassword(overrides.password),
      created_at: overrides.createdAt ?? new Date(),
      last_seen_at: null,
    })
    .execute();
  return { ...person, password: overrides.password ?? '' };
};

export const aTeam = async (
  postgres: Pick<Postgres, 'tables'>,
  overrides: { name?: string; displayName?: string; members?: readonly { person: { id: string }; role: Role }[] } = {},
): Promise<{ id: string; name: string }> => {
  made += 1;
  const db = postgres.tables<IdentityTables>();
  const team = { id: newId(), name: overrides.name ?? `team-${made}-${process.pid}` };
  await db
    .insertInto('identity.team')
    .values({ ...team, display_name: overrides.displayName ?? `Team ${made}`, description: '', created_at: new Date() })
    .execute();
  for (const { person, role } of overrides.members ?? []) {
    await db.insertInto('identity.team_member').values({ team_id: team.id, person_id: person.id, role }).execute();
  }
  return team;
};

/** A token and its secret, as `Authorization: Bearer` takes it. Without an owner it is one of the machine. */
export const aToken = async (
  postgres: Pick<Postgres, 'tables'>,
  overrides: {
    name?: string;
    role?: Role;
    scopes?: Scope[];
    owner?: { id: string };
    expiresAt?: Date;
    revokedAt?: Date;
  } = {},
): Promise<{ id: string; secret: string; authorization: string }> => {
  made += 1;
  const secret = newSecret();
  const id = newId();
  await postgres
    .tables<IdentityTables>()
    .insertInto('identity.token')
    .values({
      id,
      name: overrides.name ?? `token-${made}`,
      token_hash: hashSecret(secret),
      hint: secret.slice(-4),
      owner_id: overrides.owner?.id ?? null,
      role: overrides.role ?? 'viewer',
      scopes: overrides.scopes ?? ['api'],
      created_at: new Date(),
      created_by: 'fixture',
      expires_at: overrides.expiresAt ?? null,
      revoked_at: overrides.revokedAt ?? null,
      last_used_at: null,
    })
    .execute();
  return { id, secret, authorization: `Bearer ${secret}` };
};
