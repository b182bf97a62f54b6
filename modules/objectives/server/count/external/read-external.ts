import type { ClickHouse } from '../../../../../platform/clickhouse/clickhouse.ts';
import type { Log } from '../../../../../platform/log/log.ts';
import type { Indicator, SourceKind } from '../../../domain/indicator.ts';
import type { KeptIndicator } from '../../store.ts';
import type { Definitions } from '../definitions.ts';
import {
  allStates,
  nextRevision,
  setCounted,
  setCountedFrom,
  setState,
  type CountDb,
  type SourceState,
} from '../store.ts';
import { replaceCounts } from '../write-counts.ts';
import { gapsAfter, minutesIn, type Gap } from './gaps.ts';
import { externalLimits } from './limits.ts';
import { counterStepSeconds, minutesOf, type SourceMinutes } from './minutes.ts';
import { SourceTrouble } from './outgoing.ts';
import type { ReadSeries, SourceConnection } from './series.ts';
import type { Sources } from './sources.ts';

type External = Extract<Indicator, { kind: 'external' }>;

/** Reads outside sources into the counts. */
export interface ExternalCounts {
  /** Every indicator's minutes since it was last read, and from time to time its gaps. Never throws for a source's sake. */
  round(): Promise<void>;
  /** The history of a new indicator, the newest day first; then it takes part in rounds. False where the source was in trouble. */
  history(indicator: KeptIndicator, progress: (share: number) => Promise<void>): Promise<boolean>;
}

export interface ExternalOptions {
  readonly db: CountDb;
  readonly clickhouse: ClickHouse;
  readonly log: Log;
  readonly now: () => Temporal.Instant;
  readonly definitions: Definitions;
  readonly sources: Sources;
  readonly readers: Readonly<Record<SourceKind, ReadSeries>>;
  readonly backfillDays: number;
  readonly onCounted: () => void;
}

