import type { BudgetDecision } from './decide-budget.ts';
import type { DataDecision } from './decide-data.ts';

export type ObjectiveState = 'ok' | 'burning' | 'exhausted' | 'no-data';

/** What an objective is in, why (from a closed set), and in words. */
export interface StateDecision {
  readonly state: ObjectiveState;
  readonly reason: 'nothing-in-window' | 'budget-gone' | 'silent' | 'source-away' | 'tiers-fire' | 'nothing-wrong';
  readonly text: string;
}

/**
 * One state from all decisions, the first that holds:
 * 1. nothing in the window, or its source cannot be read: nothing is known, no data;
 * 2. the budget is gone: a fact about the window, whatever happens now;
 * 3. silence for as long as the objective bears: whether it burns is not known, so neither `burning` nor `ok` is claimed
 *    (tiers that fire are still shown as alerts);
 * 4. a tier fires: burning;
 * 5. ok.
 * `sourceProblem`: why an outside source gives nothing, in words; it is the reason for silence.
 */
export const stateOf = (given: {
  budget: BudgetDecision;
  data: DataDecision;
  firing: readonly { readonly name: string; readonly text: string }[];
  sourceProblem?: string | null;
}): StateDecision => {
  const { budget, data, firing } = given;
  const problem = given.sourceProblem ?? null;
  if (budget.reason === 'no-data')
    return { state: 'no-data', reason: problem ? 'source-away' : 'nothing-in-window', text: problem ?? budget.text };
  if (budget.exhausted)
    return { state: 'exhausted', reason: 'budget-gone', text: andSilence(budget.text, problem, data) };
  if (problem !== null && data.reason !== 'events-seen')
    return { state: 'no-data', reason: 'source-away', text: `${problem} ${data.text}` };
  if (data.noData) return { state: 'no-data', reason: 'silent', text: data.text };
  if (firing.length > 0)
    return {
      state: 'burning',
      reason: 'tiers-fire',
      text: firing.map((each) => `${each.name}: ${each.text}`).join(' '),
    };
  return { state: 'ok', reason: 'nothing-wrong', text: budget.text };
};

const andSilence = (text: string, problem: string | null, data: DataDecision): string =>
  problem !== null ? `${text} ${problem}` : data.noData ? `${text} ${data.text}` : text;
