import { objectiveLimits, type AlertPolicy, type ObjectiveWindow, type Tier } from '../objective.ts';
import { countText, minutesText, ppmText } from '../number-text.ts';
import { valueOf } from '../ratio.ts';
import { defaultTiers, thresholdOf, unreachable } from '../tiers.ts';
import { nominalMinutes } from '../window.ts';
import { annotationOf, minutesOrOff, prefix, shareOf } from './annotations.ts';
import { minutesOf, parseDuration } from './duration.ts';
import { errorAt, noteAt, type Finding, type Path } from './finding.ts';
import { isSaid, listAt, numberAt, textAt, valueAt } from './json.ts';
import { leadsNowhere, type Surroundings } from './surroundings.ts';

/** What an SLO promises, as far as alerts need it. */
export interface Promised {
  readonly targetPpm: number;
  readonly window: ObjectiveWindow;
}

const defaults = { noDataMinutes: 30, exhaustsWithinMinutes: 1_440 } as const;

/** Severities that wake somebody, as people write them; everything else is a ticket. */
const pages = /^(page|pager|critical|crit|urgent|emergency|fatal|high|sev-?[01]|p-?[01])$/i;

/**
 * When an objective tells: by its own policies, or by the default tiers where it has none. A policy is either written into
 * the SLO or referred to; its one condition becomes a tier. `promise` null where the document is wrong elsewhere.
 */
export const alertsOf = (
  slo: unknown,
  promise: Promised | null,
  around: Surroundings,
): { alerts: AlertPolicy; findings: readonly Finding[] } => {
  const metadata = valueAt(slo, 'metadata');
  const said = listAt(slo, 'spec', 'alertPolicies').filter((each) => each !== null);
  const policies = said.map((each, index) => policyOf(each, ['spec', 'alertPolicies', index], around));
  const findings = policies.flatMap((each) => each.findings);
  const tiers = said.length > 0 ? tiersOf(policies, promise, findings) : usualTiers(metadata, promise);
  const noData = minutesOrOff(metadata, 'no-data-minutes');
  const ownNoData = policies.find((each) => each.noDataMinutes !== null)?.noDataMinutes ?? null;
  const exhausts = minutesOrOff(metadata, 'exhausts-within');
  const period = promise ? nominalMinutes(promise.window) : Number.MAX_SAFE_INTEGER;
  const alerts: AlertPolicy = {
    tiers,
    noDataMinutes: noData === undefined ? (said.length > 0 ? ownNoData : defaults.noDataMinutes) : noData,
    exhaustsWithinMinutes:
      exhausts === undefined
        ? Math.max(1, Math.min(defaults.exhaustsWithinMinutes, Math.floor(period / 10)))
        : exhausts,
    ...youngOf(metadata),
  };
  return { alerts, findings };
};

/** Said only where the document says it: definitions that were kept before stay as they are. */
const youngOf = (metadata: unknown): Pick<AlertPolicy, 'youngBadEventsMin'> => {
  const said = Number(annotationOf(metadata, 'young-bad-events-min') ?? Number.NaN);
  return Number.isInteger(said) && said > 0 ? { youngBadEventsMin: said } : {};
};

const usualTiers = (metadata: unknown, promise: Promised | null): Tier[] => {
  const wanted = annotationOf(metadata, 'alerts') ?? 'default';
  if (!promise || wanted === 'off') return [];
  const badEventsMin = Number(annotationOf(metadata, 'bad-events-min') ?? 1);
  return defaultTiers({ targetPpm: promise.targetPpm, periodMinutes: nominalMinutes(promise.window) })
    .filter((tier) => wanted === 'default' || tier.urgency === wanted)
    .map((tier) => ({ ...tier, badEventsMin }));
};

interface Policy {
  /** Null where it breaches nothing (alertWhenBreaching is not true) or cannot be read. */
  readonly tier: Tier | null;
  readonly noDataMinutes: number | null;
  /** Where the threshold stands, for what is wrong with it. */
  readonly path: Path;
  /** A threshold written beside a share of the budget must say the same. */
  readonly threshold: number | null;
  readonly findings: readonly Finding[];
}

const policyOf = (said: unknown, path: Path, around: Surroundings): Policy => {
  const nothing = { tier: null, noDataMinutes: null, path, threshold: null };
  const ref = textAt(said, 'alertPolicyRef');
  const policy = ref === null ? said : around.find('AlertPolicy', ref);
  if (policy === null)
    return { ...nothing, findings: [leadsNowhere(around, [...path, 'alertPolicyRef'], 'AlertPolicy', ref!)] };
  const place = ref === null ? [...path, 'spec', 'conditions', 0] : [...path, 'alertPolicyRef'];
  const first = listAt(policy, 'spec', 'conditions')[0];
  const conditionRef = textAt(first, 'conditionRef');
  const condition = conditionRef === null ? first : around.find('AlertCondition', conditionRef);
  if (!condition) {
    const at = ref === null && conditionRef !== null ? [...place, 'conditionRef'] : place;
    return {
      ...nothing,
      findings: conditionRef === null ? [] : [leadsNowhere(around, at, 'AlertCondition', conditionRef)],
    };
  }
  const inPlace = ref === null && conditionRef === null;
  return conditionOf(policy, condition, inPlace ? [...place, 'spec', 'condition'] : place, inPlace);
};

