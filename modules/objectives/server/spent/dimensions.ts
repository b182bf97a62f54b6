import { latencyEdgesMs, type BadRequest, type TelemetryDoor } from '../../../telemetry/server/public.ts';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { Refusal } from '../../../../kernel/problem.ts';
import type { Spent } from '../../contract/spent.ts';
import type { Counts, Indicator } from '../../domain/indicator.ts';
import { differenceOf, sharesOf, type ValueCounts } from '../../domain/spent.ts';
import { planSpans } from '../count/span-plan.ts';
import { attributesOf, type Dimension } from './attributes.ts';
import type { Measured } from './measured.ts';

export interface DimensionsGround {
  readonly clickhouse: Pick<ClickHouse, 'query' | 'queryBinary'>;
  readonly history: Pick<TelemetryDoor['history'], 'requestShares' | 'callShares'>;
}

export interface DimensionsQuestion {
  readonly from: number;
  readonly to: number;
  readonly spansFrom: number;
  readonly measured: readonly Measured[];
  /** Share of the budget that went in the stretch; null where there is none. */
  readonly budgetShare: number | null;
}

/** A service's operations are bounded where they are received: this is all of them. */
const valuesMax = 2_000;
/** Values that a person gets to see. */
const shownMax = 12;
const attributesShownMax = 8;
/** Parts of a journey that are looked at span by span: those with the most bad events. */
const lookedAtMax = 3;
/** Below this an attribute tells nothing: bad events fall as all events do. */
const differenceMin = 0.1;
/** Attributes that say how a request failed, not where it came from: shown after the others. */
const outcomes = /^attribute:(error\.|exception\.|otel\.status|http\.(response\.)?status_code|rpc\.grpc\.status_code)/;

const fromCounts = ['operation', 'version', 'environment'] as const;

/** Who spent the budget, by everything that is known of requests; the dimension that differs most first. */
export const dimensionsOf = async (ground: DimensionsGround, question: DimensionsQuestion): Promise<Spent['by']> => {
  const requests = question.measured.filter(({ definition }) => definition.kind === 'spans');
  const simple = requests.filter((each) => badOf(each.definition) !== null);
  const services = new Set(requests.map(({ definition }) => serviceOf(definition)));
  const counted = await Promise.all(
    fromCounts.map(async (by): Promise<Dimension> => {
      const values = await Promise.all(simple.map((each) => valuesBy(ground, question, { each, by, services })));
      return { dimension: by, exact: true, note: null, values: merged(values.flat()) };
    }),
  );
  const looked = await lookAtSpans(ground, question, requests);
  const parts = question.measured.length > 1 ? [await partsOf(ground, question, simple)] : [];
  const events = [...parts, ...joined([...counted, ...looked])].filter(
    (each) => hasBad(each) || each.dimension === unread.dimension,
  );
  const shown = events.map((each) => ({ ...each, difference: differenceOf(each.values) }));
  const plain = shown.filter(({ dimension }) => !dimension.startsWith('attribute:'));
  const attributes = shown
    .filter(({ dimension, difference }) => dimension.startsWith('attribute:') && difference >= differenceMin)
    .sort((a, b) => b.difference - a.difference)
    .slice(0, attributesShownMax);
  const order = [...plain, ...attributes].sort(
    (a, b) => Number(outcomes.test(a.dimension)) - Number(outcomes.test(b.dimension)) || b.difference - a.difference,
  );
  const calls = await callsOf(ground, question, requests);
  return [
    ...order.map((each) => ({
      dimension: each.dimension,
      exact: each.exact,
      note: each.note,
      shares: sharesOf(each.values, allowedFor(each.values, question.budgetShare)).slice(0, shownMax),
    })),
    ...(hasBad(calls) ? [{ ...withoutValues(calls), shares: sharesOf(calls.values, 0).slice(0, shownMax) }] : []),
  ];
};

const withoutValues = ({ dimension, exact, note }: Dimension) => ({ dimension, exact, note });
const hasBad = ({ values }: Dimension): boolean => values.some(({ bad }) => bad > 0);

/**
 * Events that the budget would allow if these bad ones are the share that went: each value then has its part of that share,
 * also where a method of slices or a composite makes the budget out of something else than events.
 */
const allowedFor = (values: readonly Counts[], budgetShare: number | null): number => {
  const bad = values.reduce((sum, each) => sum + each.bad, 0);
  return budgetShare === null || budgetShare === 0 ? 0 : bad / budgetShare;
};

/** What telemetry's counts know of an indicator; null where only the spans can say it. */
const badOf = (definition: Indicator): BadRequest | null => {
  const [simple] = planSpans(
    [{ number: 0, kind: definition.kind, definition, countedFrom: null, unusedSince: null }],
    latencyEdgesMs,
  ).simple;
  if (!simple) return null;
  return typeof simple.bad === 'string' ? simple.bad : { slowerThanMs: latencyEdgesMs[simple.bad.slowerThanEdge - 1]! };
};

