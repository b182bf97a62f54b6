import { Command } from 'commander';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Refusal } from '../../../kernel/problem.ts';
import type { RouteShape } from '../../../kernel/route.ts';
import type { CliContext } from '../../../platform/cli/context.ts';
import { queueRule, startRulesWorld, type RulesWorld } from '../server/rules/testing/world.ts';
import { registerRules, ruleKind } from './rules.ts';

/** Rules kept in files and looked at by commands, against the routes on real engines. */
let world: RulesWorld;
let folder: string;
let printed: any[] = [];
const context = {
  call: async (
    { method, path }: RouteShape,
    given: { params?: Record<string, string>; query?: object; body?: unknown } = {},
  ) => {
    const { params = {}, query = {}, body } = given;
    const address = path.replace(/:(\w+)/gu, (_, name: string) => encodeURIComponent(params[name]!));
    const search = new URLSearchParams(
      Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
    );
    const said = body === undefined ? undefined : JSON.parse(JSON.stringify(body));
    const answer = await world.call('ada', method, `${address}?${search}`, said);
    if (answer.status >= 400) throw new Refusal(answer.body);
    return answer.body;
  },
  print: (value: unknown) => void printed.push(value),
} as unknown as CliContext;

beforeAll(async () => {
  world = await startRulesWorld();
  folder = mkdtempSync(join(tmpdir(), 'leadline-rules-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await world?.stop();
});

const run = async (...line: string[]): Promise<any> => {
  printed = [];
  const program = new Command().exitOverride();
  registerRules(program, context);
  await program.parseAsync(['alert-rule', ...line], { from: 'user' });
  return printed[0];
};
const document = (spec: object) => ({
  apiVersion: 'leadline.dev/v1',
  kind: 'AlertRule',
  metadata: { name: 'mails-wait' },
  spec: queueRule(spec),
});

it('a rule in a file is applied, read back, shown, previewed and deleted', async () => {
  const apply = (spec: object) => ruleKind.apply(context, document(spec), 'mails-wait', 'rules.yaml');
  expect(await apply({})).toBe('created');
  expect(await apply({})).toBe('unchanged');
  expect(await apply({ for: 'PT1M' })).toBe('changed');
  const [read] = await ruleKind.get(context, 'mails-wait');
  expect(ruleKind.schema.safeParse(read)).toMatchObject({ success: true });
  expect(await ruleKind.apply(context, read, 'mails-wait', 'rules.yaml')).toBe('unchanged');
  await world.minutes(1);
  await world.gauge({ mail: 50 }, 10);
  await world.cycle();
  expect(await run('list')).toMatchObject([
    { name: 'mails-wait', state: 'pending', origin: 'file', severity: 'error' },
  ]);
  expect(await run('list', '--state', 'firing')).toEqual([]);
  expect((await run('show', 'mails-wait'))[0]).toMatchObject({ is: 'pending', why: expect.stringContaining('50') });
  expect((await run('preview', 'mails-wait', '--days', '0.1')).at(-1).why).toMatch(/^Fired \d times/u);
  await expect(run('show', 'nobody')).rejects.toMatchObject({ problem: { code: 'alerting.unknown-rule' } });
  await run('delete', 'mails-wait');
  expect(await ruleKind.get(context, null)).toEqual([]);
});

it('a file is previewed before it is applied, and what is wrong in it is told with its line', async () => {
  const file = join(folder, 'rules.yaml');
  writeFileSync(file, `# ours\n---\n${JSON.stringify(document({}))}\n`);
  expect((await run('preview', '-f', file, '--days', '0.1')).at(-1)).toMatchObject({ rule: 'mails-wait' });
  writeFileSync(file, `apiVersion: leadline.dev/v1\nkind: AlertRule\nmetadata: { name: x }\nspec:\n  measure: {}\n`);
  await expect(run('preview', '-f', file)).rejects.toMatchObject({
    problem: { title: expect.stringContaining('rules.yaml:5') },
  });
  await expect(run('preview')).rejects.toMatchObject({ problem: { code: 'cli.no-rule' } });
  const wrong = document({ clear: { value: 1_000 } });
  await expect(
    context.call({ method: 'PUT', path: '/api/v1/alert-rules/x' } as RouteShape, { body: { spec: wrong.spec } }),
  ).rejects.toMatchObject({
    problem: { errors: [{ path: 'body.spec.clear.value' }] },
  });
});