export const createExternalCounts = (options: ExternalOptions): ExternalCounts => {
  const { db, sources } = options;
  const secondsNow = (): number => Math.floor(options.now().epochMilliseconds / 1_000);
  const settledMinute = (): number => Math.floor((secondsNow() - externalLimits.settleSeconds) / 60) * 60;

  const ofSource = async (indicators: readonly KeptIndicator[], states: Map<number, SourceState>): Promise<void> => {
    const { source, sourceKind } = indicators[0]!.definition as External;
    let trouble: SourceTrouble | null = null;
    let connection: SourceConnection | null = null;
    for (const indicator of indicators) {
      const state = states.get(indicator.number)!;
      try {
        // What is wrong with the source itself is wrong for its other indicators too: they are not asked one by one.
        if (trouble !== null) throw trouble;
        connection ??= await sources.connection(source, sourceKind);
        await live(indicator, state, connection);
      } catch (error) {
        if (!(error instanceof SourceTrouble)) throw error;
        if (error.ofSource) trouble = error;
        await setState(db, [indicator.number], 'no-data', { reason: error.message, at: options.now() });
      }
    }
  };
  const live = async (indicator: KeptIndicator, state: SourceState, connection: SourceConnection): Promise<void> => {
    const to = settledMinute();
    const countedTo = Math.floor(state.countedTo!.epochMilliseconds / 1_000);
    if (to <= countedTo) return;
    const oldest = to - options.backfillDays * 86_400;
    let gaps: readonly Gap[] = state.gaps;
    // The newest first would leave a hole in the middle when it is killed: what was read is always one stretch.
    let last: SourceMinutes | null = null;
    const first = Math.max(countedTo - externalLimits.againMinutes * 60, oldest);
    for (const [from, end] of parts(first, to)) {
      last = await stretch(indicator, connection, from, end);
      gaps = gapsAfter(
        gaps,
        { from, to: end },
        [...last.missing.keys()],
        secondsNow() - externalLimits.gapHours * 3_600,
      );
      await setCounted(db, indicator.number, instantOf(end), gaps);
    }
    if (gaps.length > 0 && to % externalLimits.gapEverySeconds === 0)
      await repair(indicator, connection, gaps, instantOf(to));
    const reason = last?.missing.get(to - 60) ?? null;
    await setState(db, [indicator.number], reason === null ? 'counting' : 'no-data', { reason, at: options.now() });
  };
  const repair = async (
    indicator: KeptIndicator,
    connection: SourceConnection,
    before: readonly Gap[],
    countedTo: Temporal.Instant,
  ): Promise<void> => {
    let gaps = before;
    for (const [from, end] of parts(before[0]![0], before.at(-1)![1])) {
      const wanted = new Set(minutesIn(gaps, from, end));
      const found = await stretch(indicator, connection, from, end, wanted);
      const missing = [...wanted].filter((minute) => found.missing.has(minute));
      gaps = gapsAfter(gaps, { from, to: end }, missing, secondsNow() - externalLimits.gapHours * 3_600);
    }
    await setCounted(db, indicator.number, countedTo, gaps);
  };
  /** Reads [from, to) and writes what is counted; `only` narrows it to some minutes. */
  const stretch = async (
    { number, definition }: KeptIndicator,
    connection: SourceConnection,
    from: number,
    to: number,
    only: ReadonlySet<number> | null = null,
  ): Promise<SourceMinutes> => {
    const { read, sourceKind } = definition as External;
    const stepSeconds = read.kind === 'ratio' && read.counter ? counterStepSeconds : 60;
    const ask = (query: string) => options.readers[sourceKind](connection, { query, from, to, stepSeconds });
    const revision = await nextRevision(db);
    const found =
      read.kind === 'ratio'
        ? minutesOf(read, { total: await ask(read.total), part: await ask(read.part.query) }, from, to)
        : minutesOf(read, { total: await ask(read.query), part: [] }, from, to);
    const counted = only === null ? found.counted : found.counted.filter(({ bucket }) => only.has(bucket));
    if (await replaceCounts(options.clickhouse, { number, level: 'minute', revision }, counted)) options.onCounted();
    return found;
  };

  return {
    round: async () => {
      const states = await allStates(db);
      const wanted = (await options.definitions.counted()).filter(
        ({ number, kind }) => kind === 'external' && (states.get(number)?.countedTo ?? null) !== null,
      );
      const bySource = [
        ...Map.groupBy(wanted, ({ definition }) => {
          const { source, sourceKind } = definition as External;
          return `${sourceKind} ${source}`;
        }).values(),
      ];
      await inLanes(bySource, externalLimits.sourcesAtOnce, (indicators) => ofSource(indicators, states));
    },
    history: async (indicator, progress) => {
      const { number, definition } = indicator;
      const to = settledMinute();
      const from = to - options.backfillDays * 86_400;
      const missing: number[] = [];
      let first = to;
      try {
        const { source, sourceKind } = definition as External;
        const connection = await sources.connection(source, sourceKind);
        const all = parts(from, to).toReversed();
        for (const [index, [start, end]] of all.entries()) {
          const found = await stretch(indicator, connection, start, end);
          missing.push(...found.missing.keys());
          const seen = found.counted.filter(({ good, bad }) => good + bad > 0);
          if (seen.length > 0) first = Math.min(first, ...seen.map(({ bucket }) => bucket));
          await progress((index + 1) / all.length);
        }
      } catch (error) {
        if (!(error instanceof SourceTrouble)) throw error;
        // It is asked for again soon; until then the state says why there is none.
        options.log.info({ indicator: number, reason: error.message }, 'the history of an indicator could not be read');
        await setState(db, [number], 'no-data', { reason: error.message, at: options.now() });
        return false;
      }
      const oldest = secondsNow() - externalLimits.gapHours * 3_600;
      const gaps = gapsAfter(
        [],
        { from, to },
        missing.filter((minute) => minute >= first),
        oldest,
      );
      await setCountedFrom(db, number, instantOf(first));
      await setCounted(db, number, instantOf(to), gaps);
      return true;
    },
  };
};

const parts = (from: number, to: number): [number, number][] => {
  const size = externalLimits.minutesPerRequest * 60;
  return Array.from({ length: Math.ceil((to - from) / size) }, (_, index) => [
    from + index * size,
    Math.min(to, from + (index + 1) * size),
  ]);
};

const inLanes = async <Item>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item) => Promise<void>,
): Promise<void> => {
  const waiting = [...items];
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
    }),
  );
};

const instantOf = (seconds: number): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(seconds * 1_000);
