import { z } from 'zod';
import { route, signedIn } from '../../../kernel/route.ts';
import { objectiveName, objectiveWindow } from '../contract.ts';

/** What history says of possible promises: proposals for services, and a preview of one promise while it is being written. */

const instant = z.iso.datetime({ offset: true });

export const suggestLimits = { historyDays: 90, targetsMax: 12, servicesMax: 200 } as const;

/** How one target would have fared over the history that there is. */
export const fared = z.object({
  targetPpm: z.number().int(),
  achievedPpm: z.number().nullable(),
  /** Share of the budget left at the end of the history; negative when overspent; null without data. */
  remainingRatio: z.number().nullable(),
  /** Pages and tickets that the default burn alerts would have made. */
  pages: z.number().int(),
  tickets: z.number().int(),
  /** Stretches in which a rolling budget stood exhausted, minutes in all. */
  exhaustedMinutes: z.number().int(),
});

export const suggestion = z.object({
  service: z.string(),
  environment: z.string(),
  /** `availability` or `latency`. */
  about: z.enum(['availability', 'latency']),
  /** Bound of a latency proposal in ms, one of telemetry's edges so that it is exact. */
  withinMs: z.number().nullable(),
  name: objectiveName,
  displayName: z.string(),
  targetPpm: z.number().int(),
  /** Why this target, with the numbers. */
  reason: z.string(),
  from: instant,
  to: instant,
  good: z.number(),
  bad: z.number(),
  fared: z.array(fared),
  /** An OpenSLO v1 document, ready for `apply` and for one click. */
  document: z.string(),
});

export const listSuggestions = route({
  method: 'GET',
  path: '/api/v1/objective-suggestions',
  summary: 'Proposed objectives for services that have none yet, from their history',
  access: signedIn,
  query: z.object({
    service: z.string().max(255).optional(),
    environment: z.string().max(255).optional(),
    /** Also for services that have objectives. */
    all: z.stringbool().default(false),
  }),
  answer: z.object({
    items: z.array(suggestion),
    /** What was seen and nothing can be proposed for yet, with what is missing. */
    notYet: z
      .array(
        z.object({
          service: z.string(),
          environment: z.string(),
          about: z.enum(['availability', 'latency']),
          reason: z.string(),
        }),
      )
      .default([]),
  }),
});

/** One day (or step) of history under the indicator of a document. */
const step = z.object({ at: instant, good: z.number(), bad: z.number() });

export const previewObjective = route({
  method: 'POST',
  path: '/api/v1/objective-previews',
  summary: 'How the objectives of one document would have fared on up to 90 days of history; changes nothing',
  access: signedIn,
  body: z.object({
    text: z.string().min(1).max(200_000),
    days: z.number().int().min(1).max(suggestLimits.historyDays).default(90),
    /** Further targets to compare, ppm: what the slider passes over. */
    targetsPpm: z.array(z.number().int().min(1).max(999_999)).max(suggestLimits.targetsMax).default([]),
  }),
  answer: z.object({
    items: z.array(
      z.object({
        name: z.string(),
        window: objectiveWindow,
        indicator: z.string(),
        stepSeconds: z.number().int(),
        /** From the first data on, without gaps; whole counts by the method, so that any target can be judged from them. */
        steps: z.array(step),
        /** Share of the time since the first data in which nothing was counted. */
        noDataRatio: z.number(),
        /** The document's own target first, with its own tiers. */
        fared: z.array(fared),
        alerts: z.array(
          z.object({ tier: z.string(), urgency: z.enum(['page', 'ticket']), at: instant, until: instant.nullable() }),
        ),
        /** What should be known: how default tiers were adapted, where history is coarse, and where there is none and why. */
        adapted: z.array(z.string()),
      }),
    ),
  }),
});

export type Suggestion = z.output<typeof suggestion>;
export type Fared = z.output<typeof fared>;
