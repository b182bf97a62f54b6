import type { Counts } from './indicator.ts';
import { eventPartsOf, isGoodSlice } from './method.ts';
import { million, objectiveLimits, type BudgetingMethod, type Objective, type TimeSlice } from './objective.ts';

/**
 * How the whole of a composite (and of a journey over several services) follows from its parts. OpenSLO v1, "Composite SLO":
 *
 * - Occurrences: "composite is burning its budget at the same rate. Weight multiplies the rate of burning". The burn rates of the
 *   parts, each against its own target, are multiplied by their weights and added up.
 * - Timeslices: "if it was a bad minute for any individual objective, it's considered a bad minute for the composite".
 *   Binary, so weights mean nothing.
 * - RatioTimeslices: "the sum of missing up to 100 percent": two parts at 95 % make 90 %. "Weight multiplies missing part".
 *
 * Adding up, and not averaging, is what a journey needs too: a customer who needs every step fails at most as often as all
 * steps together fail (Boole's inequality), and nine steps that are well do not hide the one that is down.
 *
 * Good and bad of the whole are equivalents: of all events of the parts, as many bad ones as burn the whole's budget at that
 * rate. Budgets, burn rates, tiers and states of a composite then are the same functions as of any other objective.
 */
export interface Part extends ComposedCounts {
  readonly weight: number;
  readonly targetPpm: number;
}

/** Whole counts, and what one event (or slice) is in them. */
export interface ComposedCounts {
  readonly counts: Counts;
  readonly eventParts: number;
}

/**
 * Counts of the whole over one stretch, for Occurrences and RatioTimeslices. Parts without data add nothing and are not in
 * the total: no data is not good. Exact but for one rounding, to a millionth of an event; beyond nine billion events the counts
 * are the nearest numbers there are, one of 10^15 off. For Timeslices the slices are composed before they are counted: `composeSlice`.
 */
export const composeCounts = (
  parts: readonly Part[],
  of: { method: Exclude<BudgetingMethod, 'Timeslices'>; targetPpm: number },
): ComposedCounts => {
  const seen = parts.filter(({ counts }) => counts.good + counts.bad > 0);
  const totals = seen.map(({ counts, eventParts }) => Math.round((counts.good + counts.bad) / eventParts));
  const ratios = of.method === 'RatioTimeslices';
  const total = ratios ? Math.max(0, ...totals) : totals.reduce((sum, each) => sum + each, 0);
  const eventParts = ratios ? eventPartsOf('RatioTimeslices') : compositeEventParts;
  const missing = seen.reduce((sum, part) => sum + missingOf(part, ratios ? null : of.targetPpm), 0n);
  const whole = BigInt(total) * BigInt(eventParts);
  const bad = least(whole, (2n * whole * missing + fine) / (2n * fine));
  return { counts: { good: Number(whole - bad), bad: Number(bad) }, eventParts };
};

/** What one event is in the counts of a composite of occurrences: one scale for every window, so that windows compare. */
export const compositeEventParts = million;

/** One slice of the whole from the events of its parts in that slice: bad when any part's is; empty when all are. */
export const composeSlice = (parts: readonly Counts[], slice: TimeSlice): Counts => {
  const seen = parts.filter((each) => each.good + each.bad > 0);
  if (seen.length === 0) return { good: 0, bad: 0 };
  return seen.every((each) => isGoodSlice(each, slice.targetPpm ?? million))
    ? { good: 1, bad: 0 }
    : { good: 0, bad: 1 };
};

/** How counts of one window are had; the window itself is the reader's. */
export interface CountsReader {
  /** One indicator by a method. */
  counts(indicator: number, by: Pick<Objective, 'method' | 'timeSlice'>): Counts;
  /** Slices of several indicators composed (`composeSlice`), then counted. */
  joint(indicators: readonly number[], slice: TimeSlice): Counts;
}

/**
 * Good and bad of any objective in one window. A part that is an objective itself (a journey) gives its own result: by its own
 * method, of its own parts, against its own target. Only Timeslices looks at the slices of everything measured below.
 * Throws where `problemOf` finds a problem.
 */
export const wholeOf = (
  objective: Objective,
  find: (name: string) => Objective | undefined,
  reader: CountsReader,
): ComposedCounts => {
  const [only] = objective.components;
  if (objective.components.length === 1 && only!.indicator.kind === 'indicator')
    return {
      counts: reader.counts(only!.indicator.number, objective),
      eventParts: eventPartsOf(objective.method),
    };
  const { method, targetPpm, timeSlice } = objective;
  if (method === 'Timeslices')
    return { counts: reader.joint(indicatorsBelow(objective, find), timeSlice!), eventParts: 1 };
  const parts = objective.components.map((part): Part => {
    const weight = objective.components.length === 1 ? 1 : part.weight;
    if (part.indicator.kind === 'indicator') {
      const counts = reader.counts(part.indicator.number, objective);
      return { counts, eventParts: eventPartsOf(method), weight, targetPpm: part.targetPpm };
    }
    const below = found(part.indicator.name, find);
    return { ...wholeOf(below, find, reader), weight, targetPpm: below.targetPpm };
  });
  return composeCounts(parts, { method, targetPpm });
};

export type PartsProblem =
  | { readonly problem: 'unknown-objective'; readonly name: string }
  | { readonly problem: 'circle'; readonly names: readonly string[] }
  | { readonly problem: 'too-many-parts'; readonly most: number };

/** Why an objective cannot be composed: a part that is not there, a journey through itself, or too many things measured. Null: it can. */
export const problemOf = (objective: Objective, find: (name: string) => Objective | undefined): PartsProblem | null => {
  let measured = 0;
  const follow = (from: Objective, through: readonly string[]): PartsProblem | null => {
    for (const { indicator } of from.components) {
      if (indicator.kind === 'indicator') {
        measured += 1;
        if (measured > objectiveLimits.componentsMax)
          return { problem: 'too-many-parts', most: objectiveLimits.componentsMax };
        continue;
      }
      const { name } = indicator;
      if (through.includes(name)) return { problem: 'circle', names: [...through, name] };
      const next = find(name);
      if (!next) return { problem: 'unknown-objective', name };
      const problem = follow(next, [...through, name]);
      if (problem) return problem;
    }
    return null;
  };
  return follow(objective, [objective.name]);
};

/** Numbers of everything measured below an objective, each once, in the order in which it is met. */
export const indicatorsBelow = (objective: Objective, find: (name: string) => Objective | undefined): number[] => [
  ...new Set(
    objective.components.flatMap(({ indicator }) =>
      indicator.kind === 'indicator' ? [indicator.number] : indicatorsBelow(found(indicator.name, find), find),
    ),
  ),
];

const found = (name: string, find: (name: string) => Objective | undefined): Objective => {
  const objective = find(name);
  if (!objective) throw new Error(`No objective ${name}: its journey was not checked`);
  return objective;
};

/** Ratios are added up as whole numbers of this many parts: fifty parts lose less than one of 10^16. */
const fine = 10n ** 18n;

/** What a part takes from the whole: weight × error ratio, for burn rates also × the whole's budget ÷ its own. */
const missingOf = ({ counts, weight, targetPpm }: Part, wholeTargetPpm: number | null): bigint => {
  const weighted = BigInt(Math.round(weight * million)) * BigInt(counts.bad);
  const total = BigInt(million) * BigInt(counts.good + counts.bad);
  return wholeTargetPpm === null
    ? (weighted * fine) / total
    : (weighted * BigInt(million - wholeTargetPpm) * fine) / (total * BigInt(million - targetPpm));
};

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
