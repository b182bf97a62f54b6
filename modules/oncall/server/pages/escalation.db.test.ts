import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPagesWorld, type PagesWorld } from './testing/world.ts';

let world: PagesWorld;

beforeAll(async () => {
  world = await startPagesWorld();
  await world.policy('payments', {
    steps: [
      { after: 'PT0S', notify: [{ person: 'p1' }] },
      { after: 'PT5M', notify: [{ person: 'p2' }] },
    ],
    repeat: 1,
    otherwise: { after: 'PT5M', notify: [{ person: 'p3' }] },
  });
});
afterAll(() => world.stop());
beforeEach(() => void world.hooks.received.splice(0));

const settled = (id: string, count: number) =>
  world.until(async () => {
    expect(world.told().length).toBeGreaterThanOrEqual(count);
    const { steps } = await world.read(id);
    expect(steps.filter((step: any) => step.attempts.some((each: any) => each.result === 'accepted')).length).toBe(
      count,
    );
  });

describe('a page escalates by its policy until somebody answers', () => {
  it('tells the first at once, their second method after two minutes, the next after five, round by round to the end', async () => {
    const { id } = await world.page({ summary: 'Payments burn', policy: 'payments' });
    await settled(id, 1);
    expect(world.told()).toEqual(['/p1']);
    await world.pass('2 minutes');
    await settled(id, 2);
    expect(world.told()).toEqual(['/p1', '/p1-second']);
    await world.pass('3 minutes');
    // Five minutes: p2 of step 2, and p1 of the second round, whose first step is due at once after it.
    await settled(id, 4);
    expect(world.told().slice(2).toSorted()).toEqual(['/p1', '/p2']);
    await world.pass('5 minutes');
    await settled(id, 6);
    await world.pass('5 minutes');
    await settled(id, 7);
    expect(world.told().at(-1)).toBe('/p3');
    const page = await world.read(id);
    expect(page.unansweredAt).not.toBeNull();
    expect(page.nextStepAt).toBeNull();
    expect(page.state).toBe('triggered');
    expect(new Set(world.hooks.received.map(({ key }) => key)).size).toBe(7);
    // At once, by a later rule and at the end: each letter says since when on the clock where its reader lives.
    const { rows } = await world.postgres.pool.query(
      `SELECT content->'lines'->0->>'value' AS since FROM delivery.message WHERE about = $1`,
      [`page:${id}`],
    );
    expect(rows).toHaveLength(7);
    for (const { since } of rows) expect(since).toMatch(/\(Europe\/Berlin\)$/);
    expect(page.steps.map((step: any) => step.attempts[0].idempotencyKey).toSorted()).toEqual(
      world.hooks.received.map(({ key }) => key).toSorted(),
    );
    expect(page.timeline.map((entry: any) => entry.text)).toEqual(
      expect.arrayContaining([
        'Step 1 tells p1 by hook, then second (named by the policy).',
        expect.stringMatching(/^Nobody answered\. After the last step: told p3 by hook/),
      ]),
    );
    await world.until(async () =>
      expect((await world.events('page.unanswered')).map(({ data }) => data.id)).toContain(id),
    );
  });

  it('keeps the time of further rounds where a step finds nobody: one message now, not one a round', async () => {
    const layers = [{ name: 'later', rotation: { unit: 'week', length: 1, start: '2099-01-05' }, people: ['p3'] }];
    const made = await world.call('ada', 'PUT', '/api/v1/schedules/nobodys', { zone: 'Europe/Berlin', layers });
    expect(made.status).toBe(200);
    const steps = [{ notify: [{ schedule: 'nobodys' }] }, { after: 'PT5M', notify: [{ person: 'p1' }] }];
    await world.policy('half-empty', { steps, repeat: 2 });
    const { id } = await world.page({ summary: 'Nobody at night', policy: 'half-empty' });
    await settled(id, 1);
    await world.until(async () =>
      // What delivery says of the message may come before it or after it.
      expect((await world.read(id)).timeline.map(({ text }: any) => text)).toContainEqual(
        expect.stringMatching(/^Step 1, round 2 finds nobody/),
      ),
    );
    expect(world.told()).toEqual(['/p1']);
    await world.pass('5 minutes');
    await settled(id, 3);
    expect(world.told().toSorted()).toEqual(['/p1', '/p1', '/p1-second']);
  });

  it('tells nobody further once it is acknowledged, and a second acknowledgement changes nothing', async () => {
    const { id } = await world.page({ summary: 'Again', policy: 'payments' });
    await settled(id, 1);
    const first = await world.call('ada', 'POST', `/api/v1/pages/${id}/acknowledge`, {});
    const second = await world.call('ada', 'POST', `/api/v1/pages/${id}/acknowledge`, {});
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body).toMatchObject({
      state: 'acknowledged',
      acknowledgedBy: 'ada',
      acknowledgedAt: first.body.acknowledgedAt,
    });
    expect(second.body.timeline.filter((entry: any) => entry.what === 'acknowledged')).toHaveLength(1);
    expect(second.body.steps.map((step: any) => step.state)).toEqual(['handed', 'cancelled']);
    const { id: other } = await world.page({ summary: 'Beside it', policy: 'payments' });
    // The other page goes through everything; of the acknowledged one nothing more is sent meanwhile.
    await world.until(async () => {
      await world.pass('1 minute');
      expect((await world.read(other)).unansweredAt).not.toBeNull();
    });
    expect((await world.read(id)).steps.flatMap((step: any) => step.attempts)).toHaveLength(1);
    await world.call('ada', 'POST', `/api/v1/pages/${other}/resolve`, {});
  });

  it('says why somebody is told: by the page itself, or because they are asked to help', async () => {
    const { id } = await world.page({ summary: 'By name', person: 'p1' });
    await settled(id, 1);
    await world.call('ada', 'POST', `/api/v1/pages/${id}/responders`, { notify: [{ person: 'p2' }] });
    await settled(id, 2);
    const texts = (await world.read(id)).timeline.map(({ text }: any) => text).join('\n');
    expect(texts).toContain('tells p1 by hook, then second (named by the page)');
    expect(texts).toContain('tells p2 by hook (asked to help)');
    expect(texts).not.toContain('named by the policy');
    await world.call('ada', 'POST', `/api/v1/pages/${id}/resolve`, {});
  });

  it('keeps the policy it began with, whatever becomes of the policy', async () => {
    const spec = {
      steps: [
        { after: 'PT0S', notify: [{ person: 'p2' }] },
        { after: 'PT5M', notify: [{ person: 'p3' }] },
      ],
    };
    await world.policy('kept', spec);
    const { id } = await world.page({ summary: 'Kept', policy: 'kept' });
    await settled(id, 1);
    expect((await world.call('ada', 'DELETE', '/api/v1/escalation-policies/kept')).status).toBe(204);
    await world.pass('5 minutes');
    await settled(id, 2);
    expect(world.told()).toEqual(['/p2', '/p3']);
    await world.call('ada', 'POST', `/api/v1/pages/${id}/resolve`, { note: 'It was the cache' });
    expect((await world.read(id)).timeline.map(({ text }: any) => text).join('\n')).toContain('It was the cache');
  });

  it("goes on at once where a message reached nobody: the person's next rule, then the next step", async () => {
    const { id } = await world.page({ summary: 'Unreachable', policy: 'payments' });
    await settled(id, 1);
    const [first] = (await world.read(id)).steps;
    const failed = (key: string) =>
      world.postgres.transaction((tx) =>
        world.ground.ledger.append(tx, {
          kind: 'message.failed',
          subject: `page:${id}`,
          actor: { kind: 'system', id: 'delivery', name: 'Delivery' },
          data: { key, channel: 'webhook', state: 'failed', reason: 'no provider took it', attempts: 3 },
        }),
      );
    await failed(first.attempts[0].idempotencyKey);
    await world.until(() => expect(world.told()).toEqual(['/p1', '/p1-second']));
    await world.call('ada', 'POST', `/api/v1/pages/${id}/resolve`, {});
    expect((await world.read(id)).timeline.map((entry: any) => entry.text)).toContain(
      'p1 was not reached by hook (no provider took it): second comes at once.',
    );
  });

  it('is put off by its key as well, until a time', async () => {
    const asked = {
      summary: 'By key',
      details: '',
      urgency: 'high',
      policy: 'payments',
      service: null,
      link: null,
    } as const;
    const key = { dedupKey: 'put-off', source: 'alert', by: 'mira' };
    const { id } = await world.door.raisePage(null, { ...asked, ...key });
    const { rows } = await world.postgres.pool.query("SELECT ground.now() + interval '10 minutes' AS until");
    const until = (rows[0].until as Date).toTemporalInstant();
    expect(await world.door.snoozeByKey(null, { ...key, source: 'another', until })).toEqual([]);
    expect(await world.door.snoozeByKey(null, { ...key, until })).toEqual([id]);
    expect((await world.read(id)).state).toBe('acknowledged');
    await expect(world.door.snoozeByKey(null, { ...key, until: until.add({ hours: 24 * 8 }) })).rejects.toThrow(
      'snoozed',
    );
    await world.pass('11 minutes');
    await world.until(async () => expect((await world.read(id)).state).toBe('triggered'));
    await world.call('ada', 'POST', `/api/v1/pages/${id}/resolve`, {});
  });

  it('goes to its next step at once where somebody asks for that by its key, and is told things by it', async () => {
    await world.policy('asked', {
      steps: [
        { after: 'PT0S', notify: [{ person: 'p2' }] },
        { after: 'PT30M', notify: [{ person: 'p3' }] },
      ],
    });
    const asked = {
      summary: 'Go on',
      details: '',
      urgency: 'high',
      policy: 'asked',
      service: null,
      link: null,
    } as const;
    const key = { dedupKey: 'go-on', source: 'alert', by: 'mira' };
    const { id } = await world.door.raisePage(null, { ...asked, ...key });
    await settled(id, 1);
    expect(await world.door.escalateByKey(null, { ...key, source: 'another' })).toEqual([]);
    expect(await world.door.escalateByKey(null, key)).toEqual([id]);
    await settled(id, 2);
    expect(world.told()).toEqual(['/p2', '/p3']);
    expect(await world.door.noteByKey(null, { ...key, text: 'mira restarts it.' })).toEqual([id]);
    await world.call('ada', 'POST', `/api/v1/pages/${id}/acknowledge`, {});
    expect(await world.door.escalateByKey(null, key)).toEqual([]);
    const texts = (await world.read(id)).timeline.map((entry: any) => entry.text);
    expect(texts).toEqual(
      expect.arrayContaining(['mira asks for the next step: it comes at once.', 'mira restarts it.']),
    );
    await world.call('ada', 'POST', `/api/v1/pages/${id}/resolve`, {});
  });

  it('is quiet while it is snoozed, and begins anew when that is over', async () => {
    const { id } = await world.page({ summary: 'Later', policy: 'payments' });
    await settled(id, 1);
    const snoozed = await world.call('ada', 'POST', `/api/v1/pages/${id}/snooze`, { minutes: 30 });
    expect(snoozed.body).toMatchObject({ state: 'acknowledged', nextStepAt: null });
    await world.pass('31 minutes');
    await settled(id, 2);
    expect(world.told()).toEqual(['/p1', '/p1']);
    expect((await world.read(id)).state).toBe('triggered');
    const moved = await world.call('ada', 'POST', `/api/v1/pages/${id}/reassign`, { person: 'p3' });
    expect(moved.body).toMatchObject({ person: 'p3', policy: null });
    await settled(id, 3);
    expect(world.told().at(-1)).toBe('/p3');
    await world.call('ada', 'POST', `/api/v1/pages/${id}/acknowledge`, {});
    await world.call('ada', 'POST', `/api/v1/pages/${id}/responders`, {
      notify: [{ person: 'p2' }],
      message: 'Know the cache?',
    });
    await settled(id, 4);
    expect(world.told().at(-1)).toBe('/p2');
    await world.call('ada', 'POST', `/api/v1/pages/${id}/resolve`, {});
    expect((await world.call('ada', 'POST', `/api/v1/pages/${id}/snooze`, { minutes: 5 })).status).toBe(409);
  });
});
