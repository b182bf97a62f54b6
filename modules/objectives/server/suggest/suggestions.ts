import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  latencyEdgesMs,
  type RequestSeries,
  type ServiceSeen,
  type TelemetryDoor,
} from '../../../telemetry/server/public.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import { suggestLimits, type Suggestion } from '../../contract/suggest.ts';
import type { Counts } from '../../domain/indicator.ts';
import { percentText } from '../../domain/number-text.ts';
import { proposeTarget, type Proposal } from '../../domain/suggest-start.ts';
import { suggestBound, type Fared } from '../../domain/suggest.ts';
import { exclusionsNow, type ExclusionsNow } from '../corrections/in-force.ts';
import { allObjectives, type KeptObjective } from '../store.ts';
import type { ObjectivesTables } from '../tables.ts';
import { documentOf, uniqueNames } from './proposed-document.ts';

export interface SuggestGround extends Pick<Ground, 'postgres' | 'clock'> {
  readonly history: Pick<TelemetryDoor['history'], 'servicesSeen' | 'requestSeries'>;
}

export interface SuggestQuestion {
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
  /** Also for services that have objectives. */
  readonly all: boolean;
}

/** What nothing can be proposed for yet, and what is missing. */
export interface NotYet {
  readonly service: string;
  readonly environment: string;
  readonly about: 'availability' | 'latency';
  readonly reason: string;
}

/** A service of less than two days is looked at by the minute: by the hour it would have hardly any history. */
const youngSeconds = 2 * 86_400;

/**
 * Proposed objectives for each service and environment that was seen and has none: from counts by the hour of up to 90 days,
 * by the minute for a service that is new. At most 200, the busiest; whoever wants another names it.
 */
export const suggestionsFor = async (
  ground: SuggestGround,
  question: SuggestQuestion,
): Promise<{ items: Suggestion[]; notYet: NotYet[] }> => {
  const kept = await allObjectives(ground.postgres.tables<ObjectivesTables>());
  const to = ground.clock.now();
  const from = to.subtract({ hours: suggestLimits.historyDays * 24 });
  const { service, environment, all } = question;
  const limit = suggestLimits.servicesMax + kept.length;
  const seen = await ground.history.servicesSeen({ from, to, service, environment, limit });
  const wanted = seen.filter((each) => all || !isCovered(each, kept)).slice(0, suggestLimits.servicesMax);
  const asked = wanted.flatMap((each) => [
    { seen: each, about: 'availability' as const, bound: null },
    { seen: each, about: 'latency' as const, bound: boundOf(each) },
  ]);
  const series = await seriesOf(ground, asked, to);
  const nameOf = uniqueNames(new Set(kept.flatMap(({ name, document }) => [name, document])));
  const corrections = await exclusionsNow(ground.postgres);
  const several = new Set(
    [...Map.groupBy(seen, (each) => each.service)].filter(([, same]) => same.length > 1).map(([name]) => name),
  );
  const items: Suggestion[] = [];
  const notYet: NotYet[] = [];
  for (const [index, each] of asked.entries()) {
    const history = fromFirst(series[index]!, each.seen.firstAt);
    const proposal = proposeTarget(history);
    if (proposal.recommendedPpm === null)
      notYet.push({
        service: each.seen.service,
        environment: each.seen.environment,
        about: each.about,
        reason: proposal.text,
      });
    else {
      const inName = several.has(each.seen.service) ? [each.seen.environment || 'nowhere'] : [];
      const name = nameOf([each.seen.service, ...inName, each.about]);
      items.push(
        shown(each, {
          name,
          targetPpm: proposal.recommendedPpm,
          proposal,
          history,
          to,
          isCorrected: isCorrected(corrections, each.seen.service, history),
        }),
      );
    }
    if (index % 8 === 7) await nextTurn();
  }
  return { items, notYet };
};

interface Asked {
  readonly seen: ServiceSeen;
  readonly about: 'availability' | 'latency';
  readonly bound: ReturnType<typeof boundOf>;
}

/** Whether a promise is made of this service already, for the environment or for all. */
const isCovered = ({ service, environment }: ServiceSeen, kept: readonly KeptObjective[]): boolean =>
  kept.some(({ definition }) =>
    [
      { service: definition.service, environment: definition.environment },
      ...definition.components.flatMap(({ indicator }) =>
        indicator.kind === 'indicator' && indicator.definition.kind === 'spans' ? [indicator.definition.of] : [],
      ),
    ].some((of) => of.service === service && (of.environment === null || of.environment === environment)),
  );

