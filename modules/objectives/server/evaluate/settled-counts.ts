import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import type { Clock } from '../../../../platform/clock/clock.ts';
import { applyChanges, createMovingSums, emptySums, type Change, type Slots, type Sums } from './moving-sums.ts';
import type { ReadOptions } from './signals.ts';
import type { CountsSources } from './window-plan.ts';

/**
 * Minutes are remembered from this long after they are surely computed: points of metrics make the last five anew each time.
 * What is counted anew later than that is told by `Recounts` (count/recounts.ts), whose bounds are narrower than these by a
 * minute and by ten: clocks of processes may differ.
 */
const settledAfterSeconds = 6 * 60;
const oldAfterSeconds = 2 * 3_600;
/** Everything is read anew after this long all the same. */
const rereadMs = 10 * 60_000;

/** Each window may begin within a minute of its own, and those minutes and the last ones are told apart by the bits of one number. */
const windowsPerRead = 16;

/** How often counts of older time were made anew, over all processes: `old` is in hours that are over, `recent` after that. */
export interface RecountMarks {
  readonly recent: string;
  readonly old: string;
}

/** Windows that begin at `edges` and end at `to`, of events; an edge as `windowEdge` gives it. */
export interface EventsAsked {
  readonly edges: readonly number[];
  readonly to: number;
  readonly sources: CountsSources;
  readonly slots: Slots;
  /** Equal while the same windows are asked for in the same order. */
  readonly windows: string;
  readonly recounts: RecountMarks;
}

/**
 * Sums of the windows of all events. To read them whole costs 0.65 CPU-seconds for 10,000 indicators and eight windows, of which
 * nearly all is what was read ten seconds before. So sums over whole minutes are kept in two parts, one of what is over since
 * two hours (hours with the minutes at their ends) and one of the minutes after that. Each cycle reads what enters and leaves
 * them, once a minute, and the last minutes. A recount of what is remembered makes its part be read anew, in the very next
 * cycle. 84 bytes an indicator and window: 7 MB for 10,000 with nine.
 */
export interface SettledCounts {
  /** The sums are written over by the next read. */
  read(asked: EventsAsked, options: ReadOptions): Promise<Sums>;
}

export const createSettledCounts = (
  clickhouse: Pick<ClickHouse, 'queryBinary'>,
  clock: Pick<Clock, 'monotonicMs'>,
): SettledCounts => {
  const [old, recent] = [createMovingSums(clickhouse), createMovingSums(clickhouse)];
  return {
    read: async (asked, options) => {
      const { edges, to, sources, slots, windows, recounts } = asked;
      const until = sources.minutesUntil - settledAfterSeconds;
      const oldUntil = Math.floor((until - oldAfterSeconds) / 3_600) * 3_600;
      const starts = edges.map(minuteAfter);
      const turn = Math.floor(clock.monotonicMs() / rereadMs);
      const before = await old.read(
        {
          stretches: starts.map((from) => ({ from: Math.min(from, oldUntil), to: oldUntil })),
          mark: `${windows} ${turn} ${recounts.old}`,
          slots,
          sources,
        },
        options,
      );
      // An hour's own count follows its minutes by a while, so it is not taken where both are still remembered.
      const after = await recent.read(
        {
          stretches: starts.map((from) => ({ from: Math.min(Math.max(from, oldUntil), until), to: until })),
          mark: `${windows} ${turn} ${recounts.old} ${recounts.recent}`,
          slots,
          sources: { ...sources, hoursUntil: 0 },
        },
        options,
      );
      const sums = emptySums(edges.length, slots);
      const fresh = edges.flatMap((edge, window): Change[] => [
        { from: edge, to: Math.min(starts[window]!, to), window, sign: 1 },
        { from: Math.max(starts[window]!, until), to, window, sign: 1 },
      ]);
      for (let first = 0; first < edges.length; first += windowsPerRead) {
        const some = fresh.filter(({ window }) => window >= first && window < first + windowsPerRead);
        await applyChanges(clickhouse, some, { slots, sums, sources: { ...sources, hoursUntil: 0 } }, options);
      }
      addUp(sums, before, after);
      return sums;
    },
  };
};

const addUp = (sums: Sums, before: Sums, after: Sums): void => {
  const { good, bad, minutes, loose } = sums;
  for (let at = 0; at < good.length; at += 1) {
    good[at]! += before.good[at]! + after.good[at]!;
    bad[at]! += before.bad[at]! + after.bad[at]!;
    minutes[at]! += before.minutes[at]! + after.minutes[at]! + bitsIn(loose[at]!);
  }
};

const minuteAfter = (second: number): number => Math.ceil(second / 60) * 60;

const bitsIn = (mask: number): number => {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
};
