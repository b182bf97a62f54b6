import type { z } from 'zod';
import { Refusal } from '../../../../kernel/problem.ts';
import type { testedPolicy } from '../../contract/backtests.ts';
import { presetPolicy, type TestedPolicy } from '../../domain/backtest.ts';
import type { SimulatedTier } from '../../domain/simulate.ts';

type Said = z.output<typeof testedPolicy>;

/** What a person asks to be tried. Throws a Refusal `objectives.bad-policy` that names each wrong field. */
export const policiesOf = (said: readonly Said[]): TestedPolicy[] => {
  const policies = said.map((each, index) => policyOf(each, `body.policies.${index}`));
  const twice = policies.findIndex(({ name }, index) => policies.findIndex((other) => other.name === name) !== index);
  if (twice >= 0) throw wrong(`body.policies.${twice}`, `there are two policies named ${policies[twice]!.name}`);
  return policies;
};

const policyOf = (said: Said, path: string): TestedPolicy => {
  if ('preset' in said) return presetPolicy(said.preset);
  const tiers = said.tiers.map((tier, index): SimulatedTier => {
    const at = `${path}.tiers.${index}`;
    if ((tier.rateMillionths === null) === (tier.budgetSharePpm === null))
      throw wrong(at, 'give rateMillionths or budgetSharePpm, one of the two');
    if (tier.shortMinutes !== null && tier.shortMinutes > tier.longMinutes)
      throw wrong(`${at}.shortMinutes`, `is longer than the long window of ${tier.longMinutes} minutes; swap them`);
    return {
      tier: {
        name: tier.name,
        urgency: tier.urgency,
        longMinutes: tier.longMinutes,
        shortMinutes: tier.shortMinutes ?? tier.longMinutes,
        budgetSharePpm: tier.budgetSharePpm ?? 0,
        rateMillionths: tier.rateMillionths,
        badEventsMin: tier.badEventsMin,
        adapted: null,
      },
      holdSeconds: tier.forMinutes * 60,
    };
  });
  return { name: said.name, tiersFor: () => tiers };
};

const wrong = (path: string, message: string): Refusal =>
  new Refusal({
    status: 422,
    code: 'objectives.bad-policy',
    title: 'This alert policy cannot be tried',
    detail: message,
    errors: [{ path, message }],
  });
