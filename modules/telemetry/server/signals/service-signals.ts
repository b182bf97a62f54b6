import type { z } from 'zod';
import type { getSignals, Signals } from '../../contract.ts';
import { earlierBy, secondsWithin, stepStarts, type ReadRange } from '../../domain/read-range.ts';
import { latencyEdgesMs, sketchQuantiles } from '../../domain/latency-edges.ts';
import { planOf } from '../../domain/rollup-pieces.ts';
import { existingRequests, ratesOver, rateSince } from './existence.ts';
import {
  figureColumns,
  latencyErrorBound,
  requestRows,
  type FigureRow,
  type RequestFilter,
} from './request-figures.ts';
import {
  instantOf,
  instantOfNs,
  numberOrNull,
  readRange,
  readStep,
  requireService,
  sourcesNow,
  type Reads,
} from './reads.ts';
import { saturationOf } from './saturation.ts';

type Query = z.output<typeof getSignals.query>;
type Series = Pick<Signals, 'totals' | 'latency' | 'traffic' | 'errors'>;

const earlierSeconds = { week: 7 * 86_400, day: 86_400 } as const;

/** The four golden signals of one service; exact counts over exactly the asked range while what they come from is kept. */
export const serviceSignals = async (reads: Reads, service: string, query: Query): Promise<Signals> => {
  const { environment, operation, version } = query;
  const filter: RequestFilter = { service, environment, operation, version };
  const range = readRange(reads, query);
  const step = readStep(range, query.step);
  const before = query.compare ? earlierBy(range, earlierSeconds[query.compare]) : null;
  const [now, saturation, compared] = await Promise.all([
    signalsIn(reads, filter, range, step),
    operation === undefined ? saturationOf(reads, { service, environment, version }, range, step) : [],
    before && signalsIn(reads, filter, before, step),
  ]);
  if (now.series.totals.requests === null && saturation.length === 0) await requireService(reads, service);
  return {
    service,
    environment: environment ?? null,
    operation: operation ?? null,
    version: version ?? null,
    from: instantOfNs(now.range.fromNs),
    to: instantOfNs(now.range.toNs),
    stepSeconds: now.stepSeconds,
    ...now.series,
    saturation,
    latencyErrorBound,
    latencyBuckets: now.buckets,
    compare: compared &&
      before && {
        from: instantOfNs(compared.range.fromNs),
        to: instantOfNs(compared.range.toNs),
        ...shifted(compared.series, range, before),
      },
  };
};

interface Found {
  readonly range: ReadRange;
  readonly stepSeconds: number;
  readonly series: Series;
  readonly buckets: [number, number][];
}

interface StepRow extends FigureRow {
  /** Start of the step; the row of the totals has `whole` 1. */
  readonly start: number;
  readonly whole: number;
  readonly within: readonly (string | number)[];
}

const signalsIn = async (reads: Reads, filter: RequestFilter, asked: ReadRange, askedStep: number): Promise<Found> => {
  const { pieces, range, stepSeconds } = planOf(asked, askedStep, sourcesNow(reads, true));
  const rows = requestRows(pieces, filter, []);
  // ROLLUP makes the row of the totals out of the steps' own states; GROUPING SETS would merge every sketch a second time.
  const found = await reads.engine.read<StepRow>(
    `-- Requests, errors, quantiles and exact duration counts of one service: a row a step, and one for all together.
     SELECT toUInt32(intDiv(second, {step:UInt32}) * {step:UInt32}) AS start, toUInt8(grouping(start)) AS whole, ${figureColumns}, sumForEach(within) AS within
     FROM (${rows.sql})
     GROUP BY start WITH ROLLUP
     SETTINGS do_not_merge_across_partitions_select_final = 1`,
    { ...rows.params, step: stepSeconds },
  );
  const totals = found.find((row) => row.whole === 1);
  const steps = new Map(found.filter((row) => row.whole === 0).map((row) => [row.start, row]));
  const rate = await rateOf(
    reads,
    filter,
    range,
    Number(totals?.requests ?? 0),
    Number(steps.get(stepStarts(range, stepSeconds)[0]!)?.requests ?? 0) > 0,
  );
  return { range, stepSeconds, series: seriesOf(range, stepSeconds, totals, rate, steps), buckets: bucketsOf(totals) };
};

