import { Refusal } from '../../kernel/problem.ts';
import { reaches } from '../../kernel/role.ts';
import type { Access } from '../../kernel/route.ts';
import type { Actor } from './http.ts';

export type AccessDecision =
  | {
      readonly allowed: true;
      readonly reason: 'public' | 'signed-in' | 'organisation-role' | 'team-role' | 'ingest-scope';
    }
  | { readonly allowed: false; readonly reason: 'nobody' | 'wrong-scope' | 'role-too-low' };

/**
 * May this actor call a route with this access? Pure: the only place that decides it, for every route.
 * `params` are the path parameters as the router decoded them.
 */
export const decideAccess = (
  access: Access,
  actor: Actor | null,
  params: Readonly<Record<string, string>>,
): AccessDecision => {
  if (access.kind === 'public') return { allowed: true, reason: 'public' };
  if (actor === null) return { allowed: false, reason: 'nobody' };
  if (access.kind === 'ingest') {
    return actor.scopes.includes('ingest')
      ? { allowed: true, reason: 'ingest-scope' }
      : { allowed: false, reason: 'wrong-scope' };
  }
  if (!actor.scopes.includes('api')) return { allowed: false, reason: 'wrong-scope' };
  if (access.kind === 'signed-in') return { allowed: true, reason: 'signed-in' };
  if (reaches(actor.role, access.role)) return { allowed: true, reason: 'organisation-role' };
  if (access.kind === 'team' && reaches(actor.teams[params[access.param] ?? ''] ?? null, access.role)) {
    return { allowed: true, reason: 'team-role' };
  }
  return { allowed: false, reason: 'role-too-low' };
};

/** Throws the problem that belongs to a refusal; gives nothing back otherwise. */
export const requireAccess = (access: Access, actor: Actor | null, params: Readonly<Record<string, string>>): void => {
  const decision = decideAccess(access, actor, params);
  if (decision.allowed) return;
  throw accessRefusal(decision.reason, access);
};

/** For handlers whose resource names its team only after it was read: at least `role` in the team or the organisation. */
export const requireInTeam = (
  actor: Actor,
  role: 'viewer' | 'responder' | 'editor' | 'admin',
  team: string | null,
): void => {
  if (reaches(actor.role, role) || (team !== null && reaches(actor.teams[team] ?? null, role))) return;
  throw accessRefusal('role-too-low', { kind: 'team', role, param: 'team' });
};

const accessRefusal = (reason: 'nobody' | 'wrong-scope' | 'role-too-low', access: Access): Refusal => {
  if (reason === 'nobody') {
    return new Refusal({
      status: 401,
      code: 'http.not-signed-in',
      title: 'Sign in first',
      detail: 'Sign in on the page, or send `Authorization: Bearer <token>`.',
    });
  }
  if (reason === 'wrong-scope') {
    return new Refusal({
      status: 403,
      code: 'http.wrong-scope',
      title: 'This token was made for something else',
      detail: access.kind === 'ingest' ? 'Make a token with the scope ingest.' : 'Make a token with the scope api.',
    });
  }
  const needed = access.kind === 'role' || access.kind === 'team' ? access.role : 'viewer';
  const where = access.kind === 'team' ? 'in this team or in the organisation' : 'in the organisation';
  return new Refusal({
    status: 403,
    code: 'http.role-too-low',
    title: 'Your role does not allow this',
    detail: `It needs the role ${needed} ${where}. Ask an admin.`,
  });
};
