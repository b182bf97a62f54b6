import { Command } from 'commander';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compareDocument } from '../../../../apps/cli/compare-documents.ts';
import { Refusal } from '../../../../kernel/problem.ts';
import type { RouteShape } from '../../../../kernel/route.ts';
import type { CliContext } from '../../../../platform/cli/context.ts';
import { startLoad } from '../../server/load/start.ts';
import { startPeople } from '../../server/people/start.ts';
import { startPeopleWorld, startReceiver, type PeopleWorld } from '../../server/people/testing.ts';
import { startSchedules } from '../../server/schedules/start.ts';
import { registerLoad } from '../load-commands.ts';
import { registerContact } from './contact-commands.ts';
import { personKind } from './person-kind.ts';

/** Commands as a person types them, against the routes on a real database and a real sender. */
let world: PeopleWorld;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let printed: any[] = [];
const context = {
  call: async (
    { method, path }: RouteShape,
    given: { params?: Record<string, string>; query?: Record<string, unknown>; body?: unknown } = {},
  ) => {
    const { params = {}, query = {}, body } = given;
    const address = path.replace(/:(\w+)/gu, (_, name: string) => encodeURIComponent(params[name]!));
    const said = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(said.map(([name, value]) => [name, String(value)]));
    const answer = await world.call('ada', method, `${address}?${search}`, body);
    if (answer.status >= 400) throw new Refusal(answer.body);
    return answer.body;
  },
  print: (value: unknown) => void printed.push(value),
  text: (line: string) => void printed.push(line),
} as unknown as CliContext;

beforeAll(async () => {
  receiver = await startReceiver();
  world = await startPeopleWorld((given) => {
    startPeople(given.ground, given);
    startSchedules(given.ground, given);
    startLoad(given);
  });
});
afterAll(async () => {
  await world?.stop();
  await receiver?.stop();
});

const run = async (...line: string[]): Promise<any> => {
  printed = [];
  const program = new Command().exitOverride();
  registerContact(program, context);
  registerLoad(program, context);
  await program.parseAsync(line, { from: 'user' });
  return printed[0];
};
const fileOf = (text: string): string => {
  const path = join(mkdtempSync('/tmp/leadline-contact-'), 'said.yaml');
  writeFileSync(path, text);
  return path;
};

it('a contact method is added, verified by the code that came, used by a rule, and then cannot be removed', async () => {
  const of = ['--person', 'ada'];
  expect(await run('contact', 'add', 'push', 'webhook', receiver.url, ...of)).toMatchObject([
    { outcome: 'created', usable: false },
  ]);
  expect(await run('contact', 'verify', 'push', ...of)).toContain('Sent to push (webhook)');
  const { code } = receiver.received.at(-1)!.body.data;
  expect(await run('contact', 'verify', 'push', code, ...of)).toContain('Verified by a code');
  const rules = fileOf('rules: [{after: PT0S, contactMethod: push, urgency: high}]\nzone: Asia/Kolkata\n');
  expect(await run('contact', 'rules', '-f', rules, ...of)).toEqual([
    { urgency: 'high', after: 'PT0S', contactMethod: 'push', channel: 'webhook' },
    { urgency: 'low', after: 'PT0S', contactMethod: 'sign-in-address', channel: 'email' },
  ]);
  await expect(run('contact', 'remove', 'push', ...of)).rejects.toThrow('A rule uses this contact method');
  await run('contact', 'rules', '--reset', ...of);
  await run('contact', 'remove', 'push', ...of);
  expect(await run('contact', 'list', ...of)).toEqual([]);
});

it('a person applied from a file shows no difference afterwards, also under another name of the zone', async () => {
  const document = (zone: string, after: string) => ({
    apiVersion: 'leadline.dev/v1',
    kind: 'Person',
    metadata: { name: 'p1' },
    spec: {
      email: 'p1@example.org',
      zone,
      contactMethods: [
        { name: 'mail', channel: 'email', address: 'p1@example.org' },
        { name: 'hook', channel: 'webhook', address: receiver.url },
      ],
      rules: [
        { after: 'PT0S', contactMethod: 'hook' },
        { after, contactMethod: 'mail' },
      ],
    },
  });
  expect(await personKind.apply(context, document('UTC', 'PT2M'), 'p1', 'people.yaml')).toBe('created');
  expect(await personKind.apply(context, document('UTC', 'PT2M'), 'p1', 'people.yaml')).toBe('unchanged');
  const difference = (value: object) =>
    compareDocument(context, { kind: personKind, document: { name: 'p1', value } } as never);
  expect(await difference(document('Etc/UTC', 'PT120S'))).toEqual([]);
  expect(await difference(document('Europe/Berlin', 'PT2M'))).toMatchObject([{ field: 'spec.zone', before: 'UTC' }]);
  const [exported] = await personKind.get(context, 'p1');
  expect(await personKind.apply(context, exported, 'p1')).toBe('unchanged');
  await personKind.remove(context, 'p1');
  await expect(personKind.remove(context, 'p1')).rejects.toThrow('No file says');
});

it('load is shown by person, shift and schedule, and a policy is set from a file', async () => {
  expect(await run('load')).toEqual([]);
  expect(await run('load', '--by', 'schedule')).toEqual([]);
  await expect(run('load', '--by', 'moon')).rejects.toThrow('not by moon');
  const policy = fileOf(
    'cap: {incidents: 3, hours: 12, then: hand-on}\ncompensation: {unit: EUR, perHourOrdinary: 1, perHourNight: 2, perHourWeekend: 2, perPageAtNight: 0, perHourAwake: 10}\n',
  );
  expect(await run('load', 'policy', 'payments')).toMatchObject({ isDefault: true });
  expect(await run('load', 'policy', 'payments', '-f', policy)).toMatchObject({
    isDefault: false,
    cap: { incidents: 3 },
  });
  await expect(run('hand-over', 'begin', 'payments')).rejects.toThrow('no shift of yours');
  expect(await run('hand-over', 'list')).toEqual([]);
});
