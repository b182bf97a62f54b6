import { Refusal } from '../../../../kernel/problem.ts';
import type { Clock } from '../../../../platform/clock/clock.ts';
import type { Configuration } from '../../../../platform/config/settings.ts';
import { telemetryCodes, telemetryLimits } from '../../contract.ts';
import {
  lengthSeconds,
  pointsOf,
  rangeOf,
  stepFor,
  type RangeRefusal,
  type ReadRange,
} from '../../domain/read-range.ts';
import type { Sources } from '../../domain/rollup-pieces.ts';
import { keepLimits } from '../keep/limits.ts';
import type { Engine } from './engine.ts';

/** What every read of signals stands on. */
export interface Reads {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly config: Configuration;
  /** True when the catalog knows the service. */
  knowsService(name: string): Promise<boolean>;
}

/** Points that a chart gets when nobody says how many. */
const pointsDefault = 120;

/** The asked stretch of time, or a 400 that says what is wrong with it. */
export const readRange = (reads: Reads, query: { from?: string | undefined; to?: string | undefined }): ReadRange => {
  const asked = { from: nanoseconds(query.from), to: nanoseconds(query.to) };
  const range = rangeOf(asked, reads.clock.now().epochNanoseconds, telemetryLimits.rangeDays);
  if (typeof range !== 'string') return range;
  throw new Refusal({
    status: 400,
    code: telemetryCodes.rangeImpossible,
    title: 'This stretch of time is impossible',
    detail: rangeWords[range],
    errors: [{ path: 'query.from', message: rangeWords[range] }],
  });
};

const rangeWords: Record<RangeRefusal, string> = {
  'from-not-before-to': 'from must be before to',
  'longer-than-allowed': `from and to may be at most ${telemetryLimits.rangeDays} days apart`,
  'before-1970': 'from must not be before 1970-01-01T00:00:00Z',
  'after-2106': 'to must not be after 2106-02-07T06:28:15Z',
};

const nanoseconds = (text: string | undefined): bigint | null =>
  text === undefined ? null : Temporal.Instant.from(text).epochNanoseconds;

/** From an hour on nobody sees ten seconds, and minutes are read from a sixth of the rows. */
const coarseFromSeconds = 3_600;

/** The asked step where it is possible, or one that gives about 120 points. */
export const readStep = (range: ReadRange, asked: number | undefined): number => {
  if (asked === undefined) {
    const step = stepFor(range, pointsDefault);
    return lengthSeconds(range) >= coarseFromSeconds ? Math.max(60, step) : step;
  }
  const wrong = (message: string): never => {
    throw new Refusal({
      status: 400,
      code: telemetryCodes.stepTooSmall,
      title: 'This step is impossible',
      detail: message,
      errors: [{ path: 'query.step', message }],
    });
  };
  if (asked % 10 !== 0) wrong('a multiple of 10 seconds, the finest that is counted');
  if (pointsOf(range, asked) > telemetryLimits.points) {
    wrong(
      `gives more than ${telemetryLimits.points} points over this range; ask for at least ${stepFor(range, telemetryLimits.points - 2)}`,
    );
  }
  return asked;
};

/** Which tables have what, at this instant. A minute of margin keeps a read clear of what retention removes just now. */
export const sourcesNow = (reads: Reads, fractions: boolean): Sources => {
  const now = Math.floor(reads.clock.now().epochMilliseconds / 1_000);
  return {
    now,
    tenSecondsFrom: now - keepLimits.tenSecondsHours * 3_600 + 60,
    spansFrom: now - reads.config.values.spansDays * 86_400 + 60,
    fractions,
  };
};

/** 404 for a service that nobody knows. Asked only where nothing was found, because the catalog hears of a service last. */
export const requireService = async (reads: Reads, name: string): Promise<void> => {
  if (await reads.knowsService(name)) return;
  throw new Refusal({
    status: 404,
    code: telemetryCodes.serviceUnknown,
    title: 'Nobody has seen this service',
    detail: name,
  });
};

export const instantOfNs = (ns: bigint): string => Temporal.Instant.fromEpochNanoseconds(ns).toString();
export const instantOf = (second: number): string => Temporal.Instant.fromEpochMilliseconds(second * 1_000).toString();

/** A number that the engine wrote: 64-bit integers come as text; what is not a number (an empty quantile) is no data. */
export const numberOrNull = (value: unknown): number | null => {
  const number = typeof value === 'number' ? value : typeof value === 'string' ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : null;
};
