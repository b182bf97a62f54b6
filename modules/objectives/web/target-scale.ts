import { million, objectiveLimits } from '../domain/objective.ts';

/**
 * The slider of a target. Equal steps are equal factors of what may go wrong, because from 99 % to 99.9 % is as far as from
 * 99.9 % to 99.99 %: position 0 is 90 %, each hundred positions are one more nine.
 */
export const scaleLength = 400;
const perNine = 100;
const mostBudgetPpm = 100_000;

/** The target at a position: two digits of what may go wrong, so that people can say it. */
export const targetAt = (position: number): number => {
  const budgetPpm = mostBudgetPpm / 10 ** (position / perNine);
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(budgetPpm)) - 1);
  return Math.min(objectiveLimits.targetPpmMax, million - Math.max(1, Math.round(budgetPpm / unit) * unit));
};

/** The position of a target; those beyond the scale stand at its ends. */
export const positionOf = (targetPpm: number): number => {
  const budgetPpm = Math.max(1, million - targetPpm);
  return Math.max(0, Math.min(scaleLength, Math.round(Math.log10(mostBudgetPpm / budgetPpm) * perNine)));
};

/** Targets that people name, with their places on the scale. */
export const namedTargets = [900_000, 950_000, 990_000, 995_000, 999_000, 999_500, 999_900, 999_990] as const;