/** Requests a second; looked up is only what was silent in the first step, the rest existed from the range's begin on. */
const rateOf = async (
  reads: Reads,
  filter: RequestFilter,
  range: ReadRange,
  requests: number,
  seenFromBegin: boolean,
): Promise<number> => {
  if (requests === 0 || seenFromBegin) return rateSince(reads, range, requests, 0);
  const rates = await ratesOver(reads, existingRequests(filter, ['service']), range);
  return rates(requests, [filter.service!]);
};

const seriesOf = (
  range: ReadRange,
  step: number,
  totals: StepRow | undefined,
  requestsPerSecond: number,
  steps: ReadonlyMap<number, StepRow>,
): Series => {
  const all = stepStarts(range, step);
  const seen = all
    .map((start) => steps.get(start))
    .filter((row) => row !== undefined && Number(row.requests) > 0) as StepRow[];
  const quantile = (which: number): [string, number][] =>
    seen.flatMap((row): [string, number][] => {
      const value = quantileOf(row, which);
      return value === null ? [] : [[instantOf(row.start), value]];
    });
  return {
    totals: totalsOf(totals, requestsPerSecond),
    latency: { p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99), p999: quantile(0.999) },
    traffic: seen.map((row) => [instantOf(row.start), Number(row.requests) / secondsWithin(range, row.start, step)]),
    errors: all.map((start) => {
      const row = steps.get(start);
      return [instantOf(start), row && Number(row.requests) > 0 ? Number(row.errors) / Number(row.requests) : null];
    }),
  };
};

/** Figures of all requests together; null where there was none. */
const totalsOf = (row: FigureRow | undefined, requestsPerSecond: number): Signals['totals'] => {
  const requests = Number(row?.requests ?? 0);
  if (row === undefined || requests === 0)
    return {
      requests: null,
      errors: null,
      requestsPerSecond: null,
      errorRatio: null,
      p50Ms: null,
      p90Ms: null,
      p99Ms: null,
      p999Ms: null,
    };
  const errors = Number(row.errors);
  return {
    requests,
    errors,
    requestsPerSecond,
    errorRatio: errors / requests,
    p50Ms: quantileOf(row, 0.5),
    p90Ms: quantileOf(row, 0.9),
    p99Ms: quantileOf(row, 0.99),
    p999Ms: quantileOf(row, 0.999),
  };
};

/** One quantile of a row of figures, in milliseconds; null where nothing was seen. */
export const quantileOf = (row: Pick<FigureRow, 'quantiles'>, which: number): number | null =>
  numberOrNull(row.quantiles[(sketchQuantiles as readonly number[]).indexOf(which)]);

const bucketsOf = (totals: StepRow | undefined): [number, number][] =>
  totals && Number(totals.requests) > 0
    ? latencyEdgesMs.map((edge, index) => [edge, Number(totals.within[index] ?? 0)])
    : [];

/** Totals alone, for other modules; the coarsest tables serve. */
export const serviceTotals = async (
  reads: Reads,
  question: RequestFilter & {
    readonly service: string;
    readonly from: Temporal.Instant;
    readonly to: Temporal.Instant;
  },
): Promise<Signals['totals']> => {
  const { from, to, service, environment, operation, version } = question;
  const filter = { service, environment, operation, version };
  const { pieces, range } = planOf(
    { fromNs: from.epochNanoseconds, toNs: to.epochNanoseconds },
    null,
    sourcesNow(reads, true),
  );
  const rows = requestRows(pieces, filter, []);
  const [found] = await reads.engine.read<FigureRow>(
    `-- Requests, errors and quantiles of one service over a stretch of time.
     SELECT ${figureColumns} FROM (${rows.sql}) SETTINGS do_not_merge_across_partitions_select_final = 1`,
    rows.params,
  );
  return totalsOf(found, await rateOf(reads, filter, range, Number(found?.requests ?? 0), false));
};

/** A series of an earlier time, its instants moved so that both lie over each other. */
const shifted = (series: Series, onto: ReadRange, from: ReadRange): Series => {
  const seconds = Number((onto.fromNs - from.fromNs) / 1_000_000_000n);
  const move = <Value>(points: readonly [string, Value][]): [string, Value][] =>
    points.map(([at, value]) => [Temporal.Instant.from(at).add({ seconds }).toString(), value]);
  const { latency } = series;
  return {
    totals: series.totals,
    latency: { p50: move(latency.p50), p90: move(latency.p90), p99: move(latency.p99), p999: move(latency.p999) },
    traffic: move(series.traffic),
    errors: move(series.errors),
  };
};
