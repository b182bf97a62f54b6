import { Registry } from 'prom-client';
import { migrationSources } from '../apps/server/migration-sources.ts';
import { ruleSpec, type RuleSpecSaid } from '../modules/alerting/contract/rules.ts';
import type { IncomingAlert } from '../modules/alerting/domain/alert.ts';
import { runCycle } from '../modules/alerting/server/rules/cycle.ts';
import { previewRule } from '../modules/alerting/server/rules/preview.ts';
import type { RulesGround } from '../modules/alerting/server/rules/rules-ground.ts';
import { tellWanted } from '../modules/alerting/server/rules/tell.ts';
import { measuresOver } from '../modules/telemetry/server/signals/testing/history-over.ts';
import { migrateClickHouse } from '../platform/clickhouse/migrate.ts';
import { startClickHouse } from '../platform/clickhouse/start.ts';
import { systemClock } from '../platform/clock/clock.ts';
import { loadConfiguration } from '../platform/config/load.ts';
import { startLedger } from '../platform/ledger/start.ts';
import { createLog } from '../platform/log/log.ts';
import { migratePostgres } from '../platform/postgres/migrate.ts';
import { startPostgres } from '../platform/postgres/start.ts';
import { rulesOfEveryKind } from './alert-rules-data.ts';
import { generate } from './signals-data.ts';

/** Both engines and the judging of alert rules in a process tree of their own, so that CPU of a cycle is the tree's alone. */
export type Order =
  | { readonly do: 'fill'; readonly services: number; readonly days: number }
  | { readonly do: 'rules'; readonly count: number; readonly only: string | null }
  /** Every rule has one step to decide. */
  | { readonly do: 'cycle' }
  | { readonly do: 'preview'; readonly spec: unknown; readonly days: number }
  | { readonly do: 'stop' };

export interface Answer {
  readonly ms: number;
  /** Rules that were judged, groups that stand, rules that could not be judged, alerts told. */
  readonly judged?: number;
  readonly groups?: number;
  readonly unknown?: number;
  readonly told?: number;
  readonly fired?: number;
  readonly points?: number;
  readonly stepSeconds?: number;
  readonly error?: string;
}

const start = async (data: string) => {
  const config = loadConfiguration({ flags: { data, logLevel: 'warn', port: 0 }, environment: {}, folder: '/' });
  const log = createLog('warn');
  const [postgres, clickhouse] = await Promise.all([startPostgres(config, log), startClickHouse(config, log)]);
  await migratePostgres(postgres, migrationSources, log);
  await migrateClickHouse(clickhouse, config, migrationSources, log);
  const ledger = await startLedger(postgres, systemClock, log, new Registry());
  const told: IncomingAlert[] = [];
  const ground = {
    postgres,
    ledger,
    log,
    telemetry: { measures: measuresOver(clickhouse, systemClock, 30) },
    baseUrl: () => 'http://bench',
    tell: async (alerts: readonly IncomingAlert[]) => void told.push(...alerts),
  } as unknown as RulesGround;
  return { ground, clickhouse, told, services: 0 };
};
type House = Awaited<ReturnType<typeof start>>;

const work = async (house: House, order: Order): Promise<Omit<Answer, 'ms'>> => {
  const { ground, clickhouse, told } = house;
  const db = ground.postgres.pool;
  switch (order.do) {
    case 'fill': {
      house.services = order.services;
      const volume = {
        services: order.services,
        operations: 2,
        days: order.days,
        operationMinuteDays: 1,
        spans: 10_000,
        traceSpans: 1_000,
        traceId: 'ab'.repeat(16),
      };
      await generate(clickhouse, volume, Math.floor(Date.now() / 1_000), () => undefined);
      await clickhouse.command(`-- A log record a second.
        INSERT INTO telemetry_logs (time, service, severity_number, body_kind, body, segment)
        SELECT toDateTime64(${Math.floor(Date.now() / 1_000)} - number, 9, 'UTC'), concat('shop/service-', toString(number % ${order.services})), if(number % 20 = 0, 17, 9), 'string', 'request served', 1
        FROM numbers(200000)`);
      return {};
    }
    case 'rules': {
      const rules = rulesOfEveryKind(order.count, house.services, order.only).map(({ name, spec }) => ({
        name,
        spec: ruleSpec.parse(spec),
      }));
      await db.query('TRUNCATE alerting.rule, alerting.rule_group');
      await db.query(
        `INSERT INTO alerting.rule (name, spec, enabled, origin, changed_at, changed_by, due)
         SELECT name, spec, true, 'file', ground.now(), 'bench', ground.now() FROM jsonb_to_recordset($1::jsonb) AS d(name text, spec jsonb)`,
        [JSON.stringify(rules)],
      );
      return {};
    }
    case 'cycle': {
      const before = told.length;
      await db.query(`UPDATE alerting.rule SET due = ground.now(), decided_to = decided_to - interval '1 minute'`);
      let judged = 0;
      for (let taken = -1; taken !== 0; judged += taken) taken = await runCycle(ground);
      while ((await tellWanted(ground)) > 0);
      const { rows } = await db.query(
        `SELECT (SELECT count(*)::int FROM alerting.rule_group) AS groups, (SELECT count(*)::int FROM alerting.rule WHERE unknown_since IS NOT NULL) AS unknown`,
      );
      return { judged, told: told.length - before, ...rows[0] };
    }
    case 'preview': {
      const spec: RuleSpecSaid = ruleSpec.parse(order.spec);
      const found = await previewRule(ground, { spec, days: order.days, to: Temporal.Now.instant() });
      if (found.trouble !== null) throw new Error(found.trouble);
      const points = found.groups.reduce((sum, group) => sum + group.points.length, 0);
      return { fired: found.fired, points, groups: found.groups.length, stepSeconds: found.stepSeconds };
    }
    case 'stop':
      await ground.ledger;
      await clickhouse.stop();
      await ground.postgres.stop();
      return {};
  }
};

const house = await start(process.argv[2]!);
process.on('message', async (order: Order) => {
  const began = performance.now();
  try {
    const done = await work(house, order);
    process.send!({ ms: performance.now() - began, ...done } satisfies Answer);
  } catch (error) {
    process.send!({ ms: performance.now() - began, error: String((error as Error).stack) } satisfies Answer);
  }
  if (order.do === 'stop') process.exit(0);
});
process.send!({ ms: 0 } satisfies Answer);
