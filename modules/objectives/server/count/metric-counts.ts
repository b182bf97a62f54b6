import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { Refusal } from '../../../../kernel/problem.ts';
import type { Log } from '../../../../platform/log/log.ts';
import type { KeptIndicator } from '../store.ts';
import type { Definitions } from './definitions.ts';
import { firstLine } from './left-out.ts';
import { countLimits } from './limits.ts';
import type { Recounts } from './recounts.ts';
import {
  counterGrowth,
  countSeries,
  firstDay,
  gaugeSamples,
  histogramValues,
  type MetricIndicator,
  type Window,
} from './metric-sql.ts';
import { nextRevision, setCountedFrom, setState, type CountDb } from './store.ts';
import { replaceCounts, type CountedBucket } from './write-counts.ts';

/** Counts of indicators over stored metrics. */
export interface MetricCounts {
  /** Data points of these ten seconds were stored: what they change is counted anew. */
  points(tenSeconds: readonly number[]): Promise<void>;
  /** The history of a new indicator, the newest day first. */
  history(indicator: KeptIndicator, progress: (share: number) => Promise<void>): Promise<boolean>;
}

export interface MetricCountsOptions {
  readonly db: CountDb;
  readonly clickhouse: ClickHouse;
  readonly log: Log;
  readonly now: () => Temporal.Instant;
  readonly definitions: Definitions;
  readonly metricsDays: number;
  readonly recounts: Recounts;
  readonly onCounted: () => void;
}

const day = 86_400;
const hour = 3_600;

export const createMetricCounts = (options: MetricCountsOptions): MetricCounts => {
  const { db, clickhouse } = options;
  const told = new Map<number, string | null>();
  const secondsNow = (): number => Math.floor(options.now().epochMilliseconds / 1_000);
  const tell = async (number: number, reason: string | null): Promise<void> => {
    if (told.get(number) === reason) return;
    await setState(db, [number], reason === null ? 'counting' : 'no-data', { reason, at: options.now() });
    told.set(number, reason);
  };
  /** Counts one window of one indicator; gives the buckets that have events, and what is wrong. */
  const count = async (
    { number, definition }: KeptIndicator,
    window: Window,
    named: typeof whole,
  ): Promise<{ counted: CountedBucket[]; reason: string | null }> => {
    const revision = await nextRevision(db);
    const { counted, reason } = await readWindow(clickhouse, definition as MetricIndicator, window);
    const recentFrom = Math.ceil((secondsNow() - countLimits.tenSecondsHours * hour) / 60) * 60;
    const cut = Math.min(Math.max(window.from, recentFrom), window.to);
    const recent = named(counted, { from: cut, to: window.to }, 10);
    const old = named(counted, { from: window.from, to: cut }, 60);
    const changed = [
      await replaceCounts(clickhouse, { number, level: '10s', revision }, recent, options.recounts),
      await replaceCounts(clickhouse, { number, level: 'minute', revision }, old, options.recounts),
    ];
    if (changed.includes(true)) options.onCounted();
    return { counted, reason };
  };
  return {
    points: async (tenSeconds) => {
      const indicators = (await options.definitions.counted()).filter(
        ({ kind, countedFrom }) => kind.startsWith('metric-') && countedFrom !== null,
      );
      if (indicators.length === 0) return;
      for (const window of windowsOf(tenSeconds)) {
        for (const indicator of indicators) {
          const { counted, reason } = await count(indicator, window, whole);
          // Silence in a short window is no trouble by itself: evaluation tells of missing data.
          if (counted.length > 0 || reason !== null) await tell(indicator.number, reason);
        }
      }
    },
    history: async (indicator, progress) => {
      const { number } = indicator;
      const end = Math.ceil((secondsNow() + 1) / 60) * 60;
      const oldest = Math.max(await since(clickhouse, indicator), secondsNow() - options.metricsDays * day);
      const days = daysBack(oldest, end);
      // From now on its points are counted as they come; what came before is in the history.
      await setCountedFrom(db, number, options.now());
      let first: number | null = null;
      let newest: string | null = null;
      for (const [index, window] of days.entries()) {
        // Nothing stands there that could have to be taken back.
        const { counted, reason } = await count(indicator, window, (...given) => whole(...given).filter(hasEvents));
        if (index === 0) newest = reason;
        if (counted.length > 0) first = Math.min(first ?? Infinity, counted[0]!.bucket);
        await progress((index + 1) / days.length);
      }
      if (first !== null) {
        const from = Math.floor(first / 60) * 60;
        await setCountedFrom(db, number, Temporal.Instant.fromEpochMilliseconds(from * 1_000));
      }
      told.delete(number);
      await tell(number, newest ?? (first === null ? await whyNothing(clickhouse, indicator, days[0]!) : null));
      return false;
    },
  };
};

const hasEvents = ({ good, bad }: CountedBucket): boolean => good + bad > 0;

/** Days from `end` back to the one of `oldest`; the first of them is always there. */
const daysBack = (oldest: number, end: number): Window[] => {
  const days: Window[] = [];
  for (let to = end; to > oldest || days.length === 0; to = days.at(-1)!.from)
    days.push({ from: Math.floor((to - 1) / day) * day, to });
  return days;
};

