import { latencyEdgesMs, type TelemetryDoor } from '../../../telemetry/server/public.ts';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { Refusal } from '../../../../kernel/problem.ts';
import type { Indicator } from '../../domain/indicator.ts';
import type { Series } from '../../domain/series.ts';
import { readSteps } from '../backtest/signals.ts';
import { planSpans } from '../count/span-plan.ts';
import { minutesFromSpans } from './signals.ts';

export interface IndicatorHistoryGround {
  readonly clickhouse: Pick<ClickHouse, 'query' | 'queryBinary'>;
  readonly history: Pick<TelemetryDoor['history'], 'requestSeries'>;
  readonly spansDays: number;
}

/** Whole minutes, epoch seconds; minutes are kept from `minutesFrom` on, a whole hour, before that there are hours. */
export interface HistoryAsked {
  readonly from: number;
  readonly minutesFrom: number;
  readonly to: number;
}

/** What was counted, and what should be known of it. */
export interface IndicatorHistory {
  readonly series: Series;
  readonly notes: readonly string[];
}

/**
 * Good and bad events of an indicator by the minute: from its counts where it is counted (`number`), else from what telemetry
 * counts of requests, else from the spans while they are kept. What is older than the minutes are kept is hours, spread evenly.
 */
export const historyOfIndicator = async (
  ground: IndicatorHistoryGround,
  indicator: { readonly definition: Indicator; readonly number: number | null },
  asked: HistoryAsked,
): Promise<IndicatorHistory> => {
  const { definition, number } = indicator;
  if (number !== null) return { series: await fromBoth(asked, (part) => counted(ground, number, part)), notes: [] };
  if (definition.kind !== 'spans')
    return {
      series: emptyOf(asked),
      notes: ['Nothing counts this yet: its history is read when the objective is made.'],
    };
  const [simple] = planSpans(
    [{ number: 0, kind: 'spans', definition, countedFrom: null, unusedSince: null }],
    latencyEdgesMs,
  ).simple;
  if (simple) {
    const { service, environment, operation } = definition.of;
    const bad =
      typeof simple.bad === 'string' ? simple.bad : { slowerThanMs: latencyEdgesMs[simple.bad.slowerThanEdge - 1]! };
    const of = [{ service, environment: environment ?? undefined, operation: operation ?? undefined, bad }];
    const series = await fromBoth(asked, async ({ from, to, stepSeconds }) => {
      const [found] = await ground.history.requestSeries({ of, from: instantOf(from), to: instantOf(to), stepSeconds });
      return found!;
    });
    return { series, notes: [] };
  }
  return fromSpans(ground, definition, asked);
};

const fromSpans = async (
  { clickhouse, spansDays }: IndicatorHistoryGround,
  definition: Extract<Indicator, { kind: 'spans' }>,
  asked: HistoryAsked,
): Promise<IndicatorHistory> => {
  const kept = Math.ceil((asked.to - spansDays * 86_400) / 60 + 1) * 60;
  const from = Math.max(asked.from, kept);
  const notes = from > asked.from ? [`Only the spans know this, and they are kept for ${spansDays} days.`] : [];
  try {
    const young = await minutesFromSpans(clickhouse, definition, { from, to: asked.to });
    return { series: placed(asked, young), notes };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return {
      series: emptyOf(asked),
      notes: [
        `Its history could not be counted in ten seconds: ${error.problem.title}. It is counted when the objective is made.`,
      ],
    };
  }
};

interface Part {
  readonly from: number;
  readonly to: number;
  readonly stepSeconds: 60 | 3_600;
}

const counted = async ({ clickhouse }: IndicatorHistoryGround, number: number, part: Part): Promise<Series> => {
  const counts = (await readSteps(clickhouse, [number], part)).get(number)!;
  return {
    startsAt: part.from,
    stepSeconds: part.stepSeconds,
    good: Float64Array.from(counts.good),
    bad: Float64Array.from(counts.bad),
  };
};

const fromBoth = async (asked: HistoryAsked, read: (part: Part) => Promise<Series>): Promise<Series> => {
  const { from, minutesFrom, to } = asked;
  const whole = emptyOf(asked);
  const parts: Part[] = [
    { from: Math.ceil(from / 3_600) * 3_600, to: minutesFrom, stepSeconds: 3_600 },
    { from: Math.max(from, minutesFrom), to, stepSeconds: 60 },
  ];
  for (const part of parts) if (part.from < part.to) place(whole, await read(part));
  return whole;
};

const placed = (asked: HistoryAsked, series: Series): Series => {
  const whole = emptyOf(asked);
  place(whole, series);
  return whole;
};

const emptyOf = ({ from, to }: HistoryAsked): Series => {
  const steps = Math.ceil((to - from) / 60);
  return { startsAt: from, stepSeconds: 60, good: new Float64Array(steps), bad: new Float64Array(steps) };
};

/** Puts a series into one by the minute; an hour is spread evenly in whole events: nobody knows more of it. */
const place = (whole: Series, { startsAt, stepSeconds, good, bad }: Series): void => {
  const minutes = stepSeconds / 60;
  const first = (startsAt - whole.startsAt) / 60;
  for (let step = 0; step < good.length; step++) {
    if (good[step] === 0 && bad[step] === 0) continue;
    for (let minute = 0; minute < minutes; minute++) {
      const at = first + step * minutes + minute;
      if (at < 0 || at >= whole.good.length) continue;
      whole.good[at] = spread(good[step]!, minutes, minute);
      whole.bad[at] = spread(bad[step]!, minutes, minute);
    }
  }
};

const spread = (events: number, parts: number, part: number): number =>
  Math.floor((events * (part + 1)) / parts) - Math.floor((events * part) / parts);

const instantOf = (second: number): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(second * 1_000);
