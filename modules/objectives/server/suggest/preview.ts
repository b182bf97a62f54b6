import { setImmediate as nextTurn } from 'node:timers/promises';
import type { z } from 'zod';
import type { Ground } from '../../../../platform/module/ground.ts';
import type { previewObjective } from '../../contract/suggest.ts';
import { canonicalIndicator, canonicalText } from '../../domain/canonical-indicator.ts';
import { wholeOf } from '../../domain/composite.ts';
import { fareWhole, withTarget } from '../../domain/fare-whole.ts';
import { eventPartsOf } from '../../domain/method.ts';
import { minutesText, ppmText } from '../../domain/number-text.ts';
import type { Objective, Tier } from '../../domain/objective.ts';
import { seriesByMethod, seriesOf as seriesIn, type Series } from '../../domain/series.ts';
import { simulate, type RaisedAlert } from '../../domain/simulate.ts';
import { readerOver } from '../../domain/simulate-whole.ts';
import { fareTargets, type Fared } from '../../domain/suggest.ts';
import { defaultTiers } from '../../domain/tiers.ts';
import { nominalMinutes } from '../../domain/window.ts';
import { exclusionsNow } from '../corrections/in-force.ts';
import { compileDocuments, type ApplyGround } from '../apply-documents.ts';
import type { Find } from '../evaluate/prepared.ts';
import { fromText, tellingPlaces } from '../said-documents.ts';
import { measuredBelow } from '../spent/measured.ts';
import { allIndicators, allObjectives, type KeptIndicator } from '../store.ts';
import type { ObjectivesTables } from '../tables.ts';
import { indicatorWords } from '../views/indicator-words.ts';
import { historyOfIndicator, type HistoryAsked, type IndicatorHistoryGround } from './indicator-history.ts';
import { faredOf } from './suggestions.ts';

export interface PreviewGround extends IndicatorHistoryGround, Pick<Ground, 'postgres' | 'clock'> {
  readonly apply: ApplyGround;
}

type Item = z.input<typeof previewObjective.answer>['items'][number];

/** Counts by the minute are kept this long (counting's and telemetry's retention), with a day of margin. */
const minutesDays = 61;
const objectivesMax = 20;
const alertsMax = 500;
/** A chart of history has about two thousand points. */
const stepsMax = 2_200;
const stepUnits = [60, 300, 600, 1_800, 3_600] as const;

/** How the objectives of documents would have fared on the history that there is. Changes nothing; refuses wrong documents as `apply` does. */
export const previewOf = async (
  ground: PreviewGround,
  body: z.output<typeof previewObjective.body>,
): Promise<{ items: Item[] }> => {
  const said = fromText(body.text);
  const change = await tellingPlaces(said, () => compileDocuments(ground.apply, said.values));
  const db = ground.postgres.tables<ObjectivesTables>();
  const [kept, indicators] = [await allObjectives(db), await allIndicators(db)];
  const made = change.slos.flatMap(({ objectives }) => objectives).slice(0, objectivesMax);
  const numbered = withNumbers(made, indicators);
  const byName = new Map<string, Objective>([
    ...kept.map(({ name, definition }): [string, Objective] => [name, definition]),
    ...numbered.objectives.map((each): [string, Objective] => [each.name, each]),
  ]);
  const nowSeconds = Math.floor(ground.clock.now().epochMilliseconds / 60_000) * 60;
  const asked = {
    from: nowSeconds - body.days * 86_400,
    minutesFrom: Math.ceil((nowSeconds - minutesDays * 86_400) / 3_600) * 3_600,
    to: nowSeconds,
  };
  const corrections = await exclusionsNow(ground.postgres);
  const items: Item[] = [];
  for (const objective of numbered.objectives) {
    const find: Find = (name) => byName.get(name);
    const item = await itemOf(ground, {
      objective,
      find,
      counted: numbered.counted,
      asked,
      targetsPpm: body.targetsPpm,
    });
    const isCorrected = corrections.of(objective, asked, find) !== null;
    items.push({ ...item, adapted: [...item.adapted, ...(isCorrected ? [uncorrectedNote] : [])] });
  }
  return { items };
};

const uncorrectedNote = 'Corrections exclude some of this time from its budget; all of it is counted here.';

interface Numbered {
  readonly objectives: readonly Objective[];
  /** Numbers under which there are counts; the others stand for indicators that nothing counts yet. */
  readonly counted: ReadonlySet<number>;
}

