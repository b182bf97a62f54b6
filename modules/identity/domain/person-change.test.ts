import { describe, expect, it } from 'vitest';
import { personChangeFault } from './person-change.ts';

describe('The organisation is never left without an admin', () => {
  const admin = { role: 'admin', state: 'active' } as const;
  it.each([
    ['the last admin is disabled', admin, { role: 'admin', state: 'disabled' }, false, 0, 'last-admin'],
    ['the last admin becomes a viewer', admin, { role: 'viewer', state: 'active' }, false, 0, 'last-admin'],
    ['one of two admins is disabled', admin, { role: 'admin', state: 'disabled' }, false, 1, null],
    ['an admin disables themselves', admin, { role: 'admin', state: 'disabled' }, true, 3, 'own-state'],
    ['an admin takes their own role', admin, { role: 'editor', state: 'active' }, true, 3, 'own-role'],
    [
      'an invited admin is disabled',
      { role: 'admin', state: 'invited' },
      { role: 'admin', state: 'disabled' },
      false,
      0,
      null,
    ],
    [
      'a viewer is disabled',
      { role: 'viewer', state: 'active' },
      { role: 'viewer', state: 'disabled' },
      false,
      0,
      null,
    ],
    [
      'a disabled person comes back',
      { role: 'viewer', state: 'disabled' },
      { role: 'admin', state: 'active' },
      false,
      1,
      null,
    ],
  ] as const)('%s', (_name, before, after, isSelf, otherActiveAdmins, fault) => {
    expect(personChangeFault({ before, after, isSelf, otherActiveAdmins })).toBe(fault);
  });
});
