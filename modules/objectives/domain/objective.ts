import type { Indicator } from './indicator.ts';

/** One million parts: a ratio of 99.9 % is 999,000 ppm. Targets are whole parts, so budgets are exact. */
export const million = 1_000_000;

/** Bounds of what an objective may be; a document beyond them is refused with the field named. */
export const objectiveLimits = {
  nameLength: 63,
  descriptionLength: 1_050,
  /** The least budget: a target of 100 % has none and is refused. */
  targetPpmMax: 999_999,
  windowMinutesMax: 366 * 24 * 60,
  componentsMax: 50,
  tiersMax: 10,
  objectivesMax: 20_000,
} as const;

/** How a budget is counted, by the words of OpenSLO (https://github.com/OpenSLO/OpenSLO#slo). */
export type BudgetingMethod = 'Occurrences' | 'Timeslices' | 'RatioTimeslices';

export type CalendarUnit = 'day' | 'week' | 'month' | 'quarter' | 'year';

/**
 * The stretch of time that a promise covers.
 * - `rolling`: the last `minutes`, ending now.
 * - `calendar`: periods of `count` units that follow one another from `startsOn`, a wall-clock time
 *   (`2026-01-01T00:00`) in an IANA zone; a day of daylight saving has 23 or 25 hours.
 */
export type ObjectiveWindow =
  | { readonly kind: 'rolling'; readonly minutes: number }
  | {
      readonly kind: 'calendar';
      readonly unit: CalendarUnit;
      readonly count: number;
      readonly startsOn: string;
      readonly zone: string;
    };

/** A slice of time is good when at least `targetPpm` of its events were; only for the two methods of slices. */
export interface TimeSlice {
  readonly seconds: number;
  /** Null for RatioTimeslices, where each slice counts with its own ratio. */
  readonly targetPpm: number | null;
}

/**
 * One part of a composite. The weight is OpenSLO's `compositeWeight`: "just multiplier", 1 by default, 0.5 is half the impact; above
 * zero, may be broken, kept to millionths. How the whole follows from the parts: composite.ts.
 */
export interface Component {
  readonly displayName: string;
  readonly indicator: IndicatorRef;
  readonly weight: number;
  /** What this part alone promises; shown beside it, its own budget follows from it. */
  readonly targetPpm: number;
}

/** Counts of one indicator, by its number in `objectives.indicator`; or the result of another objective, by name (journeys). */
export type IndicatorRef =
  | { readonly kind: 'indicator'; readonly number: number; readonly definition: Indicator }
  | { readonly kind: 'objective'; readonly name: string };

/** One tier of a burn alert: both windows burn at least at `rate` (SRE workbook, chapter 5, approach 6). */
export interface Tier {
  /** `page-fast`, `page-slow`, `ticket-fast`, `ticket-slow` by default; unique within the objective. */
  readonly name: string;
  readonly urgency: 'page' | 'ticket';
  /** Share of the budget that is gone when the long window burnt at the threshold throughout, ppm: 20,000 is 2 %. */
  readonly budgetSharePpm: number;
  readonly longMinutes: number;
  readonly shortMinutes: number;
  /**
   * A rate given by hand (OpenSLO's burnrate condition), in millionths: 14.4× is 14,400,000. Null: it follows exactly from
   * share × period ÷ window, as a ratio of whole numbers.
   */
  readonly rateMillionths: number | null;
  /** Fewer bad events than this in the long window never fire: for low traffic. 1 by default. */
  readonly badEventsMin: number;
  /** How this tier was changed from the default so that it can be reached, in words; null where it was not. */
  readonly adapted: string | null;
}

export interface AlertPolicy {
  readonly tiers: readonly Tier[];
  /** No data for this long is told; null turns that off. */
  readonly noDataMinutes: number | null;
  /** A budget that will be gone within this many minutes, at the rate of the last hour, is told; null turns that off. */
  readonly exhaustsWithinMinutes: number | null;
  /** Bad events that a window needs while it is younger than it is long (young.ts); two where it is not said. */
  readonly youngBadEventsMin?: number;
}

/** What the promise is for, in words, and what a percent of its budget is worth. */
export interface BusinessGoal {
  readonly text: string;
  readonly moneyPerPercent: { readonly amount: number; readonly currency: string } | null;
}

/** One promise, compiled from its document: everything that an evaluation needs, and nothing that it does not. */
export interface Objective {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  /** Name in the catalog (`namespace/name`); null for a journey over several services. */
  readonly service: string | null;
  readonly environment: string | null;
  /** Team that owns it; the owner of the service where the document names none. */
  readonly owner: string | null;
  readonly targetPpm: number;
  readonly window: ObjectiveWindow;
  readonly method: BudgetingMethod;
  readonly timeSlice: TimeSlice | null;
  /** One part for an ordinary objective (its weight means nothing then), several for a composite. */
  readonly components: readonly Component[];
  readonly alerts: AlertPolicy;
  /** Name of the budget policy that says what follows. */
  readonly budgetPolicy: string;
  readonly goal: BusinessGoal | null;
  /** `2026-12-31`: when its owner looks at it again. */
  readonly reviewOn: string | null;
}