/** Compiled objectives have no numbers yet: the one that counts the same, else a number that nothing has. */
const withNumbers = (objectives: readonly Objective[], indicators: readonly KeptIndicator[]): Numbered => {
  const known = new Map(indicators.map((each) => [canonicalIndicator(each.definition), each]));
  const counted = new Set(
    indicators
      .filter(({ countedFrom, unusedSince }) => countedFrom !== null && unusedSince === null)
      .map(({ number }) => number),
  );
  const numbers = new Map<string, number>();
  const numberOf = (canonical: string): number => {
    const number = known.get(canonical)?.number ?? numbers.get(canonical) ?? -1 - numbers.size;
    numbers.set(canonical, number);
    return number;
  };
  return {
    counted,
    objectives: objectives.map((objective) => ({
      ...objective,
      components: objective.components.map((component) =>
        component.indicator.kind === 'objective'
          ? component
          : {
              ...component,
              indicator: {
                ...component.indicator,
                number: numberOf(canonicalIndicator(component.indicator.definition)),
              },
            },
      ),
    })),
  };
};

interface Asked {
  readonly objective: Objective;
  readonly find: Find;
  readonly counted: ReadonlySet<number>;
  readonly asked: HistoryAsked;
  readonly targetsPpm: readonly number[];
}

const itemOf = async (ground: PreviewGround, given: Asked): Promise<Item> => {
  const { objective, find, counted, asked } = given;
  const measured = measuredBelow(objective, find);
  const histories = await Promise.all(
    measured.map(({ number, definition }) =>
      historyOfIndicator(ground, { definition, number: counted.has(number) ? number : null }, asked),
    ),
  );
  const events = histories.map(({ series }) => series);
  const skip = firstWithData(events);
  const cut = events.map((each) => ({
    ...each,
    startsAt: each.startsAt + skip * 60,
    good: each.good.subarray(skip),
    bad: each.bad.subarray(skip),
  }));
  const [only] = objective.components;
  const plain = objective.components.length === 1 && only!.indicator.kind === 'indicator';
  const judged = plain
    ? await judgePlain(given, cut[0]!)
    : await judgeWhole(given, new Map(measured.map(({ number }, index) => [number, cut[index]!])));
  const notes = [
    ...new Set(histories.flatMap((each) => each.notes)),
    ...notesOf(given, plain, cut[0]?.startsAt ?? asked.to),
  ];
  return {
    name: objective.name,
    window: objective.window,
    indicator: indicatorWords(objective),
    noDataRatio: noDataRatioOf(cut),
    ...judged,
    fared: judged.fared.map(faredOf),
    alerts: judged.alerts.slice(-alertsMax).map(({ tier, urgency, firedAt, clearedAt }) => ({
      tier,
      urgency,
      at: iso(firedAt),
      until: clearedAt === null ? null : iso(clearedAt),
    })),
    adapted: [...notes, ...new Set(objective.alerts.tiers.flatMap(({ adapted }) => adapted ?? []))],
  };
};

interface Judged {
  readonly stepSeconds: number;
  readonly steps: Item['steps'];
  readonly fared: readonly Fared[];
  readonly alerts: readonly RaisedAlert[];
}

/** The document's own target first, each target once. */
const targetsOf = ({ objective, targetsPpm }: Asked): number[] => [...new Set([objective.targetPpm, ...targetsPpm])];

/** Tiers of the document for its own target; for another the default ones where the document has them, else its own. */
const tiersFor = (objective: Objective, targetPpm: number, periodMinutes: number): readonly Tier[] => {
  const { tiers } = objective.alerts;
  if (targetPpm === objective.targetPpm) return tiers;
  const defaults =
    canonicalText(defaultTiers({ targetPpm: objective.targetPpm, periodMinutes })) === canonicalText(tiers);
  return defaults ? defaultTiers({ targetPpm, periodMinutes }) : tiers;
};

const judgePlain = async (given: Asked, events: Series): Promise<Judged> => {
  const { objective } = given;
  const series = seriesByMethod(events, objective);
  const windowMinutes = nominalMinutes(objective.window);
  const eventParts = eventPartsOf(objective.method);
  const fared: Fared[] = [];
  for (const targetPpm of targetsOf(given)) {
    const tiers = tiersFor(objective, targetPpm, windowMinutes);
    fared.push(...fareTargets({ series, windowMinutes, eventParts }, [targetPpm], () => tiers));
    await nextTurn();
  }
  const own = objective.alerts.tiers.map((tier) => ({ tier, holdSeconds: 0 }));
  const alerts = simulate({ series, targetPpm: objective.targetPpm, periodMinutes: windowMinutes, eventParts }, own);
  const stepSeconds = stepOf(series.good.length * series.stepSeconds, series.stepSeconds);
  return { stepSeconds, steps: stepsOf(coarser(series, stepSeconds)), fared, alerts };
};

