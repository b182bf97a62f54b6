import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, afterAll, expect, it } from 'vitest';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { addressForTests, testClickHouse } from '../../../../platform/clickhouse/for-tests.ts';
import { moveClock, testPostgres, urlOf } from '../../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import { ruleSpec } from '../../contract/rules.ts';
import { queueRule, sendGauge } from './testing/world.ts';

/** Rules that begin and cease to fire in turns, all of them, while the process that judges is killed. */
const rules = 60;
const phases = 6;
const killsAPhase = 3;

let postgres: Postgres;
let clickhouse: ClickHouse;

beforeAll(async () => {
  postgres = await testPostgres();
  clickhouse = await testClickHouse([
    { name: 'telemetry', folder: new URL('../../../telemetry/server/migrations/', import.meta.url) },
  ]);
  const specs = Array.from({ length: rules }, (_, index) => ({
    name: `rule-${index}`,
    spec: ruleSpec.parse(queueRule({ for: index % 2 === 0 ? 'PT0S' : 'PT1M' })),
  }));
  await postgres.pool.query(
    `INSERT INTO alerting.rule (name, spec, enabled, origin, changed_at, changed_by, due)
     SELECT name, spec, true, 'file', ground.now(), 'test', ground.now() FROM jsonb_to_recordset($1::jsonb) AS d(name text, spec jsonb)`,
    [JSON.stringify(specs)],
  );
});
afterAll(() => postgres?.stop());

interface Judging {
  readonly child: ChildProcessWithoutNullStreams;
  next(): Promise<string>;
}

const startProcess = async (): Promise<Judging> => {
  const [row] = await clickhouse.query<{ name: string }>(
    '-- The name of our database.\nSELECT currentDatabase() AS name',
  );
  const program = fileURLToPath(new URL('./testing/judging-process.ts', import.meta.url));
  const words = [program, await urlOf(postgres), JSON.stringify(addressForTests()), row!.name];
  const child = spawn(process.execPath, words);
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => (await lines.next()).value ?? 'ended';
  await next();
  return { child, next };
};

/** A minute more, so that a lease of who was killed is over, in which the queue is full or not. */
const minute = async (value: number): Promise<void> => {
  await moveClock(postgres, '60 seconds');
  const { rows } = await postgres.pool.query('SELECT extract(epoch FROM ground.now()) AS now');
  await sendGauge(clickhouse, { mail: value }, Math.floor(Number(rows[0].now) / 60) * 60 - 10);
};

it('SIGKILL while rules are judged, many times: each beginning and end is decided once and told once', async () => {
  const kills = { all: 0, atWork: 0 };
  let judging = await startProcess();
  // A rule that was never judged begins with its newest step, so each is judged once before the first kill; how long that takes says
  // where a kill hits the work.
  await minute(5);
  const began = performance.now();
  judging.child.stdin.write('go\n');
  expect(await judging.next()).toBe('done');
  const workMs = performance.now() - began;
  for (let phase = 0; phase < phases; phase += 1) {
    const value = phase % 2 === 0 ? 50 : 5;
    for (let turn = 0; turn < killsAPhase; turn += 1) {
      await minute(value);
      judging.child.stdin.write('go\n');
      const answer = judging.next();
      await pause(Math.random() * workMs);
      const finished = await Promise.race([answer.then(() => true), Promise.resolve(false)]);
      const exited = once(judging.child, 'exit');
      judging.child.kill('SIGKILL');
      await exited;
      kills.all += 1;
      if (!finished) kills.atWork += 1;
      judging = await startProcess();
    }
    await minute(value);
    judging.child.stdin.write('go\n');
    expect(await judging.next()).toBe('done');
  }
  judging.child.kill('SIGKILL');
  process.stdout.write(`${kills.all} kills, ${kills.atWork} of them at work\n`);
  expect(kills.atWork).toBeGreaterThan(0);
  const { rows: changes } = await postgres.pool.query(
    `SELECT rule, string_agg(became, ' ' ORDER BY id) AS turns, count(DISTINCT at)::int AS steps FROM alerting.rule_change GROUP BY rule`,
  );
  const turns = Array.from({ length: phases }, (_, phase) => (phase % 2 === 0 ? 'firing' : 'cleared')).join(' ');
  expect(changes.length).toBe(rules);
  for (const change of changes) expect(change).toMatchObject({ turns, steps: phases });
  const { rows: alerts } = await postgres.pool.query(
    `SELECT dedup_key, count(*)::int AS times, count(*) FILTER (WHERE status = 'resolved')::int AS over FROM alerting.alert GROUP BY dedup_key`,
  );
  expect(alerts.length).toBe(rules);
  for (const alert of alerts) expect(alert).toMatchObject({ times: phases / 2, over: phases / 2 });
}, 300_000);
