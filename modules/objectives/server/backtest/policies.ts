import type { z } from 'zod';
import { Refusal } from '../../../../kernel/problem.ts';
import type { testedPolicy } from '../../contract/backtests.ts';
import { workbookApproaches } from '../../domain/approaches.ts';
import type { Objective, Tier } from '../../domain/objective.ts';
import type { SimulatedTier } from '../../domain/simulate.ts';
import { defaultTiers } from '../../domain/tiers.ts';
import { nominalMinutes } from '../../domain/window.ts';

type Said = z.output<typeof testedPolicy>;

/** One way to alert, as it is tried on any objective. */
export interface TestedPolicy {
  readonly name: string;
  tiersFor(objective: Objective): readonly SimulatedTier[];
}

/** What a person asks to be tried. Throws a Refusal `objectives.bad-policy` that names each wrong field. */
export const policiesOf = (said: readonly Said[]): TestedPolicy[] => {
  const policies = said.map((each, index) => policyOf(each, `body.policies.${index}`));
  const twice = policies.findIndex(({ name }, index) => policies.findIndex((other) => other.name === name) !== index);
  if (twice >= 0) throw wrong(`body.policies.${twice}`, `there are two policies named ${policies[twice]!.name}`);
  return policies;
};

const policyOf = (said: Said, path: string): TestedPolicy => {
  if ('preset' in said) {
    const { preset } = said;
    if (preset === 'own') return { name: preset, tiersFor: ({ alerts }) => alerts.tiers.map(withoutHold) };
    if (preset === 'default')
      return {
        name: preset,
        tiersFor: ({ targetPpm, window }) =>
          defaultTiers({ targetPpm, periodMinutes: nominalMinutes(window) }).map(withoutHold),
      };
    const { tiers } = workbookApproaches.find(({ name }) => name === preset)!;
    return { name: preset, tiersFor: () => tiers };
  }
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

const withoutHold = (tier: Tier): SimulatedTier => ({ tier, holdSeconds: 0 });

const wrong = (path: string, message: string): Refusal =>
  new Refusal({
    status: 422,
    code: 'objectives.bad-policy',
    title: 'This alert policy cannot be tried',
    detail: message,
    errors: [{ path, message }],
  });
