import { z } from 'zod';
import { secondsOf } from '../../../kernel/time-span.ts';
import { route, signedIn } from '../../../kernel/route.ts';
import { handle } from '../../identity/contract.ts';
import { severities } from '../domain/alert.ts';

/** Bounds of alert rules. */
export const ruleLimits = {
  rules: 5_000,
  titleLength: 200,
  textLength: 500,
  filters: 20,
  by: 5,
  labels: 30,
  pageSize: 200,
  /** Groups of one rule: beyond them it cannot be judged, and says so. */
  groups: 500,
  previewDays: 30,
  /** Steps that a preview judges; longer ones are judged in coarser steps. */
  previewSteps: 2_100,
  previewGroups: 20,
  previewPoints: 600,
  changesShown: 50,
} as const;

const instant = z.iso.datetime({ offset: true });
const text = z.string().max(ruleLimits.textLength);
const name = z.string().min(1).max(255);

/** An ISO 8601 duration of fixed length between two bounds in seconds, in whole tens of seconds where `tens` says so. */
const duration = (least: number, most: number, words: string, tens = false) =>
  z
    .string()
    .refine((said) => secondsOf(said) !== null, 'a duration of days, hours, minutes and seconds: PT5M')
    .refine((said) => (secondsOf(said) ?? least) >= least && (secondsOf(said) ?? least) <= most, words)
    .refine((said) => !tens || (secondsOf(said) ?? 0) % 10 === 0, 'whole tens of seconds');

const day = 86_400;
const filter = z.strictObject({ key: name, op: z.enum(['=', '!=', '=~', '!~']), value: text });

const signalMeasure = z
  .strictObject({
    of: z.enum(['request-rate', 'error-share', 'latency', 'saturation']),
    service: name,
    environment: name.optional(),
    operation: text.optional(),
    version: text.optional(),
    quantile: z.union([z.literal(0.5), z.literal(0.9), z.literal(0.95), z.literal(0.99), z.literal(0.999)]).optional(),
    resource: z
      .enum([
        'cpu',
        'memory',
        'event-loop',
        'garbage-collection',
        'connection-pool',
        'thread-pool',
        'queue',
        'disk',
        'file-descriptors',
      ])
      .optional(),
  })
  .refine(({ of, quantile }) => of === 'latency' || quantile === undefined, {
    path: ['quantile'],
    message: 'only latency has a quantile',
  })
  .refine(({ of, resource }) => (of === 'saturation') === (resource !== undefined), {
    path: ['resource'],
    message: 'saturation is of a resource, and nothing else is',
  })
  .refine(({ of, operation }) => of !== 'saturation' || operation === undefined, {
    path: ['operation'],
    message: 'saturation is of a whole service',
  });

const metricMeasure = z.strictObject({
  name,
  service: name.optional(),
  environment: name.optional(),
  where: z.array(filter).max(ruleLimits.filters).default([]),
  aggregate: z
    .union([
      z.enum(['avg', 'min', 'max', 'sum', 'last', 'count', 'increase', 'rate']),
      z.strictObject({ quantile: z.number().min(0).max(1) }),
    ])
    .describe('How the points of a series in the window become one number; a quantile is of all points of the group'),
  across: z
    .enum(['avg', 'min', 'max', 'sum'])
    .optional()
    .describe(
      'How several series become one number; by itself the sum of counts and rates, the extreme of extremes, else the average',
    ),
  by: z.array(name).max(ruleLimits.by).default([]).describe('One decision for each value of these attributes'),
});

const logMeasure = z.strictObject({
  service: name.optional(),
  environment: name.optional(),
  severity: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
    .optional()
    .describe('This one and graver ones'),
  q: text.optional().describe('Words that all stand in the text or an attribute'),
  attributes: z
    .array(
      z
        .string()
        .max(1_000)
        .regex(/^[^=]+=/su, 'name=value'),
    )
    .max(8)
    .default([]),
});

/** What is wrong within the measure that was meant; which one that is says its word. */
const wrongMeasure = (input: unknown, errors: readonly (readonly z.core.$ZodIssue[])[]): string => {
  const said = typeof input === 'object' && input !== null ? Object.keys(input) : [];
  const meant = ['signal', 'metric', 'logs'].findIndex((word) => said.includes(word));
  const within = said.length === 1 ? errors[meant] : undefined;
  return (
    within?.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ') ?? 'one of signal, metric or logs'
  );
};

