import { Command } from 'commander';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Refusal } from '../../../kernel/problem.ts';
import type { RouteShape } from '../../../kernel/route.ts';
import type { CliContext } from '../../../platform/cli/context.ts';
import { startAlertsWorld, type AlertsWorld } from '../server/testing/world.ts';
import { registerAlert } from './alerts.ts';

/** Commands as a person types them, against the routes on a real database and the real engine. */
let world: AlertsWorld;
let printed: any[] = [];
const context = {
  call: async (
    { method, path }: RouteShape,
    given: { params?: Record<string, string>; query?: Record<string, unknown>; body?: unknown } = {},
  ) => {
    const { params = {}, query = {}, body } = given;
    const address = path.replace(/:(\w+)/gu, (_, name: string) => encodeURIComponent(params[name]!));
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query))
      for (const each of Array.isArray(value) ? value : [value])
        if (each !== undefined) search.append(name, String(each));
    const said = body === undefined ? undefined : JSON.parse(JSON.stringify(body));
    const answer = await world.call('ada', method, `${address}?${search}`, said);
    if (answer.status >= 400) throw new Refusal(answer.body);
    return answer.body;
  },
  print: (value: unknown) => void printed.push(value),
} as unknown as CliContext;

beforeAll(async () => {
  world = await startAlertsWorld();
});
afterAll(() => world?.stop());

const run = async (...line: string[]): Promise<any> => {
  printed = [];
  const program = new Command().exitOverride();
  registerAlert(program, context);
  await program.parseAsync(['alert', ...line], { from: 'user' });
  return printed[0];
};

it('an alert is sent, listed by its labels, asked about, acknowledged and resolved', async () => {
  const labels = ['--label', 'job=backup', 'database=ledger'];
  const [sent] = await run(
    'send',
    '--summary',
    'Backup of ledger failed',
    '--severity',
    'critical',
    ...labels,
    '--key',
    'b1',
  );
  expect(sent).toMatchObject({ outcome: 'new', dedupKey: 'b1' });
  await world.until(async () => expect((await run('show', sent.id))[0].pages).toHaveLength(1));
  expect(await run('list', '--label', 'job=backup', '--label', 'database=ledger')).toMatchObject([{ id: sent.id }]);
  expect(await run('list', '--label', 'job=backup', '--label', 'database=other')).toEqual([]);
  const why = await run('why', sent.id);
  expect(why.map(({ decision }: { decision: string }) => decision)).toEqual(['notified', '']);
  expect(why[1].reason).toContain('It was told: ');
  expect(await run('acknowledge', sent.id, '--note', 'on it')).toMatchObject([
    { status: 'acknowledged', acknowledgedBy: 'ada' },
  ]);
  expect(await run('unacknowledge', sent.id)).toMatchObject([{ status: 'firing', acknowledgedBy: null }]);
  expect(await run('resolve', sent.id)).toMatchObject([{ status: 'resolved', resolvedBy: 'ada' }]);
  expect(await run('reopen', sent.id, '--note', 'wrong key')).toMatchObject([{ status: 'firing', resolvedBy: null }]);
  expect(await run('send', '--key', 'b1', '--resolve')).toMatchObject([{ outcome: 'resolved', id: sent.id }]);
  expect(await run('send', '--key', 'b1', '--resolve')).toMatchObject([{ outcome: 'dropped' }]);
  expect(await run('list', '--state', 'resolved')).toMatchObject([{ id: sent.id, resolvedBy: 'ada' }]);
  await expect(run('reopen', sent.id)).rejects.toThrow('Its sender says, too');
});

it('what cannot be is refused with words', async () => {
  await expect(run('send', '--key', 'x')).rejects.toThrow('say what is wrong in one line');
  await expect(run('show', '018f0000-0000-7000-8000-000000000000')).rejects.toThrow('There is no such alert');
});
