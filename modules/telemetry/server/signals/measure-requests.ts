import { quote } from '../../../../platform/clickhouse/quote.ts';
import { sketchQuantiles } from '../../domain/latency-edges.ts';
import { piecesOf, type MeasureGrid } from '../../domain/measure-grid.ts';
import { planOf } from '../../domain/rollup-pieces.ts';
import { sourcesNow, type Reads } from './reads.ts';
import { mergeFunction, requestRows, type By, type RequestFilter } from './request-figures.ts';

/** One golden figure of the requests of a service; what is absent means all. */
export interface RequestMeasure {
  readonly service: string;
  readonly environment?: string | undefined;
  readonly operation?: string | undefined;
  readonly version?: string | undefined;
  /** Requests a second, the share of failed ones, or a quantile of the latency in milliseconds. */
  readonly figure: 'requests-per-second' | 'error-share' | { readonly quantile: number };
}

/** Quantiles that latency can be told at. */
export const latencyQuantiles = sketchQuantiles;

/** A sketch is some kilobytes while it is worked on, and stands once for each window: small blocks keep few at a time. */
const sketchesMax = 8_192;
const sketchBlockRows = ({ windowSeconds, stepSeconds, count }: MeasureGrid): number =>
  Math.ceil(sketchesMax / Math.max(1, Math.min(count, Math.ceil(windowSeconds / stepSeconds))));
const bounded = { timeoutMs: 20_000, lane: 'background' } as const;

/**
 * Figures of many selections at once, one number for each window of the grid and NaN where no request was counted. Those that
 * need the same tables share a statement.
 */
export const measureRequests = async (
  reads: Reads,
  of: readonly RequestMeasure[],
  grid: MeasureGrid,
): Promise<Float64Array[]> => {
  const values = of.map(() => new Float64Array(grid.count).fill(Number.NaN));
  const parts = Map.groupBy(
    of.map((measure, place) => ({ measure, place })),
    ({ measure }) => `${measure.operation !== undefined} ${typeof measure.figure === 'object'}`,
  );
  for (const part of parts.values()) await readPart(reads, part, grid, values);
  return values;
};

interface Asked {
  readonly measure: RequestMeasure;
  readonly place: number;
}

interface Row {
  readonly number: number;
  readonly step: number;
  readonly requests: number;
  readonly errors: number;
  readonly quantiles: readonly (number | null)[];
}

const readPart = async (
  reads: Reads,
  part: readonly Asked[],
  grid: MeasureGrid,
  values: readonly Float64Array[],
): Promise<void> => {
  const pieces = piecesOf(grid);
  const plan = planOf(
    { fromNs: BigInt(pieces.from) * 1_000_000_000n, toNs: BigInt(pieces.to) * 1_000_000_000n },
    grid.count === 1 ? null : unitOf(pieces),
    sourcesNow(reads, true),
  );
  const rows = requestRows(plan.pieces, commonOf(part), byOf(part));
  const latency = typeof part[0]!.measure.figure === 'object';
  const found = await reads.engine.read<Row>(sqlOf(part, rows.sql, grid, latency), rows.params, bounded);
  for (const row of found) {
    const { measure, place } = part[row.number]!;
    if (row.requests > 0) values[place]![row.step] = figureOf(row, measure, grid);
  }
};

/** What all selections have in common narrows what is read: the sketches of others are the dearest to read. */
const commonOf = (part: readonly Asked[]): RequestFilter => {
  const same = (name: 'service' | 'environment' | 'operation' | 'version'): string | undefined => {
    const first = part[0]!.measure[name];
    return part.every(({ measure }) => measure[name] === first) ? first : undefined;
  };
  return {
    service: same('service'),
    environment: same('environment'),
    operation: same('operation'),
    version: same('version'),
  };
};

/** The coarsest counts whose buckets never lie across the border of a piece. */
const unitOf = ({ from, seconds }: { readonly from: number; readonly seconds: number }): number =>
  [3_600, 60].find((unit) => from % unit === 0 && seconds % unit === 0) ?? 10;

const byOf = (part: readonly Asked[]): By[] => {
  const named = (['environment', 'operation', 'version'] as const).filter((name) =>
    part.some(({ measure }) => measure[name] !== undefined),
  );
  return ['service', ...named];
};

/** Each count goes into every window that it lies in: the steps from the first end behind it to the last window that begins before it. */
const sqlOf = (part: readonly Asked[], rows: string, grid: MeasureGrid, latency: boolean): string => {
  const { firstEnd, stepSeconds, count, windowSeconds } = grid;
  const by = byOf(part).filter((name) => name !== 'service');
  const list = part.map(
    ({ measure }, number) =>
      `(${number}, ${quote(measure.service)}${by.map((name) => `, ${measure[name as 'environment'] === undefined ? 1 : 0}, ${quote(measure[name as 'environment'] ?? '')}`).join('')})`,
  );
  const types = ['UInt32', 'String', ...by.flatMap(() => ['UInt8', 'String'])].join(', ');
  const columns = ['number', 'service', ...by.flatMap((name) => [`any_${name}`, `wanted_${name}`])];
  const conditions = by.map((name) => `(any_${name} OR ${name} = wanted_${name})`).join(' AND ') || '1';
  const first = `greatest(0, intDiv(toInt64(second) - ${firstEnd} + ${count * stepSeconds}, ${stepSeconds}) - ${count} + 1)`;
  const last = `least(${count - 1}, intDiv(toInt64(second) - ${firstEnd - windowSeconds}, ${stepSeconds}))`;
  const steps = count === 1 ? '[0]' : `range(toUInt32(${first}), toUInt32(greatest(0, ${last} + 1)))`;
  const { counted, told } = latency
    ? { counted: 'sketch', told: `toUInt32(0) AS errors, ${mergeFunction}(sketch) AS quantiles` }
    : { counted: 'errors', told: 'toFloat64(sum(errors)) AS errors, emptyArrayFloat64() AS quantiles' };
  return `-- Figures of each selection in each window.
    SELECT toUInt32(number) AS number, toUInt32(step) AS step, toFloat64(sum(requests)) AS requests, ${told} FROM (
      SELECT number, arrayJoin(${steps}) AS step, requests, ${counted}
      FROM (${rows}) AS counted
      INNER JOIN (
        SELECT ${columns.map((name, index) => `item.${index + 1} AS ${name}`).join(', ')}
        FROM (SELECT arrayJoin(CAST([${list.join(', ')}], 'Array(Tuple(${types}))')) AS item)
      ) AS list USING (service)
      WHERE ${conditions}
    ) GROUP BY number, step
    SETTINGS do_not_merge_across_partitions_select_final = 1, join_algorithm = 'hash', prefer_column_name_to_alias = 1${latency ? `, max_block_size = ${sketchBlockRows(grid)}` : ''}`;
};

const figureOf = ({ requests, errors, quantiles }: Row, { figure }: RequestMeasure, grid: MeasureGrid): number => {
  if (figure === 'requests-per-second') return requests / grid.windowSeconds;
  if (figure === 'error-share') return errors / requests;
  return quantiles[latencyQuantiles.indexOf(figure.quantile)] ?? Number.NaN;
};