const measure = z.union(
  [
    z.strictObject({ signal: signalMeasure }),
    z.strictObject({ metric: metricMeasure }),
    z.strictObject({ logs: logMeasure }),
  ],
  { error: ({ input, errors }) => wrongMeasure(input, errors as z.core.$ZodIssue[][]) },
);

const labels = z
  .record(z.string().min(1).max(128), z.string().max(4_096))
  .refine((said) => Object.keys(said).length <= ruleLimits.labels, `at most ${ruleLimits.labels}`);

const specShape = z.strictObject({
  title: z.string().max(ruleLimits.titleLength).nullable().default(null),
  team: handle.nullable().default(null).describe('Its editors may change the rule, and its alerts go to it'),
  service: name.nullable().default(null).describe('What its alerts are about; by itself the service that is measured'),
  severity: z.enum(severities).default('error'),
  enabled: z.boolean().default(true),
  measure,
  over: duration(10, 7 * day, 'from 10 seconds to 7 days', true)
    .default('PT5M')
    .describe('The window that each number is of'),
  every: duration(10, 3_600, 'from 10 seconds to an hour', true).default('PT1M').describe('How often it is judged'),
  delay: duration(0, 3_600, 'at most an hour', true)
    .default('PT30S')
    .describe('The window ends so long before now, so that what is on its way is in it'),
  change: z
    .strictObject({ against: z.enum(['day', 'week']).default('week'), as: z.enum(['ratio', 'difference']) })
    .nullable()
    .default(null)
    .describe('Judges the change against the same time a day or a week before'),
  forecast: z
    .strictObject({
      within: duration(60, 90 * day, 'from a minute to 90 days'),
      from: duration(600, 30 * day, 'from ten minutes to 30 days', true).default('PT6H'),
    })
    .nullable()
    .default(null)
    .describe('Judges the value `within` that time from now, by a line of least squares through the stretch `from`'),
  fire: z.strictObject({ op: z.enum(['>', '>=', '<', '<=']), value: z.number() }),
  for: duration(0, 7 * day, 'at most 7 days')
    .default('PT0S')
    .describe('So long it must hold before it fires'),
  clear: z
    .strictObject({
      value: z.number().nullable().default(null),
      keepFor: duration(0, 7 * day, 'at most 7 days').default('PT0S'),
    })
    .prefault({})
    .describe('It clears when the value is on the good side of this threshold for so long'),
  noData: z
    .strictObject({
      then: z.enum(['alert', 'keep', 'ok']).default('keep'),
      after: duration(0, 7 * day, 'at most 7 days').default('PT5M'),
    })
    .prefault({})
    .describe('What becomes of it when nothing is measured for so long'),
  labels: labels.default({}),
  annotations: labels.default({}),
});

const forecastValuesMax = 1_500;

export const ruleSpec = specShape
  .refine(({ change, forecast }) => change === null || forecast === null, {
    path: ['forecast'],
    message: 'either a change or a forecast',
  })
  .refine(
    ({ fire, clear }) =>
      clear.value === null || (fire.op.startsWith('>') ? clear.value <= fire.value : clear.value >= fire.value),
    {
      path: ['clear', 'value'],
      message: 'on the good side of the threshold that fires',
    },
  )
  .refine(({ forecast, over }) => forecast === null || secondsOf(forecast.from)! >= 3 * secondsOf(over)!, {
    path: ['forecast', 'from'],
    message: 'at least three times `over`: a line needs three values',
  })
  .refine(
    ({ forecast, over }) => forecast === null || secondsOf(forecast.from)! / secondsOf(over)! <= forecastValuesMax,
    { path: ['forecast', 'from'], message: `at most ${forecastValuesMax} times \`over\`: make \`over\` longer` },
  );

/** `kind: AlertRule` of Leadline's own documents. */
export const ruleDocument = z.strictObject({
  apiVersion: z.literal('leadline.dev/v1'),
  kind: z.literal('AlertRule'),
  metadata: z.strictObject({ name: handle }),
  spec: ruleSpec,
});

const group = z.record(z.string(), z.string());
const numbers = z.object({
  value: z.number().nullable(),
  now: z.number().optional(),
  then: z.number().optional(),
  trend: z.number().optional(),
  perHour: z.number().optional(),
  points: z.number().int().optional(),
  reachesAt: instant.optional(),
});

