import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Refusal } from '../../../kernel/problem.ts';
import type { RouteShape } from '../../../kernel/route.ts';
import type { CliContext } from '../../../platform/cli/context.ts';
import { startPolicyHouse, type PolicyHouse } from '../server/policy/testing/house.ts';
import { documentKinds, register } from './commands.ts';

/** Commands and documents as a person types them, against the routes on real engines. */
let house: PolicyHouse;
let printed: any[] = [];
const folder = mkdtempSync(join(tmpdir(), 'leadline-policy-'));
const searchOf = (query: Record<string, unknown>): string =>
  String(
    new URLSearchParams(
      Object.entries(query).flatMap(([name, value]) =>
        (Array.isArray(value) ? value : value === undefined ? [] : [value]).map((each) => [name, String(each)]),
      ),
    ),
  );
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
    const answer = await house.call('ada', method, `${address}?${searchOf(query)}`, body);
    if (answer.status >= 400) throw new Refusal(answer.body);
    return answer.body;
  },
  print: (value: unknown) => void printed.push(value),
  text: (line: string) => void printed.push(line),
} as unknown as CliContext;

beforeAll(async () => {
  house = await startPolicyHouse();
});
afterAll(() => house?.stop());

const run = async (...line: string[]): Promise<any[]> => {
  printed = [];
  const program = new Command();
  register(program, context);
  await program.parseAsync(line, { from: 'user' });
  return printed;
};
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const kind = (name: string) => documentKinds.find((each) => each.kind === name)!;
const document = (of: string, name: string, spec: unknown) => ({
  apiVersion: 'leadline.dev/v1',
  kind: of,
  metadata: { name },
  spec,
});

describe('documents', () => {
  it.each([
    ['Route', { match: ['service=~"shop/.*"'], to: [{ team: 'payments' }], routes: [{ match: ['a="b"'], to: [] }] }],
    ['Inhibition', { source: ['a="1"'], target: ['b="1"'], equal: ['cluster'] }],
    ['Silence', { match: ['a="1"'], from: '2026-11-01T00:00:00+01:00', to: '2999-01-01T00:00:00Z', why: 'a file' }],
    [
      'Silence',
      {
        match: ['a="2"'],
        from: '2026-11-01T02:00:00Z',
        duration: 'PT2H',
        rrule: 'FREQ=WEEKLY;BYDAY=SU',
        zone: 'Europe/Berlin',
        why: 'weekly',
      },
    ],
  ] as const)('of %s are applied once, read back as they were said, and deleted', async (of, spec) => {
    const handler = kind(of);
    const name = `walked-${of.toLowerCase()}`;
    const said = document(of, name, spec);
    expect(handler.schema.safeParse(said).success).toBe(true);
    expect(await handler.apply(context, said, name, 'policy.yaml')).toBe('created');
    expect(await handler.apply(context, said, name, 'policy.yaml')).toBe('unchanged');
    const [read] = (await handler.get(context, name)) as any[];
    const same = ([field, value]: [string, unknown]): boolean =>
      JSON.stringify(read.spec[field]) === JSON.stringify(value) ||
      field === 'routes' ||
      handler.meansSame?.(value, read.spec[field], `spec.${field}`) === true;
    expect(Object.entries(spec).filter((each) => !same(each))).toEqual([]);
    expect(await handler.apply(context, read, name, 'policy.yaml')).toBe('unchanged');
    expect((await handler.get(context, null)).length).toBe(1);
    await handler.remove(context, name);
    expect(await handler.get(context, null)).toEqual([]);
  });

  it('that cannot be are refused with the field of the file', async () => {
    const said = document('Route', 'wrong', { routes: [{ match: ['x'] }] });
    const refused: any = await kind('Route')
      .apply(context, said, 'wrong')
      .catch((error: unknown) => error);
    expect(refused.problem.errors[0].path).toBe('spec.routes.0.match.0');
  });
});

