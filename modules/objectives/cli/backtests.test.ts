import { Command } from 'commander';
import { expect, it } from 'vitest';
import type { CliContext } from '../../../platform/cli/context.ts';
import { runBacktest } from '../contract/backtests.ts';
import { registerBacktests } from './backtests.ts';

const alert = {
  objective: 'checkout',
  tier: 'page-fast',
  urgency: 'page',
  at: '2026-11-15T12:01:00Z',
  until: '2026-11-15T12:15:00Z',
  detectionSeconds: 60,
  resetSeconds: 300,
};
const answer = {
  from: '2026-11-10T00:00:00Z',
  to: '2026-11-20T00:00:00Z',
  objectives: 1,
  notes: [] as string[],
  results: [{ policy: 'own', pages: 1, tickets: 0, recall: 1, alerts: [alert] }],
};

/** What was asked of the server and what was shown, of one line as a person types it. */
const run = async (line: string, answered: unknown = answer) => {
  const asked: { route: string; input: any }[] = [];
  let shown: { value: any; columns: readonly string[] } | null = null;
  const objective = new Command('objective').exitOverride();
  objective.configureOutput({ writeErr: () => undefined });
  registerBacktests(objective, {
    call: async (route: { method: string; path: string }, input: unknown) => {
      asked.push({ route: `${route.method} ${route.path}`, input });
      return answered;
    },
    print: (value: unknown, columns: readonly string[]) => void (shown = { value, columns }),
  } as unknown as CliContext);
  await objective.parseAsync(line.split(' '), { from: 'user' });
  return { asked: asked[0]!, shown: shown as { value: any; columns: readonly string[] } | null };
};

it('tries the default policy on every objective where nothing is named', async () => {
  const { asked, shown } = await run('backtest');
  expect(asked.route).toBe('POST /api/v1/backtests');
  expect(runBacktest.body.parse(asked.input.body)).toEqual({
    objectives: [],
    policies: [{ preset: 'default' }],
    corrected: true,
  });
  expect(shown!.value).toMatchObject([{ policy: 'own', pages: 1, objectives: 1, from: answer.from }]);
  expect(shown!.columns).not.toContain('notes');
});

it('tries several side by side, on some objectives, and lists the alerts', async () => {
  const { asked, shown } = await run('backtest checkout cart --policy own workbook-5 --uncorrected --alerts');
  expect(asked.input.body).toMatchObject({
    objectives: ['checkout', 'cart'],
    policies: [{ preset: 'own' }, { preset: 'workbook-5' }],
    corrected: false,
  });
  expect(shown!.value).toEqual([{ policy: 'own', ...alert }]);
});

it('says what could not be tested', async () => {
  const { shown } = await run('backtest', { ...answer, notes: ['cart has no data.'] });
  expect(shown!.columns).toContain('notes');
});

it('refuses a policy that nobody knows', async () => {
  await expect(run('backtest --policy mine')).rejects.toThrow('Allowed choices are own, default, workbook-1');
});

it('lists, marks and unmarks what really was an incident', async () => {
  const times = { from: '2026-11-15T12:00:00Z', to: '2026-11-15T12:10:00Z' };
  expect((await run('incidents checkout', { items: [{ id: 'x' }] })).shown!.value).toEqual([{ id: 'x' }]);
  expect((await run(`incidents checkout --from ${times.from} --to ${times.to} --note Broker`)).asked).toEqual({
    route: 'POST /api/v1/objectives/:name/real-incidents',
    input: { params: { name: 'checkout' }, body: { ...times, note: 'Broker' } },
  });
  expect((await run('incidents checkout --remove 7')).asked.route).toBe(
    'DELETE /api/v1/objectives/:name/real-incidents/:id',
  );
});