const conditionOf = (policy: unknown, condition: unknown, path: Path, inPlace: boolean): Policy => {
  const said = valueAt(condition, 'spec', 'condition');
  const lookback = parseDuration(valueAt(said, 'lookbackWindow'));
  const threshold = numberAt(said, 'threshold');
  const noDataMinutes = valueAt(policy, 'spec', 'alertWhenNoData') === true && lookback ? minutesOf(lookback) : null;
  const at = (field: string): Path => (inPlace ? [...path, field] : path);
  const nothing = { tier: null, noDataMinutes, path, threshold: null };
  if (valueAt(policy, 'spec', 'alertWhenBreaching') !== true) return { ...nothing, findings: [] };
  if (!lookback || threshold === null || threshold <= 0) return { ...nothing, findings: [] };
  const longMinutes = minutesOf(lookback);
  const own = (name: string): string | null =>
    annotationOf(valueAt(condition, 'metadata'), name) ?? annotationOf(valueAt(policy, 'metadata'), name);
  const findings: Finding[] = [];
  const op = textAt(said, 'op');
  if (op !== null && op !== 'gte')
    findings.push(noteAt(at('op'), `${op} is read as gte: the alert fires when the burn rate reaches the threshold`));
  const shortMinutes = shortOf(own('short-window'), textAt(said, 'alertAfter'), longMinutes);
  if (shortMinutes > longMinutes)
    findings.push(
      errorAt(at('alertAfter'), `is longer than lookbackWindow; write at most ${minutesText(longMinutes)}`),
    );
  const share = own('budget-share');
  const tier: Tier = {
    name: textAt(condition, 'metadata', 'name') ?? textAt(policy, 'metadata', 'name') ?? 'alert',
    urgency: pages.test(textAt(condition, 'spec', 'severity') ?? '') ? 'page' : 'ticket',
    budgetSharePpm: share === null ? 0 : (shareOf(share) ?? 0),
    longMinutes,
    shortMinutes: Math.min(shortMinutes, longMinutes),
    rateMillionths: share === null ? Math.round(threshold * 1_000_000) : null,
    badEventsMin: Number(own('bad-events-min') ?? 1),
    adapted: null,
  };
  return { tier, noDataMinutes, path: at('threshold'), threshold: share === null ? null : threshold, findings };
};

/** The short window: said by our annotation, else `alertAfter` (it must burn at the end of the window too), else the window itself. */
const shortOf = (annotation: string | null, alertAfter: string | null, longMinutes: number): number => {
  const said = parseDuration(annotation) ?? parseDuration(alertAfter);
  return said ? minutesOf(said) : longMinutes;
};

const tiersOf = (policies: readonly Policy[], promise: Promised | null, findings: Finding[]): Tier[] => {
  const tiers: Tier[] = [];
  for (const { tier, path, threshold } of policies) {
    if (!tier) continue;
    const named = { ...tier, name: freeName(tier.name, tiers) };
    const whole = promise ? checkedTier(named, promise, path, threshold, findings) : named;
    tiers.push(whole);
  }
  if (tiers.length > objectiveLimits.tiersMax)
    findings.push(
      errorAt(['spec', 'alertPolicies'], `make ${tiers.length} alerts; write at most ${objectiveLimits.tiersMax}`),
    );
  return tiers;
};

const freeName = (name: string, tiers: readonly Tier[]): string => {
  const taken = (each: string): boolean => tiers.some((tier) => tier.name === each);
  for (let number = 2, free = name; ; number += 1, free = `${name}-${number}`) if (!taken(free)) return free;
};

/** A tier that can fire, with its share; one that never could is refused with the arithmetic. */
const checkedTier = (tier: Tier, promise: Promised, path: Path, said: number | null, findings: Finding[]): Tier => {
  const period = nominalMinutes(promise.window);
  if (tier.longMinutes > period)
    findings.push(
      errorAt(
        path,
        `looks back ${minutesText(tier.longMinutes)}, longer than the window of ${minutesText(period)}; write less`,
      ),
    );
  const never = unreachable(tier, promise.targetPpm, period);
  if (never) findings.push(errorAt(path, `can never fire: ${never}; write a lower threshold or a longer window`));
  if (tier.rateMillionths === null) {
    const derived = valueOf(thresholdOf(tier, period));
    const tolerance = promise.window.kind === 'calendar' ? 0.1 : 0.01;
    if (said !== null && Math.abs(said - derived) > derived * tolerance)
      findings.push(
        errorAt(
          path,
          `is ${countText(said)}, but ${ppmText(tier.budgetSharePpm)} of the budget of ${minutesText(period)} within ${minutesText(tier.longMinutes)} is ${countText(derived)}; write ${countText(derived)}, or take ${prefix}budget-share away`,
        ),
      );
    return tier;
  }
  const share = Math.round((tier.rateMillionths * tier.longMinutes) / period);
  return { ...tier, budgetSharePpm: Math.min(1_000_000, Math.max(1, share)) };
};

/** Names of what an SLO refers to, by kind: what must be compiled again when one of them changes. */
export const referencesOf = (slo: unknown): { kind: 'SLI' | 'AlertPolicy'; name: string }[] => [
  ...[valueAt(slo, 'spec'), ...listAt(slo, 'spec', 'objectives')].flatMap((each) =>
    isSaid(each, 'indicatorRef') ? [{ kind: 'SLI' as const, name: textAt(each, 'indicatorRef') ?? '' }] : [],
  ),
  ...listAt(slo, 'spec', 'alertPolicies').flatMap((each) =>
    isSaid(each, 'alertPolicyRef')
      ? [{ kind: 'AlertPolicy' as const, name: textAt(each, 'alertPolicyRef') ?? '' }]
      : [],
  ),
];
