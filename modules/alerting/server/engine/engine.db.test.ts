import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from 'kysely';
import { builtInIntegration } from '../../domain/alert.ts';
import { acceptWithin } from '../intake/accept.ts';
import type { AlertTables } from '../intake/tables.ts';
import { startAlertsWorld, type AlertsWorld } from '../testing/world.ts';
import { takePending } from './judge-store.ts';

let world: AlertsWorld;
beforeAll(async () => {
  world = await startAlertsWorld();
});
afterAll(() => world?.stop());

const statusOf = async (id: string) =>
  (await world.rows<{ status: string }>('SELECT status FROM alerting.alert WHERE id = $1', [id]))[0]!.status;
const words = async (id: string) => (await world.decisions(id)).map(({ decision }) => decision);
const pageOf = async (id: string) =>
  (
    await world.rows<{ page_id: string }>(
      'SELECT page_id FROM alerting.group_page JOIN alerting.group_member USING (group_id) WHERE alert_id = $1 ORDER BY at',
      [id],
    )
  ).at(-1)?.page_id ?? null;

it('an alert pages the owner of its service once, says why, and its end resolves the page at once', async () => {
  const [taken] = await world.accept([{ dedupKey: 'first', annotations: { runbook_url: 'https://run.example/1' } }]);
  expect(taken).toMatchObject({ outcome: 'new', dedupKey: 'first' });
  await world.until(() => expect(world.told()).toEqual(['/p1']));
  const page = (await pageOf(taken!.alertId!))!;
  const whole = await world.read(page);
  expect(whole).toMatchObject({
    state: 'triggered',
    service: 'shop/checkout',
    summary: 'first is wrong',
    team: 'payments',
  });
  expect(whole.details).toContain('Goes to payments: owner of the service shop/checkout.');
  expect(whole.details).toContain('Runbook: https://run.example/1');
  expect(whole.link).toBe(`http://leadline.example/alerts/${taken!.alertId}`);
  expect(await words(taken!.alertId!)).toEqual(['notified']);
  // Told again it changes nothing.
  const [again] = await world.accept([{ dedupKey: 'first', annotations: { runbook_url: 'https://run.example/1' } }]);
  expect(again).toMatchObject({ outcome: 'unchanged', alertId: taken!.alertId });
  const [over] = await world.accept([{ dedupKey: 'first', action: 'resolve', by: 'the sender' }]);
  expect(over).toMatchObject({ outcome: 'resolved', alertId: taken!.alertId });
  await world.until(async () => expect((await world.read(page)).state).toBe('resolved'));
  expect(await words(taken!.alertId!)).toEqual(['notified', 'resolved']);
  expect((await world.read(page)).times).toBe(1);
  // A new trigger of the key is a new alert and a new page.
  const [armed] = await world.accept([{ dedupKey: 'first' }]);
  expect(armed!.outcome).toBe('new');
  await world.until(async () => expect(await pageOf(armed!.alertId!)).not.toBeNull());
  expect(await pageOf(armed!.alertId!)).not.toBe(page);
  await world.accept([{ dedupKey: 'first', action: 'resolve' }]);
});

it('what ran out is over by itself, and what nobody knows of is dropped with a reason', async () => {
  const now = (await world.rows<{ now: Date }>('SELECT ground.now() AS now'))[0]!.now;
  const endsAt = Temporal.Instant.fromEpochMilliseconds(now.getTime() + 240_000);
  const [taken] = await world.accept([{ dedupKey: 'ends', endsAt }]);
  await world.until(async () => expect(await pageOf(taken!.alertId!)).not.toBeNull());
  // Its sender tells it again: the end moves.
  await world.later('200 seconds');
  await world.accept([{ dedupKey: 'ends', endsAt: endsAt.add({ seconds: 300 }) }]);
  await world.later('100 seconds');
  expect(await statusOf(taken!.alertId!)).toBe('firing');
  await world.later('300 seconds');
  await world.until(async () => expect(await statusOf(taken!.alertId!)).toBe('resolved'));
  await world.until(async () => expect((await world.read((await pageOf(taken!.alertId!))!)).state).toBe('resolved'));
  expect(await world.accept([{ dedupKey: 'nobody-knows', action: 'resolve' }])).toMatchObject([
    { outcome: 'dropped', alertId: null, reason: 'nothing of this key fires, so there is nothing to resolve' },
  ]);
});

