import { describe, expect, it } from 'vitest';
import { afterPause, evaluate, firstState, type Reading } from './evaluate.ts';
import { aRule } from './fixtures.ts';

/** What one group of a rule goes through, a step a minute; `-` is nothing measured. */
const run = (rule: ReturnType<typeof aRule>, values: string) => {
  let state = firstState(0);
  return values.split(' ').map((said, index) => {
    const reading: Reading =
      said === '-'
        ? { value: null, why: 'nothing-measured' }
        : said === '?'
          ? { value: null, why: 'too-little-history' }
          : { value: Number(said), why: 'measured' };
    const outcome = evaluate(rule, state, reading, index * 60);
    state = outcome.state;
    return outcome.became ?? state.phase;
  });
};

const over10 = { fire: { op: '>', value: 10 } } as const;
const cases: [string, Parameters<typeof aRule>[0], string, string][] = [
  ['fires at once and clears at once', over10, '5 11 12 10 9', 'ok firing firing cleared ok'],
  ['waits for `for`', { ...over10, for: 'PT2M' }, '11 11 11 11', 'pending pending firing firing'],
  [
    'begins to wait anew after one good step',
    { ...over10, for: 'PT2M' },
    '11 11 9 11 11 11',
    'pending pending ok pending pending firing',
  ],
  [
    'clears only on the good side of the other threshold',
    { ...over10, clear: { value: 5 } },
    '11 8 6 5 11',
    'firing firing firing cleared firing',
  ],
  [
    'clears only when that holds',
    { ...over10, clear: { keepFor: 'PT2M' } },
    '11 9 9 11 9 9 9',
    'firing firing firing firing firing firing cleared',
  ],
  [
    'looks downward too',
    { fire: { op: '<', value: 1 }, clear: { value: 2 } },
    '1 0.5 1.5 2',
    'ok firing firing cleared',
  ],
  ['at the bound is not above it', over10, '10 10', 'ok ok'],
  ['at the bound is at or above it', { fire: { op: '>=', value: 10 } }, '10 9', 'firing cleared'],
  ['a short gap keeps what was', { ...over10, for: 'PT3M' }, '11 11 - 11', 'pending pending pending firing'],
  [
    'keeps firing without data',
    { ...over10, noData: { then: 'keep', after: 'PT2M' } },
    '11 - - - - 9',
    'firing firing firing firing firing cleared',
  ],
  [
    'no longer waits for what nobody sees',
    { ...over10, for: 'PT5M', noData: { then: 'keep', after: 'PT2M' } },
    '11 - - - 11',
    'pending pending pending ok pending',
  ],
  [
    'is well without data',
    { ...over10, noData: { then: 'ok', after: 'PT2M' } },
    '11 - - - -',
    'firing firing firing cleared ok',
  ],
  [
    'alerts without data',
    { ...over10, noData: { then: 'alert', after: 'PT2M' } },
    '5 - - - - 5',
    'ok ok ok firing firing cleared',
  ],
  [
    'goes on firing when bad data come back',
    { ...over10, noData: { then: 'alert', after: 'PT1M' } },
    '- - 12 9',
    'ok firing firing cleared',
  ],
  [
    'decides nothing while it cannot be compared',
    { ...over10, noData: { then: 'alert', after: 'PT0S' } },
    '? ? 11 ? 9',
    'ok ok firing firing cleared',
  ],
];

describe('a rule', () => {
  it.each(cases)('%s', (_, spec, values, expected) => {
    expect(run(aRule(spec), values).join(' ')).toBe(expected);
  });

  it('waits anew after a pause of Leadline, but what fires goes on', () => {
    const rule = aRule({ ...over10, for: 'PT2M' });
    const pending = evaluate(rule, firstState(0), { value: 11, why: 'measured' }, 60).state;
    expect(afterPause(pending, 9_000)).toEqual(firstState(9_000));
    const firing = evaluate(rule, pending, { value: 11, why: 'measured' }, 180).state;
    expect(afterPause(firing, 9_000)).toMatchObject({ phase: 'firing', since: 180 });
  });
});
