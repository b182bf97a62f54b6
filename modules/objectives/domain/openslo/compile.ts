import type { IndicatorRef, Objective, ObjectiveWindow, Component, BudgetingMethod, TimeSlice } from '../objective.ts';
import { objectiveLimits } from '../objective.ts';
import { alertsOf } from './alerts-of.ts';
import { annotationOf, moneyOf, percentOf } from './annotations.ts';
import { minutesOf, parseDuration } from './duration.ts';
import { errorAt, type Finding, type Path } from './finding.ts';
import { indicatorOf, type SaidIndicator, type SaidObjective } from './indicator-of.ts';
import { isObject, isSaid, listAt, numberAt, textAt, valueAt } from './json.ts';
import { leadsNowhere, type Surroundings } from './surroundings.ts';
import { targetPpmOf } from './target.ts';
import { windowOf } from './time-window.ts';

/** What an SLO document makes. `objectives` are complete only where no finding is an error. */
export interface Compiled {
  readonly objectives: readonly Objective[];
  readonly findings: readonly Finding[];
}

/**
 * Compiles one SLO document of OpenSLO v1. One objective makes one Leadline objective of the same name; several plain
 * targets make several (`name`, then `name-` and what displayName says, or a number); objectives with indicators of
 * their own are the parts of one composite. Indicators have no number yet. Reads as much as it can of a wrong document,
 * so that everything that is wrong is said at once.
 */
export const compile = (slo: unknown, around: Surroundings): Compiled => {
  const said = saidObjectives(slo);
  const window = windowOf(listAt(slo, 'spec', 'timeWindow')[0]);
  const findings: Finding[] = [...checkSliceWindows(said, window)];
  const objectives = isComposite(said)
    ? [compositeOf(slo, said, window, around, findings)]
    : said.map((each, index) => plainOf(slo, each, { index, of: said }, window, around, findings));
  return { objectives: objectives.filter((each) => each !== null), findings };
};

/** Names of the objectives that a document makes, also while it is wrong elsewhere. */
export const objectiveNames = (slo: unknown): string[] => {
  const said = saidObjectives(slo);
  return isComposite(said) ? [nameOf(slo, 0, said)] : said.map((_, index) => nameOf(slo, index, said));
};

const saidObjectives = (slo: unknown): SaidObjective[] =>
  listAt(slo, 'spec', 'objectives').map((value, index) => ({ value, path: ['spec', 'objectives', index] }));

const isComposite = (said: readonly SaidObjective[]): boolean =>
  said.some(({ value }) => isSaid(value, 'indicator') || isSaid(value, 'indicatorRef'));

const plainOf = (
  slo: unknown,
  said: SaidObjective,
  place: { index: number; of: readonly SaidObjective[] },
  window: ObjectiveWindow | null,
  around: Surroundings,
  findings: Finding[],
): Objective | null => {
  const targetPpm = targetPpmOf(said.value);
  const ref = refOf(slo, { at: valueAt(slo, 'spec'), path: ['spec'] }, said, around, findings);
  const own = place.of.length === 1 ? null : textAt(said.value, 'displayName');
  const name = nameOf(slo, place.index, place.of);
  if (place.index > 0 && name.length > objectiveLimits.nameLength)
    findings.push(
      errorAt(
        [...said.path, 'displayName'],
        `makes an objective named ${name}, longer than ${objectiveLimits.nameLength} characters; write a shorter one`,
      ),
    );
  const promised = targetPpm === null || !window ? null : { targetPpm, window };
  const { alerts, findings: wrong } = alertsOf(slo, promised, around);
  findings.push(...wrong);
  if (!ref || !promised) return null;
  const title = titleOf(slo);
  return {
    ...commonOf(slo, around, [ref]),
    name,
    displayName: own === null ? title : `${title}: ${own}`,
    ...promised,
    ...slicesOf(slo, said.value),
    components: [{ displayName: own ?? title, indicator: ref, weight: 1, targetPpm: promised.targetPpm }],
    alerts,
  };
};

