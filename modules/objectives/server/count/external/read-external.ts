import type { KeptIndicator } from '../../store.ts';
import { allStates, setCounted, setCountedFrom, setState, type SourceState } from '../store.ts';
import { gapsAfter, minutesIn, type Gap } from './gaps.ts';
import { externalLimits } from './limits.ts';
import type { SourceMinutes } from './minutes.ts';
import { SourceTrouble } from './outgoing.ts';
import { readHistory } from './read-history.ts';
import { instantOf, parts, readStretch, settledMinute, type External, type ExternalOptions } from './read-stretch.ts';
import type { SourceConnection } from './series.ts';

/** Reads outside sources into the counts. */
export interface ExternalCounts {
  /** Every indicator's minutes since it was last read, and from time to time its gaps. Never throws for a source's sake. */
  round(): Promise<void>;
  /** The history of a new indicator, the newest day first; then it takes part in rounds. False where the source was in trouble. */
  history(indicator: KeptIndicator, progress: (share: number) => Promise<void>): Promise<boolean>;
}

export const createExternalCounts = (options: ExternalOptions): ExternalCounts => {
  const { db, sources } = options;

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
        await live(options, indicator, state, connection);
      } catch (error) {
        if (!(error instanceof SourceTrouble)) throw error;
        if (error.ofSource) trouble = error;
        await setState(db, [indicator.number], 'no-data', { reason: error.message, at: options.now() });
      }
    }
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
    history: (indicator, progress) => readHistory(options, indicator, progress),
  };
};

const live = async (
  options: ExternalOptions,
  indicator: KeptIndicator,
  state: SourceState,
  connection: SourceConnection,
): Promise<void> => {
  const to = settledMinute(options.now());
  const countedTo = Math.floor(state.countedTo!.epochMilliseconds / 1_000);
  if (to <= countedTo) return;
  const oldest = to - options.backfillDays * 86_400;
  let gaps: readonly Gap[] = state.gaps;
  // The newest first would leave a hole in the middle when it is killed: what was read is always one stretch.
  let last: SourceMinutes | null = null;
  const first = Math.max(countedTo - externalLimits.againMinutes * 60, oldest);
  for (const [from, end] of parts(first, to)) {
    last = await readStretch(options, indicator, connection, from, end);
    gaps = gapsAfter(
      gaps,
      { from, to: end },
      [...last.missing.keys()],
      secondsOf(options) - externalLimits.gapHours * 3_600,
    );
    await setCounted(options.db, indicator.number, instantOf(end), gaps);
  }
  const reason = last?.missing.get(to - 60) ?? null;
  // From time to time, and as soon as a source that was in trouble tells again.
  const tellsAgain = reason === null && state.state === 'no-data';
  if (gaps.length > 0 && (tellsAgain || to % externalLimits.gapEverySeconds === 0))
    await repair(options, indicator, connection, gaps, instantOf(to));
  await setState(options.db, [indicator.number], reason === null ? 'counting' : 'no-data', {
    reason,
    at: options.now(),
  });
};
const repair = async (
  options: ExternalOptions,
  indicator: KeptIndicator,
  connection: SourceConnection,
  before: readonly Gap[],
  countedTo: Temporal.Instant,
): Promise<void> => {
  let gaps = before;
  for (const [from, end] of parts(before[0]![0], before.at(-1)![1])) {
    const wanted = new Set(minutesIn(gaps, from, end));
    const found = await readStretch(options, indicator, connection, from, end, wanted);
    const first = found.counted.find(({ bucket, good, bad }) => wanted.has(bucket) && good + bad > 0);
    // Counts from before what was taken for its first: its history is there now, and all of it is counted.
    if (first && indicator.countedFrom !== null && first.bucket * 1_000 < indicator.countedFrom.epochMilliseconds)
      await setCountedFrom(options.db, indicator.number, null);
    const missing = [...wanted].filter((minute) => found.missing.has(minute));
    gaps = gapsAfter(gaps, { from, to: end }, missing, secondsOf(options) - externalLimits.gapHours * 3_600);
  }
  await setCounted(options.db, indicator.number, countedTo, gaps);
};

const secondsOf = (options: ExternalOptions): number => Math.floor(options.now().epochMilliseconds / 1_000);

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
