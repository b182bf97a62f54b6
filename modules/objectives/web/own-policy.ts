import type { z } from 'zod';
import type { testedPolicy } from '../contract/backtests.ts';

/** One tier as a person writes it; a field that is empty is null. */
export interface OwnTier {
  urgency: 'page' | 'ticket';
  longMinutes: number | null;
  shortMinutes: number | null;
  rate: number | null;
}

export const newTier = (): OwnTier => ({ urgency: 'page', longMinutes: 60, shortMinutes: 5, rate: 14.4 });

export const ownPolicyName = 'Of your own';

/** What is wrong with a tier; null where it can be tried. */
export const faultOfTier = (tier: OwnTier): string | null => {
  if (tier.longMinutes === null || tier.longMinutes < 1) return 'Say how long the long window is, in minutes.';
  if (tier.shortMinutes !== null && (tier.shortMinutes < 1 || tier.shortMinutes > tier.longMinutes))
    return 'The short window is at least a minute and no longer than the long one.';
  if (tier.rate === null || tier.rate <= 0) return 'Say at which burn rate it fires: 14.4.';
  return null;
};

/** The policy as the API takes it; null without tiers. */
export const ownPolicyOf = (tiers: readonly OwnTier[]): z.input<typeof testedPolicy> | null =>
  tiers.length === 0
    ? null
    : {
        name: ownPolicyName,
        tiers: tiers.map((tier, index) => ({
          name: `${tier.urgency}-${index + 1}`,
          urgency: tier.urgency,
          longMinutes: Math.round(tier.longMinutes ?? 0),
          shortMinutes: tier.shortMinutes === null ? null : Math.round(tier.shortMinutes),
          rateMillionths: Math.round((tier.rate ?? 0) * 1_000_000),
        })),
      };
