import { z } from 'zod';
import { route, signedIn } from '../../kernel/route.ts';
import { objectiveLimits } from './domain/objective.ts';

const instant = z.iso.datetime({ offset: true });
const cursor = z.string().max(500).optional();
const limit = z.coerce.number().int().min(1).max(200).default(50);

/** RFC 1123 label, as OpenSLO names things. */
export const objectiveName = z
  .string()
  .min(1)
  .max(objectiveLimits.nameLength)
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    'lower case letters, digits and dashes, with a letter or digit at both ends',
  );

export const objectiveState = z.enum(['ok', 'burning', 'exhausted', 'no-data']);

export const objectiveWindow = z.union([
  z.object({ kind: z.literal('rolling'), minutes: z.number().int() }),
  z.object({
    kind: z.literal('calendar'),
    unit: z.enum(['day', 'week', 'month', 'quarter', 'year']),
    count: z.number().int(),
    startsOn: z.string(),
    zone: z.string(),
  }),
]);

/** Counted events (or slices of time, by the method) within the window. */
export const budget = z.object({
  /** What the target lets be bad, of what was counted: total × (1 − target), exact to a millionth, may be broken. */
  allowed: z.number(),
  spent: z.number(),
  /** Negative when more was spent than allowed. */
  remaining: z.number(),
  /** 1 is untouched, 0 exhausted, below 0 overspent; null without data. */
  remainingRatio: z.number().nullable(),
});

export const burnRate = z.object({
  /** `5m`, `1h`, `3d`. */
  window: z.string(),
  good: z.number(),
  bad: z.number(),
  /** Error ratio over the budget's ratio: 1 spends exactly the budget in the period; null without data. */
  rate: z.number().nullable(),
});

export const alertState = z.object({
  tier: z.string(),
  urgency: z.enum(['page', 'ticket']),
  firing: z.boolean(),
  since: instant.nullable(),
  /** The decision in words with its numbers: both windows, their rates, the threshold and how it was derived. */
  reason: z.string(),
  longWindow: z.string(),
  shortWindow: z.string(),
  threshold: z.number(),
  budgetShare: z.number(),
  badEventsMin: z.number().int(),
  adapted: z.string().nullable(),
});

export const component = z.object({
  displayName: z.string(),
  /** OpenSLO's compositeWeight: multiplies what this part burns of the whole; may be broken. */
  weight: z.number(),
  targetPpm: z.number().int(),
  good: z.number(),
  bad: z.number(),
  achievedPpm: z.number().nullable(),
  /** Name of the objective that this part is, in a journey. */
  objective: z.string().nullable(),
});

export const objectiveReport = z.object({
  name: z.string(),
  displayName: z.string(),
  description: z.string(),
  service: z.string().nullable(),
  environment: z.string().nullable(),
  owner: z.string().nullable(),
  indicator: z.string().describe('What is measured, in words'),
  targetPpm: z.number().int(),
  window: objectiveWindow,
  windowText: z.string().describe('`28 days`, `calendar month, Europe/Berlin`'),
  from: instant,
  to: instant,
  method: z.enum(['Occurrences', 'Timeslices', 'RatioTimeslices']),
  /** Null when nothing was seen in the window. */
  good: z.number().nullable(),
  bad: z.number().nullable(),
  total: z.number().nullable(),
  /** Share of the window's time in which nothing was counted, 0 to 1. */
  noDataRatio: z.number(),
  achievedPpm: z.number().nullable(),
  budget: budget,
  /** The same without corrections; null where none applies. */
  uncorrected: z.object({ good: z.number(), bad: z.number(), budget: budget }).nullable(),
  burnRates: z.array(burnRate),
  state: objectiveState,
  stateReason: z.string(),
  exhaustsAt: instant.nullable(),
  exhaustsReason: z.string().nullable(),
  alerts: z.array(alertState),
  components: z.array(component),
  origin: z.enum(['hand', 'file']),
  source: z.string().nullable(),
  document: z.string().describe('Name of the SLO document that it comes from'),
  goal: z
    .object({
      text: z.string(),
      moneyPerPercent: z.object({ amount: z.number(), currency: z.string() }).nullable(),
    })
    .nullable(),
  reviewOn: z.string().nullable(),
  budgetPolicy: z.string(),
  /** From when on there is history; null while it is being counted. */
  countedFrom: instant.nullable(),
});

