import type { ClickHouse } from '../../../../../platform/clickhouse/clickhouse.ts';
import type { Log } from '../../../../../platform/log/log.ts';
import type { Indicator, SourceKind } from '../../../domain/indicator.ts';
import type { KeptIndicator } from '../../store.ts';
import type { Definitions } from '../definitions.ts';
import type { Recounts } from '../recounts.ts';
import { nextRevision, type CountDb } from '../store.ts';
import { sourcesAt } from '../../evaluate/window-plan.ts';
import { replaceCounts } from '../write-counts.ts';
import { externalLimits } from './limits.ts';
import { counterStepSeconds, minutesOf, type SourceMinutes } from './minutes.ts';
import { SourceTrouble } from './outgoing.ts';
import type { ReadSeries, Series, SourceConnection } from './series.ts';
import type { Sources } from './sources.ts';

export type External = Extract<Indicator, { kind: 'external' }>;

export interface ExternalOptions {
  readonly db: CountDb;
  readonly clickhouse: ClickHouse;
  readonly log: Log;
  readonly now: () => Temporal.Instant;
  readonly definitions: Definitions;
  readonly sources: Sources;
  readonly readers: Readonly<Record<SourceKind, ReadSeries>>;
  readonly backfillDays: number;
  readonly recounts: Recounts;
  readonly onCounted: () => void;
}

/** Reads [from, to) and writes what is counted; `only` narrows it to some minutes. */
export const readStretch = async (
  options: ExternalOptions,
  { number, definition }: KeptIndicator,
  connection: SourceConnection,
  from: number,
  to: number,
  only: ReadonlySet<number> | null = null,
): Promise<SourceMinutes> => {
  const { read, sourceKind } = definition as External;
  const stepSeconds = read.kind === 'ratio' && read.counter ? counterStepSeconds : 60;
  const ask = (query: string): Promise<Series[]> =>
    options.readers[sourceKind](connection, { query, from, to, stepSeconds }).catch((error: unknown) => {
      if (error instanceof SourceTrouble) throw error;
      options.log.warn(
        { indicator: number, error: String(error).slice(0, 300) },
        'a source answered in an unknown form',
      );
      throw new SourceTrouble('The source answered in a form that is not documented.', true);
    });
  const revision = await nextRevision(options.db);
  const found =
    read.kind === 'ratio'
      ? minutesOf(read, { total: await ask(read.total), part: await ask(read.part.query) }, from, to)
      : minutesOf(read, { total: await ask(read.query), part: [] }, from, to);
  const counted = only === null ? found.counted : found.counted.filter(({ bucket }) => only.has(bucket));
  const { tenSecondsFrom: fineFrom } = sourcesAt(Math.floor(options.now().epochMilliseconds / 1_000));
  const of = { number, level: 'minute', revision, fineFrom } as const;
  if (await replaceCounts(options.clickhouse, of, counted, options.recounts)) options.onCounted();
  return found;
};

/** [from, to) as requests ask for it. */
export const parts = (from: number, to: number): [number, number][] => {
  const size = externalLimits.minutesPerRequest * 60;
  return Array.from({ length: Math.ceil((to - from) / size) }, (_, index) => [
    from + index * size,
    Math.min(to, from + (index + 1) * size),
  ]);
};

/** The end of the last minute that has had time to come in. */
export const settledMinute = (now: Temporal.Instant): number =>
  Math.floor((Math.floor(now.epochMilliseconds / 1_000) - externalLimits.settleSeconds) / 60) * 60;

export const instantOf = (seconds: number): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(seconds * 1_000);
