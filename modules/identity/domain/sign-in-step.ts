export type SignInMethod = 'set-up' | 'password' | 'link' | 'passkey' | 'sso';
export type SecondFactor = 'totp' | 'passkey' | 'recovery-code';

export interface Factors {
  readonly totp: boolean;
  readonly passkeys: number;
  readonly recoveryCodesLeft: number;
}

export type SignInStep =
  | { readonly step: 'done'; readonly reason: 'no-second-factor' | 'passkey-is-two-factors' | 'new-organisation' }
  | { readonly step: 'second-factor'; readonly methods: readonly SecondFactor[] };

/**
 * What follows after the first proof was right. A passkey with user verification is possession and knowledge (or body)
 * at once; every other way, single sign-on and a reset link included, asks for the second factor of whoever has one.
 */
export const stepAfter = (method: SignInMethod, factors: Factors): SignInStep => {
  if (method === 'set-up') return { step: 'done', reason: 'new-organisation' };
  if (method === 'passkey') return { step: 'done', reason: 'passkey-is-two-factors' };
  if (!factors.totp && factors.passkeys === 0) return { step: 'done', reason: 'no-second-factor' };
  const methods: SecondFactor[] = [];
  if (factors.totp) methods.push('totp');
  if (factors.passkeys > 0) methods.push('passkey');
  if (factors.recoveryCodesLeft > 0) methods.push('recovery-code');
  return { step: 'second-factor', methods };
};
