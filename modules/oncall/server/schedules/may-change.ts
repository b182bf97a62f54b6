import { Refusal } from '../../../../kernel/problem.ts';
import { reaches, type Role } from '../../../../kernel/role.ts';
import type { Actor } from '../../../../platform/http/http.ts';

/**
 * What a schedule says is changed by an editor of its team or of the organisation; handing it over needs both teams. Overrides by hand
 * are made by responders of its team: whoever is on call swaps without asking an admin. A schedule of no team belongs to the organisation.
 */
export const requireEditor = (actor: Actor, teams: readonly (string | null)[], name: string): void => {
  if (reaches(actor.role, 'editor')) return;
  if (teams.length > 0 && teams.every((team) => inTeam(actor, 'editor', team))) return;
  const team = teams.find((each) => !inTeam(actor, 'editor', each)) ?? null;
  throw notYours(
    name,
    team === null ? 'You are no editor of the organisation' : `You are no editor of the team ${team}`,
  );
};

export const requireResponder = (actor: Actor, team: string | null, name: string): void => {
  if (reaches(actor.role, 'editor') || inTeam(actor, 'responder', team)) return;
  if (team === null && reaches(actor.role, 'responder')) return;
  throw notYours(
    name,
    team === null ? 'You are no responder of the organisation' : `You are no responder of the team ${team}`,
  );
};

const inTeam = (actor: Actor, role: Role, team: string | null): boolean =>
  team !== null && Object.hasOwn(actor.teams, team) && reaches(actor.teams[team] ?? null, role);

const notYours = (name: string, why: string): Refusal =>
  new Refusal({
    status: 403,
    code: 'oncall.not-your-schedule',
    title: 'Only its team may change this schedule',
    detail: `${why}, so ${name} is not yours to change. Ask somebody of the team, or an admin.`,
  });
