import type { Role } from '../../../kernel/role.ts';

export interface Membership {
  readonly personId: string;
  readonly role: Role;
}

export interface MemberChanges {
  readonly added: readonly Membership[];
  readonly removed: readonly Membership[];
  readonly changed: readonly { readonly personId: string; readonly from: Role; readonly to: Role }[];
}

/** What makes `before` into `after`, in the order of `after`, then of `before`. */
export const memberChanges = (before: readonly Membership[], after: readonly Membership[]): MemberChanges => {
  const old = new Map(before.map((each) => [each.personId, each.role]));
  const wanted = new Set(after.map((each) => each.personId));
  return {
    added: after.filter((each) => !old.has(each.personId)),
    removed: before.filter((each) => !wanted.has(each.personId)),
    changed: after.flatMap(({ personId, role }) => {
      const from = old.get(personId);
      return from !== undefined && from !== role ? [{ personId, from, to: role }] : [];
    }),
  };
};

export const isUnchanged = (changes: MemberChanges): boolean =>
  changes.added.length + changes.removed.length + changes.changed.length === 0;
