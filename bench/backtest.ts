import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { migrationSources } from '../apps/server/migration-sources.ts';
import { presetPolicy } from '../modules/objectives/domain/backtest.ts';
import type { Objective } from '../modules/objectives/domain/objective.ts';
import { anObjective } from '../modules/objectives/fixtures.ts';
import { backtest } from '../modules/objectives/server/backtest/run.ts';
import { suggestionsFor } from '../modules/objectives/server/suggest/suggestions.ts';
import { latencyEdgesMs } from '../modules/telemetry/server/public.ts';
import { historyOver } from '../modules/telemetry/server/signals/testing/history-over.ts';
import type { ClickHouse } from '../platform/clickhouse/clickhouse.ts';
import { migrateClickHouse } from '../platform/clickhouse/migrate.ts';
import { startClickHouse } from '../platform/clickhouse/start.ts';
import { movableClock } from '../platform/clock/clock.ts';
import { loadConfiguration } from '../platform/config/load.ts';
import { createLog } from '../platform/log/log.ts';
import { migratePostgres } from '../platform/postgres/migrate.ts';
import { startPostgres } from '../platform/postgres/start.ts';
import { fillCounts } from './objectives-data.ts';
import { cpuSecondsOf, processTree } from './process-tree.ts';

/**
 * npm run bench:backtest: the default policy over 30 days of 1,000 objectives by the minute, and proposals for 200 services
 * from 90 days of hours. Every objective has bad events in every few hours, so that none is left out of the reading; one in
 * twenty has an outage, whose alert is checked. `--objectives N`, `--days N`, `--services N`.
 */
const { values: given } = parseArgs({
  options: {
    objectives: { type: 'string', default: '1000' },
    days: { type: 'string', default: '30' },
    services: { type: 'string', default: '200' },
  },
});
const objectives = Number(given.objectives);
const days = Number(given.days);
const services = Number(given.services);
const backtestSecondsMax = 10;
const suggestSecondsMax = 2;
const warmDays = 3;
const day = 86_400;

const main = async (): Promise<void> => {
  const data = await mkdtemp(join(tmpdir(), 'leadline-backtest-'));
  const config = loadConfiguration({ flags: { data, logLevel: 'warn' }, environment: {}, folder: '/' });
  const log = createLog('warn');
  const [postgres, clickhouse] = await Promise.all([startPostgres(config, log), startClickHouse(config, log)]);
  try {
    await migratePostgres(postgres, migrationSources, log);
    await migrateClickHouse(clickhouse, config, migrationSources, log);
    const clock = movableClock(Temporal.Now.instant().round({ smallestUnit: 'second' }));
    const now = clock.now().epochMilliseconds / 1_000;
    const began = performance.now();
    await fillCounts(clickhouse, { indicators: objectives, days: days + warmDays, now });
    await outages(clickhouse, now);
    await fillHours(clickhouse, now);
    console.log(`filled in ${Math.round((performance.now() - began) / 1_000)} s`);
    await measureBacktest(clickhouse, now);
    await measureSuggestions(() =>
      suggestionsFor({ postgres, clock, history: historyOver(clickhouse, clock) }, { all: true }),
    );
  } finally {
    await clickhouse.stop();
    await postgres.stop();
    await rm(data, { recursive: true, force: true });
  }
};

/** Ten minutes in which every event of one in twenty is bad, in the middle of the stretch. */
const outages = async (clickhouse: ClickHouse, now: number): Promise<void> => {
  const at = outageAt(now);
  await clickhouse.command(
    `-- Outages.
     INSERT INTO objectives_counts_minute (bucket, indicator, good, bad, revision)
     SELECT toDateTime(${at} + intDiv(number, ${objectives / 20}) * 60, 'UTC'), 20 * (number % ${objectives / 20}) + 1, 0, 100, 2 FROM numbers(${10 * (objectives / 20)})`,
  );
};
const outageAt = (now: number): number => Math.floor((now - (days / 2) * day) / day) * day + 43_200;

