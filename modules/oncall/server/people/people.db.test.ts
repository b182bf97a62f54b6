import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPeople } from './start.ts';
import { startPeopleWorld, startReceiver, type PeopleWorld } from './testing.ts';
import { rulesOf } from './views.ts';

/** How people are reached, on a real PostgreSQL, through identity's and delivery's doors. */
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

const p1Mail = { name: 'mail', channel: 'email', address: 'x@example.org' };
const p1 = () => ({
  email: 'p1@example.org',
  zone: 'Europe/Berlin',
  contactMethods: [
    { name: 'mail', channel: 'email', address: 'p1@example.org' },
    { name: 'hook', channel: 'webhook', address: receiver.url },
  ],
  rules: [
    { after: 'PT0S', contactMethod: 'hook' },
    { after: 'PT2M', contactMethod: 'mail' },
  ],
});
const put = (who: string, name: string, spec: object) => world.call(who, 'PUT', `/api/v1/people/${name}`, spec);
const methodsOf = (name: string) => `/api/v1/people/${name}/contact-methods`;

describe('a person from a file', () => {
  it('is invited, can be reached at once because an admin applied it, and that is said', async () => {
    expect(await put('ada', 'p1', p1())).toEqual({ status: 200, body: { outcome: 'created' } });
    expect(await world.identity.personByName('p1')).toMatchObject({ email: 'p1@example.org', state: 'invited' });
    const { rows } = await world.postgres.pool.query(`SELECT role FROM identity.person WHERE name = 'p1'`);
    expect(rows).toEqual([{ role: 'viewer' }]);
    const { body } = await world.call('ada', 'GET', methodsOf('p1'));
    expect(body.contactMethods.map((each: any) => [each.name, each.verified.how, each.verified.by])).toEqual([
      ['mail', 'file', 'ada'],
      ['hook', 'file', 'ada'],
    ]);
    expect(body.contactMethods[1].reason).toContain('counts as verified');
    expect(body.rules.high).toEqual([
      { after: 'PT0S', contactMethod: 'hook', channel: 'webhook' },
      { after: 'PT2M', contactMethod: 'mail', channel: 'email' },
    ]);
  });

  it('applied again changes nothing, also under another name of the same zone', async () => {
    const before = await world.events('person.contact-described');
    expect((await put('ada', 'p1', p1())).body).toEqual({ outcome: 'unchanged' });
    await put('ada', 'utc', { email: 'utc@example.org', zone: 'UTC' });
    expect((await put('ada', 'utc', { email: 'utc@example.org', zone: 'Etc/UTC' })).body).toEqual({
      outcome: 'unchanged',
    });
    expect(await world.events('person.contact-described')).toHaveLength(before.length + 1);
  });

  it('comes back as a document that can be applied again', async () => {
    const { body } = await world.call('ada', 'GET', '/api/v1/person-documents?name=p1');
    expect(body.items[0]).toMatchObject({
      apiVersion: 'leadline.dev/v1',
      kind: 'Person',
      metadata: { name: 'p1' },
      spec: p1(),
    });
    expect((await put('ada', 'p1', body.items[0].spec)).body).toEqual({ outcome: 'unchanged' });
    expect((await world.call('ada', 'GET', '/api/v1/person-documents')).body.items).toHaveLength(2);
    expect((await world.call('ada', 'GET', '/api/v1/person-documents?name=nobody-there')).status).toBe(404);
  });

  it('never changes a role, and never takes another person’s address', async () => {
    expect((await put('ada', 'ada', { email: 'ada@example.org', zone: 'UTC' })).body).toEqual({ outcome: 'changed' });
    const { rows } = await world.postgres.pool.query(`SELECT role FROM identity.person WHERE name = 'ada'`);
    expect(rows).toEqual([{ role: 'admin' }]);
    const refused = await put('ada', 'p2', { email: 'P1@example.org', zone: 'UTC' });
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'identity.email-taken', errors: [{ path: 'body.email' }] },
    });
    expect(refused.body.detail).toContain('p1');
    expect(await world.identity.personByName('p2')).toBeNull();
  });

  it.each([
    ['a zone that there is not', { zone: 'Mars/Olympus' }, 400, 'body.zone'],
    [
      'a rule for no method',
      { rules: [{ after: 'PT0S', contactMethod: 'pigeon' }] },
      400,
      'body.rules.0.contactMethod',
    ],
    ['a delay that is none', { rules: [{ after: '5m', contactMethod: 'mail' }] }, 400, 'body.rules.0.after'],
    ['a delay of a month', { rules: [{ after: 'P1M', contactMethod: 'mail' }] }, 400, 'body.rules.0.after'],
    ['one name twice', { contactMethods: [p1Mail, p1Mail], rules: [] }, 400, 'body.contactMethods.1.name'],
    [
      'a phone number without its country',
      { contactMethods: [{ ...p1Mail, channel: 'sms', address: '0151 123' }], rules: [] },
      422,
      'body.contactMethods.0.address',
    ],
    [
      'a webhook that runs a script',
      { contactMethods: [{ ...p1Mail, channel: 'webhook', address: 'javascript:alert(1)' }], rules: [] },
      422,
      'body.contactMethods.0.address',
    ],
    ['a role', { role: 'admin' }, 400, 'body.role'],
  ])('refuses %s and names the field', async (_, wrong, status, path) => {
    const refused = await put('ada', 'wrong', { ...p1(), email: 'wrong@example.org', ...wrong });
    expect(refused.status).toBe(status);
    expect(refused.body.errors.map((each: any) => each.path)).toContain(path);
    expect(await world.identity.personByName('wrong')).toBeNull();
  });
});

