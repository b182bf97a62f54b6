import { describe, expect, it } from 'vitest';
import { proposeTarget } from './suggest-start.ts';

const history = (minutes: number, total: number, bad: number) => ({
  startsAt: 0,
  stepSeconds: 60,
  good: new Float64Array(minutes).fill(total - bad),
  bad: new Float64Array(minutes).fill(bad),
});

describe('A service that is minutes old gets a start, and is told that it is one', () => {
  it('of 99.5 % where all was well', () => {
    const proposal = proposeTarget(history(12, 50, 0));
    expect(proposal).toMatchObject({ recommendedPpm: 995_000, reason: 'start' });
    expect(proposal.text).toContain('A start: too little history to say more');
    expect(proposal.text).toContain('100 % of 600 requests in 12 minutes');
    expect(proposal.fared.map(({ targetPpm }) => targetPpm)).toEqual([900_000, 950_000, 980_000, 990_000, 995_000]);
  });
  it.each([
    // A quarter of the budget must be left: 1 in 100 bad needs at least 98.67 %.
    ['looser where something failed', 1, 980_000],
    ['the loosest', 7, 900_000],
  ])('%s', (_, bad, recommendedPpm) => {
    expect(proposeTarget(history(10, 100, bad))).toMatchObject({ recommendedPpm, reason: 'start' });
  });
  it('none where not even the loosest was kept, or where hardly anything was seen', () => {
    expect(proposeTarget(history(10, 100, 30))).toMatchObject({ recommendedPpm: null, reason: 'none-kept' });
    const few = proposeTarget(history(19, 1, 0));
    expect(few).toMatchObject({ recommendedPpm: null, reason: 'too-little-history', fared: [] });
    expect(few.text).toContain('19 requests in 19 minutes');
    expect(few.text).toContain('from 20 requests on');
  });
  it('and a target from history once there is a day of it', () => {
    expect(proposeTarget(history(1_500, 10, 0))).toMatchObject({ reason: 'held-by-low-traffic' });
  });
});
