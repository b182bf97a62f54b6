import { describe, expect, it } from 'vitest';
import { decideBudget, decideForecast } from './decide-budget.ts';
import { decideData, noDataRatio } from './decide-data.ts';
import { stateOf } from './state.ts';

const now = Temporal.Instant.from('2026-11-22T12:00:00Z');

describe('A budget is exhausted at the event that takes the last of it', () => {
  it.each([
    [{ good: 9_990, bad: 10 }, true, 'budget-gone'],
    [{ good: 9_991, bad: 9 }, false, 'budget-left'],
    // Ten of 10,001 are one thousandth less 0.001 of an event: something is left again.
    [{ good: 9_991, bad: 10 }, false, 'budget-left'],
    [{ good: 0, bad: 0 }, false, 'no-data'],
  ])('%j', (counts, exhausted, reason) => {
    expect(decideBudget({ counts, targetPpm: 999_000 })).toMatchObject({ exhausted, reason });
  });
  it('says its numbers', () => {
    expect(decideBudget({ counts: { good: 999_400, bad: 600 }, targetPpm: 999_000 }).text).toBe(
      '40 % of the budget is left: 600 bad of 1,000,000, the target of 99.9 % allows 1,000.',
    );
  });
  it('slices with their ratios are said in slices', () => {
    const counts = { good: 99_500_000_000, bad: 500_000_000 };
    expect(decideBudget({ counts, targetPpm: 990_000, eventParts: 1_000_000_000 })).toMatchObject({
      allowed: 1,
      spent: 0.5,
      total: 100,
      remainingRatio: 0.5,
    });
  });
});

describe('A budget that will soon be gone is told once', () => {
  const projected = (minutes: number | null) => ({
    exhaustsAt: minutes === null ? null : now.add({ minutes }),
    reason: minutes === null ? ('burns-slower-than-earned' as const) : ('at-recent-rate' as const),
    text: 'Because.',
  });
  it.each([
    [240, false, true, 'will-be-gone'],
    [241, false, false, 'lasts'],
    [241, true, true, 'goes-on'],
    [480, true, true, 'goes-on'],
    [481, true, false, 'lasts'],
    [null, true, false, 'lasts'],
  ])('gone in %s minutes, told before: %s', (minutes, before, soon, reason) => {
    expect(decideForecast({ projection: projected(minutes), withinMinutes: 240, soon: before, now })).toMatchObject({
      soon,
      reason,
    });
  });
  it('stays as it was while the budget is gone, and is never told when turned off', () => {
    const gone = { exhaustsAt: now, reason: 'gone-already' as const, text: 'Gone.' };
    expect(decideForecast({ projection: gone, withinMinutes: 240, soon: true, now }).soon).toBe(true);
    expect(decideForecast({ projection: gone, withinMinutes: 240, soon: false, now }).soon).toBe(false);
    expect(decideForecast({ projection: projected(1), withinMinutes: null, soon: true, now })).toMatchObject({
      soon: false,
      reason: 'off',
    });
  });
});

describe('Missing data is a state of its own', () => {
  const watchedFrom = now.subtract({ hours: 24 });
  it.each([
    [now, 10, false, 'events-seen'],
    [now.subtract({ seconds: 599 }), 10, false, 'silent-shortly'],
    [now.subtract({ minutes: 10 }), 10, true, 'silent'],
    [null, 10, true, 'never-seen'],
    [now.subtract({ minutes: 10 }), null, false, 'off'],
    // The clock went back: what was seen lies ahead of it.
    [now.add({ minutes: 3 }), 10, false, 'events-seen'],
  ])('last seen %s, told from %s minutes on', (lastSeenAt, noDataMinutes, noData, reason) => {
    expect(decideData({ lastSeenAt, watchedFrom, now, noDataMinutes })).toMatchObject({ noData, reason });
  });
  it('a new objective is not missed at once', () => {
    const decided = decideData({ lastSeenAt: null, watchedFrom: now.subtract({ minutes: 5 }), now, noDataMinutes: 10 });
    expect(decided).toMatchObject({ noData: false, reason: 'silent-shortly' });
  });
  it.each([
    [43_200, 43_200, 0],
    [32_400, 43_200, 0.25],
    [0, 43_200, 1],
    [0, 0, 0],
    [5, 4, 0],
  ])('%i of %i minutes had data', (withData, soFar, ratio) => {
    expect(noDataRatio(withData, soFar)).toBe(ratio);
  });
});

describe('One state from all decisions', () => {
  const fine = decideBudget({ counts: { good: 9_999, bad: 1 }, targetPpm: 999_000 });
  const gone = decideBudget({ counts: { good: 9_000, bad: 1_000 }, targetPpm: 999_000 });
  const empty = decideBudget({ counts: { good: 0, bad: 0 }, targetPpm: 999_000 });
  const seen = decideData({ lastSeenAt: now, watchedFrom: now, now, noDataMinutes: 10 });
  const silent = decideData({ lastSeenAt: now.subtract({ hours: 1 }), watchedFrom: now, now, noDataMinutes: 10 });
  const shortly = decideData({ lastSeenAt: now.subtract({ minutes: 1 }), watchedFrom: now, now, noDataMinutes: 10 });
  const firing = [{ name: 'page-fast', text: 'Fires.' }];
  it.each([
    ['all well', { budget: fine, data: seen, firing: [] }, 'ok', 'nothing-wrong'],
    ['a tier fires', { budget: fine, data: seen, firing }, 'burning', 'tiers-fire'],
    ['gone', { budget: gone, data: seen, firing }, 'exhausted', 'budget-gone'],
    ['gone, and silent', { budget: gone, data: silent, firing: [] }, 'exhausted', 'budget-gone'],
    ['silent while a tier fires', { budget: fine, data: silent, firing }, 'no-data', 'silent'],
    ['silent only shortly', { budget: fine, data: shortly, firing }, 'burning', 'tiers-fire'],
    ['empty', { budget: empty, data: seen, firing: [] }, 'no-data', 'nothing-in-window'],
    [
      'source away',
      { budget: fine, data: shortly, firing: [], sourceProblem: 'Prometheus does not answer.' },
      'no-data',
      'source-away',
    ],
    [
      'source away, all read so far',
      { budget: fine, data: seen, firing: [], sourceProblem: 'Slow.' },
      'ok',
      'nothing-wrong',
    ],
  ])('%s', (_, given, state, reason) => {
    expect(stateOf(given)).toMatchObject({ state, reason });
  });
});