const judged = z.object({
  group,
  phase: z.enum(['ok', 'pending', 'firing']),
  since: instant,
  reason: z.string(),
  words: z.string(),
  numbers,
});

const rule = z
  .object({
    name: z.string(),
    spec: ruleSpec,
    /** `unknown`: it cannot be judged now, and `unknown.reason` says why. */
    state: z.enum(['ok', 'pending', 'firing', 'unknown', 'waiting', 'disabled']),
    unknown: z.object({ since: instant, reason: z.string() }).nullable(),
    judgedAt: instant.nullable(),
    firing: z.number().int(),
    origin: z.enum(['hand', 'file']),
    source: z.string().nullable(),
    changedAt: instant,
    changedBy: z.string(),
  })
  .meta({ id: 'AlertRule' });

const params = z.object({ name: handle });

export const putRule = route({
  method: 'PUT',
  path: '/api/v1/alert-rules/:name',
  summary: 'Makes an alert rule be as said',
  access: signedIn,
  params,
  body: z.strictObject({
    spec: ruleSpec,
    origin: z.enum(['hand', 'file']).default('hand'),
    source: z.string().max(500).nullable().default(null),
  }),
  answer: z.object({ outcome: z.enum(['created', 'changed', 'unchanged']), rule }),
});

export const listRules = route({
  method: 'GET',
  path: '/api/v1/alert-rules',
  summary: 'Alert rules by name, with where each stands',
  access: signedIn,
  query: z.object({
    cursor: z.string().max(500).optional(),
    limit: z.coerce.number().int().min(1).max(ruleLimits.pageSize).default(50),
    team: handle.optional(),
    state: z.enum(['ok', 'pending', 'firing', 'unknown', 'waiting', 'disabled']).optional(),
  }),
  answer: z.object({ items: z.array(rule), next: z.string().nullable() }),
});

export const getRule = route({
  method: 'GET',
  path: '/api/v1/alert-rules/:name',
  summary: 'One alert rule: how it judges each group now, and what it decided lately',
  access: signedIn,
  params,
  answer: z.object({
    rule,
    groups: z.array(judged),
    changes: z.array(
      z.object({
        at: instant.describe('The step that decided'),
        decidedAt: instant,
        group,
        became: z.enum(['firing', 'cleared']),
        reason: z.string(),
        words: z.string(),
        numbers,
      }),
    ),
  }),
});

export const deleteRule = route({
  method: 'DELETE',
  path: '/api/v1/alert-rules/:name',
  summary: 'Deletes an alert rule; what it fires is over',
  access: signedIn,
  params,
});

export const previewRule = route({
  method: 'POST',
  path: '/api/v1/alert-rules/preview',
  summary: 'What a rule would have measured and decided over the last days; nothing is kept or told',
  access: signedIn,
  body: z.strictObject({
    spec: ruleSpec,
    days: z.number().min(0.01).max(ruleLimits.previewDays).default(7),
    to: instant.optional(),
  }),
  answer: z.object({
    from: instant,
    to: instant,
    /** Judged so often in the preview; coarser than `every` over long stretches. */
    stepSeconds: z.number().int(),
    /** Between two points of a picture, each the worst of its stretch. */
    pointSeconds: z.number().int(),
    /** Window of each number in the preview: `over`, in whole minutes. */
    overSeconds: z.number().int(),
    /** Why it cannot be told; null: it can. */
    trouble: z.string().nullable(),
    fired: z.number().int(),
    firingSeconds: z.number(),
    groups: z.array(
      z.object({
        group,
        points: z.array(z.tuple([instant, z.number().nullable()])),
        fired: z.array(
          z.object({ from: instant, to: instant.nullable(), reason: z.string(), words: z.string(), numbers }),
        ),
      }),
    ),
    /** Groups beyond those that are shown; they are counted in `fired`. */
    more: z.number().int(),
    notes: z.array(z.string()),
  }),
});

/** Events of alert rules on the ledger. Subject: `alert-rule:<name>`. */
export const ruleEvents = {
  'alert-rule.changed': z.object({ outcome: z.enum(['created', 'changed']), spec: z.record(z.string(), z.unknown()) }),
  'alert-rule.removed': z.object({ spec: z.record(z.string(), z.unknown()) }),
} as const;

export type AlertRule = z.output<typeof rule>;
export type JudgedGroup = z.output<typeof judged>;
export type RulePreview = z.output<typeof previewRule.answer>;
export type RuleSpecSaid = z.output<typeof ruleSpec>;
