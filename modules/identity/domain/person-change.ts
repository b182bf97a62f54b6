import type { Role } from '../../../kernel/role.ts';

export type PersonState = 'invited' | 'active' | 'disabled';

export interface PersonStanding {
  readonly role: Role;
  readonly state: PersonState;
}

export type PersonChangeFault = 'last-admin' | 'own-role' | 'own-state';

export const personChangeFaultText: Readonly<Record<PersonChangeFault, string>> = {
  'last-admin': 'This is the last admin who can sign in; make another person an admin first',
  'own-role': 'You cannot take your own admin role away; another admin can',
  'own-state': 'You cannot disable yourself; another admin can',
};

/**
 * Why a person's role or state may not change so, or null.
 * @param otherActiveAdmins how many admins besides this person can sign in
 */
export const personChangeFault = (options: {
  readonly before: PersonStanding;
  readonly after: PersonStanding;
  readonly isSelf: boolean;
  readonly otherActiveAdmins: number;
}): PersonChangeFault | null => {
  const { before, after, isSelf, otherActiveAdmins } = options;
  const isAdmin = (person: PersonStanding) => person.role === 'admin' && person.state === 'active';
  if (isSelf && before.state !== 'disabled' && after.state === 'disabled') return 'own-state';
  if (isSelf && before.role === 'admin' && after.role !== 'admin') return 'own-role';
  if (isAdmin(before) && !isAdmin(after) && otherActiveAdmins === 0) return 'last-admin';
  return null;
};
