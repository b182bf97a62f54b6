import { telemetryLimits, type SaturationSeries } from '../../contract.ts';
import { hostNames } from '../../domain/host-names.ts';
import type { ReadRange } from '../../domain/read-range.ts';
import { saturationFrom, saturationMetrics, sharedMetrics, type MeasuredSeries } from '../../domain/saturation.ts';
import { instantOf, type Reads } from './reads.ts';

interface SeriesRow {
  readonly id: string;
  readonly metric: string;
  readonly unit: string;
  readonly kind: string;
  readonly temporality: MeasuredSeries['temporality'];
  readonly instance: string;
  readonly service: string;
  readonly hostId: string;
  readonly hostName: string;
  readonly attributes: Record<string, string>;
}

interface StepRow {
  readonly id: string;
  readonly start: number;
  readonly mean: number;
  readonly last: number;
  readonly lastSecond: number;
  readonly sum: number;
}

/** Series that one answer looks at, of the service itself and of others: one of hundreds of instances is told by as many as this. */
const seriesMax = 2_000;
/** Instances of a service whose host, pod or container is looked for in what agents send. */
const placesMax = 200;

export interface SaturationFilter {
  readonly service: string;
  readonly environment: string | undefined;
  readonly version: string | undefined;
}

/**
 * Saturation of a service: what it says of itself, and what an agent says of its host, pod or container. Both are looked up
 * side by side, and the points of each are read as soon as its series are known.
 */
export const saturationOf = async (
  reads: Reads,
  filter: SaturationFilter,
  range: ReadRange,
  askedStep: number,
): Promise<SaturationSeries[]> => {
  const stepSeconds = stepOfPoints(range, askedStep);
  const found = await Promise.all(
    [ownSeries(reads, filter, range), sharedSeries(reads, filter, range)].map(async (looked) => {
      const series = await looked;
      return { series, rows: await rowsOf(reads, series, range, stepSeconds) };
    }),
  );
  const series = found.flatMap((each) => each.series);
  if (series.length === 0) return [];
  const steps = Map.groupBy(
    found.flatMap((each) => each.rows),
    (row) => row.id,
  );
  const coverage = Math.min(1, bucketSeconds / stepSeconds);
  const hosts = hostNames(series.map((each) => ({ id: textOf(each.hostId), name: textOf(each.hostName) })));
  const measured = series.map((each, index): MeasuredSeries => ({
    ...each,
    host: hosts[index]!,
    attributes: textsOf(each.attributes),
    // What was not looked at is taken to be like what was.
    steps: (steps.get(each.id) ?? []).map((row) => ({ ...row, sum: row.sum / coverage })),
  }));
  return saturationFrom(
    measured.filter((each) => each.steps.length > 0),
    stepSeconds,
  )
    .slice(0, telemetryLimits.saturationSeries)
    .map((found) => ({
      ...found,
      reportedBy: [...found.reportedBy],
      coverage,
      points: found.points.map(([start, value]): [string, number] => [instantOf(start), value]),
    }));
};

const daysOf = (range: ReadRange): Record<string, string> => ({
  firstDay: new Date(Number(range.fromNs / 1_000_000n)).toISOString().slice(0, 10),
  lastDay: new Date(Number(range.toNs / 1_000_000n)).toISOString().slice(0, 10),
});

/** What a service's own resource and an agent's may have in common. */
const places = ['container.id', 'k8s.pod.uid', 'k8s.pod.name', 'host.id', 'host.name', 'k8s.node.name'] as const;
/** The places of a row's resource, as `name=value`. */
const placesOfRow = `arrayFilter(place -> not endsWith(place, '='), [${places.map((name) => `concat('${name}=', resource['${name}'])`).join(', ')}])`;

const daysAsked = 'day BETWEEN {firstDay:Date} AND {lastDay:Date}';

const ownConditions = (filter: SaturationFilter): string =>
  [
    'service = {service:String}',
    ...(filter.environment === undefined ? [] : ['environment = {environment:String}']),
    ...(filter.version === undefined ? [] : ['version = {version:String}']),
  ].join(' AND ');

const ownSeries = (reads: Reads, filter: SaturationFilter, range: ReadRange): Promise<SeriesRow[]> =>
  seriesIn(
    reads,
    `PREWHERE ${daysAsked} AND metric IN {metrics:Array(String)} AND ${ownConditions(filter)}`,
    filter,
    range,
    saturationMetrics,
  );

/** Resources are long to read: of each series of the others only the newest row is looked into. */
const sharedSeries = (reads: Reads, filter: SaturationFilter, range: ReadRange): Promise<SeriesRow[]> => {
  const others = `${daysAsked} AND metric IN {metrics:Array(String)} AND service != {service:String}`;
  const itsPlaces = `(SELECT groupUniqArrayArray(${placesMax})(${placesOfRow}) FROM telemetry_origins WHERE ${daysAsked} AND ${ownConditions(filter)})`;
  return seriesIn(
    reads,
    `WHERE (day, series_id) IN (SELECT max(day), series_id FROM telemetry_series PREWHERE ${others} GROUP BY series_id) AND hasAny(${placesOfRow}, ${itsPlaces})`,
    filter,
    range,
    sharedMetrics,
  );
};

