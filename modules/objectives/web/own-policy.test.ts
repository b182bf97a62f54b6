import { expect, it } from 'vitest';
import { testedPolicy } from '../contract/backtests.ts';
import { faultOfTier, newTier, ownPolicyOf } from './own-policy.ts';

it('makes a policy that the API takes, its burn rate exact', () => {
  const policy = ownPolicyOf([newTier(), { urgency: 'ticket', longMinutes: 4_320, shortMinutes: null, rate: 1 }]);
  expect(testedPolicy.parse(policy)).toMatchObject({
    tiers: [
      { name: 'page-1', longMinutes: 60, shortMinutes: 5, rateMillionths: 14_400_000 },
      { name: 'ticket-2', longMinutes: 4_320, shortMinutes: null, rateMillionths: 1_000_000 },
    ],
  });
  expect(ownPolicyOf([])).toBeNull();
});

it.each([
  ['no window', { longMinutes: null }, /long window/],
  ['windows the wrong way round', { longMinutes: 5, shortMinutes: 60 }, /no longer than/],
  ['no rate', { rate: null }, /burn rate/],
])('says what is wrong: %s', (_, given, said) => expect(faultOfTier({ ...newTier(), ...given })).toMatch(said));
