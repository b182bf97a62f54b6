import { z } from 'zod';
import { route, signedIn } from '../../../kernel/route.ts';
import { objectiveName } from '../contract.ts';

/** What an alert policy would have done over all stored history, against what people marked as real incidents. */

const instant = z.iso.datetime({ offset: true });

export const backtestLimits = {
  objectivesMax: 2_000,
  policiesMax: 6,
  daysMax: 400,
  daysDefault: 30,
  alertsShownMax: 2_000,
  incidentsPerObjective: 1_000,
  tiersMax: 10,
} as const;

/** Each objective's own tiers, the default ones for its target and window, and the six approaches of the SRE workbook (chapter 5). */
export const presets = [
  'own',
  'default',
  'workbook-1',
  'workbook-2',
  'workbook-3',
  'workbook-4',
  'workbook-5',
  'workbook-6',
] as const;

const tier = z.object({
  name: z.string().min(1).max(63),
  urgency: z.enum(['page', 'ticket']),
  longMinutes: z.number().int().min(1),
  /** Null: the long window alone. */
  shortMinutes: z.number().int().min(1).nullable(),
  /** Burn rate in millionths: 14.4× is 14,400,000; or the share of the budget that it follows from. */
  rateMillionths: z.number().int().min(1).nullable().default(null),
  budgetSharePpm: z.number().int().min(1).nullable().default(null),
  /** Must hold for so long before it fires. */
  forMinutes: z.number().int().min(0).default(0),
  badEventsMin: z.number().int().min(1).default(1),
});

export const testedPolicy = z.union([
  z.object({ preset: z.enum(presets) }),
  z.object({ name: z.string().min(1).max(63), tiers: z.array(tier).min(1).max(backtestLimits.tiersMax) }),
]);

const tested = z.object({
  policy: z.string(),
  pages: z.number().int(),
  tickets: z.number().int(),
  firingMinutes: z.number(),
  /** Of the alerts, those that overlap a marked incident, of the objectives that have one; null where no incident is marked. */
  precision: z.number().nullable(),
  /** Of the marked incidents, those that an alert overlaps. */
  recall: z.number().nullable(),
  detectionSecondsMedian: z.number().nullable(),
  resetSecondsMedian: z.number().nullable(),
  alerts: z.array(
    z.object({
      objective: z.string(),
      tier: z.string(),
      urgency: z.enum(['page', 'ticket']),
      at: instant,
      until: instant.nullable(),
      /** From the start of the incident that it overlaps. */
      detectionSeconds: z.number().nullable(),
      resetSeconds: z.number().nullable(),
    }),
  ),
  alertsInAll: z.number().int(),
});

export const runBacktest = route({
  method: 'POST',
  path: '/api/v1/backtests',
  summary: 'Every alert that some policies would have raised over stored history, with precision and recall',
  access: signedIn,
  body: z.object({
    /** Names; empty means all. */
    objectives: z.array(objectiveName).max(backtestLimits.objectivesMax).default([]),
    policies: z
      .array(testedPolicy)
      .min(1)
      .max(backtestLimits.policiesMax)
      .default([{ preset: 'default' }]),
    from: instant.optional().describe('The default is 30 days before `to`'),
    to: instant.optional().describe('The default is now'),
    /** Whether what corrections exclude is left out, as alerts leave it out. */
    corrected: z.boolean().default(true),
  }),
  answer: z.object({
    from: instant,
    to: instant,
    corrected: z.boolean().default(true),
    objectives: z.number().int(),
    incidents: z.number().int(),
    /** What could not be tested, and why. */
    notes: z.array(z.string()),
    results: z.array(tested),
    tookMs: z.number(),
  }),
});

export const realIncident = z.object({
  id: z.uuid(),
  objective: objectiveName,
  from: instant,
  to: instant,
  note: z.string(),
  by: z.string(),
});

export const listRealIncidents = route({
  method: 'GET',
  path: '/api/v1/objectives/:name/real-incidents',
  summary: 'Periods that people marked as real incidents of an objective',
  access: signedIn,
  params: z.object({ name: objectiveName }),
  answer: z.object({ items: z.array(realIncident) }),
});

export const markRealIncident = route({
  method: 'POST',
  path: '/api/v1/objectives/:name/real-incidents',
  summary: 'Marks a period as a real incident, for judging alert policies',
  access: signedIn,
  params: z.object({ name: objectiveName }),
  body: z.object({ from: instant, to: instant, note: z.string().max(1_000).default('') }),
  answer: realIncident,
});

export const unmarkRealIncident = route({
  method: 'DELETE',
  path: '/api/v1/objectives/:name/real-incidents/:id',
  summary: 'Takes such a mark away',
  access: signedIn,
  params: z.object({ name: objectiveName, id: z.uuid() }),
});

export type Backtest = z.output<typeof runBacktest.answer>;
