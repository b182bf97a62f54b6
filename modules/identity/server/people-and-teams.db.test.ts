import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../platform/postgres/eventually.ts';
import { aPerson, aTeam, aToken } from '../fixtures.ts';
import { startIdentity, testOrigin, type IdentityWorld } from './testing.ts';

let world: IdentityWorld;
let admin: string;
beforeAll(async () => {
  // Silent: the last test makes every change fail on purpose.
  world = await startIdentity({ logLevel: 'silent' });
  admin = (await aToken(world.postgres, { role: 'admin' })).authorization;
});
afterAll(() => world.stop());

const as = (authorization: string, method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH', path: string, body?: unknown) =>
  world.browser().send(method, path, body, { authorization, origin: undefined });
const password = 'tide lantern copper moss';

describe('An admin invites a person', () => {
  it('by a link that works once and lets them set their password', async () => {
    const made = await as(admin, 'POST', '/api/v1/people', {
      displayName: 'Jonas Lind',
      email: 'jonas.lind@harbour.example',
      role: 'responder',
    });
    expect(made).toMatchObject({
      status: 201,
      body: { person: { name: 'jonas.lind', state: 'invited', role: 'responder' } },
    });
    const { url, expiresAt } = made.body.invitation;
    expect(url).toMatch(new RegExp(`^${testOrigin}/link#token=ll_`));
    expect(Date.parse(expiresAt) - world.clock.now().epochMilliseconds).toBe(7 * 86_400_000);
    const token = url.split('=')[1];
    expect(await world.everythingKept()).not.toContain(token);
    const jonas = world.browser();
    expect((await jonas.send('POST', '/api/v1/links/look', { token })).body).toEqual({
      kind: 'invitation',
      displayName: 'Jonas Lind',
      email: 'jonas.lind@harbour.example',
    });
    expect(await jonas.send('POST', '/api/v1/links/follow', { token, password: 'jonas.lind1' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'body.password' }] },
    });
    const followed = await Promise.all([
      jonas.send('POST', '/api/v1/links/follow', { token, password }),
      world.browser().send('POST', '/api/v1/links/follow', { token, password: 'another four word line' }),
    ]);
    expect(followed.map((answer) => answer.status).toSorted()).toEqual([200, 404]);
    expect((await world.browser().send('POST', '/api/v1/links/look', { token })).status).toBe(404);
    expect((await as(admin, 'GET', '/api/v1/people/jonas.lind')).body.state).toBe('active');
  });

  it('a newer link replaces the older, and a week later none works', async () => {
    const made = await as(admin, 'POST', '/api/v1/people', { displayName: 'Una', email: 'una@harbour.example' });
    const again = await as(admin, 'POST', '/api/v1/people/una@harbour.example/link');
    const look = async (url: string) =>
      (await world.browser().send('POST', '/api/v1/links/look', { token: url.split('=')[1] })).status;
    expect(await look(made.body.invitation.url)).toBe(404);
    expect(await look(again.body.url)).toBe(200);
    world.clock.advance({ hours: 24 * 7 });
    expect(await look(again.body.url)).toBe(404);
  });

  it('an address or a name that somebody has is refused at its field; two at once get two names', async () => {
    expect(await as(admin, 'POST', '/api/v1/people', { displayName: 'X', email: 'UNA@harbour.example' })).toMatchObject(
      { status: 409, body: { errors: [{ path: 'body.email' }] } },
    );
    expect(
      await as(admin, 'POST', '/api/v1/people', { displayName: 'X', email: 'x@harbour.example', name: 'una' }),
    ).toMatchObject({ status: 409, body: { errors: [{ path: 'body.name' }] } });
    const both = await Promise.all(
      ['a', 'b'].map((host) =>
        as(admin, 'POST', '/api/v1/people', { displayName: 'Sam', email: `sam@${host}.example` }),
      ),
    );
    expect(both.map((answer) => answer.body.person.name).toSorted()).toEqual(['sam', 'sam-2']);
  });
});

describe('An admin resets a password by a link', () => {
  it('the old password works until the link is followed, then every session ends', async () => {
    const person = await aPerson(world.postgres, { password });
    const browser = world.browser();
    await browser.send('POST', '/api/v1/sign-in', { login: person.name, password });
    const { url } = (await as(admin, 'POST', `/api/v1/people/${person.name}/link`)).body;
    expect((await browser.send('GET', '/api/v1/account')).status).toBe(200);
    const other = world.browser();
    expect(
      (
        await other.send('POST', '/api/v1/links/follow', {
          token: url.split('=')[1],
          password: 'another four word line',
        })
      ).body.step,
    ).toBe('done');
    expect((await browser.send('GET', '/api/v1/account')).status).toBe(401);
    expect((await world.browser().send('POST', '/api/v1/sign-in', { login: person.name, password })).status).toBe(401);
    expect((await world.events('password-reset.offered')).length).toBe(1);
    expect((await world.events('password.reset')).length).toBe(1);
  });

  it('not for a disabled person, and a link made before they were disabled is dead', async () => {
    const person = await aPerson(world.postgres, {});
    const { url } = (await as(admin, 'POST', `/api/v1/people/${person.name}/link`)).body;
    await as(admin, 'PATCH', `/api/v1/people/${person.name}`, { state: 'disabled' });
    expect(
      (await world.browser().send('POST', '/api/v1/links/follow', { token: url.split('=')[1], password })).status,
    ).toBe(404);
    expect((await as(admin, 'POST', `/api/v1/people/${person.name}/link`)).status).toBe(409);
  });
});

