import { Command } from 'commander';
import { expect, it } from 'vitest';
import type { CliContext } from '../../../platform/cli/context.ts';
import type { Spent } from '../contract/spent.ts';
import { registerSuggestions } from './suggestions.ts';

const spent: Spent = {
  name: 'checkout',
  from: '2026-11-22T10:00:00Z',
  to: '2026-11-22T11:00:00Z',
  good: 990,
  bad: 10,
  budgetShare: 0.5,
  formula: '',
  uncorrected: null,
  by: [
    {
      dimension: 'version',
      exact: true,
      note: null,
      shares: [{ value: '2.0.0', good: 90, bad: 10, badShare: 1, budgetShare: 0.5, lift: null }],
    },
  ],
  steepest: [],
  marks: [],
};

const run = async (answer: Spent, ...line: string[]): Promise<any> => {
  let printed: unknown = null;
  const context = { call: async () => answer, print: (value: unknown) => void (printed = value) };
  const objective = new Command('objective').exitOverride();
  registerSuggestions(objective, context as unknown as CliContext);
  await objective.parseAsync(['spent', 'checkout', ...line], { from: 'user' });
  return printed;
};

it('spent begins with what went in all, then who spent it', async () => {
  expect(await run(spent)).toMatchObject([
    { by: 'all', value: expect.stringContaining('1,000 events'), bad: '10', ofBudget: '50 %' },
    { by: 'version', value: '2.0.0', bad: '10', ofBad: '100 %' },
  ]);
});

it('spent says what went also where nobody knows who spent it', async () => {
  expect(await run({ ...spent, by: [] })).toMatchObject([{ by: 'all', bad: '10', ofBudget: '50 %' }]);
});

it('a dimension that was not told is refused with those that were', async () => {
  await expect(run(spent, '--by', 'colour')).rejects.toMatchObject({
    problem: { code: 'objectives.unknown-dimension', detail: 'Write one of version.' },
  });
});
