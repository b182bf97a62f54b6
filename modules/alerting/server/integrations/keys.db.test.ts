import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../../platform/postgres/eventually.ts';
import { moveClock } from '../../../../platform/postgres/for-tests.ts';
import { startKeys, type Keys } from './keys.ts';
import { letKeysRunOut, removeKey, tellKeysChanged } from './store.ts';
import type { IntegrationsTables } from './tables.ts';
import { anIntegration, startHouse, type House } from './testing/house.ts';

/** A key opens its integration and nothing else, in every process, until it is revoked. */
let house: House;
/** Another process: its own memory and its own ear. Its clock stands still, so that memory alone never runs out. */
let other: Keys;

beforeAll(async () => {
  house = await startHouse();
  other = await startKeys(house.postgres, () => 0);
});
afterAll(async () => {
  await other?.stop();
  await house?.stop();
});

describe('a key', () => {
  it('opens its integration, of the kinds that are asked for, and nothing without it does', async () => {
    const { id, key } = await anIntegration(house.postgres, { name: 'pd', kind: 'pagerduty', team: null });
    expect(key).toMatch(/^[0-9a-z]{32}$/u);
    expect(await house.integrations.integrationByKey(key)).toMatchObject({ id, name: 'pd', kind: 'pagerduty' });
    expect(await house.integrations.integrationByKey(key, ['pagerduty'])).toMatchObject({ id });
    expect(await house.integrations.integrationByKey(key, ['opsgenie'])).toBeNull();
    for (const wrong of ['', 'x', key.slice(1), `${key}0`, key.toUpperCase(), 'a'.repeat(32), '0'.repeat(10_000)])
      expect(await house.integrations.integrationByKey(wrong)).toBeNull();
    const stored = await house.postgres.pool.query('SELECT * FROM alerting.integration_key');
    expect(JSON.stringify(stored.rows)).not.toContain(key);
    expect(stored.rows[0].last_used_at).not.toBeNull();
  });

  it('of Opsgenie is a UUID', async () => {
    const { key } = await anIntegration(house.postgres, { name: 'og', kind: 'opsgenie' });
    expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u);
    expect(await other.integrationByKey(key)).toMatchObject({ name: 'og' });
  });

  it('that is revoked is refused by every process at once, also where it is in memory', async () => {
    const { id, key } = await anIntegration(house.postgres, { name: 'gone', kind: 'grafana' });
    expect(await house.integrations.integrationByKey(key)).not.toBeNull();
    expect(await other.integrationByKey(key)).not.toBeNull();
    await house.postgres.transaction<IntegrationsTables, void>(async (tx) => {
      const { rows } = await house.postgres.pool.query(
        'SELECT id FROM alerting.integration_key WHERE integration = $1',
        [id],
      );
      expect(await removeKey(tx, id, rows[0].id)).toBe(true);
      await tellKeysChanged(tx);
    });
    await eventually(async () => {
      expect(await other.integrationByKey(key)).toBeNull();
      expect(await house.integrations.integrationByKey(key)).toBeNull();
    });
  });

  it('that is revoked on its page opens nothing from that answer on', async () => {
    const { id } = await anIntegration(house.postgres, { name: 'often', kind: 'json' });
    const asked = (method: 'POST' | 'DELETE', path: string) =>
      house.http.fastify.inject({
        method,
        url: `/api/v1/integrations/often/keys${path}`,
        headers: { 'x-who': 'ada' },
        ...(method === 'POST' && { payload: {} }),
      });
    for (let time = 0; time < 20; time += 1) {
      const { key, keyId } = (await asked('POST', '')).json();
      expect(await house.integrations.integrationByKey(key)).toMatchObject({ id });
      expect((await asked('DELETE', `/${keyId}`)).statusCode).toBe(204);
      expect(await house.integrations.integrationByKey(key)).toBeNull();
    }
  });

  it('that was exchanged works until its time is over, beside the new one', async () => {
    const { id, key } = await anIntegration(house.postgres, { name: 'exchanged', kind: 'json' });
    await house.postgres.transaction<IntegrationsTables, void>(async (tx) => {
      await letKeysRunOut(tx, id, 3_600);
      await tellKeysChanged(tx);
    });
    await moveClock(house.postgres, '59 minutes');
    expect(await house.integrations.integrationByKey(key)).not.toBeNull();
    await moveClock(house.postgres, '2 minutes');
    const later = await startKeys(house.postgres, () => 0);
    expect(await later.integrationByKey(key)).toBeNull();
    await later.stop();
  });
});