/** Composites are composed window by window, by the hour; the step of a chart is composed alone. */
const judgeWhole = async (given: Asked, events: ReadonlyMap<number, Series>): Promise<Judged> => {
  const { objective, find } = given;
  const periodMinutes = nominalMinutes(objective.window);
  const slice = objective.method === 'Occurrences' ? null : (objective.timeSlice?.seconds ?? null);
  const length = Math.max(0, ...[...events.values()].map(({ good }) => good.length * 60));
  const stepSeconds = stepOf(length, slice ?? 60);
  // Slices are counted one by one; a step that held several would be one bad slice too many or too few.
  const series = new Map([...events].map(([number, each]) => [number, coarser(each, slice ?? stepSeconds)]));
  const [first] = series.values();
  if (!first || first.good.length === 0) return { stepSeconds, steps: [], fared: [], alerts: [] };
  const fared: Fared[] = [];
  let alerts: readonly RaisedAlert[] = [];
  for (const targetPpm of targetsOf(given)) {
    const whole = { objective: withTarget(objective, targetPpm), find, series, periodMinutes };
    const result = fareWhole(whole, tiersFor(objective, targetPpm, periodMinutes));
    if (targetPpm === objective.targetPpm) alerts = result.alerts;
    fared.push(result.fared);
    await nextTurn();
  }
  const reader = readerOver({ series });
  const end = first.startsAt + first.good.length * first.stepSeconds;
  const steps: Item['steps'] = [];
  for (let from = Math.floor(first.startsAt / stepSeconds) * stepSeconds; from < end; from += stepSeconds) {
    const { counts } = wholeOf(objective, find, reader({ from, to: from + stepSeconds }));
    steps.push({ at: iso(from), ...counts });
  }
  return { stepSeconds, steps, fared, alerts };
};

const notesOf = ({ objective, asked }: Asked, plain: boolean, firstAt: number): string[] => [
  ...(firstAt < asked.minutesFrom
    ? [`What is older than ${minutesDays} days is known by the hour only, and was taken as even within each.`]
    : []),
  ...(objective.window.kind === 'calendar'
    ? [
        `Targets were tried on rolling windows of ${minutesText(nominalMinutes(objective.window))}; the line follows the calendar.`,
      ]
    : []),
  ...(plain
    ? []
    : [
        `A composite: its alerts were tried in coarse steps, and the line adds up steps that were composed at ${ppmText(objective.targetPpm)} each.`,
      ]),
];

/** The finest step that keeps a chart small, a multiple of what is given. */
const stepOf = (lengthSeconds: number, multipleOf: number): number => {
  const unit = stepUnits.find((each) => lengthSeconds / each <= stepsMax) ?? stepUnits.at(-1)!;
  return Math.max(1, Math.ceil(unit / multipleOf)) * multipleOf;
};

const coarser = (series: Series, stepSeconds: number): Series => {
  if (stepSeconds === series.stepSeconds) return series;
  const startsAt = Math.floor(series.startsAt / stepSeconds) * stepSeconds;
  const end = series.startsAt + series.good.length * series.stepSeconds;
  const buckets = Array.from(series.good, (good, index) => ({
    at: series.startsAt + index * series.stepSeconds,
    good,
    bad: series.bad[index]!,
  }));
  return seriesIn(buckets, { startsAt, stepSeconds, steps: Math.max(0, Math.ceil((end - startsAt) / stepSeconds)) });
};

const stepsOf = ({ startsAt, stepSeconds, good, bad }: Series): Item['steps'] =>
  Array.from(good, (each, index) => ({ at: iso(startsAt + index * stepSeconds), good: each, bad: bad[index]! }));

/** Steps before anything was counted; all of them where nothing was. */
const firstWithData = (all: readonly Series[]): number => {
  const firsts = all.map(({ good, bad }) => {
    const index = good.findIndex((each, step) => each + bad[step]! > 0);
    return index < 0 ? good.length : index;
  });
  return Math.min(...firsts, Infinity) === Infinity ? 0 : Math.min(...firsts);
};

const noDataRatioOf = (all: readonly Series[]): number => {
  const steps = all[0]?.good.length ?? 0;
  if (steps === 0) return 1;
  let silent = 0;
  for (let step = 0; step < steps; step++)
    if (all.every(({ good, bad }) => (good[step] ?? 0) + (bad[step] ?? 0) === 0)) silent += 1;
  return silent / steps;
};

const iso = (second: number): string => new Date(second * 1_000).toISOString();
