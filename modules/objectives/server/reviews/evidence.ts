import type { Ground } from '../../../../platform/module/ground.ts';
import type { Evidence } from '../../contract/reviews.ts';
import { budgetOf } from '../../domain/budget.ts';
import type { Counts } from '../../domain/indicator.ts';
import type { Stretch } from '../../domain/method.ts';
import type { Objective } from '../../domain/objective.ts';
import { judgeTarget } from '../../domain/review.ts';
import { windowAt } from '../../domain/window.ts';
import { reachOf } from '../corrections/excluded.ts';
import { exclusionsNow } from '../corrections/in-force.ts';
import { indicatorsOf, prepare } from '../evaluate/prepared.ts';
import type { ObjectivesTables } from '../tables.ts';
import { wholeIn } from '../views/chart.ts';
import { countingOf, type DefinedAt } from '../views/definitions.ts';
import { readOptions } from '../views/report-options.ts';
import { achievedOf, momentOf } from '../views/report.ts';
import { readSeries } from '../views/series.ts';

export type EvidenceGround = Pick<Ground, 'postgres' | 'clickhouse' | 'clock' | 'ledger'>;

/** Full windows that a review looks back on at most, and how far. */
export const evidenceLimits = { windowsMax: 12, daysMax: 366, eventsMax: 1_000 } as const;

/**
 * How a promise fared in the full windows of its history, one after the other, corrections left out, and what that says of its
 * present target. A rolling window is taken end to end from now backwards, a calendar one by its periods that are over.
 */
export const evidenceOf = async (ground: EvidenceGround, { kept, find }: DefinedAt): Promise<Evidence> => {
  const moment = momentOf(ground, undefined);
  const { definition } = kept;
  const bare = prepare(kept, find);
  const { countedFrom } = await countingOf(ground.postgres.tables<ObjectivesTables>(), indicatorsOf(bare));
  const stretches =
    countedFrom === null ? [] : fullWindows(definition, moment.to, Math.ceil(countedFrom.epochMilliseconds / 1_000));
  const first = stretches[0]?.from ?? moment.to;
  const excluded = (await exclusionsNow(ground.postgres)).of(
    definition,
    reachOf(definition, { from: first, to: moment.to }),
    find,
  );
  const prepared = prepare(kept, find, excluded);
  const rolling = definition.window.kind === 'rolling';
  const asked = stretches.map((each) => ({ ...each, rolling }));
  const [series, pages] = await Promise.all([
    readSeries(ground.clickhouse, prepared.sources, asked, moment.sources, readOptions),
    pagesOf(ground, definition),
  ]);
  const windows = asked.map((stretch) => {
    const { counts, eventParts } = wholeIn(prepared, series, stretch);
    const within = pages.filter((at) => at >= stretch.from && at < stretch.to).length;
    return { stretch, counts, eventParts, pages: within };
  });
  const eventParts = Math.max(1, ...windows.map((each) => each.eventParts));
  const reviewed = windows.map((each) => ({
    counts: inParts(each.counts, each.eventParts, eventParts),
    pages: each.pages,
  }));
  const { verdict, text, proposedTargetPpm } = judgeTarget(reviewed, { targetPpm: definition.targetPpm, eventParts });
  return {
    verdict,
    reason: text,
    proposedTargetPpm,
    windows: windows.map(({ stretch, counts, eventParts: parts, pages: made }) => ({
      from: iso(stretch.from),
      to: iso(stretch.to),
      achievedPpm: achievedOf(counts),
      remainingRatio: budgetOf(counts, definition.targetPpm).remainingRatio,
      pages: made,
      counted: { good: counts.good / parts, bad: counts.bad / parts },
    })),
  };
};

/** Windows that are over and lie in what was counted, the oldest first. */
export const fullWindows = ({ window }: Pick<Objective, 'window'>, to: number, countedFrom: number): Stretch[] => {
  const earliest = Math.max(countedFrom, to - evidenceLimits.daysMax * 86_400);
  const found: Stretch[] = [];
  // A rolling one on whole minutes: what lies further back is counted by them.
  let end = window.kind === 'rolling' ? Math.floor(to / 60) * 60 : startOf(window, to);
  while (found.length < evidenceLimits.windowsMax) {
    const from = window.kind === 'rolling' ? end - window.minutes * 60 : startOf(window, end - 1);
    if (from < earliest) break;
    found.unshift({ from, to: end });
    end = from;
  }
  return found;
};

const startOf = (window: Objective['window'], second: number): number =>
  windowAt(window, Temporal.Instant.fromEpochMilliseconds(second * 1_000)).from.epochMilliseconds / 1_000;

/** When tiers that wake people began to fire, epoch seconds. */
const pagesOf = async ({ ledger }: EvidenceGround, { name }: Objective): Promise<number[]> => {
  const fired = await ledger.read({
    kind: 'budget.burning',
    subject: `objective:${name}`,
    limit: evidenceLimits.eventsMax,
  });
  return fired
    .filter(({ data }) => data['urgency'] === 'page')
    .map(({ data }) => Temporal.Instant.from(String(data['crossedAt'])).epochMilliseconds / 1_000);
};

/** Composites count in parts that depend on how many events there were; here all windows are told in the same. */
const inParts = (counts: Counts, from: number, to: number): Counts =>
  from === to ? counts : { good: Math.round((counts.good * to) / from), bad: Math.round((counts.bad * to) / from) };

const iso = (seconds: number): string => new Date(seconds * 1_000).toISOString();
