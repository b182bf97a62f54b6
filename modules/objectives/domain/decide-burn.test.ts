import { describe, expect, it } from 'vitest';
import { decideTier, type BurnReason } from './decide-burn.ts';
import { defaultTiers } from './tiers.ts';
import type { Counts } from './indicator.ts';

const periodMinutes = 43_200;
const [pageFast] = defaultTiers({ targetPpm: 999_000, periodMinutes });
const decide = (long: Counts, short: Counts, firing = false, badEventsMin = 1) =>
  decideTier({ tier: { ...pageFast!, badEventsMin }, targetPpm: 999_000, periodMinutes, long, short, firing });

const hot = { good: 9_856, bad: 144 };
const cool = { good: 9_857, bad: 143 };
const none = { good: 0, bad: 0 };

describe('A tier fires when both windows burn at the threshold, and clears by the short one', () => {
  it.each<[string, Counts, Counts, boolean, boolean, BurnReason]>([
    ['both burn exactly at it', hot, hot, false, true, 'both-windows-burn'],
    ['the long one is one event below', cool, hot, false, false, 'long-window-below'],
    ['the short one is one event below', hot, cool, false, false, 'short-window-below'],
    ['nothing at all', none, none, false, false, 'no-data'],
    ['it burnt, and silence since', hot, none, false, false, 'short-window-empty'],
    ['fired, both burn', hot, hot, true, true, 'short-window-burns'],
    ['fired, the short one burns on', cool, hot, true, true, 'short-window-burns'],
    ['fired, the short one recovered', hot, cool, true, false, 'short-window-recovered'],
    ['fired, silence, the long one still burns', hot, none, true, true, 'nothing-shows-recovery'],
    ['fired, silence, the long one does not', cool, none, true, false, 'long-window-recovered'],
    ['fired, all silent', none, none, true, false, 'long-window-recovered'],
  ])('%s', (_, long, short, before, firing, reason) => {
    const decided = decide(long, short, before);
    expect([decided.firing, decided.reason]).toEqual([firing, reason]);
  });
  it('low traffic: too few bad events never begin it, and never end it', () => {
    const one = { good: 9, bad: 1 };
    expect(decide(one, one, false, 2)).toMatchObject({ firing: false, reason: 'too-few-bad-events' });
    expect(decide(one, one, false, 1)).toMatchObject({ firing: true });
    expect(decide(one, one, true, 2)).toMatchObject({ firing: true, reason: 'short-window-burns' });
  });
  it('says its numbers', () => {
    expect(decide(hot, { good: 0, bad: 500 }).text).toBe(
      'Fires, both windows burn at least at the threshold. 1 hour: 14.4× (144 bad of 10,000), ' +
        '5 minutes: 1,000× (500 bad of 500); threshold 14.4× ' +
        '(2 % of the budget of 30 days within 1 hour: 0.02 × 43,200 min ÷ 60 min).',
    );
    expect(decide(none, none)).toMatchObject({ longRate: null, shortRate: null, threshold: 14.4 });
  });
});
