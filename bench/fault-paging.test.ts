import { describe, expect, it } from 'vitest';
import { owedBy, policies } from './fault-paging-model.ts';
import type { Came } from './fault-paging-receivers.ts';
import { compare } from './fault-paging-run.ts';
import type { SentPage } from './fault-paging-traffic.ts';

/** The oracle itself: it must see what it is there for. */
const page: SentPage = {
  summary: 'Fault page 1',
  policy: 'two-steps',
  askedMs: 1_000,
  acceptedMs: 1_050,
  id: 'x',
  answered: null,
};
const all: Came[] = owedBy(policies['two-steps']!).map(({ slot, dueSeconds }, index) => ({
  summary: page.summary,
  slot,
  key: `key-${index}`,
  atMs: page.acceptedMs + dueSeconds * 1_000 + 5,
}));
const wrongsOf = (log: readonly Came[], answered: SentPage['answered'] = null): string[] =>
  compare([{ ...page, answered }], log).wrongs;

describe('the oracle of killed pages', () => {
  it('knows every send of two rounds and of the end', () => {
    expect(all.map(({ slot }) => slot)).toEqual([
      'page/1/1 /p1',
      'page/1/1 /p1-second',
      'page/2/1 /p2',
      'page/1/2 /p1',
      'page/1/2 /p1-second',
      'page/2/2 /p2',
      'unanswered/3/2 /p3',
    ]);
    expect(wrongsOf(all)).toEqual([]);
  });
  it('takes a repeat under the same key, and no second key', () => {
    expect(wrongsOf([...all, { ...all[2]!, atMs: 9_000 }])).toEqual([]);
    expect(wrongsOf([...all, { ...all[2]!, key: 'other', atMs: 9_000 }])[0]).toContain('came under 2 keys, 1 owed');
  });
  it('misses what was lost', () => expect(wrongsOf(all.slice(0, -1))[0]).toContain('is owed 1 times and came 0 times'));
  it('sees what came too soon, for nobody, or under the key of another', () => {
    expect(wrongsOf(all.map((each) => ({ ...each, atMs: page.acceptedMs })))[0]).toContain('too soon');
    expect(wrongsOf([...all, { ...all[0]!, slot: 'page/1/1 /p9', key: 'k' }])[0]).toContain(
      'came under 1 keys, 0 owed',
    );
    expect(wrongsOf(all.map((each) => ({ ...each, key: 'one' }))).at(-1)).toContain('the key one came for');
  });
  it('lets what was in flight come after an answer, and nothing later', () => {
    const answered = { how: 'acknowledge', askedMs: 1_100, doneMs: 1_200 } as const;
    expect(wrongsOf(all.slice(0, 1), answered)).toEqual([]);
    expect(wrongsOf(all, answered)[0]).toContain('after it was answered');
  });
});
