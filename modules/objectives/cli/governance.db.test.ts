import { Command } from 'commander';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Refusal } from '../../../kernel/problem.ts';
import type { RouteShape } from '../../../kernel/route.ts';
import type { CliContext } from '../../../platform/cli/context.ts';
import { anObjective } from '../fixtures.ts';
import { addCorrectionRoutes } from '../server/corrections/routes.ts';
import { addPolicyRoutes } from '../server/policies/routes.ts';
import { addReviewRoutes } from '../server/reviews/routes.ts';
import { governedHouse, type GovernedHouse } from '../server/testing/governed-house.ts';
import { documentKinds, register } from './commands.ts';

/** Commands as a person types them, against the routes on real engines. */
let house: GovernedHouse;
let printed: any[] = [];
const context = {
  call: async (
    { method, path }: RouteShape,
    {
      params = {},
      query = {},
      body,
    }: { params?: Record<string, string>; query?: Record<string, unknown>; body?: unknown } = {},
  ) => {
    const address = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name]!));
    const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
    const answer = await house.call(method as 'GET', `${address}?${search}`, body, { who: 'editor' });
    if (answer.status >= 400) throw new Refusal(answer.body);
    return answer.body;
  },
  print: (value: unknown) => void printed.push(value),
  text: (line: string) => void printed.push(line),
} as unknown as CliContext;

beforeAll(async () => {
  house = await governedHouse('2026-11-22T12:00:00Z', (ground, doors) => {
    addCorrectionRoutes(ground, doors);
    addPolicyRoutes(ground);
    addReviewRoutes(ground, doors);
  });
  await house.keep(anObjective({ name: 'checkout', owner: 'payments', reviewOn: '2026-11-01' }));
});
afterAll(() => house?.stop());

const run = async (line: string[]): Promise<any> => {
  printed = [];
  const program = new Command();
  register(program, context);
  await program.parseAsync(line, { from: 'user' });
  return printed[0];
};
const kind = (name: string) => documentKinds.find((each) => each.kind === name)!;

it('corrections are proposed, listed and withdrawn', async () => {
  const times = ['--from', '2026-12-06T02:00:00+01:00', '--to', '2026-12-06T04:00:00+01:00'];
  const rule = ['--rrule', 'FREQ=WEEKLY;BYDAY=SU', '--zone', 'Europe/Berlin', '--reason', 'Weekly patches'];
  const [made] = await run(['correction', 'propose', '--objective', 'checkout', ...times, ...rule]);
  expect(made).toMatchObject({ state: 'in-force', of: 'checkout', rrule: 'FREQ=WEEKLY;BYDAY=SU' });
  const some = [
    '--attribute',
    'load.test=true',
    '--attribute',
    'http.response.status_code>=500',
    '--operation',
    'POST /pay',
  ];
  await expect(
    run(['correction', 'propose', '--objective', 'checkout', ...times, ...rule, '--attribute', 'x']),
  ).rejects.toThrow(/no condition/);
  const [traffic] = await run(['correction', 'propose', '--objective', 'checkout', ...times, ...rule, ...some]);
  expect(traffic.traffic.attributes).toEqual([
    { key: 'load.test', op: '=', value: 'true' },
    { key: 'http.response.status_code', op: '>=', value: '500' },
  ]);
  await run(['correction', 'withdraw', traffic.id]);
  expect(await run(['get', 'corrections', '--objective', 'checkout'])).toEqual([
    expect.objectContaining({ id: traffic.id, state: 'withdrawn' }),
    made,
  ]);
  expect(await run(['correction', 'withdraw', made.id, '--reason', 'Moved'])).toMatchObject([{ state: 'withdrawn' }]);
  await expect(run(['correction', 'approve', made.id])).rejects.toThrow(/withdrawn/);
});

it('a review shows the evidence and is recorded', async () => {
  expect(await run(['get', 'reviews'])).toMatchObject([{ name: 'checkout', overdue: true }]);
  expect(await run(['objective', 'review', 'checkout'])).toMatchObject({ evidence: { verdict: 'no-data' } });
  const recorded = await run(['objective', 'review', 'checkout', '--decision', 'keep', '--next', '2027-03-01']);
  expect(recorded).toMatchObject({ decision: 'keep', nextOn: '2027-03-01', by: 'eva' });
  expect(await run(['get', 'reviews'])).toEqual([]);
});

it('what follows from the policy is told rule by rule', async () => {
  expect(await run(['objective', 'policy', 'checkout'])).toMatchObject([
    { rule: 'over-budget', holds: 'no', reason: 'Nothing was counted in the window.' },
    { rule: 'single-incident', holds: 'no' },
    { rule: 'class-of-outage', holds: 'unknown' },
  ]);
});

it.each([
  [
    'Correction',
    {
      objectives: ['checkout'],
      service: null,
      from: '2026-12-01T00:00:00.000Z',
      to: '2026-12-01T01:00:00.000Z',
      rrule: null,
      zone: 'UTC',
      kind: 'maintenance',
      reason: 'New disks',
    },
    { from: 'yesterday' },
    'spec.from',
    { to: '2026-11-30T00:00:00Z' },
    'spec.to',
  ],
  [
    'BudgetPolicy',
    {
      title: 'Strict',
      overMinutes: 1_440,
      rules: [
        {
          name: 'stop',
          when: { kind: 'exhausted' },
          then: [{ kind: 'freeze-changes', except: ['security'] }],
          because: 'It is gone.',
        },
      ],
    },
    { overMinutes: 1 },
    'spec.overMinutes',
    null,
    '',
  ],
])(
  'kind: %s is applied, shown as it was said, and deleted',
  async (name, spec, wrong, field, refused, refusedField) => {
    const { schema, apply, get, remove } = kind(name);
    const document = { apiVersion: 'leadline.dev/v1', kind: name, metadata: { name: 'mine' }, spec };
    expect(schema.safeParse(document).success).toBe(true);
    const bad = schema.safeParse({ ...document, spec: { ...spec, ...wrong } });
    expect(bad.success ? [] : bad.error.issues.map(({ path }) => path.join('.'))).toEqual([field]);
    expect(await apply(context, document, 'mine')).toBe('created');
    expect(await apply(context, document, 'mine')).toBe('unchanged');
    expect(await get(context, 'mine')).toEqual([document]);
    if (refused !== null)
      await expect(apply(context, { ...document, spec: { ...spec, ...refused } }, 'mine')).rejects.toMatchObject({
        problem: { errors: [{ path: refusedField }] },
      });
    await remove(context, 'mine');
    await expect(remove(context, 'mine')).rejects.toMatchObject({ problem: { status: 404 } });
  },
);
