import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtInIntegration, type IncomingAlert } from '../../domain/alert.ts';
import { accept } from '../intake/accept.ts';
import { startAlertsWorld, type AlertsWorld } from '../testing/world.ts';

/** What PostgreSQL sees of a process that is killed: its connections are gone in the middle of whatever they did. */
let world: AlertsWorld;
beforeAll(async () => {
  world = await startAlertsWorld();
});
afterAll(() => world?.stop());

const [groups, perGroup, batches, killsMin] = [10, 20, 10, 12];
const alert = (index: number): IncomingAlert => ({
  dedupKey: `killed-${index}`,
  action: 'trigger',
  labels: { alertname: `Killed ${index % groups}`, index: String(index) },
  annotations: {},
  severity: 'critical',
  summary: `killed ${index}`,
  service: 'shop/checkout',
  startsAt: null,
  endsAt: null,
  links: [],
});

it('what was accepted is decided once and paged once, whatever transaction is killed', async () => {
  let kills = 0;
  const kill = async (): Promise<void> => {
    const found = await world.rows(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND query LIKE '%alerting.%' LIMIT 1`,
    );
    kills += found.length;
  };
  const send = async (numbers: readonly number[]): Promise<void> => {
    for (;;)
      try {
        await accept(world.alerting, builtInIntegration('api'), numbers.map(alert));
        return;
      } catch {
        // As every sender does: again, until it has an answer.
      }
  };
  const all = Array.from({ length: groups * perGroup }, (_, index) => index);
  const sent = Promise.all([...Map.groupBy(all, (index) => index % batches).values()].map(send));
  const untilKilled = async (): Promise<void> => {
    while (kills < killsMin) {
      await kill();
      await world.later('1 second');
    }
  };
  await Promise.all([sent, untilKilled()]);
  const decided = () =>
    world.rows<{ times: number }>(
      "SELECT count(*)::int AS times FROM alerting.alert_decision WHERE decision IN ('notified', 'joined') GROUP BY alert_id",
    );
  await world.until(async () => {
    await world.later('11 seconds');
    expect(await decided()).toHaveLength(all.length);
  });
  expect((await decided()).filter(({ times }) => times !== 1)).toEqual([]);
  expect(await world.pages()).toHaveLength(groups);
  expect(await world.events('page.raised')).toHaveLength(groups);
  expect(await world.rows('SELECT 1 FROM alerting.alert_open')).toHaveLength(all.length);
});
