import type { Counts, Indicator } from './indicator.ts';
import { isGoodSlice } from './method.ts';
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
export interface Part {
  /** By the method of the whole: events, or billionths of slices. */
  readonly counts: Counts;
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
 * the total: no data is not good. Exact but for one rounding, to a millionth of an event (fewer digits beyond nine
 * billion events). For Timeslices the slices are composed before they are counted: `composeSlice`.
 */
export const composeCounts = (
  parts: readonly Part[],
  of: { method: Exclude<BudgetingMethod, 'Timeslices'>; targetPpm: number },
): ComposedCounts => {
  const seen = parts.filter(({ counts }) => counts.good + counts.bad > 0);
  const totals = seen.map(({ counts }) => counts.good + counts.bad);
  const ratios = of.method === 'RatioTimeslices';
  const total = ratios ? Math.max(0, ...totals) : totals.reduce((sum, each) => sum + each, 0);
  const scale = ratios ? 1 : scaleFor(total);
  const missing = seen.reduce((sum, part) => sum + missingOf(part, ratios ? null : of.targetPpm), 0n);
  const whole = BigInt(total) * BigInt(scale);
  const bad = Number(least(whole, (2n * whole * missing + fine) / (2n * fine)));
  return {
    counts: { good: total * scale - bad, bad },
    eventParts: ratios ? 1_000_000_000 : scale,
  };
};

/** One slice of the whole from the events of its parts in that slice: bad when any part's is; empty when all are. */
export const composeSlice = (parts: readonly Counts[], slice: TimeSlice): Counts => {
  const seen = parts.filter((each) => each.good + each.bad > 0);
  if (seen.length === 0) return { good: 0, bad: 0 };
  return seen.every((each) => isGoodSlice(each, slice.targetPpm ?? million))
    ? { good: 1, bad: 0 }
    : { good: 0, bad: 1 };
};

/** One measured thing below a composite or journey, with its weight in the whole. */
export interface Leaf {
  readonly displayName: string;
  readonly number: number;
  readonly definition: Indicator;
  /** Product of the weights on the way down. */
  readonly weight: number;
  /** What this part alone promises: its burn is measured against it. */
  readonly targetPpm: number;
  /** Objectives on the way down, outermost first; empty for the objective's own indicators. */
  readonly through: readonly string[];
}

export type LeavesProblem =
  | { readonly problem: 'unknown-objective'; readonly name: string }
  | { readonly problem: 'circle'; readonly names: readonly string[] }
  | { readonly problem: 'too-many-parts'; readonly most: number };

/**
 * Everything that an objective is made of, journeys followed to their ends. Weights multiply on the way down, because rates of
 * burning do. A part is counted by the method of the whole; what it promises alone is its own target.
 */
export const leavesOf = (
  objective: Objective,
  find: (name: string) => Objective | undefined,
): readonly Leaf[] | LeavesProblem => {
  const leaves: Leaf[] = [];
  const follow = (from: Objective, weight: number, through: readonly string[]): LeavesProblem | null => {
    for (const part of from.components) {
      const own = from.components.length === 1 ? 1 : part.weight;
      if (part.indicator.kind === 'indicator') {
        const { number, definition } = part.indicator;
        const targetPpm = from.components.length === 1 ? from.targetPpm : part.targetPpm;
        leaves.push({ displayName: part.displayName, number, definition, weight: weight * own, targetPpm, through });
        if (leaves.length > objectiveLimits.componentsMax)
          return { problem: 'too-many-parts', most: objectiveLimits.componentsMax };
        continue;
      }
      const { name } = part.indicator;
      if (name === objective.name || through.includes(name))
        return { problem: 'circle', names: [objective.name, ...through, name] };
      const next = find(name);
      if (!next) return { problem: 'unknown-objective', name };
      const problem = follow(next, weight * own, [...through, name]);
      if (problem) return problem;
    }
    return null;
  };
  return follow(objective, 1, []) ?? leaves;
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

const scaleFor = (total: number): number => {
  let scale = million;
  while (scale > 1 && total * scale > Number.MAX_SAFE_INTEGER) scale /= 10;
  return scale;
};

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
