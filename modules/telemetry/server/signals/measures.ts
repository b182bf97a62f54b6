import type { MeasureGrid } from '../../domain/measure-grid.ts';
import { whereOfLogs, type LogFilter } from './logs.ts';
import { measureMetrics, type Measured, type MetricMeasure } from './measure-metrics.ts';
import { measureRequests, type RequestMeasure } from './measure-requests.ts';
import { createSeriesLookUp } from './measure-series.ts';
import type { Reads } from './reads.ts';
import { saturationOf } from './saturation.ts';

/** How full the resources of a service are, as far as something says it as a share. */
export interface SaturationMeasure {
  readonly service: string;
  readonly environment?: string | undefined;
  readonly version?: string | undefined;
  readonly resource: string;
}

export type LogMeasure = Omit<LogFilter, 'traceId' | 'spanId'>;

/**
 * Numbers over windows of time that end at the instants of a grid, for judging: of the stored telemetry as it is now, so that late
 * data are in them as soon as they are stored. NaN means that nothing was seen. Refused with `telemetry.engine-away` while the
 * engine is away.
 */
export interface Measures {
  requests(of: readonly RequestMeasure[], grid: MeasureGrid): Promise<readonly Float64Array[]>;
  metrics(of: readonly MetricMeasure[], grid: MeasureGrid): Promise<readonly Measured[]>;
  /** By subject, `host web-1 /var`; read by the minute. */
  saturation(of: SaturationMeasure, grid: MeasureGrid): Promise<Measured>;
  /** Records that meet a filter; 0 where none does. */
  logs(of: readonly LogMeasure[], grid: MeasureGrid): Promise<readonly Float64Array[]>;
}

const minute = 60;
const bounded = { timeoutMs: 20_000, lane: 'background' } as const;

export const createMeasures = (reads: Reads): Measures => {
  const lookUp = createSeriesLookUp(reads);
  return {
    requests: (of, grid) => measureRequests(reads, of, grid),
    metrics: (of, grid) => measureMetrics(reads, lookUp, of, grid),
    saturation: (of, grid) => measureSaturation(reads, of, grid),
    logs: (of, grid) => measureLogs(reads, of, grid),
  };
};

/** Saturation is read in stretches of this: over longer ones only some of its buckets would be looked at. */
const stretchSeconds = 8 * 86_400;

const measureSaturation = async (reads: Reads, of: SaturationMeasure, grid: MeasureGrid): Promise<Measured> => {
  const { firstEnd, stepSeconds, count, windowSeconds } = grid;
  const last = firstEnd + (count - 1) * stepSeconds;
  // Two steps more before, because a counter grows from one to the next.
  const from = firstEnd - windowSeconds - 2 * minute;
  const step = minute * Math.max(1, Math.ceil((last - from) / minute / saturationPointsMax));
  const { service, environment, version } = of;
  const points = new Map<string, (readonly [number, number])[]>();
  for (let at = from; at < last; at += stretchSeconds) {
    const range = {
      fromNs: BigInt(at) * 1_000_000_000n,
      toNs: BigInt(Math.min(at + stretchSeconds, last)) * 1_000_000_000n,
    };
    for (const found of await saturationOf(reads, { service, environment, version }, range, step)) {
      if (found.resource !== of.resource || found.unit !== 'ratio') continue;
      const known = points.get(found.subject) ?? [];
      for (const [told, value] of found.points)
        known.push([Temporal.Instant.from(told).epochMilliseconds / 1_000, value]);
      points.set(found.subject, known);
    }
  }
  const groups = [...points].map(([subject, told]) => ({ group: [subject], values: meansOf(told, grid, step) }));
  return { groups };
};

/** Points of one subject that are looked at; over longer times they are means of several minutes. */
const saturationPointsMax = 12_000;

/** The mean of the points whose step begins within the window; of a window shorter than a step, the one before its end. */
const meansOf = (
  points: readonly (readonly [number, number])[],
  grid: MeasureGrid,
  stepSeconds: number,
): Float64Array => {
  const values = new Float64Array(grid.count).fill(Number.NaN);
  let [from, to] = [0, 0];
  for (let step = 0; step < grid.count; step++) {
    const end = grid.firstEnd + step * grid.stepSeconds;
    const begin = end - Math.max(grid.windowSeconds, stepSeconds);
    while (to < points.length && points[to]![0] < end) to++;
    while (from < to && points[from]![0] < begin) from++;
    const within = points.slice(from, to);
    if (within.length > 0) values[step] = within.reduce((sum, [, value]) => sum + value, 0) / within.length;
  }
  return values;
};

/** Filters of one statement. */
const filtersMax = 40;

const measureLogs = async (reads: Reads, of: readonly LogMeasure[], grid: MeasureGrid): Promise<Float64Array[]> => {
  const values = of.map(() => new Float64Array(grid.count));
  for (let at = 0; at < of.length; at += filtersMax) {
    const branches = of.slice(at, at + filtersMax).map((filter, index) => logBranch(filter, grid, index));
    const rows = await reads.engine.read<{ number: number; step: number; records: string | number }>(
      `-- Records that meet each filter in each window; one lies in every window that is around it.
       SELECT number, step, sum(records) AS records FROM (${branches.map(({ sql }) => sql).join('\nUNION ALL\n')}) GROUP BY number, step`,
      Object.assign({}, ...branches.map(({ params }) => params)),
      bounded,
    );
    for (const { number, step, records } of rows) values[at + number]![step] = Number(records);
  }
  return values;
};

const logBranch = (of: LogMeasure, grid: MeasureGrid, index: number) => {
  const { firstEnd, stepSeconds, count, windowSeconds } = grid;
  const range = {
    fromNs: BigInt(firstEnd - windowSeconds) * 1_000_000_000n,
    toNs: BigInt(firstEnd + (count - 1) * stepSeconds) * 1_000_000_000n,
  };
  const where = whereOfLogs(of, range);
  // Each filter's parameters get names of their own; the conditions hold names alone, never a value.
  const conditions = where.conditions.map((condition) => condition.replaceAll(/\{(\w+):/gu, `{$1_${index}:`));
  const params = Object.fromEntries(Object.entries(where.params).map(([name, value]) => [`${name}_${index}`, value]));
  const seconds = "toUnixTimestamp(toDateTime(time, 'UTC'))";
  const first = `greatest(0, intDiv(${seconds} - ${firstEnd} + ${count * stepSeconds}, ${stepSeconds}) - ${count} + 1)`;
  const last = `least(${count - 1}, intDiv(${seconds} - ${firstEnd - windowSeconds}, ${stepSeconds}))`;
  const sql = `SELECT toUInt32(${index}) AS number, arrayJoin(range(toUInt32(${first}), toUInt32(${last} + 1))) AS step, count() AS records
    FROM telemetry_logs WHERE ${conditions.join(' AND ')} GROUP BY step`;
  return { sql, params };
};
