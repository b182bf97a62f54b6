import { reaches, type Role } from '../../../kernel/role.ts';

/** Who asks, as far as ownership goes. */
export interface Describer {
  readonly role: Role;
  readonly teams: Readonly<Record<string, Role>>;
}

export type MayDescribe =
  | { readonly allowed: true; readonly reason: 'organisation-editor' | 'team-editor' }
  | { readonly allowed: false; readonly reason: 'no-owner' | 'not-in-present-owner' | 'not-in-new-owner' };

/**
 * Who may say what a thing is: an editor of the organisation, or an editor of the team that owns it. Handing a thing over
 * needs both teams, so that nobody takes another team's service or pushes theirs onto it; a thing that nobody owns is
 * taken by an editor of the team that the description names.
 */
export const mayDescribe = (
  who: Describer,
  owners: { readonly present: string | null; readonly next: string | null },
): MayDescribe => {
  if (reaches(who.role, 'editor')) return { allowed: true, reason: 'organisation-editor' };
  const edits = (team: string): boolean => reaches(who.teams[team] ?? null, 'editor');
  if (owners.present !== null && !edits(owners.present)) return { allowed: false, reason: 'not-in-present-owner' };
  if (owners.next !== null && !edits(owners.next)) return { allowed: false, reason: 'not-in-new-owner' };
  if (owners.present === null && owners.next === null) return { allowed: false, reason: 'no-owner' };
  return { allowed: true, reason: 'team-editor' };
};

/** True when two descriptions say the same, whatever the order of their keys. Lists keep their order: it is shown. */
export const saysTheSame = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${entries
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
    .join(',')}}`;
};
