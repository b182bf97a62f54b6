import { Command } from 'commander';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RouteShape } from '../../../kernel/route.ts';
import type { CliContext } from '../../../platform/cli/context.ts';
import { startIntakeWorld, type IntakeWorld } from '../server/sources/testing/intake-world.ts';
import { registerIntegrations } from './integrations.ts';
import { registerMapping } from './mapping.ts';

/** A mapping in a file is tried on a payload in a file before anybody depends on it. */
let world: IntakeWorld;
let folder: string;
let printed: unknown[] = [];
const context = {
  call: async ({ method, path }: RouteShape, { body }: { body?: object }) => {
    const answer = await world.house.http.fastify.inject({
      method,
      url: path,
      headers: { 'x-who': 'vic' },
      payload: body!,
    });
    return answer.json();
  },
  print: (value: unknown) => void printed.push(value),
  text: (line: string) => void printed.push(line),
} as unknown as CliContext;

beforeAll(async () => {
  world = await startIntakeWorld();
  folder = mkdtempSync(join(tmpdir(), 'leadline-mapping-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await world?.stop();
});

const tried = async (mapping: string, sample: string): Promise<unknown[]> => {
  printed = [];
  const files = [join(folder, 'mapping.jsonata'), join(folder, 'sample.json')] as const;
  writeFileSync(files[0], mapping);
  writeFileSync(files[1], sample);
  const program = new Command().exitOverride();
  registerIntegrations(program, context);
  registerMapping(program, context);
  await program.parseAsync(['integration', 'try-mapping', ...files], { from: 'user' });
  return printed;
};

it('prints the alerts that it makes', async () => {
  const [alerts, note] = await tried('a.{"summary": t, "dedupKey": k}', '{"a": [{"t": "Full", "k": "1"}, {"k": "2"}]}');
  expect(alerts).toMatchObject([{ summary: 'Full', dedupKey: '1', action: 'trigger' }]);
  expect(note).toBe('[1].summary: a text was expected');
});

it.each([
  ['a.{', '{}', /mapping\.jsonata:1:3: /u],
  ['{"summary": 1, "labels": 2}', '{}', /^labels: /u],
  ['b', '{"a": 1}', /matched nothing/u],
  ['b', '{"a": ', /sample\.json: .*JSON/u],
])('%s on %s says what is wrong, and where', async (mapping, sample, detail) => {
  await expect(tried(mapping, sample)).rejects.toMatchObject({ problem: { detail: expect.stringMatching(detail) } });
});
