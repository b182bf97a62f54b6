import { expect, it } from 'vitest';
import { outcomesIn } from './outcomes.ts';

/** What became of the alerts of one request is counted, however its source says it. */
it.each([
  ['each', [{ outcome: 'new' }, { outcome: 'new' }, { outcome: 'resolved' }], { new: 2, resolved: 1 }],
  ['counts', { new: 3, unchanged: 61, refused: 2 }, { new: 3, unchanged: 61 }],
  ['nothing', null, {}],
  ['words', { status: 'Alert does not exist' }, {}],
  ['something else', [1, null, { outcome: 'other' }], {}],
])('%s', (_, outcome, counts) => expect(Object.fromEntries(outcomesIn(outcome))).toEqual(counts));
