import { Refusal, type FieldError } from '../../../../kernel/problem.ts';
import { reaches, type Role } from '../../../../kernel/role.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import type { IdentityDoor } from '../../../identity/server/public.ts';
import type { Matcher } from '../../domain/policy/matcher.ts';

/** What the commands stand on. */
export interface PolicyGround extends Pick<Ground, 'postgres' | 'ledger' | 'config'> {
  readonly identity: Pick<IdentityDoor, 'teamExists'>;
}

export type Outcome = 'created' | 'changed' | 'unchanged';

/**
 * Refuses who is no editor of the team that a route or inhibition belongs to. Who is editor of that team alone may only speak of alerts
 * of that team: else one team's route could take everybody's.
 */
export const requireEditor = (
  actor: Actor,
  { team, what, match }: { readonly team: string | null; readonly what: string; readonly match?: readonly Matcher[] },
): void => {
  if (reaches(actor.role, 'editor')) return;
  const ofTeam = team !== null && reaches(actor.teams[team] ?? null, 'editor');
  if (ofTeam && (match === undefined || speaksOf(match).includes(team))) return;
  throw new Refusal({
    status: 403,
    code: 'alerting.not-yours',
    title: `Only editors of its team may change this ${what}`,
    detail: ofTeam
      ? `You are an editor of the team ${team}, not of the organisation: say that it is about alerts of your team alone, with the matcher team="${team}".`
      : team === null
        ? `It belongs to no team: ask an editor of the organisation, or give it the team that you are an editor of (spec.team).`
        : `It belongs to the team ${team}, and you are no editor there or in the organisation.`,
    ...(ofTeam && {
      errors: [{ path: what === 'route' ? 'body.match' : 'body.target', message: `add team="${team}"` }],
    }),
  });
};

/** Refuses who answers neither for everything nor for the one team that the matchers keep to. */
export const requireAnswers = (actor: Actor, match: readonly Matcher[], needed: Role = 'responder'): void => {
  if (reaches(actor.role, needed)) return;
  const own = Object.keys(actor.teams).filter((team) => reaches(actor.teams[team] ?? null, needed));
  if (speaksOf(match).some((team) => own.includes(team))) return;
  throw new Refusal({
    status: 403,
    code: 'alerting.not-yours',
    title: 'You may not silence these alerts',
    detail:
      own.length === 0
        ? 'It takes a responder of the organisation or of the team.'
        : `You answer for ${own.join(', ')}: keep to alerts of one team with the matcher team="${own[0]}".`,
  });
};

/** Teams to which the matchers keep. */
const speaksOf = (match: readonly Matcher[]): string[] =>
  match.filter(({ name, op }) => name === 'team' && op === '=').map(({ value }) => value);

/** What a file made is changed there, unless the configuration lets a change by hand stand beside it. */
export const refuseByHand = (
  { config }: Pick<PolicyGround, 'config'>,
  present: { readonly origin: 'hand' | 'file'; readonly source: string | null } | undefined,
  said: 'hand' | 'file',
): void => {
  if (present?.origin !== 'file' || said !== 'hand' || config.values.handChanges !== 'refuse') return;
  throw new Refusal({
    status: 409,
    code: 'alerting.made-from-file',
    title: 'This was made from a file',
    detail: `Change it in ${present.source ?? 'the file that it was applied from'} and apply that again. Whoever runs Leadline may let changes by hand stand instead: setting handChanges: override.`,
  });
};

export const refuseWrong = (errors: readonly FieldError[], what: string): void => {
  if (errors.length === 0) return;
  throw new Refusal({
    status: 422,
    code: `alerting.bad-${what}`,
    title: `This ${what} cannot be`,
    detail: errors
      .map(({ path, message }) => `${path.replace('body.', '')}: ${message}`)
      .join('; ')
      .slice(0, 2_000),
    errors: [...errors],
  });
};

export const unknown = (what: string, name: string): Refusal =>
  new Refusal({ status: 404, code: `alerting.${what}-unknown`, title: `There is no such ${what}`, detail: name });

/** The same, whatever order PostgreSQL keeps the keys of jsonb in. */
export const sameSpec = (one: unknown, other: unknown): boolean =>
  JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
};
