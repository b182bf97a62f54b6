import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RouteShape } from '../../../kernel/route.ts';
import type { CliContext } from '../../../platform/cli/context.ts';
import { Refusal } from '../../../kernel/problem.ts';
import { startHouse, type House } from '../server/integrations/testing/house.ts';
import { integrationKind, registerIntegrations } from './integrations.ts';

/** `leadline integration …` against the real routes. */
let house: House;
const printed: string[] = [];

beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house?.stop());

const call = async (shape: RouteShape, input: Parameters<CliContext['call']>[1] = {}): Promise<any> => {
  const path = shape.path.replace(/:(\w+)/gu, (_, name: string) => encodeURIComponent(input.params![name]!));
  const said = Object.entries(input.query ?? {}).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(said.map(([name, value]) => [name, String(value)]));
  const answer = await house.http.fastify.inject({
    method: shape.method,
    url: `${path}?${query}`,
    headers: { 'x-who': 'ada' },
    ...(input.body === undefined ? {} : { payload: input.body as object }),
  });
  if (answer.statusCode >= 400) throw new Refusal(answer.json());
  return answer.body === '' ? undefined : answer.json();
};
const context = {
  call,
  print: (value: unknown) => printed.push(JSON.stringify(value)),
  text: (line: string) => printed.push(line),
} as unknown as CliContext;

const leadline = async (...words: string[]): Promise<string[]> => {
  printed.length = 0;
  const program = new Command().exitOverride();
  registerIntegrations(program, context);
  await program.parseAsync(['integration', ...words], { from: 'user' });
  return [...printed];
};

describe('leadline integration', () => {
  it('create -o key prints the key alone, for every kind', async () => {
    for (const kind of ['pagerduty', 'alertmanager', 'email', 'cloudevents'])
      expect(await leadline('create', '--kind', kind, '--name', `k-${kind}`, '-o', 'key')).toEqual([
        expect.stringMatching(/^[0-9a-z]{32}$/u),
      ]);
    const [key, ...rest] = await leadline('create', '--kind', 'opsgenie', '--name', 'og');
    expect(key).toMatch(/^[0-9a-f-]{36}$/u);
    expect(rest.join('\n')).toContain(key);
  });

  it('rotate makes a further key, revoke ends one by its last characters, show hides them', async () => {
    const [first] = await leadline('create', '--kind', 'json', '--name', 'turned', '-o', 'key');
    const [second] = await leadline('rotate', 'turned', '-o', 'key');
    expect(second).not.toBe(first);
    await leadline('revoke', 'turned', first!.slice(-4));
    const shown = (await leadline('show', 'turned')).join('\n');
    expect(shown).toContain(second!.slice(-4));
    expect(shown).not.toContain(second);
    expect(shown).not.toContain(first!.slice(-4));
    await expect(leadline('revoke', 'turned', 'none')).rejects.toThrow('no such key');
  });

  it('list and payloads print, delete deletes', async () => {
    expect((await leadline('list', '--kind', 'email')).join()).toContain('k-email');
    expect(await leadline('payloads', 'turned', '--faulty')).toEqual(['[]']);
    await leadline('delete', 'turned');
    await expect(leadline('show', 'turned')).rejects.toThrow('no such integration');
  });

  it('is kept as a document, which holds no key', async () => {
    const document = {
      apiVersion: 'leadline.dev/v1',
      kind: 'Integration',
      metadata: { name: 'kept' },
      spec: { kind: 'grafana', description: 'The old one' },
    };
    expect(integrationKind.schema.safeParse({ ...document, spec: { ...document.spec, key: 'mine' } }).success).toBe(
      false,
    );
    expect(await integrationKind.apply(context, document, 'kept', 'a.yaml')).toBe('created');
    expect(await integrationKind.apply(context, document, 'kept', 'a.yaml')).toBe('unchanged');
    expect(await integrationKind.get(context, 'kept')).toEqual([
      { ...document, spec: { ...document.spec, settings: {}, enabled: true } },
    ]);
    const names = ((await integrationKind.get(context, null)) as any[]).map(({ metadata }) => metadata.name);
    expect(names).toContain('kept');
    expect(names).not.toContain('budget');
    await expect(
      integrationKind.apply(context, { ...document, spec: { kind: 'json' } }, 'kept', 'a.yaml'),
    ).rejects.toMatchObject({ problem: { errors: [{ path: 'spec.kind' }] } });
    await integrationKind.remove(context, 'kept');
  });
});
