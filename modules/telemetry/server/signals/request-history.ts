import type { QueryOptions } from '../../../../platform/clickhouse/clickhouse.ts';
import { quote } from '../../../../platform/clickhouse/quote.ts';
import { latencyEdgesMs } from '../../domain/latency-edges.ts';
import { planOf, type Plan } from '../../domain/rollup-pieces.ts';
import { instantOf, sourcesNow, type Reads } from './reads.ts';
import { requestRows, type RequestFilter } from './request-figures.ts';

/** What makes a request bad, as far as the counts know it: that it failed, or that it took longer than one of the latency edges. */
export type BadRequest = 'errors' | 'nothing' | { readonly slowerThanMs: number };

/** Requests of one service, narrowed; what is absent means all. */
export interface RequestSelection {
  readonly service: string;
  readonly environment?: string | undefined;
  readonly operation?: string | undefined;
}

export interface HistoryStretch {
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
}

/** Counts in steps of one length from `startsAt` (seconds since 1970); a step without requests is 0 and 0. */
export interface RequestSeries {
  readonly startsAt: number;
  readonly stepSeconds: number;
  readonly good: Float64Array;
  readonly bad: Float64Array;
}

/** What one service did in one environment over a stretch of time. */
export interface ServiceSeen {
  readonly service: string;
  readonly environment: string;
  readonly requests: number;
  readonly errors: number;
  /** Requests that took at most the i-th edge of `latencyEdgesMs`. */
  readonly within: readonly number[];
  /** Seconds since 1970: start of the first hour, minute or ten seconds in which it was seen. */
  readonly firstAt: number;
}

export interface RequestHistory {
  /** Services that served requests in the stretch, the busiest first, at most `limit`. */
  servicesSeen(
    question: HistoryStretch & {
      readonly service?: string | undefined;
      readonly environment?: string | undefined;
      readonly limit: number;
    },
  ): Promise<readonly ServiceSeen[]>;
  /** Good and bad requests of several selections over time, in their order; whole steps of a minute or an hour. */
  requestSeries(
    question: HistoryStretch & {
      readonly of: readonly (RequestSelection & { readonly bad: BadRequest })[];
      readonly stepSeconds: 60 | 3_600;
    },
  ): Promise<readonly RequestSeries[]>;
  /** Good and bad requests of one selection by the values of a dimension, most bad ones first, at most `limit`. */
  requestShares(
    question: HistoryStretch &
      RequestSelection & {
        readonly bad: BadRequest;
        readonly by: 'operation' | 'version' | 'environment';
        readonly limit: number;
      },
  ): Promise<readonly { readonly value: string; readonly good: number; readonly bad: number }[]>;
}

const historyMs = 20_000;
const memoryBytesMax = 1_024 * 1_048_576;
const bounded = { timeoutMs: historyMs, memoryBytesMax } as const;
const settings = 'SETTINGS do_not_merge_across_partitions_select_final = 1';

export const createRequestHistory = (reads: Reads): RequestHistory => ({
  servicesSeen: async ({ service, environment, limit, ...stretch }) => {
    const { pieces } = planIn(reads, stretch, null);
    const rows = requestRows(pieces, { service, environment }, ['service', 'environment']);
    const found = await reads.engine.read<Record<keyof ServiceSeen, string> & { within: (string | number)[] }>(
      `-- What each service did over the stretch, the busiest first.
       SELECT service, environment, sum(requests) AS requests, sum(errors) AS errors, sumForEach(within) AS within, min(second) AS firstAt
       FROM (${rows.sql}) GROUP BY service, environment HAVING requests > 0 ORDER BY requests DESC, service, environment LIMIT {most:UInt32}
       ${settings}`,
      { ...rows.params, most: limit },
      bounded,
    );
    return found.map((row) => ({
      service: row.service,
      environment: row.environment,
      requests: Number(row.requests),
      errors: Number(row.errors),
      within: row.within.map(Number),
      firstAt: Number(row.firstAt),
    }));
  },
  requestSeries: (question) => seriesOf(reads, question),
  requestShares: async ({ service, environment, operation, bad, by, limit, ...stretch }) => {
    const { pieces } = planIn(reads, stretch, null);
    const rows = requestRows(pieces, { service, environment, operation }, [by]);
    const found = await reads.engine.read<{ value: string; total: number; failed: number }>(
      `-- Good and bad requests of one service by one dimension.
       SELECT ${by} AS value, toFloat64(sum(requests)) AS total, toFloat64(sum(${badSql(edgeOf(bad).toString())})) AS failed
       FROM (${rows.sql}) GROUP BY value HAVING total > 0 ORDER BY failed DESC, total DESC, value LIMIT {most:UInt32}
       ${settings}`,
      { ...rows.params, most: limit },
      bounded,
    );
    return found.map(({ value, total, failed }) => ({ value, good: total - failed, bad: failed }));
  },
});

