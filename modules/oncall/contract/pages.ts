import { z } from 'zod';
import { route, signedIn } from '../../../kernel/route.ts';
import { oncallName, policySpec, target } from './policies.ts';

/** Bounds of a page and of what is done with it. */
export const pageLimits = {
  summaryLength: 1_024,
  /** Details travel in messages and stand on the page; what is larger belongs behind the link. */
  detailsBytes: 64 * 1024,
  keyLength: 255,
  noteLength: 4_000,
  pageSize: 200,
  snoozeHoursMax: 24 * 7,
  respondersMax: 20,
  timelineMax: 2_000,
} as const;

const instant = z.iso.datetime({ offset: true });
const word = z.string().trim().min(1).max(pageLimits.keyLength);
export const urgency = z.enum(['high', 'low']);
export const pageState = z.enum(['triggered', 'acknowledged', 'resolved']);

const attempt = z.object({
  channel: z.string(),
  provider: z.string(),
  at: instant,
  result: z.enum(['accepted', 'delivered', 'failed', 'timeout', 'refused', 'superseded']),
  status: z.number().int().nullable(),
  detail: z.string().nullable(),
  receiptAt: instant.nullable(),
  idempotencyKey: z.string(),
});

/** One message that is owed to somebody because of one step. `step` counts from 1. */
const owedStep = z.object({
  step: z.number().int(),
  round: z.number().int(),
  person: z.string().nullable(),
  contactMethod: z.string(),
  channel: z.string(),
  owedAt: instant,
  state: z.enum(['owed', 'handed', 'cancelled']),
  kind: z.enum(['page', 'unanswered', 'resolved']),
  why: z.string(),
  attempts: z.array(attempt),
});

export const page = z.object({
  id: z.uuid(),
  summary: z.string(),
  urgency,
  state: pageState,
  policy: z.string().nullable(),
  team: z.string().nullable(),
  person: z.string().nullable(),
  service: z.string().nullable(),
  source: z.string(),
  dedupKey: z.string().nullable(),
  /** How often it was raised while it was open. */
  times: z.number().int(),
  raisedAt: instant,
  raisedBy: z.string(),
  acknowledgedAt: instant.nullable(),
  acknowledgedBy: z.string().nullable(),
  resolvedAt: instant.nullable(),
  resolvedBy: z.string().nullable(),
  snoozedUntil: instant.nullable(),
  /** When the last step had gone by without an answer. */
  unansweredAt: instant.nullable(),
  /** When the next step is due; null where none is. */
  nextStepAt: instant.nullable(),
  steps: z.array(owedStep),
});

export const timelineEntry = z.object({
  at: instant,
  what: z.string(),
  text: z.string(),
  by: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
});

export const pageWhole = page.extend({
  details: z.string(),
  link: z.string().nullable(),
  /** The policy as it was when the page was raised. */
  plan: policySpec,
  afterLast: z.string(),
  timeline: z.array(timelineEntry),
});

export const raisePage = route({
  method: 'POST',
  path: '/api/v1/pages',
  summary: 'Pages a team, a person or by a policy; the same dedupKey while the page is open is the same page',
  access: signedIn,
  status: 201,
  // Details have a smaller bound and an error of their own: 413 with what to do.
  bodyLimit: 16 * 1024 * 1024,
  body: z.strictObject({
    summary: z.string().trim().min(1).max(pageLimits.summaryLength),
    details: z.string().default(''),
    urgency: urgency.default('high'),
    policy: oncallName.optional(),
    team: oncallName.optional(),
    person: oncallName.optional(),
    dedupKey: word.optional(),
    service: word.optional(),
    link: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .optional(),
  }),
  answer: pageWhole,
});

export const listPages = route({
  method: 'GET',
  path: '/api/v1/pages',
  summary: 'Pages, newest first, with what was owed to whom and every attempt',
  access: signedIn,
  query: z.object({
    cursor: z.string().max(500).optional(),
    limit: z.coerce.number().int().min(1).max(pageLimits.pageSize).default(50),
    /** `open` is triggered or acknowledged. */
    state: z.enum([...pageState.options, 'open']).optional(),
    policy: oncallName.optional(),
    team: oncallName.optional(),
    /** Somebody who was paged by it. */
    person: oncallName.optional(),
    urgency: urgency.optional(),
    dedupKey: word.optional(),
    service: z.string().max(255).optional(),
    from: instant.optional(),
    to: instant.optional(),
  }),
  answer: z.object({ items: z.array(page), next: z.string().nullable() }),
});

