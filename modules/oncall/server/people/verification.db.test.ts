import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPeople } from './start.ts';
import { startPeopleWorld, startReceiver, type PeopleWorld } from './testing.ts';
import { rulesOf } from './views.ts';

/** A contact method made by hand is used once a code that delivery really sent has come back. */
let world: PeopleWorld;
let receiver: Awaited<ReturnType<typeof startReceiver>>;

beforeAll(async () => {
  receiver = await startReceiver();
  world = await startPeopleWorld((given) => startPeople(given.ground, given));
});
afterAll(async () => {
  await world?.stop();
  await receiver?.stop();
});

const put = (who: string, name: string, spec: object) => world.call(who, 'PUT', `/api/v1/people/${name}`, spec);
const methodsOf = (name: string) => `/api/v1/people/${name}/contact-methods`;
const rulesOfDee = async () => (await rulesOf(world.postgres.tables(), ['dee'])).get('dee')!;

describe('a contact method made by hand', () => {
  it('is used only after the code that was sent to it came back', async () => {
    await put('ada', 'dee', { email: 'dee@example.org', zone: 'UTC' });
    const at = `${methodsOf('dee')}/push`;
    const made = await world.call('ada', 'PUT', at, { channel: 'webhook', address: receiver.url });
    expect(made.body).toMatchObject({ outcome: 'created', contactMethod: { usable: false, verified: null } });
    const rules = [{ after: 'PT0S', contactMethod: 'push' }];
    await world.call('ada', 'PATCH', '/api/v1/people/dee/contact-rules', { rules });
    expect((await rulesOfDee()).rules.high.map(({ method }) => method.name)).toEqual(['sign-in-address']);
    expect((await world.call('ada', 'POST', `${at}/verify`, { code: '123456' })).body.code).toBe(
      'oncall.code-none-sent',
    );

    const sent = await world.call('ada', 'POST', `${at}/code`);
    expect(sent.status).toBe(200);
    const { code } = receiver.received.at(-1)!.body.data;
    expect(code).toMatch(/^\d{6}$/u);
    const kept = await world.postgres.pool.query(`SELECT encode(code_hash, 'escape') AS text FROM oncall.contact_code`);
    expect(kept.rows[0].text).not.toContain(code);
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
    expect((await world.call('ada', 'POST', `${at}/verify`, { code: wrong })).body.code).toBe('oncall.code-wrong');
    const right = await world.call('ada', 'POST', `${at}/verify`, { code: ` ${code} ` });
    expect(right).toMatchObject({ status: 200, body: { usable: true, verified: { how: 'code', by: 'ada' } } });
    expect((await rulesOfDee()).rules.high.map(({ method }) => method.name)).toEqual(['push']);
    // Used up.
    expect((await world.call('ada', 'POST', `${at}/verify`, { code })).body.code).toBe('oncall.code-none-sent');

    const moved = await world.call('ada', 'PUT', at, { channel: 'webhook', address: `${receiver.url}/elsewhere` });
    expect(moved.body).toMatchObject({ outcome: 'changed', contactMethod: { usable: false } });
  });

  it('is guessed five times at most, its code runs out, and not many leave in an hour', async () => {
    const at = `${methodsOf('dee')}/push`;
    const soon = await world.call('ada', 'POST', `${at}/code`);
    expect(soon.status).toBe(200);
    expect(await world.call('ada', 'POST', `${at}/code`)).toMatchObject({
      status: 429,
      body: { code: 'oncall.too-many-codes' },
    });
    const { code } = receiver.received.at(-1)!.body.data;
    for (const step of [1, 2, 3, 4, 5]) {
      const guess = String((Number(code) + step) % 1_000_000).padStart(6, '0');
      expect((await world.call('ada', 'POST', `${at}/verify`, { code: guess })).body.code).toBe('oncall.code-wrong');
    }
    expect((await world.call('ada', 'POST', `${at}/verify`, { code })).body.code).toBe('oncall.code-too-many-tries');
    world.clock.advance({ minutes: 1 });
    await world.call('ada', 'POST', `${at}/code`);
    world.clock.advance({ minutes: 11 });
    const late = receiver.received.at(-1)!.body.data.code;
    expect((await world.call('ada', 'POST', `${at}/verify`, { code: late })).body.code).toBe('oncall.code-expired');
    for (const _ of [3, 4, 5]) {
      world.clock.advance({ minutes: 1 });
      expect((await world.call('ada', 'POST', `${at}/code`)).status).toBe(200);
    }
    world.clock.advance({ minutes: 1 });
    expect((await world.call('ada', 'POST', `${at}/code`)).status).toBe(429);
  });
});
