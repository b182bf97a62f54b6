import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAlertsWorld, type AlertsWorld } from '../testing/world.ts';

let world: AlertsWorld;
beforeAll(async () => {
  world = await startAlertsWorld();
});
afterAll(() => world?.stop());

const post = (id: string, verb: string, who = 'bo') => world.call(who, 'POST', `/api/v1/alerts/${id}/${verb}`, {});
const words = async (id: string) => (await world.decisions(id)).map(({ decision }) => decision);
const state = (page: string) => world.read(page).then((whole) => whole.state as string);

/** An alert that somebody was paged for. */
const paged = async (dedupKey: string, more: object = {}): Promise<{ id: string; page: string }> => {
  const [taken] = await world.accept([{ dedupKey, ...more }]);
  const id = taken!.alertId!;
  await world.until(async () => expect(await words(id)).toEqual(['notified']));
  const { body } = await world.call('ada', 'GET', `/api/v1/alerts/${id}`);
  return { id, page: body.pages[0] };
};

describe('an alert that was resolved by mistake', () => {
  it('is reopened with its page, which begins anew, and is one page still', async () => {
    const { id, page } = await paged('mistake');
    await post(id, 'resolve');
    await world.until(async () => expect(await state(page)).toBe('resolved'));
    const { status, body } = await post(id, 'reopen');
    expect([status, body.status, body.resolvedBy, body.endsAt]).toEqual([200, 'firing', null, null]);
    expect(await world.read(page)).toMatchObject({ state: 'triggered', resolvedAt: null });
    // Somebody is called again.
    await world.until(async () => {
      const { timeline } = await world.read(page);
      expect(timeline.filter(({ what }: { what: string }) => what === 'step')).toHaveLength(2);
    });
    expect((await world.read(page)).timeline.map(({ text }: { text: string }) => text)).toContain(
      'bo takes back that it is over: it begins anew.',
    );
    // A second time changes nothing, and its sender goes on with the same alert.
    expect((await post(id, 'reopen')).body.status).toBe('firing');
    expect(await world.accept([{ dedupKey: 'mistake' }])).toMatchObject([{ outcome: 'unchanged', alertId: id }]);
    expect(await words(id)).toEqual(['notified', 'resolved', 'reopened']);
    expect((await world.events('alert.reopened')).at(-1)).toMatchObject({ actor_name: 'bo', data: { alerts: [id] } });
    await world.accept([{ dedupKey: 'mistake', action: 'resolve' }]);
    await world.until(async () => expect(await state(page)).toBe('resolved'));
    const { body: whole } = await world.call('ada', 'GET', `/api/v1/alerts/${id}`);
    expect(whole.pages).toEqual([page]);
  });

  it('is acknowledged by the same as before, and nobody is called', async () => {
    const { id, page } = await paged('was-mine');
    await post(id, 'acknowledge');
    await world.until(async () => expect(await state(page)).toBe('acknowledged'));
    await post(id, 'resolve');
    await world.until(async () => expect(await state(page)).toBe('resolved'));
    const { body } = await world.call('ada', 'POST', '/api/v1/alerts/selected', { action: 'reopen', ids: [id] });
    expect(body.changed).toEqual([id]);
    expect(await world.read(page)).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'bo', nextStepAt: null });
    expect((await world.call('ada', 'GET', `/api/v1/alerts/${id}`)).body).toMatchObject({
      status: 'acknowledged',
      acknowledgedBy: 'bo',
    });
    await world.accept([{ dedupKey: 'was-mine', action: 'resolve' }]);
  });

  it('is refused, with the reason, where its sender ended it, where it fires again, and after a day', async () => {
    const ended = await paged('ended');
    await world.accept([{ dedupKey: 'ended', action: 'resolve' }]);
    const startsAt = Temporal.Instant.from('2026-11-23T10:00:00Z');
    const again = await paged('again', { startsAt });
    await post(again.id, 'resolve');
    const [newer] = await world.accept([{ dedupKey: 'again', startsAt: startsAt.add({ hours: 1 }) }]);
    const late = await paged('late');
    await post(late.id, 'resolve');
    await world.later('25 hours');
    for (const [id, why] of [
      [ended.id, 'Its sender says, too'],
      [again.id, `It fires again already, as ${newer!.alertId}`],
      [late.id, 'more than 24 hours ago'],
    ] as const) {
      const { status, body } = await post(id, 'reopen');
      expect([status, body.code]).toEqual([409, 'alerting.too-late']);
      expect(body.detail).toContain(why);
    }
    await world.accept(['again', 'late'].map((dedupKey) => ({ dedupKey, action: 'resolve' as const })));
  });
});

describe('an acknowledgement', () => {
  it('is taken back with that of the page: whoever is on call is told anew', async () => {
    const { id, page } = await paged('not-mine');
    await post(id, 'acknowledge');
    await world.until(async () => expect(await state(page)).toBe('acknowledged'));
    const { body } = await post(id, 'unacknowledge');
    expect(body).toMatchObject({ status: 'firing', acknowledgedBy: null });
    expect(await world.read(page)).toMatchObject({ state: 'triggered', acknowledgedBy: null });
    await world.until(async () => expect((await world.read(page)).steps.length).toBeGreaterThan(1));
    expect(await words(id)).toEqual(['notified', 'acknowledged', 'reopened']);
    expect((await world.call('ada', 'GET', `/api/v1/alerts/${id}/why`)).body.because).toMatch(/^It was told: /);
    expect((await post(id, 'unacknowledge', 'cy')).status).toBe(403);
    await world.accept([{ dedupKey: 'not-mine', action: 'resolve' }]);
  });
});