/** The latency that 99 % of its requests kept: one of telemetry's edges, so that it is counted exactly. */
const boundOf = ({ requests, within }: ServiceSeen): { withinMs: number; keptRatio: number } | null =>
  suggestBound(
    latencyEdgesMs.map((withinMs, index): { withinMs: number; counts: Counts } => {
      const good = within[index] ?? 0;
      return { withinMs, counts: { good, bad: requests - good } };
    }),
  );

/** In the order of what was asked: two reads, the young services by the minute and the others by the hour. */
const seriesOf = async (
  { history }: SuggestGround,
  asked: readonly Asked[],
  to: Temporal.Instant,
): Promise<RequestSeries[]> => {
  const nowSeconds = to.epochMilliseconds / 1_000;
  const found = new Map<Asked, RequestSeries>();
  const isYoung = ({ seen }: Asked): boolean => seen.firstAt > nowSeconds - youngSeconds;
  for (const stepSeconds of [60, 3_600] as const) {
    const these = asked.filter((each) => isYoung(each) === (stepSeconds === 60));
    if (these.length === 0) continue;
    const first = Math.min(...these.map(({ seen }) => seen.firstAt));
    const series = await history.requestSeries({
      of: these.map(({ seen, bound }) => ({
        service: seen.service,
        environment: seen.environment,
        bad: bound === null ? 'errors' : { slowerThanMs: bound.withinMs },
      })),
      from: Temporal.Instant.fromEpochMilliseconds(first * 1_000),
      to,
      stepSeconds,
    });
    for (const [index, each] of these.entries()) found.set(each, series[index]!);
  }
  return asked.map((each) => found.get(each)!);
};

/** From its first step with data on: what was before it existed proves nothing. */
const fromFirst = (series: RequestSeries, firstAt: number): RequestSeries => {
  const skip = Math.max(0, Math.floor((firstAt - series.startsAt) / series.stepSeconds));
  return {
    ...series,
    startsAt: series.startsAt + skip * series.stepSeconds,
    good: series.good.subarray(skip),
    bad: series.bad.subarray(skip),
  };
};

const shown = (
  { seen, about, bound }: Asked,
  of: {
    readonly name: string;
    readonly targetPpm: number;
    readonly proposal: Proposal;
    readonly history: RequestSeries;
    readonly to: Temporal.Instant;
    readonly isCorrected: boolean;
  },
): Suggestion => {
  const { name, targetPpm, proposal, history, to } = of;
  const { service, environment } = seen;
  const withinMs = bound?.withinMs ?? null;
  const short = service.slice(service.lastIndexOf('/') + 1);
  const what = about === 'availability' ? `${short} answers` : `${short} answers within ${withinMs} ms`;
  const displayName = what.charAt(0).toUpperCase() + what.slice(1);
  const proposed = { service, environment, about, withinMs, name, displayName, targetPpm };
  const why = bound === null ? '' : ` ${percentText(bound.keptRatio)} of all requests took at most ${withinMs} ms.`;
  const coarse =
    history.stepSeconds === 3_600
      ? ' Pages and tickets were tried in steps of an hour, so nothing shorter is seen.'
      : '';
  return {
    ...proposed,
    reason: `${proposal.text}${why}${coarse}${of.isCorrected ? uncorrectedNote : ''}`,
    from: new Date(history.startsAt * 1_000).toISOString(),
    to: to.toString(),
    good: sum(history.good),
    bad: sum(history.bad),
    fared: proposal.fared.map(faredOf),
    document: documentOf(proposed),
  };
};

const uncorrectedNote = ' Corrections of this service exclude some of this time; all of it is counted here.';

const isCorrected = (
  corrections: ExclusionsNow,
  service: string,
  { startsAt, good, stepSeconds }: RequestSeries,
): boolean =>
  corrections.of(
    { name: '', service, components: [] },
    { from: startsAt, to: startsAt + good.length * stepSeconds },
  ) !== null;

/** As the contract tells it. */
export const faredOf = ({ budget, ...fared }: Fared): Suggestion['fared'][number] => ({
  targetPpm: fared.targetPpm,
  achievedPpm: fared.achievedPpm,
  remainingRatio: budget.remainingRatio,
  pages: fared.pages,
  tickets: fared.tickets,
  exhaustedMinutes: fared.exhaustedMinutes,
});

const sum = (values: Float64Array): number => values.reduce((total, each) => total + each, 0);