const serviceOf = (definition: Indicator): string => (definition.kind === 'spans' ? definition.of.service : '');

const selectionOf = (definition: Indicator) => {
  if (definition.kind !== 'spans') throw new TypeError(`${definition.kind} does not select requests`);
  const { service, environment, operation } = definition.of;
  return { service, environment: environment ?? undefined, operation: operation ?? undefined };
};

const stretchOf = ({ from, to }: Pick<DimensionsQuestion, 'from' | 'to'>) => ({
  from: Temporal.Instant.fromEpochMilliseconds(from * 1_000),
  to: Temporal.Instant.fromEpochMilliseconds(to * 1_000),
});

/** Values of one measured thing; where several services are measured, each with its service. */
const valuesBy = async (
  { history }: DimensionsGround,
  question: DimensionsQuestion,
  of: { each: Measured; by: (typeof fromCounts)[number]; services: ReadonlySet<string> },
): Promise<ValueCounts[]> => {
  const { each, by, services } = of;
  const selection = selectionOf(each.definition);
  const bad = badOf(each.definition)!;
  const values = await history.requestShares({ ...stretchOf(question), ...selection, bad, by, limit: valuesMax });
  if (services.size <= 1 || by === 'environment') return [...values];
  return values.map((share) => ({ ...share, value: `${selection.service}: ${share.value || 'none named'}` }));
};

const partsOf = async (
  { history }: DimensionsGround,
  question: DimensionsQuestion,
  simple: readonly Measured[],
): Promise<Dimension> => {
  const values = await Promise.all(
    simple.map(async (each) => {
      const selection = { ...stretchOf(question), ...selectionOf(each.definition) };
      const shares = await history.requestShares({
        ...selection,
        bad: badOf(each.definition)!,
        by: 'environment',
        limit: valuesMax,
      });
      return { value: each.part || selection.service, ...sumOf(shares) };
    }),
  );
  return {
    dimension: 'part',
    exact: true,
    note: 'Events of each part; how they make the whole depends on its weights.',
    values: merged(values),
  };
};

const lookAtSpans = async (
  { clickhouse }: DimensionsGround,
  question: DimensionsQuestion,
  requests: readonly Measured[],
): Promise<Dimension[]> => {
  const found: Dimension[] = [];
  for (const each of requests.slice(0, lookedAtMax)) {
    try {
      found.push(...(await attributesOf(clickhouse, each, question, badOf(each.definition) === null)));
    } catch (error) {
      // What is known without the spans is told all the same.
      if (!(error instanceof Refusal)) throw error;
      found.push({ ...unread, note: `The spans could not be read: ${error.problem.title}.` });
    }
  }
  return found;
};

const unread = { dimension: 'attributes', exact: false, values: [] } as const;

/** Calls that the services made: of the failed ones (or the slow ones), how many went where. */
const callsOf = async (
  { history }: DimensionsGround,
  question: DimensionsQuestion,
  requests: readonly Measured[],
): Promise<Dimension> => {
  const asked = requests.map(({ definition }) => {
    const { service, environment } = selectionOf(definition);
    const bad = badOf(definition);
    return { service, environment, slowerThanMs: typeof bad === 'object' && bad !== null ? bad.slowerThanMs : null };
  });
  // Two parts of one service made the same calls.
  const once = [...new Map(asked.map((each) => [JSON.stringify(each), each])).values()];
  const made = await Promise.all(
    once.slice(0, lookedAtMax).map((each) => history.callShares({ ...stretchOf(question), ...each, limit: valuesMax })),
  );
  const values = made
    .flat()
    .map(({ name, calls, failed }) => ({ value: name || 'unknown', good: calls - failed, bad: failed }));
  return {
    dimension: 'dependency',
    exact: true,
    note: 'Calls that the service made, not requests that it got: one request may make several, and a failed call need not fail it.',
    values: merged(values),
  };
};

/** Several sources of one dimension are one. */
const joined = (dimensions: readonly Dimension[]): Dimension[] =>
  [...Map.groupBy(dimensions, ({ dimension }) => dimension)].map(([dimension, same]) => {
    const [first] = same;
    if (same.length === 1) return first!;
    const notes = [...new Set(same.flatMap(({ note }) => note ?? []))];
    return {
      dimension,
      exact: same.every(({ exact, values }) => exact || values.length === 0),
      note: notes.length === 0 ? null : notes.join(' '),
      values: merged(same.flatMap(({ values }) => values)),
    };
  });

const merged = (values: readonly ValueCounts[]): ValueCounts[] =>
  [...Map.groupBy(values, ({ value }) => value)].map(([value, same]) => ({ value, ...sumOf(same) }));

const sumOf = (counts: readonly Counts[]): { good: number; bad: number } =>
  counts.reduce((sum, each) => ({ good: sum.good + each.good, bad: sum.bad + each.bad }), { good: 0, bad: 0 });
