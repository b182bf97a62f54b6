import type { ExternalRead, ThresholdOp } from '../../../domain/indicator.ts';
import type { CountedBucket } from '../write-counts.ts';
import type { Series } from './series.ts';

/** What the queries of an indicator answered. */
export interface SourceAnswers {
  /** The total of a ratio; the only query of others. */
  readonly total: readonly Series[];
  readonly part: readonly Series[];
}

/** Minutes of a stretch: those that are counted, and why others are not. */
export interface SourceMinutes {
  readonly counted: readonly CountedBucket[];
  /** Minutes (epoch seconds of their starts) that have no right answer, with the reason. */
  readonly missing: ReadonlyMap<number, string>;
}

const million = 1_000_000;
/** Counters are asked for in steps as long as the usual scrape: of a restart within a minute nothing is lost then. */
export const counterStepSeconds = 15;
/** Why a minute is missing of which the source has no value at all. */
export const noSeries = 'The source answered nothing for this time.';

/**
 * Good and bad events of each minute of [from, to). Whatever is not surely a count is missing with a reason, never a number:
 * NaN (0/0 is one), infinite and negative values, a sum that fell, a part that is larger than its total.
 */
export const minutesOf = (read: ExternalRead, answers: SourceAnswers, from: number, to: number): SourceMinutes => {
  const counted: CountedBucket[] = [];
  const missing = new Map<number, string>();
  for (let bucket = from; bucket < to; bucket += 60) {
    const found = minuteOf(read, answers, bucket);
    if (typeof found === 'string') missing.set(bucket, found);
    else counted.push({ bucket, ...found });
  }
  return { counted, missing };
};

const minuteOf = (
  read: ExternalRead,
  answers: SourceAnswers,
  bucket: number,
): { good: number; bad: number } | string => {
  switch (read.kind) {
    case 'ratio':
      return ratioOf(read, answers, bucket);
    case 'raw':
      return rawOf(read.is, answers.total, bucket + 60);
    case 'threshold':
      return thresholdOf(read.op, read.bound, answers.total, bucket + 60);
  }
};

const ratioOf = (
  read: Extract<ExternalRead, { kind: 'ratio' }>,
  answers: SourceAnswers,
  bucket: number,
): { good: number; bad: number } | string => {
  const events = read.counter ? increaseOf : sumOf;
  const total = events(answers.total, bucket, 'total');
  if (typeof total === 'string') return total;
  if (total === null) return noSeries;
  const part = events(answers.part, bucket, read.part.is);
  if (typeof part === 'string') return part;
  // A counter of errors often begins with the first error; one of successes that is not there may be a wrong name.
  if (part === null && read.part.is === 'good')
    return 'There is a total and no good: where none is right, let the query answer 0 (in PromQL: or vector(0)).';
  const [all, some] = [Math.round(total), Math.round(part ?? 0)];
  if (some > all) {
    if ((part ?? 0) - total > 0.5 + total * 1e-6)
      return `The ${read.part.is} events (${text(part ?? 0)}) are more than all events (${text(total)}).`;
    return read.part.is === 'good' ? { good: all, bad: 0 } : { good: 0, bad: all };
  }
  return read.part.is === 'good' ? { good: some, bad: all - some } : { good: all - some, bad: some };
};

/**
 * By how much counters grew within the minute, all series together; null where none has a value at both of its ends. A counter
 * of one origin that fell began again from 0; a sum that fell is not known.
 */
const increaseOf = (series: readonly Series[], bucket: number, what: string): number | string | null => {
  let sum: number | null = null;
  for (const { values, isOneCounter } of series) {
    if (!values.has(bucket) || !values.has(bucket + 60)) continue;
    let before = values.get(bucket)!;
    let wrong = wrongCount(before, what);
    if (wrong !== null) return wrong;
    for (let at = bucket + counterStepSeconds; at <= bucket + 60; at += counterStepSeconds) {
      const after = values.get(at);
      if (after === undefined) continue;
      wrong = wrongCount(after, what);
      if (wrong !== null) return wrong;
      if (after < before && !isOneCounter)
        return `The ${what} fell from ${text(before)} to ${text(after)}: a sum of counters does so when one of them began anew. Ask for the counters themselves, or set counter: false and ask for increase(…[1m]).`;
      sum = (sum ?? 0) + (after >= before ? after - before : after);
      before = after;
    }
  }
  return sum;
};

/** The count of the minute as the source itself says it. */
const sumOf = (series: readonly Series[], bucket: number, what: string): number | string | null => {
  let sum: number | null = null;
  for (const { values } of series) {
    const value = values.get(bucket + 60);
    if (value === undefined) continue;
    const wrong = wrongCount(value, what);
    if (wrong !== null) return wrong;
    sum = (sum ?? 0) + value;
  }
  return sum;
};

const wrongCount = (value: number, what: string): string | null => {
  if (Number.isNaN(value)) return `The source answered no number for ${what} (NaN, as 0/0 is).`;
  if (!Number.isFinite(value)) return `The source answered an infinite ${what}.`;
  if (value < 0) return `The source answered a negative ${what}: ${text(value)}.`;
  return value > Number.MAX_SAFE_INTEGER ? `The ${what} is too large to be counted exactly: ${text(value)}.` : null;
};

/** A share is kept as a million parts of one minute. */
const rawOf = (is: 'good' | 'bad', series: readonly Series[], at: number): { good: number; bad: number } | string => {
  const values = series.flatMap(({ values: some }) => some.get(at) ?? []);
  if (values.length === 0) return noSeries;
  if (values.length > 1) return `The source answered ${values.length} series where one share is expected: add them up.`;
  const [share] = values;
  if (Number.isNaN(share)) return 'The source answered no number (NaN, as 0/0 is).';
  if (share! < 0 || share! > 1) return `The source answered ${text(share!)} where a share between 0 and 1 is expected.`;
  const parts = Math.round(share! * million);
  return is === 'good' ? { good: parts, bad: million - parts } : { good: million - parts, bad: parts };
};

/** Each series is one event a minute. */
const thresholdOf = (
  op: ThresholdOp,
  bound: number,
  series: readonly Series[],
  at: number,
): { good: number; bad: number } | string => {
  const counts = { good: 0, bad: 0 };
  for (const { values } of series) {
    const value = values.get(at);
    if (value === undefined) continue;
    if (Number.isNaN(value)) return 'The source answered no number (NaN, as 0/0 is).';
    counts[holds(op, value, bound) ? 'good' : 'bad'] += 1;
  }
  return counts.good + counts.bad === 0 ? noSeries : counts;
};

export const holds = (op: ThresholdOp, value: number, bound: number): boolean => {
  if (op === 'lt') return value < bound;
  if (op === 'lte') return value <= bound;
  return op === 'gt' ? value > bound : value >= bound;
};

const text = (value: number): string => String(Number(value.toPrecision(12)));
