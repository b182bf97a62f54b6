/** A question to a Prometheus-compatible source. */
export interface Asked {
  readonly query: string;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

export type SourceAnswer = { readonly status: number; readonly body: unknown } | 'silence';

/** One way of an outside source to be at fault; `faulty: false`: one that looks like a fault and is none. */
export interface SourceCase {
  readonly name: string;
  readonly faulty: boolean;
  readonly counter: boolean;
  /** What the product must say of it. */
  readonly reason: RegExp | null;
  answer(asked: Asked, from: number): SourceAnswer;
  /** What it truly counted in a minute. */
  minute(at: number): { readonly good: number; readonly bad: number };
}

/** What every source counts in the minute that begins `at`. */
const minute = (at: number): { good: number; bad: number } => {
  const bad = (at / 60) % 3;
  return { good: 90 + ((at / 60) % 7) - bad, bad };
};
const countOf = (query: string, at: number): number => {
  const { good, bad } = minute(at);
  return query === 'all' ? good + bad : bad;
};

const matrix = (
  values: readonly (readonly [number, string])[],
  metric: Readonly<Record<string, string>> = {},
): unknown => ({
  status: 'success',
  data: { resultType: 'matrix', result: values.length === 0 ? [] : [{ metric, values }] },
});

/** The right answer: counts of minutes at their ends, or a counter that began anew in the middle of the history. */
export const valuesOf = (
  { query, start, end, step }: Asked,
  from: number,
  is: Pick<SourceCase, 'counter'>,
): unknown => {
  const values: [number, string][] = [];
  for (let at = start; at <= end; at += step) {
    if (at > Date.now() / 1_000 || at < from + (is.counter ? 0 : 60)) continue;
    values.push([at, String(is.counter ? counterAt(query, at, from) : countOf(query, at - 60))]);
  }
  return matrix(values, is.counter ? { __name__: `${query}_total` } : {});
};

/** Grows by a minute's count at the minute's 30th second; restarts from 0 at the 30th minute's 15th. */
const counterAt = (query: string, at: number, from: number): number => {
  const restart = from + 30 * 60 + 15;
  let value = 0;
  for (let second = at >= restart ? from + 30 * 60 : from; second + 30 <= at; second += 60)
    value += countOf(query, second);
  return value;
};

/** All minutes asked for, each with the same wrong value. */
const always =
  (value: string) =>
  ({ start, end, step, query }: Asked, from: number): SourceAnswer => {
    const values: [number, string][] = [];
    for (let at = start; at <= end; at += step)
      if (at >= from + 60 && at <= Date.now() / 1_000) values.push([at, query === 'all' ? value : '0']);
    return { status: 200, body: matrix(values) };
  };

const fault = (name: string, reason: RegExp, answer: SourceCase['answer']): SourceCase => ({
  name,
  faulty: true,
  counter: false,
  reason,
  answer,
  minute,
});

export const sourceCases: readonly SourceCase[] = [
  fault('down', /did not answer|cannot be reached|could not be reached|refused|connect/i, () => 'silence'),
  fault('slow', /did not answer within/, () => 'silence'),
  fault('unwell', /HTTP 503/, () => ({ status: 503, body: 'later' })),
  fault('not a number', /NaN, as 0\/0 is/, always('NaN')),
  fault('infinite', /infinite/, always('+Inf')),
  fault('negative', /negative/, always('-3')),
  fault('words', /no number/, always('many')),
  fault('another page', /did not answer as the Prometheus HTTP API does/, () => ({ status: 200, body: '<html>' })),
  fault('gap', /answered nothing/, () => ({ status: 200, body: matrix([]) })),
  { name: 'reset', faulty: false, counter: true, reason: null, answer: () => 'silence', minute },
];
