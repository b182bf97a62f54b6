import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDelivery, type DeliveryWorld } from '../testing/world.ts';

/** What docs/channels.md tells people to write is taken as it stands. */
const document = readFileSync(join(import.meta.dirname, '../../../../docs/channels.md'), 'utf8');
const examples = [...document.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => parse(text!).spec);

let world: DeliveryWorld;
beforeAll(async () => {
  world = await startDelivery();
});
afterAll(() => world.stop());

it.each(examples)('$kind for $channel', async ({ secretsFromEnvironment = {}, ...spec }) => {
  const secrets = Object.fromEntries(Object.keys(secretsFromEnvironment).map((name) => [name, `the ${name}`]));
  await world.provider('example', { ...spec, secrets });
  const { body } = await world.call('GET', '/api/v1/delivery/providers/example');
  expect(body).toMatchObject({ kind: spec.kind, secretNames: Object.keys(secrets).toSorted() });
  expect((await world.call('DELETE', '/api/v1/delivery/providers/example')).status).toBe(204);
});

it('there is one for each channel that needs a provider', () => {
  expect(examples.map(({ channel }) => channel)).toEqual(['ntfy', 'slack', 'voice', 'sms']);
});