/** The first day of the metric; now where there was none. */
const since = async (clickhouse: ClickHouse, { definition }: KeptIndicator): Promise<number> => {
  const { metric } =
    definition.kind === 'metric-ratio' ? definition.total : (definition as { of: { metric: string } }).of;
  const [row] = await clickhouse.query<{ first: number; days: string }>(firstDay(metric), { lane: 'background' });
  return row && Number(row.days) > 0 ? Number(row.first) : Number.MAX_SAFE_INTEGER;
};

interface Row {
  readonly start: number;
  readonly total: number;
  readonly good?: number;
  readonly inexact?: number;
}

/** Buckets of ten seconds with events, by time. */
const readWindow = async (
  clickhouse: ClickHouse,
  definition: MetricIndicator,
  window: Window,
): Promise<{ counted: CountedBucket[]; reason: string | null }> => {
  const ask = async (sql: string): Promise<Row[]> => {
    const rows = await clickhouse.query<Record<keyof Row, string | number>>(sql, {
      lane: 'background',
      timeoutMs: countLimits.metricMs,
      memoryBytesMax: countLimits.memoryBytesMax,
    });
    return rows.map(({ start, total, good = 0, inexact = 0 }) => ({
      start: Number(start),
      total: Number(total),
      good: Number(good),
      inexact: Number(inexact),
    }));
  };
  try {
    if (definition.kind === 'metric-ratio') {
      const total = await ask(counterGrowth(definition.total, window));
      const part = await ask(counterGrowth(definition.part.of, window));
      return { counted: ratioOf(definition.part.is, total, part), reason: null };
    }
    const rows =
      definition.kind === 'metric-threshold'
        ? await ask(gaugeSamples(definition.of, definition, window))
        : await ask(histogramValues(definition.of, definition.bound, window));
    const blurred = rows.some(({ inexact = 0 }) => inexact > 0);
    if (blurred && definition.kind === 'metric-within')
      return {
        counted: [],
        reason: `Of the histogram ${definition.of.metric} it is not known how many values are at most ${definition.bound}: choose a bound that is one of its own.`,
      };
    const counted = rows.map(({ start, total, good = 0 }) => {
      const all = Math.round(total);
      const kept = Math.min(all, Math.round(good));
      return { bucket: start, good: kept, bad: all - kept };
    });
    return { counted: counted.filter(hasEvents), reason: null };
  } catch (error) {
    if (error instanceof Refusal && ['clickhouse.too-slow', 'clickhouse.too-heavy'].includes(error.problem.code))
      return {
        counted: [],
        reason: `It selects too many series or points to be counted within ${countLimits.metricMs / 1_000} s: narrow it by a service or attributes.`,
      };
    if (error instanceof Refusal) throw error;
    // What is wrong with this one must not keep the others from being counted.
    return { counted: [], reason: `The engine refused to count it: ${firstLine(error)}` };
  }
};

const ratioOf = (is: 'good' | 'bad', total: readonly Row[], part: readonly Row[]): CountedBucket[] => {
  const parts = new Map(part.map(({ start, total: sum }) => [start, Math.round(sum)]));
  const starts = new Set([...total.map(({ start }) => start), ...parts.keys()]);
  const totals = new Map(total.map(({ start, total: sum }) => [start, Math.round(sum)]));
  return [...starts]
    .sort((a, b) => a - b)
    .map((bucket) => {
      const some = parts.get(bucket) ?? 0;
      // The part may have come before its total, which is then counted with the next points.
      const rest = Math.max(0, (totals.get(bucket) ?? 0) - some);
      return is === 'good' ? { bucket, good: some, bad: rest } : { bucket, good: rest, bad: some };
    })
    .filter(hasEvents);
};

const whyNothing = async (clickhouse: ClickHouse, indicator: KeptIndicator, window: Window): Promise<string> => {
  const definition = indicator.definition as MetricIndicator;
  const [selection, kind] =
    definition.kind === 'metric-ratio'
      ? [definition.total, 'counter' as const]
      : [definition.of, definition.kind === 'metric-within' ? ('histogram' as const) : ('gauge' as const)];
  const [row] = await clickhouse.query<{ series: string; named: string }>(countSeries(selection, kind, window), {
    lane: 'background',
  });
  if (Number(row?.series ?? 0) > 0) return `Nothing was counted of ${selection.metric} yet.`;
  return Number(row?.named ?? 0) > 0
    ? `${selection.metric} is stored, but no ${kind} of this selection.`
    : `No points of ${selection.metric} have come today.`;
};

/** Every bucket of the window, also those without events: what stood there otherwise is taken back. */
const whole = (counted: readonly CountedBucket[], { from, to }: Window, seconds: 10 | 60): CountedBucket[] => {
  const sums = new Map<number, { good: number; bad: number }>();
  for (let bucket = from; bucket < to; bucket += seconds) sums.set(bucket, { good: 0, bad: 0 });
  for (const { bucket, good, bad } of counted) {
    const sum = sums.get(bucket - (bucket % seconds));
    if (sum === undefined) continue;
    sum.good += good;
    sum.bad += bad;
  }
  return [...sums].map(([bucket, sum]) => ({ bucket, ...sum }));
};

/** Whole minutes around the touched ten seconds and a while after them: a late point changes what the next one adds. */
const windowsOf = (tenSeconds: readonly number[]): Window[] => {
  const windows: { from: number; to: number }[] = [];
  for (const ten of tenSeconds.toSorted((a, b) => a - b)) {
    const [from, to] = [ten - (ten % 60), ten - (ten % 60) + 60 + countLimits.metricAfterSeconds];
    const last = windows.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else windows.push({ from, to });
  }
  return windows;
};