it('whoever acknowledges or resolves the page does so with its alerts, and a sender that goes on raises nothing new', async () => {
  const startsAt = Temporal.Instant.from('2026-11-23T10:00:00Z');
  const [taken] = await world.accept([{ dedupKey: 'answered', startsAt }]);
  await world.until(async () => expect(await pageOf(taken!.alertId!)).not.toBeNull());
  const page = (await pageOf(taken!.alertId!))!;
  await world.call('ada', 'POST', `/api/v1/pages/${page}/acknowledge`);
  await world.until(async () => expect(await statusOf(taken!.alertId!)).toBe('acknowledged'));
  await world.call('ada', 'POST', `/api/v1/pages/${page}/resolve`);
  await world.until(async () => expect(await statusOf(taken!.alertId!)).toBe('resolved'));
  expect(await words(taken!.alertId!)).toEqual(['notified', 'acknowledged', 'resolved']);
  expect(await world.accept([{ dedupKey: 'answered', startsAt }])).toMatchObject([{ outcome: 'unchanged' }]);
  const [armed] = await world.accept([{ dedupKey: 'answered', startsAt: startsAt.add({ hours: 1 }) }]);
  expect(armed!.outcome).toBe('new');
  await world.until(async () => expect(await pageOf(armed!.alertId!)).not.toBeNull());
  await world.accept([{ dedupKey: 'answered', action: 'resolve' }]);
});

it('what joins a page is counted on it a second later, also where the group is new, and nobody is called again', async () => {
  const of = (host: string) => ({ dedupKey: `joins-${host}`, labels: { alertname: 'Joins', host } });
  const [first] = await world.accept([of('a')]);
  await world.until(async () => expect(await words(first!.alertId!)).toEqual(['notified']));
  const page = (await pageOf(first!.alertId!))!;
  const [second] = await world.accept([of('b')]);
  await world.until(async () =>
    expect(await world.rows('SELECT 1 FROM alerting.alert WHERE pending_at IS NOT NULL')).toEqual([]),
  );
  await world.later('2 seconds');
  await world.until(async () => expect(await words(second!.alertId!)).toEqual(['joined']));
  expect((await world.decisions(second!.alertId!))[0]!.reason).toMatch(
    /already, which counts it: nobody is called again\.$/,
  );
  const whole = await world.read(page);
  expect(whole).toMatchObject({ state: 'triggered', times: 2 });
  expect(whole.timeline.map(({ what }: { what: string }) => what)).toContain('raised-again');
  expect(whole.timeline.filter(({ what }: { what: string }) => what === 'step')).toHaveLength(1);
  // Its page is resolved while it goes on: what joins then raises another.
  await world.alerting.oncall.resolveByKey(null, { dedupKey: whole.dedupKey, source: 'alert', note: 'over' });
  await world.later('1 minute');
  const [third] = await world.accept([of('c')]);
  await world.until(async () => expect(await words(third!.alertId!)).toHaveLength(1));
  expect(await pageOf(third!.alertId!)).not.toBe(page);
  await world.accept(['a', 'b', 'c'].map((host) => ({ ...of(host), action: 'resolve' as const })));
});

it('what is no storm is found behind one', async () => {
  const found: Record<string, unknown> = {};
  const undone = world.alerting.postgres.transaction<AlertTables, void>(async (tx) => {
    // Never committed: the engine, which runs, must not see them.
    const storm = Array.from({ length: 60 }, (_, index) => ({ ...template, dedupKey: `storms-${index}`, labels: {} }));
    const other = { ...template, dedupKey: 'other', team: 'other', labels: { alertname: 'other' } };
    await acceptWithin(tx, builtInIntegration('api'), [...storm, other]);
    await sql`UPDATE alerting.alert SET pending_at = ground.now() - interval '1 hour' WHERE dedup_key LIKE 'storms-%'`.execute(
      tx,
    );
    for (const lane of ['all', 'few'] as const)
      found[lane] = (await takePending(tx, 10, lane)).map(({ labels }) => labels['alertname'] ?? 'storm');
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  expect(found).toEqual({ all: Array.from({ length: 10 }, () => 'storm'), few: ['other'] });
});

it('what is judged anew and told at once waits for nobody in a circle', async () => {
  const [taken] = await world.accept([{ dedupKey: 'both' }]);
  await world.until(async () => expect(await words(taken!.alertId!)).toEqual(['notified']));
  await world.alerting.postgres.transaction<AlertTables, void>(async (tx) => {
    await sql`UPDATE alerting.alert SET pending_at = ground.now() - interval '1 day' WHERE id = ${taken!.alertId!}`.execute(
      tx,
    );
    expect((await takePending(tx, 1, 'all')).map(({ id }) => id)).toEqual([taken!.alertId]);
    // Who tells the group holds it, and the judge will want it: noting what was told of the alert must not wait for the judge.
    await world.alerting.postgres.transaction<AlertTables, void>(async (teller) => {
      await sql`SELECT set_config('lock_timeout', '300ms', true)`.execute(teller);
      await sql`INSERT INTO alerting.alert_decision (alert_id, at, decision, reason)
        VALUES (${taken!.alertId!}, ground.now(), 'repeated', 'said again')`.execute(teller);
    });
  });
  expect(await words(taken!.alertId!)).toEqual(['notified', 'repeated']);
});

const template = {
  action: 'trigger',
  annotations: {},
  severity: 'critical',
  summary: 'waits',
  service: null,
  startsAt: null,
  endsAt: null,
  links: [],
} as const;
