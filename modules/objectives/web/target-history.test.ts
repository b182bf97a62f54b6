import { expect, it, describe } from 'vitest';
import { promiseChangeOf } from './target-history.ts';

const entry = (data: Record<string, unknown>) => ({
  place: '7',
  at: '2026-11-22T12:00:00Z',
  actor: { kind: 'person' as const, id: 'p', name: 'Mira Okafor' },
  data,
});
const window = { kind: 'rolling', minutes: 40_320 };

describe('the history of a promise says what changed', () => {
  it('begins with what was promised', () => {
    expect(promiseChangeOf(entry({ before: null, after: { targetPpm: 999_000, window } })).what).toEqual([
      'Promised 99.9 % over 28 days',
    ]);
  });
  it('names target and window, before and after', () => {
    const change = promiseChangeOf(
      entry({
        before: { targetPpm: 999_000, window },
        after: { targetPpm: 999_500, window: { kind: 'rolling', minutes: 43_200 } },
      }),
    );
    expect(change.what).toEqual(['Target from 99.9 % to 99.95 %', 'Window from 28 days to 30 days']);
    expect(change.by).toBe('Mira Okafor');
  });
  it('says that something else changed', () => {
    const same = { targetPpm: 999_000, window };
    expect(promiseChangeOf(entry({ before: same, after: same })).what).toEqual(['The document changed']);
  });
});