const params = z.object({ id: z.uuid() });
const act = <const Verb extends string>(verb: Verb, summary: string) =>
  ({
    method: 'POST',
    path: `/api/v1/pages/:id/${verb}`,
    summary,
    access: signedIn,
    params,
    answer: pageWhole,
  }) as const;
const note = z.string().trim().min(1).max(pageLimits.noteLength);

export const getPage = route({
  method: 'GET',
  path: '/api/v1/pages/:id',
  summary: 'One page with its timeline',
  access: signedIn,
  params,
  answer: pageWhole,
});

export const acknowledgePage = route(act('acknowledge', 'Somebody is on it: nobody further is told'));

export const resolvePage = route({
  ...act('resolve', 'It is over; whom it was sent to is told, where the policy says so'),
  body: z.strictObject({ note: note.optional() }).optional(),
});

export const reassignPage = route({
  ...act('reassign', 'Begins anew with another policy, team or person'),
  body: z.strictObject({ policy: oncallName.optional(), team: oncallName.optional(), person: oncallName.optional() }),
});

export const snoozePage = route({
  ...act('snooze', 'Quiet until an instant; then it begins anew unless it is resolved'),
  body: z.strictObject({
    until: instant.optional(),
    minutes: z
      .number()
      .int()
      .min(1)
      .max(pageLimits.snoozeHoursMax * 60)
      .optional(),
  }),
});

export const addResponders = route({
  ...act('responders', 'Tells further people of it now, whatever its state; the escalation goes on as it was'),
  body: z.strictObject({ notify: z.array(target).min(1).max(pageLimits.respondersMax), message: note.optional() }),
});

export const notePage = route({
  ...act('notes', 'Puts a note on its timeline'),
  body: z.strictObject({ text: note }),
});

export const judgePage = route({
  ...act('judgements', 'Says whether it was useful to be paged for this; of one person the last word counts'),
  body: z.strictObject({ useful: z.boolean(), note: note.optional() }),
});

export const auditReport = z.object({
  at: instant,
  ok: z.boolean(),
  /** Messages that were owed in the time looked at. */
  owed: z.number().int(),
  attempted: z.number().int(),
  findings: z.array(
    z.object({
      /** Closed set. */
      what: z.enum(['step-overdue', 'page-unowned', 'not-handed', 'not-attempted', 'nobody-reached', 'store-away']),
      page: z.string().nullable(),
      since: instant,
      text: z.string(),
    }),
  ),
  /** The last look of the auditor's own process; null where there was none. */
  auditor: z.object({ at: instant, ok: z.boolean(), since: instant, silent: z.boolean() }).nullable(),
});

export const readAudit = route({
  method: 'GET',
  path: '/api/v1/oncall/audit',
  summary: 'Compares now what is owed with what was attempted, and says when the auditor last did',
  access: signedIn,
  answer: auditReport,
});

const happened = z.object({
  id: z.uuid(),
  summary: z.string(),
  urgency,
  policy: z.string().nullable(),
  team: z.string().nullable(),
  dedupKey: z.string().nullable(),
});

/** `data` of the events about pages, by kind. Subject: `page:<id>`; service: the page's, where it has one. */
export const pageEvents = {
  'page.raised': happened.extend({ source: z.string() }),
  'page.acknowledged': happened.extend({ by: z.string(), via: z.string() }),
  'page.resolved': happened.extend({ by: z.string(), via: z.string() }),
  'page.escalated': happened.extend({ step: z.number(), round: z.number() }),
  'page.unanswered': happened.extend({ since: z.string() }),
  'page.reassigned': happened.extend({ by: z.string(), from: z.string() }),
  'page.snoozed': happened.extend({ by: z.string(), until: z.string() }),
  'page.reopened': happened.extend({ by: z.string(), from: z.enum(['acknowledged', 'resolved']) }),
  'oncall.audit-failed': z.object({ findings: z.array(z.record(z.string(), z.unknown())) }),
  'oncall.audit-recovered': z.object({ since: z.string() }),
} as const;

export type Page = z.output<typeof page>;
export type PageWhole = z.output<typeof pageWhole>;
export type PageState = z.output<typeof pageState>;
export type AuditReport = z.output<typeof auditReport>;
export type TimelineEntry = z.output<typeof timelineEntry>;