describe('a contact method made by hand', () => {
  it('survives the next file, which does not know it', async () => {
    await world.call('ada', 'PUT', `${methodsOf('p1')}/own`, { channel: 'sms', address: '+4915112345678' });
    expect((await put('ada', 'p1', p1())).body).toEqual({ outcome: 'unchanged' });
    const { body } = await world.call('ada', 'GET', methodsOf('p1'));
    expect(body.contactMethods.map((each: any) => `${each.name} ${each.origin}`)).toEqual([
      'mail file',
      'hook file',
      'own hand',
    ]);
    const inFile = await world.call('ada', 'PUT', `${methodsOf('p1')}/hook`, {
      channel: 'webhook',
      address: 'http://127.0.0.1:9/',
    });
    expect(inFile).toMatchObject({ status: 409, body: { code: 'oncall.kept-in-file' } });
  });

  it('is not removed while a rule uses it', async () => {
    await put('ada', 'dee', { email: 'dee@example.org', zone: 'UTC' });
    await world.call('ada', 'PUT', `${methodsOf('dee')}/push`, { channel: 'webhook', address: receiver.url });
    const rules = [{ after: 'PT0S', contactMethod: 'push' }];
    await world.call('ada', 'PATCH', '/api/v1/people/dee/contact-rules', { rules });
    const refused = await world.call('ada', 'DELETE', `${methodsOf('dee')}/push`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'oncall.contact-method-in-use' } });
    await world.call('ada', 'PATCH', '/api/v1/people/dee/contact-rules', { rules: null });
    expect((await world.call('ada', 'DELETE', `${methodsOf('dee')}/push`)).status).toBe(204);
    expect((await world.call('ada', 'DELETE', `${methodsOf('dee')}/push`)).status).toBe(404);
  });
});

describe('how a person is reached is theirs', () => {
  it('to change: by themselves, a token of theirs, or an admin; nobody else', async () => {
    const method = { channel: 'email', address: 'bo@example.org' };
    expect((await world.call('bo', 'PUT', `${methodsOf('bo')}/mail`, method)).status).toBe(200);
    expect((await world.call('robot', 'PUT', `${methodsOf('bo')}/mail`, method)).body.outcome).toBe('unchanged');
    for (const [verb, url, body] of [
      ['PUT', `${methodsOf('bo')}/mail`, method],
      ['PUT', `${methodsOf('no-such-person')}/mail`, method],
      ['DELETE', `${methodsOf('bo')}/mail`],
      ['POST', `${methodsOf('bo')}/mail/code`],
      ['POST', `${methodsOf('bo')}/mail/verify`, { code: '1' }],
      ['PATCH', '/api/v1/people/bo/contact-rules', { rules: [] }],
    ] as const)
      expect(await world.call('cy', verb, url, body)).toMatchObject({
        status: 403,
        body: { code: 'oncall.not-your-contact-methods' },
      });
    expect((await put('bo', 'bo', p1())).status).toBe(403);
    expect((await world.call('bo', 'GET', '/api/v1/person-documents')).status).toBe(403);
  });

  it('to see: others see the channels, not the addresses', async () => {
    const other = await world.call('cy', 'GET', methodsOf('p1'));
    expect(other.body.contactMethods.map((each: any) => each.address)).toEqual([null, null, null]);
    expect(JSON.stringify(other.body)).not.toContain(receiver.url);
    const own = await world.call('bo', 'GET', methodsOf('bo'));
    expect(own.body.contactMethods[0].address).toBe('bo@example.org');
    const { rows } = await world.postgres.pool.query(
      `SELECT string_agg(data::text, '') AS told FROM (SELECT data FROM ledger.event WHERE kind LIKE 'person.contact%' UNION ALL
        SELECT data FROM ledger.pending WHERE kind LIKE 'person.contact%') t`,
    );
    expect(rows[0].told).not.toContain(receiver.url);
    expect(rows[0].told).not.toContain('@example.org');
  });
});

describe('the rules of many', () => {
  it('are read by one statement, whoever is asked for', async () => {
    const found = await rulesOf(world.postgres.tables(), ['p1', 'bo', 'nobody', 'p1']);
    expect([...found.keys()].toSorted()).toEqual(['bo', 'p1']);
    expect(found.get('p1')).toMatchObject({
      person: { name: 'p1', zone: 'Europe/Berlin', state: 'invited' },
      rules: { high: [{ afterSeconds: 0, method: { name: 'hook', address: receiver.url } }, { afterSeconds: 120 }] },
    });
    expect(found.get('bo')!.notes[0]).toContain('sign-in address');
    expect(await rulesOf(world.postgres.tables(), [])).toEqual(new Map());
  });
});
