import type { Status } from '../../../ui/status.ts';
import type { ObjectiveSummary } from '../contract.ts';

export type State = ObjectiveSummary['state'];

/** What a state looks like. */
export const statusOfState: Readonly<Record<State, Status>> = {
  ok: 'good',
  burning: 'warn',
  exhausted: 'bad',
  'no-data': 'none',
};

/** What a state says to a person. */
export const sentenceOfState: Readonly<Record<State, string>> = {
  ok: 'Keeps its promise',
  burning: 'Burns its budget too fast',
  exhausted: 'The budget is exhausted',
  'no-data': 'No data',
};

/** In one or two words, for a badge. */
export const wordOfState: Readonly<Record<State, string>> = {
  ok: 'On target',
  burning: 'Burning',
  exhausted: 'Exhausted',
  'no-data': 'No data',
};

export type Tone = 'good' | 'warn' | 'bad' | 'none';

/** Below these shares a budget is short, and nearly gone. */
const shortBelow = 0.33;
const nearlyGoneBelow = 0.1;

/** How a budget with this share left is drawn: colour is a state, and a budget that is nearly gone is one. */
export const toneOfBudget = (remainingRatio: number | null): Tone => {
  if (remainingRatio === null) return 'none';
  if (remainingRatio < nearlyGoneBelow) return 'bad';
  return remainingRatio < shortBelow ? 'warn' : 'good';
};

/** Beyond 6× a budget of 30 days is gone in five: the workbook's second page. Up to 1× it lasts. */
export const toneOfBurn = (rate: number | null): Tone => {
  if (rate === null) return 'none';
  if (rate >= 6) return 'bad';
  return rate > 1 ? 'warn' : 'none';
};

export const textOfTone: Readonly<Record<Tone, string>> = {
  good: 'text-good-text',
  warn: 'text-warn-text',
  bad: 'text-bad-text',
  none: 'text-muted',
};
