import { Refusal } from '../../../../kernel/problem.ts';
import type { ClickHouse, QueryOptions } from '../../../../platform/clickhouse/clickhouse.ts';
import { telemetryCodes } from '../../contract.ts';

/** Reads from ClickHouse; while it is away they are refused at once with `telemetry.engine-away`. */
export interface Engine {
  read<Row>(
    sql: string,
    params: QueryOptions['params'],
    options?: Pick<QueryOptions, 'timeoutMs' | 'memoryBytesMax' | 'lane' | 'signal'>,
  ): Promise<Row[]>;
  /** The same as RowBinary (`queryBinary`), for answers of many numbers. */
  readBinary(
    sql: string,
    params: QueryOptions['params'],
    options?: Pick<QueryOptions, 'timeoutMs' | 'memoryBytesMax' | 'lane' | 'signal'>,
  ): Promise<Uint8Array>;
  status(): {
    readonly kind: 'embedded' | 'external';
    readonly state: 'up' | 'starting' | 'down';
    readonly detail: string;
  };
}

/** Bound of a read that somebody waits for on a page. */
const readMs = 15_000;
const memoryBytesMax = 1_024 * 1_048_576;
const retrySeconds = 2;

export const createEngine = (clickhouse: ClickHouse): Engine => {
  const whileUp = async <Answer>(
    ask: (options: QueryOptions) => Promise<Answer>,
    params: QueryOptions['params'],
    options: QueryOptions,
  ): Promise<Answer> => {
    const { state, detail } = clickhouse.status();
    if (state !== 'up') throw engineAway(clickhouse.kind, detail);
    try {
      return await ask({ timeoutMs: readMs, memoryBytesMax, ...options, ...(params ? { params } : {}) });
    } catch (error) {
      throw error instanceof Refusal && error.problem.code === 'clickhouse.away'
        ? engineAway(clickhouse.kind, error.problem.detail ?? '')
        : error;
    }
  };
  return {
    read: (sql, params, options = {}) => whileUp((bounds) => clickhouse.query(sql, bounds), params, options),
    readBinary: (sql, params, options = {}) =>
      whileUp((bounds) => clickhouse.queryBinary(sql, bounds), params, options),
    status: () => ({ kind: clickhouse.kind, ...clickhouse.status() }),
  };
};

/** Only an embedded engine is ours to start again; of another one `detail` says when it is used again. */
const engineAway = (kind: ClickHouse['kind'], detail: string): Refusal =>
  new Refusal({
    status: 503,
    code: telemetryCodes.engineAway,
    title: 'The telemetry engine is away',
    detail: `${detail ? `${detail} ` : ''}${kind === 'embedded' ? 'It is started again by itself; what' : 'What'} arrives meanwhile is kept.`,
    retryAfterSeconds: retrySeconds,
  });