const measureBacktest = async (clickhouse: ClickHouse, now: number): Promise<void> => {
  const tested = Array.from({ length: objectives }, (_, index) => {
    const definition: Objective = anObjective({ name: `objective-${index + 1}` });
    const [only] = definition.components;
    const indicator = { ...only!.indicator, number: index + 1 } as Objective['components'][number]['indicator'];
    return {
      id: randomUUID(),
      name: definition.name,
      definition: { ...definition, components: [{ ...only!, indicator }] },
    };
  });
  const to = Math.floor((now - 120) / 60) * 60;
  const question = {
    objectives: tested,
    find: () => undefined,
    policies: [presetPolicy('default')],
    from: to - days * day,
    to,
    minutesFrom: Math.ceil((now - 62 * day) / day) * day,
    excludedOf: () => null,
    incidents: new Map(),
  };
  for (const run of ['first', 'again']) {
    const [began, cpu] = [performance.now(), cpuNow()];
    const { results, notes } = await backtest(clickhouse, question);
    const seconds = (performance.now() - began) / 1_000;
    const [ours, all] = cpuNow().map((after, index) => after - cpu[index]!);
    const fast = results[0]!.alerts.filter(({ tier }) => tier === 'page-fast');
    const found = new Set(
      fast.filter(({ firedAt }) => firedAt === outageAt(now) + 60).map(({ objective }) => objective),
    );
    tell(`back-test of ${objectives} objectives over ${days} days, ${run}`, seconds, backtestSecondsMax);
    console.log(
      `  ${results[0]!.alerts.length} alerts; ${found.size} of ${objectives / 20} outages paged in their first minute; ${ours!.toFixed(1)} CPU s of this process, ${all!.toFixed(1)} of all${notes.length > 0 ? `; ${notes.join(' ')}` : ''}`,
    );
    if (found.size !== objectives / 20) process.exitCode = 1;
  }
};

/** Hours of services over 90 days: 1,000 requests in each, one in 1,000 failed, one in fifty slow. */
const fillHours = async (clickhouse: ClickHouse, now: number): Promise<void> => {
  const first = Math.floor((now - 90 * day) / 3_600) * 3_600;
  const hours = Math.floor((now - first) / 3_600);
  await clickhouse.command(
    `-- Hours of many services.
     INSERT INTO telemetry_services_hour (bucket, service, environment, version, requests, errors, duration_ns_sum, duration_ns_max, duration_sketch, within)
     SELECT toDateTime(${first} + intDiv(number, ${services}) * 3600, 'UTC'), concat('shop/service-', toString(number % ${services})), 'production', '1.0.0',
       1000, number % 3, 1, 1, arrayReduce('quantilesDDState(0.01, 0.5, 0.9, 0.95, 0.99, 0.999)', [1.])::AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99, 0.999), Float64),
       arrayMap(edge -> toUInt64(least(1000, edge * 4 + number % 7)), [${latencyEdgesMs.join(', ')}])
     FROM numbers(${hours * services})`,
    { timeoutMs: 600_000, memoryBytesMax: 4 * 1024 ** 3, lane: 'background' },
  );
};

const measureSuggestions = async (ask: () => ReturnType<typeof suggestionsFor>): Promise<void> => {
  for (const run of ['first', 'again']) {
    const [began, cpu] = [performance.now(), cpuNow()];
    const { items } = await ask();
    const [ours, all] = cpuNow().map((after, index) => after - cpu[index]!);
    tell(
      `proposals for ${services} services from 90 days (${items.length} of them), ${run}`,
      (performance.now() - began) / 1_000,
      suggestSecondsMax,
    );
    console.log(`  ${ours!.toFixed(1)} CPU s of this process, ${all!.toFixed(1)} of all`);
  }
};

/** CPU seconds of this process, and of it with both engines. */
const cpuNow = (): [number, number] => [cpuSecondsOf([process.pid]), cpuSecondsOf(processTree(process.pid))];

const tell = (what: string, seconds: number, most: number): void => {
  const met = seconds <= most;
  console.log(`${met ? 'met   ' : 'MISSED'} ${what}: ${seconds.toFixed(2)} s (target ≤ ${most} s)`);
  if (!met) process.exitCode = 1;
};

await main();