const seriesOf = async (
  reads: Reads,
  question: Parameters<RequestHistory['requestSeries']>[0],
): Promise<RequestSeries[]> => {
  const { of, stepSeconds } = question;
  const startsAt = Math.floor(question.from.epochMilliseconds / 1_000 / stepSeconds) * stepSeconds;
  const end = Math.ceil(question.to.epochMilliseconds / 1_000 / stepSeconds) * stepSeconds;
  const steps = Math.max(0, (end - startsAt) / stepSeconds);
  const series = of.map(() => ({
    startsAt,
    stepSeconds,
    good: new Float64Array(steps),
    bad: new Float64Array(steps),
  }));
  if (of.length === 0 || steps === 0) return series;
  const plan = planIn(reads, { from: instant(startsAt), to: question.to }, stepSeconds);
  const bytes = await reads.engine.readBinary(seriesSql(of, plan, stepSeconds), paramsOf(of, plan), bounded);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < view.byteLength; at += rowBytes) {
    const each = series[view.getUint32(at, true)];
    const step = (view.getUint32(at + 4, true) - startsAt) / stepSeconds;
    if (!each || step < 0 || step >= steps) continue;
    const failed = view.getFloat64(at + 16, true);
    each.good[step] = view.getFloat64(at + 8, true) - failed;
    each.bad[step] = failed;
  }
  return series;
};

/** Two numbers of four bytes and two of eight. */
const rowBytes = 24;

type Asked = Parameters<RequestHistory['requestSeries']>[0]['of'];

const seriesSql = (of: Asked, plan: Plan, stepSeconds: number): string => {
  const rows = requestRows(plan.pieces, commonOf(of), columnsFor(of));
  const step = `toUInt32(intDiv(second, ${stepSeconds}) * ${stepSeconds})`;
  const list = of.map(
    (each, number) =>
      `(${number}, ${quote(each.service)}, ${each.environment === undefined ? 1 : 0}, ${quote(each.environment ?? '')}, ${each.operation === undefined ? 1 : 0}, ${quote(each.operation ?? '')}, ${edgeOf(each.bad)})`,
  );
  const operation = of.some((each) => each.operation !== undefined);
  return `-- Requests and bad ones of each selection in each step.
    SELECT toUInt32(number), step, toFloat64(sum(total)), toFloat64(sum(failed)) FROM (
      SELECT number, ${step} AS step, requests AS total, ${badSql('edge')} AS failed
      FROM (${rows.sql}) AS counted
      INNER JOIN (
        SELECT item.1 AS number, item.2 AS service, item.3 AS anyEnvironment, item.4 AS wantedEnvironment, item.5 AS anyOperation, item.6 AS wantedOperation, item.7 AS edge
        FROM (SELECT arrayJoin(CAST([${list.join(', ')}], 'Array(Tuple(UInt32, String, UInt8, String, UInt8, String, UInt8))')) AS item)
      ) AS list USING (service)
      WHERE (anyEnvironment OR environment = wantedEnvironment)${operation ? ' AND (anyOperation OR operation = wantedOperation)' : ''}
    ) GROUP BY number, step ${settings}, join_algorithm = 'hash'`;
};

const paramsOf = (of: Asked, plan: Plan): NonNullable<QueryOptions['params']> =>
  requestRows(plan.pieces, commonOf(of), columnsFor(of)).params;

/** What all selections have in common narrows what is read. */
const commonOf = (of: Asked): RequestFilter => {
  const same = (field: 'service' | 'environment' | 'operation'): string | undefined =>
    of.every((each) => each[field] === of[0]![field]) ? of[0]![field] : undefined;
  return { service: same('service'), environment: same('environment'), operation: same('operation') };
};

const columnsFor = (of: Asked): ('service' | 'environment' | 'operation')[] =>
  of.some((each) => each.operation !== undefined)
    ? ['service', 'environment', 'operation']
    : ['service', 'environment'];

/** `edge`: 0 nothing is bad, 1 errors are, from 2 on what took longer than the (edge − 1)-th edge. */
const badSql = (edge: string): string =>
  `multiIf(${edge} = 0, toUInt64(0), ${edge} = 1, toUInt64(errors), toUInt64(requests - within[toUInt8(greatest(${edge}, 2)) - 1]))`;

const edgeOf = (bad: BadRequest): number => {
  if (bad === 'nothing') return 0;
  if (bad === 'errors') return 1;
  const edge = latencyEdgesMs.indexOf(bad.slowerThanMs) + 1;
  if (edge === 0) throw new RangeError(`${bad.slowerThanMs} ms is none of telemetry's latency edges`);
  return edge + 1;
};

const planIn = (reads: Reads, { from, to }: HistoryStretch, stepSeconds: number | null): Plan =>
  planOf({ fromNs: from.epochNanoseconds, toNs: to.epochNanoseconds }, stepSeconds, sourcesNow(reads, true));

const instant = (second: number): Temporal.Instant => Temporal.Instant.from(instantOf(second));
