import { reaches, roles, type Role } from '../../../kernel/role.ts';

export type Scope = 'api' | 'ingest';

export interface TokenMaker {
  readonly kind: 'person' | 'token' | 'system';
  readonly role: Role;
}

export type TokenFault = 'role-above-own' | 'ingest-needs-editor' | 'tokens-make-tokens-only-as-admin';

export const tokenFaultText: Readonly<Record<TokenFault, string>> = {
  'role-above-own': 'A token can have at most your own role',
  'ingest-needs-editor': 'A token that sends telemetry needs the role editor or admin to make',
  'tokens-make-tokens-only-as-admin': 'Only a token with the role admin can make further tokens',
};

/** Why this actor may not make such a token, or null. */
export const tokenFault = (
  maker: TokenMaker,
  wanted: { readonly role: Role; readonly scopes: readonly Scope[] },
): TokenFault | null => {
  if (maker.kind === 'token' && maker.role !== 'admin') return 'tokens-make-tokens-only-as-admin';
  if (!reaches(maker.role, wanted.role)) return 'role-above-own';
  if (wanted.scopes.includes('ingest') && !reaches(maker.role, 'editor')) return 'ingest-needs-editor';
  return null;
};

const lower = (a: Role, b: Role): Role => (roles.indexOf(a) <= roles.indexOf(b) ? a : b);

/**
 * What a token may do now: never more than it was made for, and never more than its owner may today.
 * `owner` is null for a token of the machine, which has no teams.
 */
export const powerOfToken = (
  tokenRole: Role,
  owner: { readonly role: Role; readonly teams: Readonly<Record<string, Role>> } | null,
): { readonly role: Role; readonly teams: Readonly<Record<string, Role>> } => {
  if (owner === null) return { role: tokenRole, teams: {} };
  const teams = Object.fromEntries(Object.entries(owner.teams).map(([team, role]) => [team, lower(tokenRole, role)]));
  return { role: lower(tokenRole, owner.role), teams };
};
