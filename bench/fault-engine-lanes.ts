import { setTimeout as pause } from 'node:timers/promises';
import type { ClickHouse } from '../platform/clickhouse/clickhouse.ts';

export interface Delays {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const askEveryMs = 20;

/** How long `SELECT 1` takes while nothing else runs, and while a statement of `seconds` uses every core it can get. */
export const heavyBesideSmall = async (
  clickhouse: ClickHouse,
  seconds: number,
): Promise<{ alone: Delays; beside: Delays; heavyMs: number }> => {
  await ask(clickhouse, 1_000);
  const alone = await ask(clickhouse, 10_000);
  const startedAt = performance.now();
  const heavy = clickhouse
    .query(
      '-- As heavy as it gets.\nSELECT sum(cityHash64(number, toString(number))) AS s FROM numbers_mt(1000000000000)',
      { timeoutMs: seconds * 1_000, lane: 'background' },
    )
    .then(
      () => undefined,
      () => performance.now() - startedAt,
    );
  await pause(500);
  const beside = await ask(clickhouse, seconds * 1_000 - 2_000);
  return { alone, beside, heavyMs: (await heavy) ?? 0 };
};

const ask = async (clickhouse: ClickHouse, ms: number): Promise<Delays> => {
  const delays: number[] = [];
  for (const until = performance.now() + ms; performance.now() < until; await pause(askEveryMs)) {
    const before = performance.now();
    await clickhouse.query('-- What a page asks at the least.\nSELECT 1');
    delays.push(performance.now() - before);
  }
  delays.sort((a, b) => a - b);
  const at = (share: number): number => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))]!;
  return { count: delays.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
};