describe('The organisation keeps an admin', () => {
  it('two last admins that take each other away at the same moment: one stays', async () => {
    const [a, b] = [await aPerson(world.postgres, { role: 'admin' }), await aPerson(world.postgres, { role: 'admin' })];
    const statuses = await Promise.all(
      [a, b].map(
        async (person) => (await as(admin, 'PATCH', `/api/v1/people/${person.name}`, { role: 'viewer' })).status,
      ),
    );
    expect(statuses.toSorted()).toEqual([200, 409]);
  });
});

describe('Teams have members with roles', () => {
  it('are made, changed and left unchanged by the same document', async () => {
    const [mira, sven] = [
      await aPerson(world.postgres, { name: 'mira', email: 'mira@harbour.example' }),
      await aPerson(world.postgres, { name: 'sven' }),
    ];
    const spec = {
      displayName: 'Payments',
      members: [{ person: 'mira@harbour.example', role: 'admin' }, { person: sven.name }],
    };
    expect((await as(admin, 'PUT', '/api/v1/teams/payments', spec)).body).toMatchObject({
      outcome: 'created',
      team: {
        displayName: 'Payments',
        members: [
          { person: 'mira', role: 'admin' },
          { person: 'sven', role: 'responder' },
        ],
      },
    });
    expect((await as(admin, 'PUT', '/api/v1/teams/payments', spec)).body.outcome).toBe('unchanged');
    expect(
      (await as(admin, 'PUT', '/api/v1/teams/payments', { ...spec, members: [{ person: mira.name, role: 'viewer' }] }))
        .body.outcome,
    ).toBe('changed');
    expect((await as(admin, 'GET', '/api/v1/people/sven')).body.teams).toEqual([]);
    const events = (await world.events()).filter((event) => event.subject === 'team:payments');
    expect(events.map((event) => event.kind)).toEqual(['team.created', 'team.changed']);
    expect(events[1]!.data.members).toMatchObject({
      removed: [{ personId: sven.id }],
      changed: [{ from: 'admin', to: 'viewer' }],
    });
  });

  it('name every wrong member with its place, and change nothing then', async () => {
    const answer = await as(admin, 'PUT', '/api/v1/teams/payments', {
      members: [
        { person: 'mira' },
        { person: 'nobody' },
        { person: 'mira@harbour.example' },
        { person: 'x', role: 'boss' },
      ],
    });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'body.members.3.role' }] } });
    const second = await as(admin, 'PUT', '/api/v1/teams/payments', {
      members: [{ person: 'mira' }, { person: 'nobody' }, { person: 'mira@harbour.example' }],
    });
    expect(second).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'body.members.1.person' }, { path: 'body.members.2.person' }] },
    });
    expect((await as(admin, 'GET', '/api/v1/teams/payments')).body.members).toHaveLength(1);
  });

  it("a team's admin changes that team, no other, and makes none", async () => {
    const lead = await aPerson(world.postgres, { name: 'lead' });
    await aTeam(world.postgres, { name: 'core', members: [{ person: lead, role: 'admin' }] });
    const { authorization } = await aToken(world.postgres, { role: 'admin', owner: lead });
    expect((await as(authorization, 'PUT', '/api/v1/teams/core/members/mira', { role: 'editor' })).status).toBe(200);
    expect((await as(authorization, 'PUT', '/api/v1/teams/payments/members/mira', { role: 'editor' })).status).toBe(
      403,
    );
    expect((await as(authorization, 'PUT', '/api/v1/teams/unheard', {})).status).toBe(403);
    expect((await as(authorization, 'DELETE', '/api/v1/teams/core')).status).toBe(403);
    expect((await as(authorization, 'DELETE', '/api/v1/teams/core/members/mira')).status).toBe(204);
    expect((await as(admin, 'DELETE', '/api/v1/teams/core')).status).toBe(204);
    expect((await as(admin, 'GET', '/api/v1/teams/core')).status).toBe(404);
  });

  it('are what the modules above ask for by the door', async () => {
    expect(await world.door.teamExists('payments')).toBe(true);
    expect(await world.door.teamExists('unheard')).toBe(false);
    expect(await world.door.teams()).toContainEqual({ name: 'payments', displayName: 'Payments' });
    expect(await world.door.personByName('MIRA@harbour.example')).toMatchObject({ name: 'mira' });
    expect(await world.door.personByName('nobody')).toBeNull();
  });
});

describe('Every change is in the ledger, or has not happened', () => {
  it('an event that cannot be written undoes the change', async () => {
    // What was done before is sealed first: that moves events, and is no change of this test.
    await eventually(async () =>
      expect((await world.postgres.pool.query('SELECT 1 FROM ledger.pending')).rows).toEqual([]),
    );
    const before = await world.everythingKept();
    await world.postgres.pool.query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room'; END $$`,
    );
    await world.postgres.pool.query(
      `CREATE TRIGGER refuse BEFORE INSERT ON ledger.pending FOR EACH ROW EXECUTE FUNCTION refuse()`,
    );
    const changes = [
      ['PUT', '/api/v1/teams/newteam', {}],
      ['PUT', '/api/v1/teams/payments', { description: 'changed' }],
      ['DELETE', '/api/v1/teams/payments', undefined],
      ['POST', '/api/v1/people', { displayName: 'X', email: 'xx@harbour.example' }],
      ['PATCH', '/api/v1/people/mira', { role: 'admin' }],
      ['POST', '/api/v1/people/mira/link', undefined],
      ['DELETE', '/api/v1/people/mira/second-factor', undefined],
      ['POST', '/api/v1/tokens', { name: 'x' }],
      ['PATCH', '/api/v1/organisation', { name: 'Other' }],
    ] as const;
    for (const [method, path, body] of changes) expect((await as(admin, method, path, body)).status).toBe(500);
    await world.postgres.pool.query(`DROP TRIGGER refuse ON ledger.pending`);
    expect(await world.everythingKept()).toBe(before);
  });
});
