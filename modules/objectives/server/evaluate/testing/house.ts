import { Registry } from 'prom-client';
import type { ClickHouse } from '../../../../../platform/clickhouse/clickhouse.ts';
import { testClickHouse } from '../../../../../platform/clickhouse/for-tests.ts';
import { movableClock, type MovableClock } from '../../../../../platform/clock/clock.ts';
import { newId } from '../../../../../platform/clock/id.ts';
import { startLedger } from '../../../../../platform/ledger/start.ts';
import { createLog } from '../../../../../platform/log/log.ts';
import { testPostgres } from '../../../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../../../platform/postgres/postgres.ts';
import type { Objective } from '../../../domain/objective.ts';
import { saveObjective } from '../../store.ts';
import type { ObjectivesTables } from '../../tables.ts';
import { createCycle, type Cycle, type EvaluationGround } from '../cycle.ts';

/** An event as a test reads it. */
export interface ToldEvent {
  readonly kind: string;
  readonly subject: string;
  readonly data: Record<string, any>;
}

/** Both engines, a ledger, objectives and counts, on a clock that is moved. */
export interface EvaluationHouse {
  readonly clickhouse: ClickHouse;
  readonly postgres: Postgres;
  readonly clock: MovableClock;
  readonly ground: EvaluationGround;
  /** An evaluation as one process makes it; counts are not late any more. */
  cycle(over?: Partial<EvaluationGround>): Cycle;
  keep(objective: Objective, id?: string): Promise<string>;
  /** Number of the indicator that an objective's first component was given. */
  indicatorOf(name: string): Promise<number>;
  /** Ten seconds of counts, `[start, good, bad]`; minutes and hours are counted anew from all ten seconds. */
  count(indicator: number, tenSeconds: readonly (readonly [number, number, number])[]): Promise<void>;
  /** Even counts from one instant to another, straight into every table. */
  countEvenly(
    indicators: readonly number[],
    from: number,
    to: number,
    each: { good: number; bad: number },
  ): Promise<void>;
  /** Every event so far, the oldest first. */
  events(): Promise<ToldEvent[]>;
  stop(): Promise<void>;
}

export const objectivesMigrations = { name: 'objectives', folder: new URL('../../migrations/', import.meta.url) };

export const evaluationHouse = async (now: string): Promise<EvaluationHouse> => {
  const clickhouse = await testClickHouse([objectivesMigrations]);
  const postgres = await testPostgres();
  const clock = movableClock(now);
  const log = createLog('silent');
  const ledger = await startLedger(postgres, clock, log, new Registry());
  const ground: EvaluationGround = { clickhouse, postgres, ledger, clock, log };
  const db = postgres.tables<ObjectivesTables>();
  let revision = 1;
  return {
    clickhouse,
    postgres,
    clock,
    ground,
    cycle: (over = {}) => createCycle({ ...ground, ...over }, { catchUpMs: 0 }),
    keep: async (definition, id = newId()) => {
      await postgres.transaction<ObjectivesTables, unknown>((tx) =>
        saveObjective(tx, { id, document: definition.name, definition }, { by: 'test', at: clock.now() }),
      );
      return id;
    },
    indicatorOf: async (name) => {
      const { definition } = await db
        .selectFrom('objectives.objective')
        .select('definition')
        .where('name', '=', name)
        .executeTakeFirstOrThrow();
      const { indicator } = definition.components[0]!;
      if (indicator.kind !== 'indicator') throw new Error(`${name} stands on another objective`);
      return indicator.number;
    },
    count: async (indicator, tenSeconds) => {
      revision += 1;
      await putTenSeconds(clickhouse, indicator, tenSeconds, revision);
    },
    countEvenly: async (indicators, from, to, each) => {
      revision += 1;
      await fillCounts(clickhouse, indicators, { from, to, ...each, revision });
    },
    events: async () => {
      // Sealed or not: the order in which they were written.
      const { rows } = await postgres.pool.query(
        `SELECT kind, subject, data FROM (
           SELECT 0 AS waiting, place AS turn, kind, subject, data FROM ledger.event
           UNION ALL SELECT 1, written, kind, subject, data FROM ledger.pending
         ) AS event WHERE kind LIKE 'budget.%' OR kind LIKE 'objective.%data%' ORDER BY waiting, turn`,
      );
      return rows as ToldEvent[];
    },
    stop: async () => {
      await ledger.stop();
      await postgres.stop();
    },
  };
};

const putTenSeconds = async (
  clickhouse: ClickHouse,
  indicator: number,
  tenSeconds: readonly (readonly [number, number, number])[],
  revision: number,
): Promise<void> => {
  const rows = tenSeconds.map(([at, good, bad]) => JSON.stringify({ at, good, bad })).join('\n');
  await clickhouse.insert({
    sql: `INSERT INTO objectives_counts_10s (bucket, indicator, good, bad, revision)
      SELECT toDateTime(at, 'UTC'), ${indicator}, good, bad, ${revision} FROM input('at UInt32, good UInt64, bad UInt64')`,
    format: 'JSONEachRow',
    body: Buffer.from(rows),
  });
  const from = Math.floor(Math.min(...tenSeconds.map(([at]) => at)) / 3_600) * 3_600;
  await clickhouse.command(`-- Minutes anew from ten seconds.
    INSERT INTO objectives_counts_minute (bucket, indicator, good, bad, revision)
    SELECT toStartOfMinute(bucket) AS minute, indicator, sum(good), sum(bad), ${revision} FROM objectives_counts_10s FINAL
    WHERE indicator = ${indicator} AND bucket >= toDateTime(${from}, 'UTC') GROUP BY minute, indicator`);
  await clickhouse.command(`-- Hours anew from minutes.
    INSERT INTO objectives_counts_hour (bucket, indicator, good, bad, minutes, revision)
    SELECT toStartOfHour(bucket) AS hour, indicator, sum(good), sum(bad), count(), ${revision} FROM objectives_counts_minute FINAL
    WHERE indicator = ${indicator} AND bucket >= toDateTime(${from}, 'UTC') GROUP BY hour, indicator`);
};

/** `good` and `bad` in each ten seconds; ten seconds themselves only for the last six hours. Whole hours best. */
const fillCounts = async (
  clickhouse: ClickHouse,
  indicators: readonly number[],
  of: { from: number; to: number; good: number; bad: number; revision: number },
): Promise<void> => {
  const insert = (table: '10s' | 'minute' | 'hour', seconds: number, from: number): Promise<void> =>
    clickhouse.command(
      `-- Even counts.
       INSERT INTO objectives_counts_${table} (bucket, indicator, good, bad, ${table === 'hour' ? 'minutes, ' : ''}revision)
       SELECT toDateTime(${from} + intDiv(number, ${indicators.length}) * ${seconds}, 'UTC'), [${indicators.join(', ')}][number % ${indicators.length} + 1],
         ${(of.good * seconds) / 10}, ${(of.bad * seconds) / 10}, ${table === 'hour' ? '60, ' : ''}${of.revision}
       FROM numbers(${Math.max(0, Math.ceil((of.to - from) / seconds)) * indicators.length}) SETTINGS max_partitions_per_insert_block = 10000`,
      { timeoutMs: 60_000 },
    );
  await insert('10s', 10, Math.max(of.from, of.to - 6 * 3_600));
  await insert('minute', 60, of.from);
  await insert('hour', 3_600, of.from);
};