/** One row of the list: what the table shows without another request. */
export const objectiveSummary = z.object({
  name: z.string(),
  displayName: z.string(),
  service: z.string().nullable(),
  environment: z.string().nullable(),
  owner: z.string().nullable(),
  indicator: z.string(),
  targetPpm: z.number().int(),
  windowText: z.string(),
  achievedPpm: z.number().nullable(),
  remainingRatio: z.number().nullable(),
  /** Burn rate of the last hour; null without data. */
  burnRate: z.number().nullable(),
  method: z.enum(['Occurrences', 'Timeslices', 'RatioTimeslices']),
  /** What the window and the last hour counted; null without data. */
  counted: z.object({ good: z.number(), bad: z.number() }).nullable(),
  recent: z.object({ good: z.number(), bad: z.number() }).nullable(),
  state: objectiveState,
  exhaustsAt: instant.nullable(),
  noDataRatio: z.number(),
  /** Budget left at up to 30 equally spaced instants of the window, oldest first; null where nothing was counted yet. */
  sparkline: z.array(z.number().nullable()),
  firing: z.array(z.string()),
  reviewOn: z.string().nullable(),
});

export const objectivesList = z.object({
  items: z.array(objectiveSummary),
  next: z.string().nullable(),
  total: z.number().int(),
  /** Over all objectives that the filter lets through, not only this page. */
  counts: z.object({
    ok: z.number().int(),
    burning: z.number().int(),
    exhausted: z.number().int(),
    noData: z.number().int(),
  }),
});

export const listObjectives = route({
  method: 'GET',
  path: '/api/v1/objectives',
  summary: 'Objectives with their budgets, most endangered first',
  access: signedIn,
  query: z.object({
    cursor,
    limit,
    service: z.string().max(255).optional(),
    team: z.string().max(255).optional(),
    state: objectiveState.optional(),
    q: z.string().max(200).optional(),
    sort: z.enum(['endangered', 'name']).default('endangered'),
  }),
  answer: objectivesList,
});

export const getObjective = route({
  method: 'GET',
  path: '/api/v1/objectives/:name',
  summary: 'One objective: its budget, burn rates and alerts, now or at an instant of the past',
  access: signedIn,
  params: z.object({ name: objectiveName }),
  query: z.object({ at: instant.optional() }),
  answer: objectiveReport,
});

export const budgetPoint = z.object({
  at: instant,
  good: z.number(),
  bad: z.number(),
  /** Share of the window's budget that is left at this instant; null where nothing was counted yet. */
  remainingRatio: z.number().nullable(),
  /** The same without corrections; absent where none applies to the chart. */
  uncorrected: z.number().nullable().optional(),
});

export const getBudget = route({
  method: 'GET',
  path: '/api/v1/objectives/:name/budget',
  summary: 'The burn-down of a budget over time, with its projection',
  access: signedIn,
  params: z.object({ name: objectiveName }),
  query: z.object({
    from: instant.optional(),
    to: instant.optional(),
    step: z.coerce.number().int().min(60).max(86_400).optional(),
  }),
  answer: z.object({
    name: z.string(),
    from: instant,
    to: instant,
    stepSeconds: z.number().int(),
    points: z.array(budgetPoint),
    /** Straight on from now at the burn rate of the given window; empty when the budget lasts. */
    projection: z.object({ window: z.string(), points: z.array(z.tuple([instant, z.number()])) }).nullable(),
  }),
});

/** A document (or several, `---` between them) of OpenSLO, Sloth or Pyrra, as YAML or JSON text. */
export const documentsText = z
  .string()
  .min(1)
  .max(5 * 1024 * 1024);

/** One field that a document says differently; null is not said. Secrets are never shown. */
export const difference = z.object({ field: z.string(), before: z.unknown(), after: z.unknown() });

export const documentOutcome = z.object({
  kind: z.string(),
  name: z.string(),
  outcome: z.enum(['created', 'changed', 'unchanged']),
  /** Objectives that the document makes. */
  objectives: z.array(z.string()),
  changes: z.array(difference),
  /** True where a change by hand holds instead of what the file says. */
  overridden: z.boolean(),
});

