import { describe, expect, it } from 'vitest';
import { stepAfter } from './sign-in-step.ts';

describe('Who has a second factor is asked for it, whatever came first', () => {
  const none = { totp: false, passkeys: 0, recoveryCodesLeft: 0 };
  const totp = { totp: true, passkeys: 0, recoveryCodesLeft: 3 };
  const all = { totp: true, passkeys: 2, recoveryCodesLeft: 0 };
  it.each([
    ['password, no factor', 'password', none, { step: 'done', reason: 'no-second-factor' }],
    ['password', 'password', totp, { step: 'second-factor', methods: ['totp', 'recovery-code'] }],
    ['single sign-on', 'sso', totp, { step: 'second-factor', methods: ['totp', 'recovery-code'] }],
    ["an admin's reset link", 'link', totp, { step: 'second-factor', methods: ['totp', 'recovery-code'] }],
    ['no recovery codes left', 'password', all, { step: 'second-factor', methods: ['totp', 'passkey'] }],
    ['a passkey', 'passkey', all, { step: 'done', reason: 'passkey-is-two-factors' }],
  ] as const)('%s', (_name, method, factors, expected) => {
    expect(stepAfter(method, factors)).toEqual(expected);
  });

  it('recovery codes alone are no second factor', () => {
    expect(stepAfter('password', { ...none, recoveryCodesLeft: 5 }).step).toBe('done');
  });
});
