import { expect, it } from 'vitest';
import { presets } from '../contract/backtests.ts';
import { barsOf, policyChoices, titleOfPolicy } from './backtest-choice.ts';

it('offers every preset once, in words', () => {
  expect(policyChoices.map(({ value }) => value)).toEqual([...presets]);
  expect(titleOfPolicy('workbook-6')).toContain('several windows');
  expect(titleOfPolicy('mine')).toBe('mine');
});

it('puts alerts where they were, and lets one that goes on end with the stretch', () => {
  const bars = barsOf(
    [
      { at: '2026-11-01T12:00:00Z', until: '2026-11-02T00:00:00Z', urgency: 'page' },
      { at: '2026-11-10T12:00:00Z', until: null, urgency: 'ticket' },
      { at: '2026-11-05T00:00:00Z', until: '2026-11-05T00:00:10Z', urgency: 'page' },
    ],
    '2026-11-01T00:00:00Z',
    '2026-11-11T00:00:00Z',
  );
  expect(bars.map(({ x, width }) => [Math.round(x), width])).toEqual([
    [50, 50],
    [950, 50],
    [400, 1.5],
  ]);
});
