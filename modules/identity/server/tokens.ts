import { Refusal } from '../../../kernel/problem.ts';
import { reaches, type Role } from '../../../kernel/role.ts';
import { newId } from '../../../platform/clock/id.ts';
import type { Actor } from '../../../platform/http/http.ts';
import type { LedgerActor } from '../../../platform/ledger/ledger.ts';
import { lastUsedWriteSeconds, tokensPerOwnerMax } from '../domain/limits.ts';
import { powerOfToken, tokenFault, tokenFaultText, type Scope } from '../domain/token-rules.ts';
import { later, ledgerActor, type IdentityGround } from './identity-ground.ts';
import { hashSecret, newSecret } from './secret-text.ts';
import {
  countTokensOf,
  findToken,
  insertToken,
  revokeToken as revokeRow,
  touchToken,
  viewTokens,
  type TokenView,
} from './store/tokens.ts';
import type { Tx } from './store/tables.ts';

export interface TokenSpec {
  readonly name: string;
  readonly role: Role;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
}

export type TokenState = 'active' | 'expired' | 'revoked' | 'owner-disabled';

/** What a token is good for now. */
export const stateOfToken = (token: TokenView, now: Date): TokenState => {
  if (token.revoked_at !== null) return 'revoked';
  if (token.expires_at !== null && token.expires_at <= now) return 'expired';
  if (token.owner_id !== null && token.owner_state !== 'active') return 'owner-disabled';
  return 'active';
};

/** Keeps a new token and its event in the caller's transaction; gives back the secret, which is nowhere else. */
export const keepToken = async (
  identity: Pick<IdentityGround, 'ledger' | 'now'>,
  tx: Tx,
  wanted: { readonly spec: TokenSpec; readonly ownerId: string | null; readonly actor: LedgerActor },
): Promise<{ readonly id: string; readonly secret: string }> => {
  const { spec, ownerId, actor } = wanted;
  const now = identity.now();
  if (spec.expiresAt !== null && spec.expiresAt <= now) {
    throw new Refusal({
      status: 422,
      code: 'identity.token-expired-already',
      title: 'This token would have run out already',
      errors: [{ path: 'body.expiresAt', message: 'must lie in the future' }],
    });
  }
  if ((await countTokensOf(tx, ownerId)) >= tokensPerOwnerMax) {
    throw new Refusal({
      status: 409,
      code: 'identity.too-many-tokens',
      title: `There are ${tokensPerOwnerMax} tokens already`,
      detail: 'Revoke those that nobody uses.',
    });
  }
  const secret = newSecret();
  const id = newId(now.getTime());
  const scopes = [...new Set(spec.scopes)].toSorted();
  await insertToken(tx, {
    id,
    name: spec.name,
    token_hash: hashSecret(secret),
    hint: secret.slice(-4),
    owner_id: ownerId,
    role: spec.role,
    scopes,
    created_at: now,
    created_by: actor.name,
    expires_at: spec.expiresAt,
    revoked_at: null,
    last_used_at: null,
  });
  await identity.ledger.append(tx, {
    kind: 'token.created',
    subject: `token:${id}`,
    actor,
    data: {
      name: spec.name,
      role: spec.role,
      scopes,
      owner: ownerId,
      expiresAt: spec.expiresAt?.toISOString() ?? null,
    },
  });
  return { id, secret };
};

/** Makes a token for whoever asks: a person owns it; a token's token belongs to the same owner and lives no longer. */
export const makeToken = async (
  identity: IdentityGround,
  actor: Actor,
  spec: TokenSpec,
): Promise<{ token: TokenView; secret: string }> => {
  const fault = tokenFault(actor, spec);
  if (fault !== null) {
    throw new Refusal({
      status: 403,
      code: `identity.token-${fault}`,
      title: 'You cannot make this token',
      detail: tokenFaultText[fault],
      errors: [{ path: fault === 'ingest-needs-editor' ? 'body.scopes' : 'body.role', message: tokenFaultText[fault] }],
    });
  }
  return identity.transaction(async (tx) => {
    const maker =
      actor.kind === 'token'
        ? (await viewTokens(tx, { id: actor.id, ownerId: null, limit: 1 }, identity.now()))[0]
        : undefined;
    const ownerId = actor.kind === 'person' ? actor.id : (maker?.owner_id ?? null);
    const expiresAt = earlier(spec.expiresAt, maker?.expires_at ?? null);
    const { id, secret } = await keepToken(identity, tx, {
      spec: { ...spec, expiresAt },
      ownerId,
      actor: ledgerActor(actor),
    });
    const [token] = await viewTokens(tx, { id, ownerId: null, limit: 1 }, identity.now());
    return { token: token!, secret };
  });
};

/** Revokes one's own token; an admin revokes any. */
export const revokeToken = async (identity: IdentityGround, actor: Actor, id: string): Promise<void> => {
  const whose = reaches(actor.role, 'admin') ? null : actor.kind === 'person' ? actor.id : undefined;
  await identity.transaction(async (tx) => {
    // A token may always revoke itself: what leaked can be made harmless by whoever finds it.
    const revoked =
      actor.id === id || whose !== undefined
        ? await revokeRow(tx, id, actor.id === id ? null : (whose ?? null), identity.now())
        : undefined;
    if (!revoked)
      throw new Refusal({
        status: 404,
        code: 'identity.token-unknown',
        title: 'There is no such token of yours',
        detail: 'It was revoked before, or belongs to somebody else.',
      });
    await identity.ledger.append(tx, {
      kind: 'token.revoked',
      subject: `token:${id}`,
      actor: ledgerActor(actor),
      data: { name: revoked.name, owner: revoked.owner_id },
    });
  });
};

/** The token behind a secret if it is good for something now, else undefined; notes its use. */
export const usableToken = async (
  identity: Pick<IdentityGround, 'db' | 'now'>,
  secret: string,
): Promise<TokenView | undefined> => {
  const now = identity.now();
  const token = await findToken(identity.db, hashSecret(secret));
  if (!token || stateOfToken(token, now) !== 'active') return undefined;
  const noted = later(now, { seconds: -lastUsedWriteSeconds });
  if (token.last_used_at === null || token.last_used_at < noted) await touchToken(identity.db, token.id, noted, now);
  return token;
};

/** Who a token acts as: never more than its owner may do today. */
export const actorOfToken = (token: TokenView): Actor => {
  const owner = token.owner_id === null ? null : { role: token.owner_role!, teams: token.owner_teams };
  return {
    kind: 'token',
    id: token.id,
    name: token.name,
    ...(token.owner_id === null ? {} : { ownerId: token.owner_id }),
    scopes: token.scopes,
    ...powerOfToken(token.role, owner),
  };
};

const earlier = (a: Date | null, b: Date | null): Date | null => (a === null ? b : b === null || a < b ? a : b);
