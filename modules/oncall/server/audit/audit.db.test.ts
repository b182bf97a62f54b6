import { Kysely, PostgresDialect } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Configuration } from '../../../../platform/config/settings.ts';
import { createLog } from '../../../../platform/log/log.ts';
import { startPagesWorld, startReceiver, type PagesWorld, type Receiver } from '../pages/testing/world.ts';
import { compareOwed } from './audit-views.ts';
import { startAuditor } from './auditor.ts';

let world: PagesWorld;
let elsewhere: Receiver;
let auditor: ReturnType<typeof startAuditor>;

beforeAll(async () => {
  world = await startPagesWorld();
  elsewhere = await startReceiver();
  await world.call('ada', 'PUT', '/api/v1/people/ada', {
    email: 'ada@example.org',
    zone: 'Europe/Berlin',
    contactMethods: [{ name: 'hook', channel: 'webhook', address: `${world.hooks.url}/ada` }],
    rules: [{ after: 'PT0S', contactMethod: 'hook' }],
  });
  await world.policy('payments', {
    steps: [
      { after: 'PT0S', notify: [{ person: 'p3' }] },
      { after: 'PT5M', notify: [{ person: 'p2' }] },
    ],
  });
  const { values } = world.ground.config;
  const config = { values: { ...values, auditHeartbeatUrl: `${elsewhere.url}/alive` } } as unknown as Configuration;
  const { postgres, ledger } = world.ground;
  auditor = startAuditor({ postgres, ledger, config, log: createLog('silent'), delivery: async () => world.delivery });
});
afterAll(async () => {
  await auditor.stop();
  await world.stop();
  await elsewhere.stop();
});

const audit = async () => (await world.call('ada', 'GET', '/api/v1/oncall/audit')).body;
const beats = () => elsewhere.received.length;
const alarms = () =>
  world.hooks.received.filter(({ path, body }) => path === '/ada' && body.type === 'dev.leadline.oncall.audit-failed');

describe('the auditor finds what is owed and was not attempted, and is heard', () => {
  it('says that all is well, and beats outward, while everything that is owed is attempted', async () => {
    const { id } = await world.page({ summary: 'Works', policy: 'payments' });
    await world.until(() => expect(world.told()).toContain('/p3'));
    await world.until(async () =>
      expect(await audit()).toMatchObject({ ok: true, owed: 1, attempted: 1, findings: [] }),
    );
    const before = beats();
    auditor.look();
    await world.until(() => expect(beats()).toBeGreaterThan(before));
    expect((await audit()).auditor).toMatchObject({ ok: true, silent: false });
    await world.call('ada', 'POST', `/api/v1/pages/${id}/resolve`, {});
  });

  it('finds a step that nobody decides, tells the admins once, and stops beating; then that it is well again', async () => {
    const { id } = await world.page({ summary: 'Stuck', policy: 'payments' });
    // The first step was decided and its message left: what waits now is the second.
    await world.until(async () => {
      const { nextStepAt, raisedAt, steps } = await world.read(id);
      expect(Date.parse(nextStepAt)).toBeGreaterThan(Date.parse(raisedAt));
      expect(steps[0].attempts).toMatchObject([{ result: 'accepted' }]);
    });
    // As if the process that took the next step held it for ever.
    await world.postgres.pool.query(
      `UPDATE oncall.step SET ready_at = 'infinity' WHERE page_id = $1 AND state = 'waiting'`,
      [id],
    );
    await world.pass('6 minutes');
    const before = beats();
    auditor.look();
    await world.until(() => expect(alarms()).toHaveLength(1));
    expect(alarms()[0]!.body.data.findings[0]).toMatchObject({ what: 'step-overdue', page: id });
    expect(await audit()).toMatchObject({
      ok: false,
      findings: [{ what: 'step-overdue', page: id }],
      auditor: { ok: false },
    });
    auditor.look();
    await world.until(async () => expect(await world.events('oncall.audit-failed')).toHaveLength(1));
    expect(beats()).toBe(before);
    await world.postgres.pool.query(
      `UPDATE oncall.step SET ready_at = ground.now() WHERE page_id = $1 AND state = 'waiting'`,
      [id],
    );
    await world.pass('0 seconds');
    await world.until(async () => expect((await audit()).ok).toBe(true));
    auditor.look();
    await world.until(async () => expect(await world.events('oncall.audit-recovered')).toHaveLength(1));
    await world.until(() => expect(beats()).toBeGreaterThan(before));
    expect(alarms()).toHaveLength(1);
    await world.call('ada', 'POST', `/api/v1/pages/${id}/resolve`, {});
  });

  it.each([
    { what: 'page-unowned', sql: `DELETE FROM oncall.step WHERE page_id = $1 AND state = 'waiting'` },
    {
      what: 'not-handed',
      sql: `UPDATE oncall.notification SET state = 'owed', owed_at = ground.now() + interval '1 day' WHERE page_id = $1 AND state = 'handed'`,
      then: `UPDATE oncall.notification SET owed_at = ground.now() - interval '1 minute' WHERE page_id = $1 AND state = 'owed'`,
    },
    {
      what: 'not-attempted',
      sql: `WITH attempt AS (DELETE FROM delivery.attempt WHERE message IN (SELECT id FROM delivery.message WHERE about = 'page:' || $1))
            DELETE FROM delivery.message WHERE about = 'page:' || $1`,
    },
  ])('finds $what', async ({ what, sql, then }) => {
    const { id } = await world.page({ summary: what, policy: 'payments' });
    await world.until(async () => expect((await world.read(id)).steps[0]?.attempts[0]?.result).toBe('accepted'));
    await world.postgres.pool.query(sql, [id]);
    await world.pass('30 seconds');
    const client = await world.postgres.pool.connect();
    try {
      // In a transaction of its own, before the engine repairs it.
      await client.query('BEGIN');
      if (then) await client.query(then, [id]);
      const pool = {
        connect: async () => ({ query: client.query.bind(client), release: () => undefined }),
        end: async () => undefined,
      };
      const found = await compareOwed(new Kysely<any>({ dialect: new PostgresDialect({ pool: pool as never }) }));
      expect(found.findings).toContainEqual(expect.objectContaining({ what, page: id }));
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
    await world.call('ada', 'POST', `/api/v1/pages/${id}/resolve`, {});
  });
});
