import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import type { Clock } from '../../../../platform/clock/clock.ts';
import {
  readStretches,
  sliceParts,
  type ReadOptions,
  type SliceGroup,
  type SliceRule,
  type StretchSums,
  type WindowSums,
} from './signals.ts';
import { planWindows, type CountsSources, type WindowPlan } from './window-plan.ts';

/** Slices of these last hours are counted anew in every read: late telemetry ends there. */
const freshSeconds = 2 * 3_600;
/** Older hours are read again after this long: what is later still, and histories that are counted, show within it. */
export const settledMs = 10 * 60_000;

/** What a read of slices is about: windows that begin at `edges` and end at `over`, all on multiples of the slice. */
export interface SlicesAsked {
  readonly edges: readonly number[];
  readonly over: number;
  readonly sources: CountsSources;
  readonly groups: readonly SliceGroup[];
  readonly rule: SliceRule;
}

/**
 * Slices of weeks are in no rollup: reading all minutes of all indicators for them cost half a CPU-second a thousand
 * indicators and cycle. So whole hours that are over since two hours are remembered, and only the ends are read each time.
 */
export interface SettledSlices {
  /** Null where this cannot help: slices that do not divide an hour, or nothing old enough. */
  read(asked: SlicesAsked, options: ReadOptions): Promise<Map<number, WindowSums> | null>;
}

interface Remembered {
  readonly atMs: number;
  readonly from: number;
  readonly cut: number;
  /** Sums of everything before each hour from `from` on, by group. */
  readonly running: ReadonlyMap<number, { readonly good: readonly number[]; readonly bad: readonly number[] }>;
}

export const createSettledSlices = (
  clickhouse: Pick<ClickHouse, 'query'>,
  clock: Pick<Clock, 'monotonicMs'>,
): SettledSlices => {
  const known = new Map<string, Remembered>();
  const settled = async (asked: SlicesAsked, from: number, cut: number, options: ReadOptions): Promise<Remembered> => {
    const key = `${asked.rule.seconds}/${asked.rule.targetPpm}`;
    const found = known.get(key);
    const fresh = found && clock.monotonicMs() - found.atMs < settledMs && found.cut === cut && found.from <= from;
    if (fresh && asked.groups.every(({ group }) => found.running.has(group))) return found;
    const next = { ...(await readHours(clickhouse, asked, { from, cut }, options)), atMs: clock.monotonicMs() };
    known.set(key, next);
    return next;
  };
  return {
    read: async (asked, options) => {
      const { rule, edges, over } = asked;
      const cut = hourBefore(over) - freshSeconds;
      const old = edges.filter((edge) => edge < cut);
      if (3_600 % rule.seconds !== 0 || old.length === 0) return null;
      const hours = await settled(asked, Math.min(...old.map(hourAfter)), cut, options);
      const ends = await readEnds(clickhouse, asked, cut, options);
      return new Map(asked.groups.map(({ group }) => [group, windowsOf(asked, cut, hours, ends.get(group), group)]));
    },
  };
};

const readHours = async (
  clickhouse: Pick<ClickHouse, 'query'>,
  { sources, groups, rule }: SlicesAsked,
  { from, cut }: { from: number; cut: number },
  options: ReadOptions,
): Promise<Omit<Remembered, 'atMs'>> => {
  const hours = Array.from({ length: Math.max(0, (cut - from) / 3_600) }, (_, index) => from + index * 3_600);
  const plan = planWindows(hours, cut, sources);
  const found = await readStretches(clickhouse, plan, groups, rule, options);
  const running = groups.map(({ group }) => {
    const sums = { good: [0], bad: [0] };
    for (const [index, hour] of hours.entries()) {
      const stretch = found.get(group)?.get(hour);
      sums.good.push(sums.good[index]! + (stretch?.good ?? 0));
      sums.bad.push(sums.bad[index]! + (stretch?.bad ?? 0));
    }
    return [group, sums] as const;
  });
  return { from, cut, running: new Map(running) };
};

/** The part of the hour in which each old window begins, and the fresh hours. */
const readEnds = (
  clickhouse: Pick<ClickHouse, 'query'>,
  { edges, over, sources, groups, rule }: SlicesAsked,
  cut: number,
  options: ReadOptions,
): Promise<Map<number, StretchSums>> => {
  const old = edges.filter((edge) => edge < cut);
  const heads = [...Map.groupBy(old, hourAfter)].map(([end, begins]) => ({ from: Math.min(...begins), to: end }));
  const pieces = [...heads, { from: cut, to: over }].flatMap(({ from, to }) => planWindows([from], to, sources).pieces);
  const cuts = new Set([...edges, ...old.map(hourAfter), cut]);
  const plan: WindowPlan = { edges: [...cuts].sort((a, b) => a - b), to: over, pieces, looseMinutes: [] };
  return readStretches(clickhouse, plan, groups, rule, options);
};

const windowsOf = (
  { edges, rule }: SlicesAsked,
  cut: number,
  hours: Remembered,
  ends: StretchSums | undefined,
  group: number,
): WindowSums => {
  const running = hours.running.get(group)!;
  const between = (from: number, to: number) => {
    const sum = { good: 0, bad: 0 };
    for (const [edge, stretch] of ends ?? []) {
      if (edge < from || edge >= to) continue;
      sum.good += stretch.good;
      sum.bad += stretch.bad;
    }
    return sum;
  };
  const windows = edges.map((edge) => {
    const fresh = between(Math.max(edge, cut), Infinity);
    if (edge >= cut) return fresh;
    const head = between(edge, hourAfter(edge));
    const first = (hourAfter(edge) - hours.from) / 3_600;
    const last = running.good.length - 1;
    return {
      good: head.good + running.good[last]! - running.good[first]! + fresh.good,
      bad: head.bad + running.bad[last]! - running.bad[first]! + fresh.bad,
    };
  });
  return {
    good: windows.map(({ good }) => good),
    bad: windows.map(({ bad }) => bad),
    minutes: windows.map(({ good, bad }) => (good + bad) / sliceParts(rule)),
  };
};

const hourBefore = (second: number): number => Math.floor(second / 3_600) * 3_600;
const hourAfter = (second: number): number => Math.ceil(second / 3_600) * 3_600;
