import { decideReady } from '../../domain/decide-burn.ts';
import { windowName } from '../../domain/number-text.ts';
import { valueOf } from '../../domain/ratio.ts';
import {
  budgetDecision,
  conditionOfTier,
  conditions,
  exhaustedNow,
  forecastDecision,
  projectionOf,
  type Judged,
  type JudgedTier,
  type Standing,
} from './judge.ts';
import type { DataDecision } from '../../domain/decide-data.ts';
import type { Prepared } from './prepared.ts';
import type { Condition, Transition } from './store.ts';

/** Leadline itself decided. */
const actor = { kind: 'system', id: 'objectives', name: 'Objectives' } as const;
type Data = Record<string, unknown>;

/** What is known of one objective when it is decided on. */
export interface Known {
  readonly prepared: Prepared;
  readonly judged: Judged;
  /** Null while silence is not judged: counts may be late. */
  readonly data: DataDecision | null;
  readonly standing: ReadonlyMap<string, Condition>;
}

/**
 * What changed since the last decision, as rows and events to write; nothing where all is as it was. A condition that was
 * decided on later than this instant stays as it is: the clock went back.
 */
export const transitionsOf = ({ prepared, judged, data, standing }: Known): Transition[] => {
  const found: Transition[] = [];
  const change = (what: string, holds: boolean, made: () => { kind: string; data: Data; since?: Temporal.Instant }) => {
    const before = standing.get(what) ?? null;
    if ((before?.holds ?? false) === holds) return;
    if (before && Temporal.Instant.compare(before.since, judged.to) > 0) return;
    const { kind, data: decision, since } = made();
    found.push({
      objective: prepared.id,
      definedAt: prepared.changedAt,
      what,
      before,
      after: { holds, since: since ?? judged.to, decision },
      event: {
        kind,
        subject: `objective:${prepared.name}`,
        service: prepared.definition.service,
        actor,
        data: decision,
      },
    });
  };
  const holds = standingOf(standing);
  for (const tier of judged.tiers) {
    const what = conditionOfTier(tier.ready.tier.name);
    change(what, tier.firing, () => burnEvent(tier, judged, standing.get(what) ?? null));
  }
  for (const [what, before] of goneTiers(prepared, standing))
    change(what, false, () => ({ kind: 'budget.recovered', data: recoveredFrom(before, tierGone, judged) }));
  change(conditions.exhausted, exhaustedNow(prepared, judged), () => budgetEvent(prepared, judged));
  const forecast = forecastOf(prepared, judged, holds);
  change(conditions.soon, forecast.soon, () => forecastEvent(prepared, judged, forecast));
  if (data) change(conditions.silent, data.noData, () => dataEvent(data, judged, standing.get(conditions.silent)));
  return found;
};

export const standingOf = (standing: ReadonlyMap<string, Condition> | undefined): Standing => ({
  holds: (what) => standing?.get(what)?.holds ?? false,
});

const tierGone = 'Ended, because the objective was changed and no longer has this tier.';

/** Tiers that fired and are no longer part of the objective. */
const goneTiers = (prepared: Prepared, standing: ReadonlyMap<string, Condition>): [string, Condition][] => {
  const present = new Set<string>(Object.values(conditions));
  for (const { name } of prepared.definition.alerts.tiers) present.add(conditionOfTier(name));
  return [...standing].filter(([what, { holds }]) => holds && !present.has(what));
};

/** The windows end with the ten seconds that are running: that is where the formula came to hold, or ceased to. */
const crossedAt = ({ to }: Judged): Temporal.Instant => to.subtract({ seconds: 10 });

const burnEvent = (tier: JudgedTier, judged: Judged, before: Condition | null) => {
  const { ready, long, short, firing } = tier;
  const decision = decideReady(ready, { long, short, firing: !firing }, long.eventParts);
  const since = crossedAt(judged);
  const data = {
    tier: ready.tier.name,
    urgency: ready.tier.urgency,
    longWindow: windowName(ready.tier.longMinutes),
    shortWindow: windowName(ready.tier.shortMinutes),
    threshold: valueOf(ready.threshold),
    longRate: decision.longRate ?? 0,
    shortRate: decision.shortRate ?? 0,
    good: long.good / long.eventParts,
    bad: long.bad / long.eventParts,
    reason: decision.text,
    crossedAt: since.toString(),
  };
  if (firing) return { kind: 'budget.burning', data, since };
  return { kind: 'budget.recovered', data: { ...data, firingSince: (before?.since ?? since).toString() } };
};

const recoveredFrom = (before: Condition, reason: string, judged: Judged): Data => ({
  ...before.decision,
  reason,
  crossedAt: crossedAt(judged).toString(),
  firingSince: before.since.toString(),
});

const budgetEvent = (prepared: Prepared, judged: Judged) => {
  const { exhausted, allowed, spent, total, text: reason } = budgetDecision(prepared, judged);
  const numbers = { allowed, spent, total, reason, forecast: false };
  return exhausted
    ? { kind: 'budget.exhausted', data: { ...numbers, exhaustsAt: null } }
    : { kind: 'budget.restored', data: numbers };
};

/** Without a bad event in the recent minutes nothing runs out; most objectives are spared the arithmetic and the words. */
const forecastOf = (prepared: Prepared, judged: Judged, standing: Standing) => {
  const off = prepared.definition.alerts.exhaustsWithinMinutes === null;
  if ((off || judged.recent.bad === 0) && !standing.holds(conditions.soon))
    return { soon: false, exhaustsAt: null, text: '' };
  return forecastDecision(prepared, judged, projectionOf(prepared, judged), standing);
};

const forecastEvent = (
  prepared: Prepared,
  judged: Judged,
  forecast: { soon: boolean; exhaustsAt: Temporal.Instant | null; text: string },
) => {
  const { allowed, spent, total } = budgetDecision(prepared, judged);
  const numbers = { allowed, spent, total, reason: forecast.text, forecast: true };
  return forecast.soon
    ? { kind: 'budget.exhausted', data: { ...numbers, exhaustsAt: forecast.exhaustsAt?.toString() ?? null } }
    : { kind: 'budget.restored', data: numbers };
};

const dataEvent = (data: DataDecision, judged: Judged, before: Condition | undefined) => {
  if (!data.noData) {
    const since = typeof before?.decision['since'] === 'string' ? before.decision['since'] : judged.to.toString();
    return { kind: 'objective.data-again', data: { since, reason: data.text } };
  }
  const since = data.since ?? judged.to;
  const minutes = Math.floor((judged.to.epochMilliseconds - since.epochMilliseconds) / 60_000);
  return { kind: 'objective.no-data', data: { since: since.toString(), minutes, reason: data.text } };
};