const compositeOf = (
  slo: unknown,
  said: readonly SaidObjective[],
  window: ObjectiveWindow | null,
  around: Surroundings,
  findings: Finding[],
): Objective | null => {
  const components = said.map(({ value, path }, index): Component | null => {
    const indicator = refOf(slo, { at: value, path }, { value, path }, around, findings);
    const targetPpm = targetPpmOf(value);
    if (!indicator || targetPpm === null) return null;
    const displayName = textAt(value, 'displayName') ?? textAt(value, 'indicator', 'metadata', 'displayName');
    return { displayName: displayName ?? partName(value, index), indicator, weight: weightOf(value), targetPpm };
  });
  findings.push(...checkSameSlices(said));
  const whole = components.filter((each) => each !== null);
  const targetPpm = whole.length < said.length ? null : compositeTarget(slo, whole);
  const promised = targetPpm === null || !window ? null : { targetPpm, window };
  const { alerts, findings: wrong } = alertsOf(slo, promised, around);
  findings.push(...wrong);
  if (!promised) return null;
  return {
    ...commonOf(
      slo,
      around,
      whole.map((each) => each.indicator),
    ),
    name: textAt(slo, 'metadata', 'name') ?? '',
    displayName: titleOf(slo),
    ...promised,
    ...slicesOf(slo, said[0]!.value),
    components: whole,
    alerts,
  };
};

/**
 * What a composite promises: our annotation, else the mean of the parts' targets by weight, which OpenSLO leaves open. Rounded
 * down to a whole part per million.
 */
const compositeTarget = (slo: unknown, parts: readonly Component[]): number => {
  const said = annotationOf(valueAt(slo, 'metadata'), 'composite-target');
  const own = said === null ? null : percentOf(said);
  const sum = parts.reduce((total, { weight }) => total + weight, 0);
  return own ?? Math.floor(parts.reduce((total, { weight, targetPpm }) => total + weight * targetPpm, 0) / sum);
};

/** The indicator that stands at one place of an SLO, inline or by reference. */
const refOf = (
  slo: unknown,
  place: { readonly at: unknown; readonly path: Path },
  objective: SaidObjective,
  around: Surroundings,
  findings: Finding[],
): IndicatorRef | null => {
  const sli = sliAt(place.at, place.path, around, findings);
  if (!sli) return null;
  const environment = annotationOf(valueAt(slo, 'metadata'), 'environment');
  const outcome = indicatorOf(sli, objective, around, environment);
  findings.push(
    ...outcome.findings.map((each) =>
      sli.referred && startsWith(each.path, sli.path) ? { ...each, path: sli.path } : each,
    ),
  );
  const { ref } = outcome;
  if (ref?.kind === 'objective' && !around.hasObjective(ref.name))
    findings.push(leadsNowhere(around, sli.path, 'objective', ref.name));
  return ref;
};

const sliAt = (
  at: unknown,
  path: Path,
  around: Surroundings,
  findings: Finding[],
): (SaidIndicator & { referred: boolean }) | null => {
  const ref = textAt(at, 'indicatorRef');
  if (ref === null) {
    const inline = valueAt(at, 'indicator');
    if (!isObject(inline)) return null;
    const name = textAt(inline, 'metadata', 'name') ?? 'indicator';
    return {
      name,
      displayName: textAt(inline, 'metadata', 'displayName'),
      spec: valueAt(inline, 'spec'),
      path: [...path, 'indicator', 'spec'],
      referred: false,
    };
  }
  const place = [...path, 'indicatorRef'];
  const kept = around.find('SLI', ref);
  if (!kept) {
    findings.push(leadsNowhere(around, place, 'SLI', ref));
    return null;
  }
  return {
    name: ref,
    displayName: textAt(kept, 'metadata', 'displayName'),
    spec: kept.spec,
    path: place,
    referred: true,
  };
};

const startsWith = (path: Path, start: Path): boolean => start.every((step, index) => path[index] === step);

