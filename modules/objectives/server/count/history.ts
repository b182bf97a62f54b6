import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { quote } from '../../../../platform/clickhouse/quote.ts';
import type { KeptIndicator } from '../store.ts';
import { countLimits } from './limits.ts';
import type { SpanCounts } from './span-counts.ts';

/** What a backfill reads from: how far back the rollups and the spans reach, epoch seconds; null where there is nothing. */
export interface Reach {
  readonly hours: number | null;
  readonly minutes: number | null;
  readonly spans: number | null;
}

/** How far back telemetry of these services reaches. */
export const reachOf = async (clickhouse: ClickHouse, services: readonly string[]): Promise<Reach> => {
  const list = services.map(quote).join(', ');
  const first = async (table: string, column: string): Promise<number | null> => {
    const [row] = await clickhouse.query<{ first: number; rows: string }>(
      `-- The first bucket in which one of these services was seen.
SELECT toUnixTimestamp(min(${column})) AS first, count() AS rows FROM ${table} WHERE service IN (${list}) SETTINGS max_threads = 1`,
      { lane: 'background', timeoutMs: countLimits.backfillMs },
    );
    return row && Number(row.rows) > 0 ? Number(row.first) : null;
  };
  return {
    hours: await first('telemetry_services_hour', 'bucket'),
    minutes: await first('telemetry_services_minute', 'bucket'),
    spans: await first('telemetry_spans', 'bucket'),
  };
};

/** One part of a backfill; parts are done one after the other, the newest time first. */
export interface Step {
  readonly from: number;
  readonly to: number;
  readonly run: () => Promise<void>;
}

const day = 86_400;
const hour = 3_600;

/**
 * The steps by which the history of span indicators is counted: ten seconds of the last hours, minutes with their hours, and
 * hours alone beyond. The stages behind telemetry count the same indicators already, so nothing is missed in between.
 */
export const historySteps = (
  counts: SpanCounts,
  indicators: readonly KeptIndicator[],
  plan: { readonly nowSeconds: number; readonly reach: Reach; readonly fromSpans: boolean },
): Step[] => {
  const { nowSeconds, reach } = plan;
  const end = (Math.floor(nowSeconds / 10) + 1) * 10;
  // As far back as telemetry recounts by ten seconds: a late span there makes a minute from all six of them.
  const tenFrom = Math.floor((nowSeconds - countLimits.tenSecondsHours * hour) / 60) * 60;
  const first = plan.fromSpans ? reach.spans : reach.minutes;
  const steps: Step[] = [];
  if (first === null) return steps;
  const tenPart = plan.fromSpans ? hour : countLimits.tenSecondsHours * hour;
  for (const [from, to] of backwards(Math.max(tenFrom, Math.floor(first / hour) * hour), end, tenPart))
    steps.push({ from, to, run: () => counts.fine('10s', { from, to }, indicators) });
  const many = indicators.length > countLimits.backfillFew;
  const part = plan.fromSpans ? 6 * hour : (many ? 1 : countLimits.backfillDays) * day;
  for (const [from, to] of backwards(Math.floor(first / day) * day, end, part))
    steps.push({
      from,
      to,
      run: async () => {
        await counts.fine('minute', { from, to }, indicators);
        await counts.coarser(
          'hour',
          { from: Math.floor(from / hour) * hour, to: Math.ceil(to / hour) * hour },
          indicators,
        );
      },
    });
  if (!plan.fromSpans && reach.hours !== null && reach.minutes !== null) {
    // The minutes of their first hour may be gone in part.
    const [from, to] = [reach.hours, Math.floor(reach.minutes / hour) * hour];
    if (from < to) steps.push({ from, to, run: () => counts.oldHours({ from, to }, indicators) });
  }
  return steps;
};

/** [from, to) in parts that end at whole multiples of `part`, the newest first. */
const backwards = (from: number, to: number, part: number): [number, number][] => {
  const parts: [number, number][] = [];
  for (let end = to; end > from;) {
    const start = Math.max(from, Math.floor((end - 1) / part) * part);
    parts.push([start, end]);
    end = start;
  }
  return parts;
};
