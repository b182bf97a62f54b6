import { sql } from 'kysely';
import type { Role } from '../../../../kernel/role.ts';
import type { PersonState } from '../../domain/person-change.ts';
import type { Db, TokenRow, Tx } from './tables.ts';

export interface TokenView extends Omit<TokenRow, 'token_hash'> {
  readonly owner_name: string | null;
  readonly owner_state: PersonState | null;
  readonly owner_role: Role | null;
  readonly owner_teams: Record<string, Role>;
}

const columns = sql`
  k.id, k.name, k.hint, k.owner_id, k.role, k.scopes, k.created_at, k.created_by, k.expires_at, k.revoked_at, k.last_used_at,
  p.name AS owner_name, p.state AS owner_state, p.role AS owner_role,
  (SELECT coalesce(json_object_agg(t.name, m.role), '{}') FROM identity.team_member m JOIN identity.team t ON t.id = m.team_id
    WHERE m.person_id = p.id) AS owner_teams`;

/** The token with this hash, whatever its state, with its owner's roles. */
export const findToken = async (db: Db, tokenHash: Buffer): Promise<TokenView | undefined> => {
  const { rows } = await sql<TokenView>`
    -- The token that a program shows, by the hash of it, with what its owner may do today.
    SELECT ${columns} FROM identity.token k LEFT JOIN identity.person p ON p.id = k.owner_id WHERE k.token_hash = ${tokenHash}`.execute(
    db,
  );
  return rows[0];
};

export interface TokenFilter {
  readonly id?: string;
  /** Only this person's; null for everybody's. */
  readonly ownerId: string | null;
  /** Only those made before this one: ids grow with time. */
  readonly beforeId?: string | undefined;
  readonly limit: number;
}

/** Tokens, newest first; revoked ones stay in the list for thirty days. */
export const viewTokens = async (db: Db, filter: TokenFilter, now: Date): Promise<TokenView[]> => {
  const shownSince = new Date(now.getTime() - 30 * 86_400_000);
  const { rows } = await sql<TokenView>`
    -- One page of tokens, newest first, without what was revoked long ago.
    SELECT ${columns} FROM identity.token k LEFT JOIN identity.person p ON p.id = k.owner_id
    WHERE (${filter.id ?? null}::uuid IS NULL OR k.id = ${filter.id ?? null}::uuid)
      AND (${filter.ownerId}::uuid IS NULL OR k.owner_id = ${filter.ownerId}::uuid)
      AND (${filter.beforeId ?? null}::uuid IS NULL OR k.id < ${filter.beforeId ?? null}::uuid)
      AND (k.revoked_at IS NULL OR k.revoked_at > ${shownSince})
    ORDER BY k.id DESC LIMIT ${filter.limit}`.execute(db);
  return rows;
};

export const insertToken = async (tx: Tx, token: TokenRow): Promise<void> => {
  await tx.insertInto('identity.token').values(token).execute();
};

export const countTokensOf = async (db: Db, ownerId: string | null): Promise<number> => {
  const row = await db
    .selectFrom('identity.token')
    .select((each) => each.fn.countAll<string>().as('count'))
    .where('owner_id', ownerId === null ? 'is' : '=', ownerId)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(row.count);
};

/** Revokes a token once; `ownerId` null revokes whoever's it is. Gives back its row if it was not revoked before. */
export const revokeToken = async (
  tx: Tx,
  id: string,
  ownerId: string | null,
  now: Date,
): Promise<TokenRow | undefined> => {
  let revoked = tx
    .updateTable('identity.token')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null);
  if (ownerId !== null) revoked = revoked.where('owner_id', '=', ownerId);
  return revoked.returningAll().executeTakeFirst();
};

/** Notes a use unless one was noted since `noted`: at most a write a minute, however often the token is used. */
export const touchToken = async (db: Db, id: string, noted: Date, now: Date): Promise<void> => {
  await db
    .updateTable('identity.token')
    .set({ last_used_at: now })
    .where('id', '=', id)
    .where((token) => token.or([token('last_used_at', 'is', null), token('last_used_at', '<', noted)]))
    .execute();
};