describe('leadline silence', () => {
  it('adds, lists, shows and ends one', async () => {
    const [[added]] = await run(
      'silence',
      'add',
      'service=shop/cart',
      'severity!=critical',
      '--for',
      '1h30m',
      '--why',
      'new disks',
    );
    expect(added).toMatchObject({ match: 'service="shop/cart", severity!="critical"', state: 'active', who: 'ada' });
    expect(Date.parse(added.to) - Date.parse(added.from)).toBe(5_400_000);
    expect((await run('silence', 'list', '--label', 'service=shop/cart'))[0]).toMatchObject([{ id: added.id }]);
    expect((await run('silence', 'list', '--label', 'service=shop/other'))[0]).toEqual([]);
    expect((await run('silence', 'show', added.id))[0]).toMatchObject([{ why: 'new disks' }]);
    expect(await run('silence', 'expire', added.id)).toEqual([`${added.id} has ended`]);
    expect((await run('silence', 'list'))[0]).toEqual([]);
    expect((await run('silence', 'list', '--state', 'expired'))[0]).toMatchObject([{ id: added.id }, {}, {}]);
  });

  it('says what is wrong with one', async () => {
    await expect(run('silence', 'add', 'service', '--for', '1h', '--why', 'x')).rejects.toThrow(/bad matcher format/);
    await expect(run('silence', 'add', 'a=b', '--for', 'an hour', '--why', 'x')).rejects.toThrow(/PT2H/);
  });
});

describe('leadline route', () => {
  const routes = `apiVersion: leadline.dev/v1
kind: Route
metadata: {name: tried}
spec:
  match: ['service="shop/cart"']
  to: [{team: search}]
`;

  it('tries an alert, and routes that are not saved', async () => {
    const labels = ['--label', 'alertname=Down', '--service', 'shop/cart', '--severity', 'critical'];
    const [plain] = await run('route', 'try', ...labels);
    expect(plain).toMatchObject([{ route: '(owner)', urgency: 'high' }]);
    const [proposed] = await run('route', 'try', ...labels, '-f', file('routes.yaml', routes));
    expect(proposed).toMatchObject([{ route: 'tried', to: 'team search', why: expect.stringContaining('at once') }]);
    const [changes, sentence] = await run('route', 'try', '--days', '30', '-f', file('routes.yaml', routes));
    expect(changes).toEqual([]);
    expect(sentence).toMatch(/^0 of \d+ alerts since .* would have gone another way\.$/);
    await expect(
      run('route', 'try', '--days', '1', '-f', file('bad.yaml', routes.replace('to:', 'too:'))),
    ).rejects.toThrow(/bad.yaml:4:1: spec: Unrecognized key/);
    expect((await run('route', 'list'))[0]).toEqual([]);
    expect((await run('inhibition', 'list'))[0]).toEqual([]);
    expect((await run('suppression'))[0]).toContainEqual({ setting: 'flapping.timesMin', value: 4 });
  });
});

describe('leadline alert import-alertmanager', () => {
  const config = `route: {receiver: night, routes: [{matchers: ['a="b"'], receiver: "odd = name"}]}
receivers: [{name: night, slack_configs: [{channel: x}]}, {name: "odd = name", email_configs: [{to: a@b.c}]}]
`;
  const silences = [
    {
      id: 'x1',
      startsAt: '2026-01-01T00:00:00Z',
      endsAt: '2999-01-01T00:00:00Z',
      createdBy: 'mira',
      comment: '',
      matchers: [{ name: 'a', value: 'b', isRegex: false, isEqual: true }],
    },
  ];

  it('reports in a dry run, makes everything, and prints it back', async () => {
    const line = [
      'alert',
      'import-alertmanager',
      file('alertmanager.yml', config),
      '--silences',
      file('silences.json', JSON.stringify(silences)),
      '--receiver',
      'odd = name=team:search',
    ];
    const [dry] = await run(...line, '--dry-run');
    expect(dry).toMatchObject([
      { level: 'would be created', where: 'Route alertmanager' },
      { level: 'would be created', where: 'Silence alertmanager-x1' },
      { level: 'asked', where: 'receivers.night', what: 'slack_configs' },
      { level: 'note', where: 'receivers.odd = name' },
    ]);
    expect((await run('route', 'list'))[0]).toEqual([]);
    const [made] = await run(...line);
    expect(made.slice(0, 2)).toMatchObject([{ level: 'created' }, { level: 'created' }]);
    expect((await run('route', 'list'))[0]).toMatchObject([
      { name: 'alertmanager', to: 'the owner of the service', below: 1, origin: 'file' },
    ]);
    expect((await run('silence', 'list'))[0]).toMatchObject([{ name: 'alertmanager-x1', who: 'mira' }]);
    const [text] = await run('alert', 'export-alertmanager');
    expect(text).toContain('receiver: team search');
  });

  it('refuses a receiver that says nothing, and silences that are none', async () => {
    const path = file('alertmanager.yml', config);
    await expect(run('alert', 'import-alertmanager', path, '--receiver', 'night=nowhere')).rejects.toThrow(
      /says no receiver/,
    );
    await expect(run('alert', 'import-alertmanager', path, '--silences', path)).rejects.toThrow(/no list in JSON/);
  });
});
