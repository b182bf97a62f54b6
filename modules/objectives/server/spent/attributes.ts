import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { countText, percentText } from '../../domain/number-text.ts';
import type { ValueCounts } from '../../domain/spent.ts';
import { readSteps, type StepCounts } from '../backtest/signals.ts';
import type { Measured } from './measured.ts';
import { columnKeys, readAttributes, type AttributeRow, type SpanStretch } from './signals.ts';

/** Counts by the values of one dimension. */
export interface Dimension {
  readonly dimension: string;
  readonly exact: boolean;
  readonly note: string | null;
  readonly values: readonly ValueCounts[];
}

export interface AttributesQuestion {
  readonly from: number;
  readonly to: number;
  /** Spans are kept from here on, epoch seconds. */
  readonly spansFrom: number;
}

/** Requests that one look reads; where a stretch has more, the five minutes in which most was bad are read. */
const requestsMax = 200_000;
const fiveSeconds = 300;
const keysMax = 400;
/** Keys that repeat what another dimension says. */
const repeated = new Set(['service.version', 'deployment.environment.name', 'deployment.environment', 'service.name']);
/** Keys that tell connections and threads apart: a busy one has most of everything, which explains nothing. */
const incidental = new Set([
  'network.peer.port',
  'network.local.port',
  'client.port',
  'net.peer.port',
  'net.sock.peer.port',
  'net.sock.host.port',
  'thread.id',
  'thread.name',
]);

/**
 * One measured thing by the attributes of its requests, from the spans while they are kept. Empty where nothing was bad or no
 * span is kept. `columns`: also by operation, version and environment, for what telemetry's counts do not know.
 */
export const attributesOf = async (
  clickhouse: Pick<ClickHouse, 'query' | 'queryBinary'>,
  measured: Measured,
  question: AttributesQuestion,
  columns: boolean,
): Promise<Dimension[]> => {
  if (measured.definition.kind !== 'spans') return [];
  const from = Math.max(question.from, question.spansFrom);
  if (from >= question.to) return [];
  const chosen = await chooseSpans(clickhouse, measured.number, { ...question, from }, question.from);
  if (chosen === null) return [];
  const rows = await readAttributes(clickhouse, measured.definition, chosen.stretch, columns);
  const notes = [
    ...(chosen.before > 0
      ? [
          `Spans are kept from ${new Date(from * 1_000).toISOString()} on; ${countText(chosen.before)} requests came before.`,
        ]
      : []),
    ...(chosen.note === null ? [] : [chosen.note]),
  ];
  return [...Map.groupBy(rows, ({ key }) => key)]
    .slice(0, keysMax)
    .filter(([key, same]) => !repeated.has(key) && !incidental.has(key) && says(same, chosen.requests))
    .map(([key, same]) => ({
      dimension: dimensionOf(key),
      exact: notes.length === 0,
      note: notes.length === 0 ? null : notes.join(' '),
      values: valuesOf(same, chosen),
    }));
};

interface Chosen {
  readonly stretch: SpanStretch;
  readonly note: string | null;
  readonly requests: number;
  readonly bad: number;
  /** Requests of the stretch whose spans are gone. */
  readonly before: number;
}

/** All of a stretch where that is little, else the five minutes in which most was bad; null where nothing was. */
const chooseSpans = async (
  clickhouse: Pick<ClickHouse, 'queryBinary'>,
  number: number,
  { from, to }: AttributesQuestion,
  countsFrom: number,
): Promise<Chosen | null> => {
  const floor = Math.floor(countsFrom / 60) * 60;
  const steps = { from: floor, to: Math.ceil(to / 60) * 60, stepSeconds: 60 } as const;
  const counts = (await readSteps(clickhouse, [number], steps)).get(number)!;
  const counted = fiveMinutes(counts, floor);
  const fives = counted.filter(({ at }) => at + fiveSeconds > from);
  const before = counted.reduce((sum, each) => sum + (each.at + fiveSeconds > from ? 0 : each.total), 0);
  const all = fives.reduce((sum, each) => ({ bad: sum.bad + each.bad, total: sum.total + each.total }), none);
  if (all.bad === 0) return null;
  if (all.total <= requestsMax)
    return { stretch: { from, to, fives: null }, note: null, requests: all.total, bad: all.bad, before };
  let [requests, bad] = [0, 0];
  const taken: number[] = [];
  for (const each of fives.toSorted((a, b) => b.bad - a.bad || a.at - b.at)) {
    if (each.bad === 0 || (taken.length > 0 && requests + each.total > requestsMax)) break;
    taken.push(each.at);
    requests += each.total;
    bad += each.bad;
  }
  return {
    stretch: { from, to, fives: taken },
    note: `A sample: the ${countText(taken.length)} five minutes in which most was bad, with ${countText(requests)} of ${countText(all.total)} requests and ${percentText(bad / all.bad)} of the bad ones.`,
    requests,
    bad,
    before,
  };
};
const none = { bad: 0, total: 0 };

const fiveMinutes = ({ good, bad }: StepCounts, from: number): { at: number; total: number; bad: number }[] => {
  const found = new Map<number, { at: number; total: number; bad: number }>();
  for (let step = 0; step < good.length; step++) {
    const total = good[step]! + bad[step]!;
    if (total === 0) continue;
    const at = Math.floor((from + step * 60) / fiveSeconds) * fiveSeconds;
    const five = found.get(at) ?? { at, total: 0, bad: 0 };
    five.total += total;
    five.bad += bad[step]!;
    found.set(at, five);
  }
  return [...found.values()];
};

/** Whether a key can tell anything: not one value on all requests, nor another one on nearly each. */
const says = (rows: readonly AttributeRow[], requests: number): boolean => {
  const { values, keyGood, keyBad } = rows[0]!;
  const events = keyGood + keyBad;
  return !(values === 1 && events >= requests) && !(values > 10 && values > events / 2);
};

/** Values as people read them, the others together, and requests without the attribute. */
const valuesOf = (rows: readonly AttributeRow[], chosen: Chosen): ValueCounts[] => {
  const { values, keyGood, keyBad } = rows[0]!;
  const named = rows.map(({ value, good, bad }) => ({ value: textOf(value), good, bad }));
  const good = keyGood - sumOf(named, 'good');
  const bad = keyBad - sumOf(named, 'bad');
  const others = good + bad > 0 ? [{ value: `${countText(values - rows.length)} others`, good, bad }] : [];
  const without = {
    value: 'not set',
    good: Math.max(0, chosen.requests - chosen.bad - keyGood),
    bad: Math.max(0, chosen.bad - keyBad),
  };
  return [...named, ...others, ...(without.good + without.bad > 0 ? [without] : [])];
};

const sumOf = (values: readonly ValueCounts[], field: 'good' | 'bad'): number =>
  values.reduce((sum, each) => sum + each[field], 0);

const dimensionOf = (key: string): string =>
  (Object.values(columnKeys) as string[]).includes(key) ? key.trim() : `attribute:${key}`;

const textOf = (json: string): string => {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : json;
  } catch {
    return json;
  }
};
