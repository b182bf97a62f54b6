import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scheduleEvents } from '../../contract/schedules.ts';
import { startSchedules } from './start.ts';
import { schedulesHouse, type SchedulesHouse } from './testing/house.ts';

/** Wednesday. */
const now = '2026-11-25T12:00:00Z';
let house: SchedulesHouse;
beforeAll(async () => {
  house = await schedulesHouse(now, startSchedules);
});
afterAll(() => house?.stop());

const weekly = (people: string, more = '') => `
zone: Europe/Berlin
team: payments
layers: [{name: primary, rotation: {unit: week, start: 2026-01-05, handoffAt: "09:00"}, people: [${people}]}]
${more}`;

const shifts = async (name: string, from: string, to: string) =>
  (await house.call('GET', `/api/v1/schedules/${name}/shifts?from=${from}&to=${to}`)).body;

describe('A schedule', () => {
  it('answers the interface that others test by', async () => {
    await house.apply(
      'issue',
      `
zone: Europe/Berlin
layers:
  - name: primary
    rotation: {unit: week, length: 1, start: 2026-01-05, handoffAt: "09:00"}
    people: [p1, p2, p3]
    restrictions: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}]
overrides: [{person: p2, from: "2026-03-28T20:00:00Z", to: "2026-03-29T20:00:00Z"}]`,
    );
    const said = await shifts('issue', '2026-03-27T00:00:00Z', '2026-03-31T00:00:00Z');
    expect(said.items).toEqual([
      { person: 'p3', from: '2026-03-27T08:00:00Z', to: '2026-03-27T16:00:00Z', layer: 'primary', kind: 'rotation' },
      { person: 'p2', from: '2026-03-28T20:00:00Z', to: '2026-03-29T20:00:00Z', layer: null, kind: 'override' },
      { person: 'p1', from: '2026-03-30T07:00:00Z', to: '2026-03-30T15:00:00Z', layer: 'primary', kind: 'rotation' },
    ]);
    expect(said.gaps[0]).toEqual({ from: '2026-03-27T00:00:00Z', to: '2026-03-27T08:00:00Z', kind: 'outside-hours' });
    expect(await house.who('issue', '2026-03-29T02:00:00Z')).toBe('p2');
    const { body } = await house.call('GET', '/api/v1/schedules/issue/on-call?at=2026-03-30T08:00:00Z');
    expect(body).toMatchObject({ items: [{ person: 'p1' }], next: { person: 'p2', from: '2026-04-06T07:00:00Z' } });
  });

  it('keeps the past and whoever is on now when members are added, removed and put in another order', async () => {
    await house.apply('order', weekly('p1, p2, p3'));
    const before = await shifts('order', '2026-01-05T08:00:00Z', now);
    const present = await house.who('order');
    expect(present).toBe('p2');
    await house.apply('order', weekly('p9, p2, p8, p3, p1'));
    expect(await shifts('order', '2026-01-05T08:00:00Z', now)).toEqual(before);
    expect(await house.who('order')).toBe('p2');
    const after = await shifts('order', now, '2026-12-22T00:00:00Z');
    expect(after.items.map(({ person }: { person: string }) => person)).toEqual(['p2', 'p8', 'p3', 'p1', 'p9']);
    // The holder is taken out: the running turn stays theirs, and who came next comes next.
    await house.apply('order', weekly('p9, p1, p3'));
    expect((await shifts('order', now, '2026-12-15T00:00:00Z')).items.map((each: any) => each.person)).toEqual([
      'p2',
      'p3',
      'p9',
      'p1',
    ]);
    expect(await house.told('schedule:order')).toEqual(['schedule.created', 'schedule.changed', 'schedule.changed']);
  });

  it('is the same under another name of its zone: no version, nothing told', async () => {
    await house.apply('alias', weekly('p1').replace('Europe/Berlin', 'UTC'));
    expect(await house.apply('alias', weekly('p1').replace('Europe/Berlin', 'Etc/UTC'))).toEqual({
      outcome: 'unchanged',
      version: 1,
    });
    expect((await house.call('GET', '/api/v1/schedules/alias')).body.zone).toBe('UTC');
  });

  it('keeps overrides by hand when a file is applied, until they are taken back', async () => {
    await house.apply('hand', weekly('p1, p2'));
    const said = { person: 'p7', from: '2026-11-26T00:00:00Z', to: '2026-11-27T00:00:00Z' };
    const made = await house.call('POST', '/api/v1/schedules/hand/overrides', said, { who: 'helper' });
    expect(made).toMatchObject({ status: 201, body: { person: 'p7', madeBy: 'hal', kind: 'override' } });
    await house.apply(
      'hand',
      weekly('p2, p1, p3', 'overrides: [{person: p5, from: "2026-11-26T10:00:00Z", to: "2026-11-28T00:00:00Z"}]'),
    );
    expect(await house.who('hand', '2026-11-26T12:00:00Z')).toBe('p7');
    expect(await house.who('hand', '2026-11-27T12:00:00Z')).toBe('p5');
    expect((await house.call('GET', '/api/v1/schedules/hand/overrides')).body.items).toHaveLength(1);
    const away = await house.call('DELETE', `/api/v1/schedules/hand/overrides/${made.body.id}`, undefined, {
      who: 'payer',
    });
    expect(away.status).toBe(204);
    expect(await house.who('hand', '2026-11-26T12:00:00Z')).toBe('p5');
    expect(await house.told('schedule:hand')).toEqual([
      'schedule.created',
      'override.made',
      'schedule.changed',
      'override.taken-back',
    ]);
  });

  it('refuses what cannot be, and names the field', async () => {
    const put = (yaml: object) => house.call('PUT', '/api/v1/schedules/bad', yaml);
    const layer = { name: 'a', rotation: { unit: 'day', start: '2026-01-01' }, people: ['p1'] };
    const cases: [object, number, string][] = [
      [{ zone: 'Mars/Olympus', layers: [layer] }, 400, 'body.zone'],
      [{ zone: 'UTC', layers: [{ ...layer, people: [] }] }, 400, 'body.layers.0.people'],
      [{ zone: 'UTC', layers: [] }, 400, 'body.layers'],
      [
        { zone: 'UTC', layers: [{ ...layer, rotation: { unit: 'day', start: '2026-02-30' } }] },
        400,
        'body.layers.0.rotation.start',
      ],
      [{ zone: 'UTC', layers: [{ ...layer, people: ['p1', 'nobody-known'] }] }, 422, 'body.layers.0.people.1'],
      [{ zone: 'UTC', team: 'ghosts', layers: [layer] }, 422, 'body.team'],
      [
        {
          zone: 'UTC',
          layers: [layer],
          overrides: [
            { person: 'p1', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
            { person: 'p2', from: '2026-01-01T23:00:00Z', to: '2026-01-03T00:00:00Z' },
          ],
        },
        400,
        'body.overrides.1',
      ],
    ];
    for (const [said, status, path] of cases) {
      const answer = await put(said);
      expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([status, path]);
    }
    expect((await house.call('GET', '/api/v1/schedules/bad')).status).toBe(404);
  });

  it('refuses overrides that overlap, lie in the past, or name nobody', async () => {
    await house.apply('over', weekly('p1, p2'));
    const make = (said: object) => house.call('POST', '/api/v1/schedules/over/overrides', said);
    const first = { person: 'p3', from: '2026-12-01T00:00:00Z', to: '2026-12-02T00:00:00Z' };
    expect((await make(first)).status).toBe(201);
    expect(
      await make({ ...first, person: 'p4', from: '2026-12-01T23:59:00Z', to: '2026-12-03T00:00:00Z' }),
    ).toMatchObject({
      status: 409,
      body: { code: 'oncall.override-overlaps' },
    });
    expect((await make({ ...first, person: 'p4', from: first.to, to: '2026-12-03T00:00:00Z' })).status).toBe(201);
    expect((await make({ ...first, from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' })).body.code).toBe(
      'oncall.override-past',
    );
    expect((await make({ ...first, person: 'nobody' })).body.code).toBe('oncall.person-unknown');
    expect((await make({ ...first, to: first.from })).body.errors[0].path).toBe('body.to');
    expect((await make({ ...first, layer: 'none' })).body.errors[0].path).toBe('body.layer');
  });

  it('is changed only by its team', async () => {
    await house.apply('owned', weekly('p1, p2'));
    const spec = {
      zone: 'UTC',
      layers: [{ name: 'a', rotation: { unit: 'day', start: '2026-01-01' }, people: ['p1'] }],
    };
    const put = (who: string, team: string | null) =>
      house.call('PUT', '/api/v1/schedules/owned', { ...spec, team }, { who });
    for (const [who, team] of [
      ['searcher', 'payments'],
      ['searcher', 'search'],
      ['payer', 'search'],
      ['payer', null],
      ['helper', 'payments'],
    ] as const)
      expect([who, team, (await put(who, team)).status]).toEqual([who, team, 403]);
    const override = { person: 'p3', from: '2026-12-01T00:00:00Z', to: '2026-12-02T00:00:00Z' };
    expect((await house.call('POST', '/api/v1/schedules/owned/overrides', override, { who: 'searcher' })).status).toBe(
      403,
    );
    expect((await house.call('DELETE', '/api/v1/schedules/owned', undefined, { who: 'searcher' })).status).toBe(403);
    expect((await house.call('GET', '/api/v1/schedules/owned', undefined, { who: 'stranger' })).status).toBe(401);
    expect((await put('payer', 'payments')).status).toBe(200);
  });

  it('shows what a change would do, and does not do it', async () => {
    await house.apply('ghost', weekly('p1, p2'));
    const asked = {
      name: 'ghost',
      override: { person: 'p5', from: '2026-11-26T00:00:00Z', to: '2026-11-26T06:00:00Z' },
      from: '2026-11-25T12:00:00Z',
      to: '2026-11-28T00:00:00Z',
    };
    const { body } = await house.call('POST', '/api/v1/schedules/preview', asked, { who: 'helper' });
    expect(body.changes).toEqual([
      { from: '2026-11-26T00:00:00Z', to: '2026-11-26T06:00:00Z', before: 'p1', after: 'p5' },
    ]);
    expect(await house.who('ghost', '2026-11-26T01:00:00Z')).toBe('p1');
  });

  it('is not deleted while a policy pages by it; deleted, its past stays', async () => {
    await house.apply('gone', weekly('p1, p2'));
    const holder = await house.who('gone');
    const policy = (name: string, target: object) =>
      house.postgres.pool.query(
        `INSERT INTO oncall.policy (name, team, spec, origin, source, changed_at, changed_by) VALUES ($1, NULL, $2, 'hand', NULL, now(), 'test')`,
        [name, JSON.stringify({ steps: [{ after: 0, notify: [target] }] })],
      );
    await policy('uses-it', { schedule: 'gone' });
    await policy('uses-next', { next: 'gone' });
    await policy('uses-another', { schedule: 'gone-not' });
    const refused = await house.call('DELETE', '/api/v1/schedules/gone');
    expect(refused).toMatchObject({ status: 409, body: { code: 'oncall.schedule-used' } });
    expect(refused.body.detail).toContain('uses-it, uses-next.');
    await house.postgres.pool.query('DELETE FROM oncall.policy');
    house.clock.advance({ hours: 1 });
    expect((await house.call('DELETE', '/api/v1/schedules/gone')).status).toBe(204);
    expect((await house.call('GET', '/api/v1/schedules/gone')).status).toBe(404);
    expect(await house.who('gone', now)).toBe(holder);
    expect(await house.who('gone')).toBeNull();
    house.clock.advance({ hours: 1 });
    expect(await house.apply('gone', weekly('p4'))).toMatchObject({ outcome: 'created' });
    expect([
      await house.who('gone', now),
      await house.who('gone', '2026-11-25T13:30:00Z'),
      await house.who('gone'),
    ]).toEqual([holder, null, 'p4']);
  });

  it('is listed by name, by team and by person, with who is on call', async () => {
    const { body } = await house.call('GET', '/api/v1/schedules?person=p9&limit=5');
    expect(body).toMatchObject({
      items: [{ name: 'order', team: 'payments', people: ['p1', 'p3', 'p9'] }],
      next: null,
    });
    const first = (await house.call('GET', '/api/v1/schedules?team=payments&limit=2')).body;
    expect(first.items).toHaveLength(2);
    expect(first.items[0].onCall).toHaveLength(1);
    const second = (await house.call('GET', `/api/v1/schedules?team=payments&limit=2&cursor=${first.next}`)).body;
    expect(second.items[0].name > first.items[1].name).toBe(true);
  });
});

describe('What is told of schedules on the ledger', () => {
  it('is what the contract says', async () => {
    const { rows } = await house.postgres.pool.query(
      `SELECT kind, data FROM (SELECT kind, data, subject FROM ledger.event UNION ALL SELECT kind, data, subject FROM ledger.pending) AS told
       WHERE subject LIKE 'schedule:%'`,
    );
    expect(new Set(rows.map(({ kind }) => kind))).toEqual(new Set(Object.keys(scheduleEvents)));
    for (const { kind, data } of rows) scheduleEvents[kind as keyof typeof scheduleEvents].parse(data);
  });
});
