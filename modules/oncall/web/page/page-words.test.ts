import { describe, expect, it } from 'vitest';
import { anOwedStep, aPage } from './a-page.ts';
import { attemptWords, messageWords, nextInWords, sinceText, toldOf, wordOfPage } from './page-words.ts';

const at = (iso: string): number => Date.parse(iso);
const [first] = anOwedStep().attempts;

describe('a page in words', () => {
  it.each([
    [{}, 'Open'],
    [{ unansweredAt: '2026-11-23T03:30:00Z' }, 'Nobody answered'],
    [{ state: 'acknowledged' as const }, 'Acknowledged'],
    [{ state: 'acknowledged' as const, snoozedUntil: '2026-11-23T09:00:00Z' }, 'Snoozed'],
    [{ state: 'resolved' as const, unansweredAt: '2026-11-23T03:30:00Z' }, 'Resolved'],
  ])('%o is %s', (given, word) => expect(wordOfPage(aPage(given))).toBe(word));

  it.each([
    [0, '< 1 min'],
    [59, '< 1 min'],
    [60, '1 min'],
    [3_600, '1 h'],
    [7_980, '2 h 13 min'],
    [86_400 * 3, '3 d'],
    [86_400 * 3 + 3_600, '3 d 1 h'],
  ])('%i seconds are %s', (seconds, text) => expect(sinceText(0, seconds * 1_000)).toBe(text));

  it('each person stands once, with all that was tried for them, first who was told first', () => {
    const told = toldOf(
      aPage({
        steps: [
          anOwedStep({ person: 'linus', owedAt: '2026-11-23T03:15:00Z', step: 2 }),
          anOwedStep({ owedAt: '2026-11-23T03:12:00Z', contactMethod: 'phone' }),
          anOwedStep(),
        ],
      }),
    );
    expect(told.map(({ person, messages }) => [person, messages.map((each) => each.contactMethod)])).toEqual([
      ['grace', ['mail', 'phone']],
      ['linus', ['mail']],
    ]);
  });

  it.each([
    [{ ...first!, result: 'failed' as const, detail: '550 no such user' }, 'failed: 550 no such user'],
    [{ ...first!, result: 'timeout' as const, status: null }, 'no answer in time'],
    [{ ...first!, receiptAt: '2026-11-23T03:10:05Z' }, 'arrived'],
    [first!, 'handed over'],
  ])('an attempt tells what came back', (attempt, text) => expect(attemptWords(attempt).text).toBe(text));

  it('a message that waits for its time is not on its way yet', () => {
    const owed = anOwedStep({ attempts: [], state: 'owed' });
    expect(messageWords(owed, at('2026-11-23T03:09:00Z')).text).toBe('waits for its time');
    expect(messageWords(owed, at('2026-11-23T03:10:01Z')).text).toBe('on its way');
    expect(messageWords({ ...owed, state: 'cancelled' }, at('2026-11-23T03:10:01Z')).text).toBe('not needed any more');
  });

  it('says what comes next, round by round, and nothing where somebody is on it', () => {
    expect(nextInWords(aPage())).toBe('step 2 of 2');
    expect(nextInWords(aPage({ steps: [anOwedStep({ step: 2 })] }))).toBe('round 2 of 2');
    expect(nextInWords(aPage({ steps: [anOwedStep({ step: 2, round: 2 })] }))).toBe('what comes after the last step');
    expect(nextInWords(aPage({ state: 'acknowledged' }))).toBeNull();
  });
});
