import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ClickHouse } from '../platform/clickhouse/clickhouse.ts';
import { handleOn } from '../platform/clickhouse/for-tests.ts';
import { latencyEdgesMs } from '../modules/telemetry/domain/latency-edges.ts';
import { applyObjectives, type LoadObjective } from './load-objectives.ts';
import { makeToken, startProduct, type Product } from './product.ts';

/**
 * npm run bench:history: how soon a new objective has its history, for a service with 10 million spans in 30 days, and whether
 * every minute of it is exact. `--spans N`, `--days N`.
 */
const { values: given } = parseArgs({
  options: { spans: { type: 'string', default: '10000000' }, days: { type: 'string', default: '30' } },
});
const service = 'shop/checkout';
const operations = 8;
const days = Number(given.days);
const minutes = days * 1_440;
const perRow = Math.round(Number(given.spans) / (minutes * operations));
const secondsMax = 10;
const now = Math.floor(Date.now() / 3_600_000) * 3_600;

const main = async (): Promise<void> => {
  const product = await startProduct();
  try {
    if (!(await product.ready(60_000))) throw new Error('The product was not ready within a minute.');
    const token = await makeToken(product, 'admin');
    const clickhouse = engineOf(product);
    await fill(clickhouse);
    for (const bad of [{ status: 'error' }, { slowerThanMs: 300 }]) await measure(product, token, clickhouse, bad);
    await clickhouse.stop();
  } finally {
    await product.stop();
  }
};

const engineOf = (product: Product): ClickHouse => {
  const socket = join(product.data, 'clickhouse/engine.sock');
  if (!existsSync(socket)) throw new Error(`No engine listens at ${socket}: this benchmark fills the embedded engine.`);
  return handleOn({ socket }, 'default');
};

/** Rollups as telemetry writes them; of each row's requests a tenth failed, and a tenth took 400 ms, the rest 50. */
const fill = async (clickhouse: ClickHouse): Promise<void> => {
  const within = latencyEdgesMs.map((edge) => (edge >= 400 ? 'n' : edge >= 50 ? 'toUInt64(n - intDiv(n, 10))' : '0'));
  const values = (n: string): string =>
    `toUInt64(${n}) AS n, intDiv(n, 10) AS errors, n * 85000000 AS duration_ns_sum, 400000000 AS duration_ns_max, [${within.join(', ')}] AS within`;
  for (const [level, seconds] of [
    ['minute', 60],
    ['hour', 3_600],
  ] as const) {
    const rows = (minutes * 60) / seconds;
    const count = (perRow * seconds) / 60;
    for (const [table, each, key] of [
      ['operations', operations, `concat('op-', toString(number % ${operations})) AS operation, 'server' AS kind,`],
      ['services', 1, ''],
    ] as const) {
      const names = key === '' ? '' : 'operation, kind,';
      await clickhouse.command(
        `-- ${days} days of one service.
INSERT INTO telemetry_${table}_${level} (bucket, service, environment, version, ${names} requests, errors, duration_ns_sum, duration_ns_max, within)
SELECT toDateTime(${now - minutes * 60} + intDiv(number, ${each}) * ${seconds}, 'UTC'), '${service}', 'production', '1.0', ${key} ${values(`${count * (key === '' ? operations : 1)}`)}
FROM numbers(${rows * each}) SETTINGS max_partitions_per_insert_block = 1000`,
        { timeoutMs: 300_000, memoryBytesMax: 4 * 1024 * 1024 * 1024 },
      );
    }
  }
};

const measure = async (
  product: Product,
  token: string,
  clickhouse: ClickHouse,
  bad: LoadObjective['bad'],
): Promise<void> => {
  const name = `history-${Object.keys(bad)[0]!.toLowerCase()}`;
  const headers = { authorization: `Bearer ${token}` };
  const startedMs = performance.now();
  await applyObjectives(product, token, [{ name, service, bad }]);
  for (;;) {
    const report = await fetch(`${product.url}/api/v1/objectives/${name}`, { headers });
    const { countedFrom } = (await report.json()) as { countedFrom: string | null };
    if (countedFrom !== null) break;
    if (performance.now() - startedMs > 120_000) throw new Error('no history within two minutes');
    await pause(50);
  }
  const tookMs = performance.now() - startedMs;
  const perMinute = perRow * operations;
  const [row] = await clickhouse.query<Record<string, string>>(
    `-- Whether every minute is exact.
SELECT count() AS minutes, sum(good + bad) AS total, countIf(good + bad != ${perMinute} OR bad != ${Math.floor(perRow / 10) * operations} AND bad != ${Math.floor(perMinute / 10)}) AS wrong
FROM objectives_counts_minute FINAL WHERE indicator = (SELECT max(indicator) FROM objectives_counts_minute)`,
    { timeoutMs: 60_000 },
  );
  const exact = Number(row!['minutes']) === minutes && Number(row!['wrong']) === 0;
  console.log(
    `${tookMs <= secondsMax * 1_000 && exact ? '✓' : '✗'} ${JSON.stringify(bad)}: history of ${Number(row!['total']).toLocaleString('en-US')} requests in ${row!['minutes']} minutes after ${(tookMs / 1_000).toFixed(1)} s (target ≤ ${secondsMax} s), ${exact ? 'every minute exact' : `${row!['wrong']} minutes wrong`}`,
  );
};

await main();