const seriesIn = (
  reads: Reads,
  where: string,
  filter: SaturationFilter,
  range: ReadRange,
  metrics: readonly string[],
): Promise<SeriesRow[]> =>
  reads.engine.read<SeriesRow>(
    `-- Series that tell how full the resources of a service are: its own, or those of agents on its host, in its pod or beside its container.
     SELECT toString(series_id) AS id, any(metric) AS metric, any(unit) AS unit, any(kind) AS kind, any(temporality) AS temporality,
            toString(any(cityHash64(resource))) AS instance, any(service) AS service, any(resource['host.id']) AS hostId,
            any(resource['host.name'] != '' ? resource['host.name'] : resource['k8s.node.name']) AS hostName, any(attributes) AS attributes
     FROM telemetry_series ${where}
     GROUP BY series_id ORDER BY any(metric), series_id LIMIT {most:UInt32}
     SETTINGS prefer_column_name_to_alias = 1`,
    {
      ...daysOf(range),
      service: filter.service,
      metrics,
      most: seriesMax,
      ...(filter.environment === undefined ? {} : { environment: filter.environment }),
      ...(filter.version === undefined ? {} : { version: filter.version }),
    },
  );

const rowsOf = async (
  reads: Reads,
  series: readonly SeriesRow[],
  range: ReadRange,
  step: number,
): Promise<StepRow[]> => {
  const numbers = series.filter((each) => each.kind === 'gauge' || each.kind === 'sum');
  const histograms = series.filter((each) => each.kind === 'histogram' || each.kind === 'exponential-histogram');
  const sum = 'ifNull(telemetry_distributions.sum, 0)';
  const found = await Promise.all([
    stepsOf(reads, 'telemetry_samples', 'value', numbers, range, step),
    stepsOf(reads, 'telemetry_distributions', sum, histograms, range, step),
  ]);
  return found.flat();
};

/** The raw samples lie in buckets of two hours, each of which costs a read for each series. */
const bucketSeconds = 7_200;

/** Buckets that one answer reads: a hundred of three series are 60 ms of CPU, and a month of 6-hour steps has 116. */
const bucketsMax = 100;

/** The asked step, or the least multiple of it that keeps to so many buckets. */
const stepOfPoints = (range: ReadRange, asked: number): number => {
  let step = asked;
  while (bucketsOf(range, step).length > bucketsMax) step += asked;
  return step;
};

/** The buckets to read: all of the range, or the first of each step where a step holds several. */
const bucketsOf = (range: ReadRange, step: number): number[] => {
  const seconds = (ns: bigint): number => Math.floor(Number(ns / 1_000_000_000n) / bucketSeconds) * bucketSeconds;
  const buckets: number[] = [];
  for (let at = seconds(range.fromNs); at <= seconds(range.toNs - 1n); at += bucketSeconds)
    if (at % step < bucketSeconds) buckets.push(at);
  return buckets;
};

const stepsOf = async (
  reads: Reads,
  table: 'telemetry_samples' | 'telemetry_distributions',
  value: string,
  series: readonly SeriesRow[],
  range: ReadRange,
  step: number,
): Promise<StepRow[]> => {
  if (series.length === 0) return [];
  return reads.engine.read<StepRow>(
    `-- Each series by step: mean of gauges, last value of counters with its time, sum of deltas.
     SELECT toString(series_id) AS id, toUInt32(intDiv(toUnixTimestamp(toDateTime(time, 'UTC')), {step:UInt32}) * {step:UInt32}) AS start, avg(${value}) AS mean,
            argMax(${value}, time) AS last, max(toUnixTimestamp64Milli(toDateTime64(time, 3, 'UTC'))) / 1000 AS lastSecond, sum(${value}) AS sum
     FROM ${table}
     WHERE series_id IN (SELECT toUInt64(arrayJoin({series:Array(String)}))) AND bitAnd(flags, 1) = 0
       AND bucket IN (SELECT toDateTime(arrayJoin({buckets:Array(UInt32)}), 'UTC'))
       AND time >= fromUnixTimestamp64Nano({fromNs:Int64}, 'UTC') AND time < fromUnixTimestamp64Nano({toNs:Int64}, 'UTC')
     GROUP BY series_id, start ORDER BY id, start`,
    {
      series: series.map((each) => each.id),
      buckets: bucketsOf(range, step),
      step,
      fromNs: range.fromNs.toString(),
      toNs: range.toNs.toString(),
    },
  );
};

/** Attribute values are stored as JSON; the rules compare texts. */
const textsOf = (attributes: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(attributes).map(([name, json]) => [name, textOf(json)]));

const textOf = (json: string): string => (json.startsWith('"') ? (JSON.parse(json) as string) : json);
