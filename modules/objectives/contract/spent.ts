import { z } from 'zod';
import { route, signedIn } from '../../../kernel/route.ts';
import { objectiveName } from '../contract.ts';

/** Where a budget went: who and what spent it in a stretch of time, and what happened then. */

const instant = z.iso.datetime({ offset: true });

/** A point or stretch of time at which something happened that may explain a burn. Each says where it comes from. */
export const mark = z.object({
  at: instant,
  until: instant.nullable(),
  kind: z.enum(['change', 'version', 'alert', 'correction', 'target', 'incident']),
  title: z.string(),
  by: z.string().nullable(),
  link: z.string().nullable(),
  service: z.string().nullable(),
});

const share = z.object({
  /** The value: an operation, a version, an environment, an attribute's value, a called service. */
  value: z.string(),
  good: z.number(),
  bad: z.number(),
  /** Share of all bad events of the stretch. */
  badShare: z.number(),
  /** Share of the whole budget of the objective's window that these bad events are. */
  budgetShare: z.number().nullable(),
  /** How much more often bad than the rest of the events; null where the rest has none. */
  lift: z.number().nullable(),
});

export const spent = z.object({
  name: z.string(),
  from: instant,
  to: instant,
  good: z.number(),
  bad: z.number(),
  /** Share of the budget that went in this stretch. */
  budgetShare: z.number().nullable(),
  formula: z.string(),
  /** What was counted with everything that corrections leave out; null where they leave nothing out of this stretch. */
  uncorrected: z.object({ good: z.number(), bad: z.number(), note: z.string() }).nullable().default(null),
  /** `operation`, `version`, `environment`, `dependency`, or `attribute:<key>`; those that differ most first. */
  by: z.array(
    z.object({ dimension: z.string(), exact: z.boolean(), note: z.string().nullable(), shares: z.array(share) }),
  ),
  /** The steepest stretches: when most was spent, with the marks that stand shortly before. */
  steepest: z.array(
    z.object({ from: instant, to: instant, bad: z.number(), budgetShare: z.number().nullable(), near: z.array(mark) }),
  ),
  marks: z.array(mark),
});

export const getSpent = route({
  method: 'GET',
  path: '/api/v1/objectives/:name/spent',
  summary:
    'Where the budget went: by operation, version, environment, dependency and attribute, with what happened then',
  access: signedIn,
  params: z.object({ name: objectiveName }),
  query: z.object({ from: instant.optional(), to: instant.optional() }),
  answer: spent,
});

export const listMarks = route({
  method: 'GET',
  path: '/api/v1/objectives/:name/marks',
  summary: 'What happened in a stretch of time that may explain a burn: changes, first versions, alerts, corrections',
  access: signedIn,
  params: z.object({ name: objectiveName }),
  query: z.object({ from: instant, to: instant }),
  answer: z.object({ items: z.array(mark) }),
});

export type Mark = z.output<typeof mark>;
export type Spent = z.output<typeof spent>;