/** What is the same for every objective of a document. */
const commonOf = (slo: unknown, around: Surroundings, refs: readonly IndicatorRef[]) => {
  const metadata = valueAt(slo, 'metadata');
  const measured = refs.flatMap((ref) => (ref.kind === 'indicator' ? [selectionOf(ref)] : []));
  const same = (field: 'service' | 'environment'): string | null => {
    const values = new Set(measured.map((each) => each?.[field] ?? null));
    return values.size === 1 ? [...values][0]! : null;
  };
  const service =
    annotationOf(metadata, 'service') ??
    (refs.length > 1 ? same('service') : (same('service') ?? textAt(slo, 'spec', 'service')));
  const goal = annotationOf(metadata, 'goal');
  const money = annotationOf(metadata, 'money-per-percent');
  return {
    description: textAt(slo, 'spec', 'description') ?? '',
    service,
    environment: annotationOf(metadata, 'environment') ?? same('environment'),
    owner: annotationOf(metadata, 'owner') ?? (service === null ? null : around.ownerOf(service)),
    budgetPolicy: annotationOf(metadata, 'budget-policy') ?? 'default',
    goal:
      goal === null && money === null
        ? null
        : { text: goal ?? '', moneyPerPercent: money === null ? null : moneyOf(money) },
    reviewOn: annotationOf(metadata, 'review-on'),
  };
};

const selectionOf = (
  ref: Extract<IndicatorRef, { kind: 'indicator' }>,
): { service: string | null; environment: string | null } | null => {
  const { definition } = ref;
  if (definition.kind === 'spans' || definition.kind === 'metric-threshold' || definition.kind === 'metric-within')
    return definition.of;
  return definition.kind === 'metric-ratio' ? definition.total : null;
};

const titleOf = (slo: unknown): string =>
  textAt(slo, 'metadata', 'displayName') ?? textAt(slo, 'metadata', 'name') ?? '';

/** `name`, then `name-gold` by displayName where that says something new, else `name-2`. */
const nameOf = (slo: unknown, index: number, said: readonly SaidObjective[]): string => {
  const name = textAt(slo, 'metadata', 'name') ?? '';
  if (index === 0) return name;
  const slugs = said.map(({ value }) => slugOf(textAt(value, 'displayName') ?? ''));
  const slug = slugs[index]!;
  const unique = slug !== '' && slugs.filter((each) => each === slug).length === 1 && !/^\d+$/.test(slug);
  return `${name}-${unique ? slug : index + 1}`;
};

const slugOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');

/** Kept to millionths, above zero. */
const weightOf = (objective: unknown): number =>
  Math.max(1, Math.round((numberAt(objective, 'compositeWeight') ?? 1) * 1_000_000)) / 1_000_000;

const partName = (objective: unknown, index: number): string =>
  textAt(objective, 'indicatorRef') ?? textAt(objective, 'indicator', 'metadata', 'name') ?? `part ${index + 1}`;

const slicesOf = (slo: unknown, objective: unknown): { method: BudgetingMethod; timeSlice: TimeSlice | null } => {
  const method = (textAt(slo, 'spec', 'budgetingMethod') ?? 'Occurrences') as BudgetingMethod;
  const minutes = sliceMinutes(objective);
  if (method === 'Occurrences' || minutes === null) return { method, timeSlice: null };
  const target = numberAt(objective, 'timeSliceTarget');
  const targetPpm = method === 'Timeslices' && target !== null ? Math.round(target * 1_000_000) : null;
  return { method, timeSlice: { seconds: minutes * 60, targetPpm } };
};

const sliceMinutes = (objective: unknown): number | null => {
  const said = valueAt(objective, 'timeSliceWindow');
  if (typeof said === 'number') return said;
  const length = parseDuration(said);
  return length && minutesOf(length);
};

const sliceMinutesMax = 1_440;

const checkSliceWindows = (said: readonly SaidObjective[], window: ObjectiveWindow | null): Finding[] =>
  said.flatMap(({ value, path }) => {
    const minutes = sliceMinutes(value);
    if (minutes === null) return [];
    const most = Math.min(sliceMinutesMax, window?.kind === 'rolling' ? window.minutes : sliceMinutesMax);
    return minutes <= most
      ? []
      : [errorAt([...path, 'timeSliceWindow'], `is longer than ${most} minutes; write less, for example 1m`)];
  });

/** Slices of a composite are judged together, so they must be the same for all parts. */
const checkSameSlices = (said: readonly SaidObjective[]): Finding[] =>
  said
    .slice(1)
    .flatMap(({ value, path }) =>
      ['timeSliceWindow', 'timeSliceTarget'].flatMap((field) =>
        valueAt(value, field) === valueAt(said[0]!.value, field)
          ? []
          : [
              errorAt(
                [...path, field],
                'is not the same as in the first objective; all parts of a composite share one',
              ),
            ],
      ),
    );
