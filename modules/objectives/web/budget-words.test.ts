import { describe, expect, it } from 'vitest';
import { achievedText, burnText, leftText, outlookText, runsOutText } from './budget-words.ts';

describe('a figure of a budget never reads as something else', () => {
  it.each([
    ['plenty', 0.614, '61 %'],
    ['overspent', -0.18, '−18 %'],
    ['nearly gone is not gone', 0.0004, '0.04 %'],
    ['hardly overspent is not even', -0.0004, '−0.04 %'],
    ['touched is not whole', 0.9999, '99.99 %'],
    ['hardly touched is not whole either', 0.9999504, '99.995 %'],
    ['and without digits that say nothing', 0.999900099, '99.99 %'],
    ['untouched', 1, '100 %'],
    ['gone', 0, '0 %'],
    ['nothing seen', null, '–'],
    ['far overspent', -1234.5, '−123,450 %'],
  ])('%s', (_, ratio, text) => expect(leftText(ratio)).toBe(text));

  it('keeps as many digits as tell an achieved ratio from its target', () => {
    expect(achievedText(999_520)).toBe('99.952 %');
    expect(achievedText(999_999)).toBe('99.9999 %');
    expect(achievedText(null)).toBe('–');
  });

  it('says burn rates short', () => {
    expect(burnText(14.4444)).toBe('14.4×');
    expect(burnText(0.4)).toBe('0.4×');
    expect(burnText(null)).toBe('–');
  });
});

describe('the day that a budget runs out is said in words', () => {
  const now = new Date(2026, 10, 20, 12, 0).getTime();
  it.each([
    ['days ahead', new Date(2026, 10, 23, 9, 30), 'Runs out Mon 23 Nov at this rate'],
    ['tomorrow', new Date(2026, 10, 21, 9, 30), 'Runs out Sat 21 Nov at 09:30 at this rate'],
    ['soon', new Date(2026, 10, 20, 12, 25), 'Runs out in 25 minutes at this rate'],
    ['past', new Date(2026, 10, 20, 11, 59), 'Runs out now'],
  ])('%s', (_, at, text) => expect(runsOutText(at.toISOString(), now)).toBe(text));
  it('says nothing where it lasts', () => expect(runsOutText(null, now)).toBeNull());
  it('says that it is gone where it is, not that it runs out now', () =>
    expect(outlookText({ remainingRatio: -0.2, exhaustsAt: new Date(now).toISOString() }, now)).toBe(
      'The budget is gone',
    ));
});
