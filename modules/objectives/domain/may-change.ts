import { reaches, type Role } from '../../../kernel/role.ts';

/** Who asks, as far as ownership goes. */
export interface Changer {
  readonly role: Role;
  readonly teams: Readonly<Record<string, Role>>;
}

export type MayChange =
  | { readonly allowed: true; readonly reason: 'organisation-editor' | 'team-editor' }
  | { readonly allowed: false; readonly reason: 'no-owner' | 'not-in-present-owner' | 'not-in-new-owner' };

/**
 * Who may say what is promised: an editor of the organisation, or an editor of the team that owns it. Handing a promise over needs both
 * teams, so that nobody takes another team's promise or pushes one onto it.
 */
export const mayChange = (
  who: Changer,
  owners: { readonly present: string | null; readonly next: string | null },
): MayChange => {
  if (reaches(who.role, 'editor')) return { allowed: true, reason: 'organisation-editor' };
  const edits = (team: string): boolean => Object.hasOwn(who.teams, team) && reaches(who.teams[team] ?? null, 'editor');
  if (owners.present !== null && !edits(owners.present)) return { allowed: false, reason: 'not-in-present-owner' };
  if (owners.next !== null && !edits(owners.next)) return { allowed: false, reason: 'not-in-new-owner' };
  if (owners.present === null && owners.next === null) return { allowed: false, reason: 'no-owner' };
  return { allowed: true, reason: 'team-editor' };
};
