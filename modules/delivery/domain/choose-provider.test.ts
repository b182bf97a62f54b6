import { describe, expect, it } from 'vitest';
import { chooseProvider, retryBounds, type Candidate, type Choice, type Tries } from './choose-provider.ts';

const [first, second] = [
  { name: 'first', pausedSeconds: 0 },
  { name: 'second', pausedSeconds: 0 },
];
const ask = (candidates: readonly Candidate[], tries: Tries, more: { urgency?: 'high' | 'low'; takes?: number } = {}) =>
  chooseProvider({ candidates, tries, urgency: 'high', takes: 1, dice: 0.5, ...more });
const go = (provider: string, afterSeconds: number, reason: string) =>
  ({ act: 'try', provider, afterSeconds, reason }) as Choice;
const paused = (candidate: Candidate, pausedSeconds: number): Candidate => ({ ...candidate, pausedSeconds });

describe('which provider is asked next', () => {
  it.each<[string, readonly Candidate[], Tries, Choice]>([
    ['the first one, at once', [first, second], {}, go('first', 0, 'first-try')],
    [
      'the next one, at once, when it failed',
      [first, second],
      { first: { count: 1 } },
      go('second', 0, 'next-provider'),
    ],
    [
      'the first again after a second, when all failed',
      [first, second],
      { first: { count: 1 }, second: { count: 1 } },
      go('first', 1, 'new-round'),
    ],
    [
      'after four seconds in the fourth round',
      [first, second],
      { first: { count: 3 }, second: { count: 3 } },
      go('first', 4, 'new-round'),
    ],
    ['after at most a minute', [first], { first: { count: 7 } }, go('first', 60, 'new-round')],
    [
      'never who refused it',
      [first, second],
      { first: { count: 0, out: 'refused' }, second: { count: 1 } },
      go('second', 1, 'new-round'),
    ],
    [
      'never again who took it and gave no receipt',
      [first, second],
      { first: { count: 0, out: 'taken' } },
      go('second', 0, 'next-provider'),
    ],
    [
      'the next one, while the first wants to be left alone',
      [paused(first, 30), second],
      {},
      go('second', 0, 'first-try'),
    ],
    ['the first one, when it wants only a breath', [paused(first, 1), second], {}, go('first', 1, 'provider-paused')],
    ['the one whose pause ends first', [paused(first, 30), paused(second, 9)], {}, go('second', 9, 'provider-paused')],
    ['nobody without a provider', [], {}, { act: 'give-up', reason: 'no-provider' }],
    [
      'nobody when all refused',
      [first, second],
      { first: { count: 0, out: 'refused' }, second: { count: 2, out: 'refused' } },
      { act: 'give-up', reason: 'all-refused' },
    ],
    [
      'nobody when the last took it and gave no receipt',
      [first, second],
      { first: { count: 0, out: 'refused' }, second: { count: 0, out: 'taken' } },
      { act: 'give-up', reason: 'no-receipt' },
    ],
    [
      'nobody when the rounds are used up',
      [first],
      { first: { count: retryBounds.high.rounds } },
      { act: 'give-up', reason: 'rounds-used-up' },
    ],
  ])('%s', (_, candidates, tries, expected) => {
    const choice = ask(candidates, tries);
    if (choice.act === 'try') expect({ ...choice, afterSeconds: Math.round(choice.afterSeconds) }).toEqual(expected);
    else expect(choice).toEqual(expected);
  });

  it('goes on longer for what is not urgent, and gives up in any case after so many takes', () => {
    const tries = { first: { count: retryBounds.high.rounds } };
    expect(ask([first], tries, { urgency: 'low' })).toMatchObject({ act: 'try', reason: 'new-round' });
    expect(ask([first], {}, { takes: 201 })).toEqual({ act: 'give-up', reason: 'takes-used-up' });
  });

  it('ends: whatever fails, the tries of two providers that always fail are counted and few', () => {
    const tries: Record<string, { count: number }> = {};
    let seconds = 0;
    let calls = 0;
    for (;;) {
      const choice = ask([first, second], tries);
      if (choice.act === 'give-up') break;
      seconds += choice.afterSeconds;
      calls += 1;
      tries[choice.provider] = { count: (tries[choice.provider]?.count ?? 0) + 1 };
    }
    // 1 + 2 + 4 + 8 + 16 + 32 + 60: the pauses before rounds 2 to 8.
    expect({ calls, seconds: Math.round(seconds) }).toEqual({ calls: 2 * retryBounds.high.rounds, seconds: 123 });
  });
});