const origin = z.enum(['hand', 'file']).describe('`file` for what stands in a file that is applied again');
const source = z.string().max(1_000).describe('The file or address that says so');

export const applyObjectives = route({
  method: 'POST',
  path: '/api/v1/objectives',
  summary: 'Applies OpenSLO documents (JSON, or YAML as application/yaml or in `text`); all or nothing',
  access: signedIn,
  bodyLimit: 6 * 1024 * 1024,
  yamlAsText: true,
  /** For bodies that are documents themselves. */
  query: z.object({
    origin: origin.optional(),
    source: source.optional(),
    dryRun: z.stringbool().optional().describe('Says what would happen and changes nothing'),
  }),
  body: z.union([
    z.object({
      text: documentsText,
      origin: origin.default('hand'),
      source: source.nullable().default(null),
      /** Says what would happen and changes nothing. */
      dryRun: z.boolean().default(false),
    }),
    z.object({
      /** Documents of several files, as one change. */
      documents: z
        .array(z.object({ source: source.nullable(), document: z.unknown() }))
        .min(1)
        .max(5_000),
      origin: origin.default('file'),
      dryRun: z.boolean().default(false),
    }),
    z.looseObject({ apiVersion: z.string() }),
    z.looseObject({ version: z.literal('prometheus/v1') }),
    z.array(z.looseObject({})).min(1).max(5_000),
  ]),
  answer: z.object({
    items: z.array(documentOutcome),
    /** What could not be carried over or should be known; nothing is wrong. */
    notes: z.array(z.object({ path: z.string(), message: z.string() })),
  }),
});

export const deleteObjective = route({
  method: 'DELETE',
  path: '/api/v1/objectives/:name',
  summary: 'Deletes an objective with its document; its history of budgets and decisions stays on the ledger',
  access: signedIn,
  params: z.object({ name: objectiveName }),
  query: z.object({ origin: origin.default('hand') }),
});

const firedTier = z.object({
  tier: z.string(),
  urgency: z.enum(['page', 'ticket']),
  longWindow: z.string(),
  shortWindow: z.string(),
  threshold: z.number(),
  longRate: z.number(),
  shortRate: z.number(),
  good: z.number(),
  bad: z.number(),
  reason: z.string(),
  /** Start of the first ten seconds in which the formula held. */
  crossedAt: instant,
});

/** `data` of the events that this module puts on the ledger, by kind. Subject: `objective:<name>`; service: its service. */
export const objectivesEvents = {
  'objective.described': z.object({ outcome: z.enum(['created', 'changed']), before: z.unknown(), after: z.unknown() }),
  'objective.deleted': z.object({ before: z.unknown() }),
  /** Subject: `objective-document:<kind>/<name>`. Secrets of connections are hidden. */
  'objective-document.described': z.object({
    outcome: z.enum(['created', 'changed']),
    origin: z.enum(['hand', 'file']),
    source: z.string().nullable(),
    override: z.boolean(),
    before: z.unknown(),
    after: z.unknown(),
  }),
  'objective-document.deleted': z.object({ before: z.unknown() }),
  'budget.burning': firedTier,
  'budget.recovered': firedTier.extend({ firingSince: instant }),
  'budget.exhausted': z.object({
    allowed: z.number(),
    spent: z.number(),
    total: z.number(),
    /** False: it is gone. True: at the present rate it will be gone at `exhaustsAt`. */
    forecast: z.boolean(),
    exhaustsAt: instant.nullable(),
    reason: z.string(),
  }),
  'budget.restored': z.object({
    allowed: z.number(),
    spent: z.number(),
    total: z.number(),
    /** True: it was only told that it would be gone, and it will not be any more. */
    forecast: z.boolean(),
    reason: z.string(),
  }),
  'objective.no-data': z.object({ since: instant, minutes: z.number().int(), reason: z.string() }),
  'objective.data-again': z.object({ since: instant, reason: z.string() }),
} as const;

export type ObjectiveReport = z.output<typeof objectiveReport>;
export type ObjectiveSummary = z.output<typeof objectiveSummary>;
export type ObjectivesList = z.output<typeof objectivesList>;
export type BurnRate = z.output<typeof burnRate>;
export type AlertState = z.output<typeof alertState>;
export type Budget = z.output<typeof budget>;
export type DocumentOutcome = z.output<typeof documentOutcome>;
