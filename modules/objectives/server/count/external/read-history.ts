import type { KeptIndicator } from '../../store.ts';
import { setCounted, setCountedFrom, setState } from '../store.ts';
import { gapsAfter } from './gaps.ts';
import { externalLimits } from './limits.ts';
import { noSeries } from './minutes.ts';
import { SourceTrouble } from './outgoing.ts';
import { instantOf, parts, readStretch, settledMinute, type External, type ExternalOptions } from './read-stretch.ts';

/** The history of a new indicator, the newest day first; then it takes part in rounds. */
export const readHistory = async (
  options: ExternalOptions,
  indicator: KeptIndicator,
  progress: (share: number) => Promise<void>,
): Promise<boolean> => {
  const { db, sources } = options;
  const { number, definition } = indicator;
  const to = settledMinute(options.now());
  const from = to - options.backfillDays * 86_400;
  const missing = new Map<number, string>();
  let first = to;
  try {
    const { source, sourceKind } = definition as External;
    const connection = await sources.connection(source, sourceKind);
    const all = parts(from, to).toReversed();
    for (const [index, [start, end]] of all.entries()) {
      const found = await readStretch(options, indicator, connection, start, end);
      for (const [minute, reason] of found.missing) missing.set(minute, reason);
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
  const oldest = Math.floor(options.now().epochMilliseconds / 1_000) - externalLimits.gapHours * 3_600;
  // Before its first count a source may have had nothing to tell; where nothing was right at all, or what it said was no count,
  // it may tell later: as a gap it is asked for again.
  const wanted = [...missing].filter(([minute, reason]) => first === to || minute >= first || reason !== noSeries);
  const gaps = gapsAfter(
    [],
    { from, to },
    wanted.map(([minute]) => minute),
    oldest,
  );
  await setCountedFrom(db, number, instantOf(first));
  await setCounted(db, number, instantOf(to), gaps);
  const reason = missing.get(to - 60) ?? null;
  if (reason !== null) await setState(db, [number], 'no-data', { reason, at: options.now() });
  return true;
};
