import { z } from 'zod';
import { atLeast, route, signedIn } from '../../../kernel/route.ts';
import { alertLimits, decisionKinds, integrationKinds, severities } from '../domain/alert.ts';

/** Bounds of what is asked and said at once. */
export const alertsLimits = {
  pageSize: 500,
  /** Filters by label in one question. */
  labelFilters: 20,
  /** Alerts that one call may acknowledge or resolve. */
  selected: 500,
  /** Alerts in one `POST /api/v1/alerts`. */
  sent: 1_000,
  sentBytes: 16 * 1024 * 1024,
  note: 4_000,
  /** Decisions and pages shown with an alert in a list, the newest. */
  decisionsListed: 20,
  decisionsShown: 1_000,
} as const;

const instant = z.iso.datetime({ offset: true });
const labels = z.record(z.string(), z.string());
export const alertStatus = z.enum(['firing', 'acknowledged', 'resolved']);
export const severity = z.enum(severities);

export const suppression = z.object({
  silencedBy: z.array(z.string()),
  inhibitedBy: z.array(z.string()),
  parentDown: z.array(z.string()),
  mutedBy: z.array(z.string()),
  flapping: z.boolean(),
});

export const decisionMade = z.object({
  at: instant,
  decision: z.enum(decisionKinds),
  reason: z.string(),
  group: z.uuid().nullable(),
  page: z.uuid().nullable(),
});

export const alert = z
  .object({
    id: z.uuid(),
    /** Name of the integration. */
    source: z.string(),
    kind: z.enum(integrationKinds),
    fingerprint: z.string(),
    dedupKey: z.string(),
    status: alertStatus,
    /** Why it is held back though it fires; null: it is not. */
    suppressed: suppression.nullable(),
    severity,
    summary: z.string(),
    labels,
    annotations: labels,
    links: z.array(z.object({ label: z.string(), url: z.string() })),
    service: z.string().nullable(),
    startsAt: instant,
    /** When it was over, or, while it is not, when it resolves by itself; null: not until somebody says so. */
    endsAt: instant.nullable(),
    receivedAt: instant,
    updatedAt: instant,
    acknowledgedAt: instant.nullable(),
    acknowledgedBy: z.string().nullable(),
    resolvedAt: instant.nullable(),
    resolvedBy: z.string().nullable(),
    group: z.uuid().nullable(),
    decisions: z.array(decisionMade),
    pages: z.array(z.uuid()),
  })
  .meta({ id: 'Alert' });

const counted = z.array(z.object({ value: z.string(), count: z.number().int() }));
/** One filter: `name=value` or `name!=value`; a list of them all hold. */
const labelFilter = z
  .string()
  .regex(/^[^=]*[^=!][^=]*=[^]*$/, 'name=value, or name!=value')
  .refine(
    (text) => !/^[^=]*(=~|!~)/.test(text),
    'name=value, or name!=value: regular expressions (=~, !~) are not asked here',
  )
  .max(alertLimits.labelName + alertLimits.labelValue + 2);
/** One, several, or none. */
const several = <Item extends z.ZodType<string>>(item: Item) =>
  z
    .union([item, z.array(item).max(alertsLimits.labelFilters)])
    .optional()
    .transform((said) => (said === undefined ? [] : Array.isArray(said) ? said : [said]) as z.output<Item>[]);

export const listAlerts = route({
  method: 'GET',
  path: '/api/v1/alerts',
  summary: 'Alerts, newest first, with what was decided of each and why; `facets=true` counts them',
  access: signedIn,
  query: z.object({
    cursor: z.string().max(500).optional(),
    limit: z.coerce.number().int().min(1).max(alertsLimits.pageSize).default(50),
    /** `active` is firing or acknowledged, `suppressed` is firing and held back. */
    state: z.enum([...alertStatus.options, 'active', 'suppressed', 'all']).default('active'),
    /** `name=value` or `name!=value`, a label that is missing is an empty one; given several times all of them hold. */
    label: several(labelFilter),
    severity: several(severity),
    service: z.string().max(alertLimits.service).optional(),
    /** Name of the integration. */
    source: z.string().max(255).optional(),
    group: z.uuid().optional(),
    /** A word of the summary. */
    q: z.string().max(255).optional(),
    from: instant.optional(),
    to: instant.optional(),
    facets: z.stringbool().default(false),
  }),
  answer: z.object({
    items: z.array(alert),
    next: z.string().nullable(),
    /** Of all that match, not of this page; null where not asked for. */
    facets: z
      .object({ total: z.number().int(), status: counted, severity: counted, service: counted, source: counted })
      .nullable(),
  }),
});

const params = z.object({ id: z.uuid() });

export const getAlert = route({
  method: 'GET',
  path: '/api/v1/alerts/:id',
  summary: 'One alert with every decision, its group, and the times that it fired before',
  access: signedIn,
  params,
  answer: alert.extend({
    /** The payload in which it first came (`GET /api/v1/integrations/{source}/payloads/{id}`, while it is kept). */
    payload: z.uuid().nullable(),
    earlier: z.array(
      z.object({
        id: z.uuid(),
        startsAt: instant,
        resolvedAt: instant.nullable(),
        acknowledgedBy: z.string().nullable(),
        resolvedBy: z.string().nullable(),
        pages: z.array(z.uuid()),
      }),
    ),
  }),
});

export const whyAlert = route({
  method: 'GET',
  path: '/api/v1/alerts/:id/why',
  summary: 'Why somebody was told of an alert, or was not: every decision with its reason, and whom it went to',
  access: signedIn,
  params,
  answer: z.object({
    id: z.uuid(),
    status: alertStatus,
    /** One sentence: what holds now. */
    because: z.string(),
    suppressed: suppression.nullable(),
    decisions: z.array(decisionMade),
    groups: z.array(
      z.object({
        id: z.uuid(),
        route: z.string(),
        reason: z.string(),
        labels,
        targets: z.array(z.string()),
        openedAt: instant,
        toldAt: instant.nullable(),
        dueAt: instant.nullable(),
        pages: z.array(z.object({ id: z.uuid(), target: z.string(), at: instant })),
      }),
    ),
  }),
});

const note = z.string().trim().min(1).max(alertsLimits.note);
const act = <const Verb extends string>(verb: Verb, summary: string) =>
  ({
    method: 'POST',
    path: `/api/v1/alerts/:id/${verb}`,
    summary,
    // Responders of the organisation, or of the team whose alert it is.
    access: signedIn,
    params,
    body: z.strictObject({ note: note.optional() }).optional(),
    answer: alert,
  }) as const;

export const acknowledgeAlert = route(
  act(
    'acknowledge',
    'Somebody is on it until it clears: nobody is told of it again; its page is acknowledged with the last of its alerts',
  ),
);
export const resolveAlert = route(act('resolve', 'It is over; its page is resolved with the last of its alerts'));
export const unacknowledgeAlert = route(
  act('unacknowledge', 'Takes an acknowledgement back: nobody is on it, and its page begins anew'),
);
export const reopenAlert = route(
  act(
    'reopen',
    'Takes back that a person resolved it, for a day and while its sender goes on: it is as it was before, and so is its page',
  ),
);

export const actOnAlerts = route({
  method: 'POST',
  path: '/api/v1/alerts/selected',
  summary:
    'Acknowledges or resolves several alerts, or all of a group, at once; or takes that back, of those where it can be',
  access: signedIn,
  body: z.strictObject({
    action: z.enum(['acknowledge', 'resolve', 'unacknowledge', 'reopen']),
    ids: z.array(z.uuid()).max(alertsLimits.selected).default([]),
    group: z.uuid().optional(),
    note: note.optional(),
  }),
  answer: z.object({ changed: z.array(z.uuid()) }),
});

const saidAlert = z.strictObject({
  dedupKey: z.string().min(1).max(alertLimits.dedupKey).optional(),
  action: z.enum(['trigger', 'acknowledge', 'resolve']).default('trigger'),
  summary: z.string().trim().min(1).max(alertLimits.summary).optional(),
  severity: severity.optional(),
  labels: labels.default({}),
  annotations: labels.default({}),
  service: z.string().max(alertLimits.service).optional(),
  team: z.string().max(255).optional(),
  startsAt: instant.optional(),
  endsAt: instant.optional(),
  links: z
    .array(z.object({ label: z.string().max(255), url: z.url({ protocol: /^https?$/ }).max(alertLimits.url) }))
    .max(alertLimits.links)
    .default([]),
});

export const sendAlerts = route({
  method: 'POST',
  path: '/api/v1/alerts',
  summary: 'Sends alerts of your own; on disk before the answer. Without a dedupKey the labels are the identity',
  access: atLeast('responder'),
  status: 202,
  bodyLimit: alertsLimits.sentBytes,
  body: z.union([saidAlert, z.array(saidAlert).min(1).max(alertsLimits.sent)]),
  answer: z.object({
    items: z.array(
      z.object({
        dedupKey: z.string(),
        id: z.uuid().nullable(),
        outcome: z.enum(['new', 'updated', 'unchanged', 'acknowledged', 'resolved', 'dropped']),
        reason: z.string().optional(),
      }),
    ),
  }),
});

export const alertGroup = z.object({
  id: z.uuid(),
  route: z.string(),
  reason: z.string(),
  labels,
  urgency: z.enum(['high', 'low']),
  targets: z.array(z.string()),
  service: z.string().nullable(),
  state: z.enum(['open', 'closed']),
  openedAt: instant,
  closedAt: instant.nullable(),
  toldAt: instant.nullable(),
  dueAt: instant.nullable(),
  /** How many of its alerts are in each state; suppressed ones fire too. */
  counts: z.object({
    firing: z.number().int(),
    acknowledged: z.number().int(),
    resolved: z.number().int(),
    suppressed: z.number().int(),
  }),
  pages: z.array(z.uuid()),
});

export const listAlertGroups = route({
  method: 'GET',
  path: '/api/v1/alert-groups',
  summary: 'Groups of alerts, newest first: what is told as one',
  access: signedIn,
  query: z.object({
    cursor: z.string().max(500).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    state: z.enum(['open', 'closed', 'all']).default('open'),
  }),
  answer: z.object({ items: z.array(alertGroup), next: z.string().nullable() }),
});

export const getAlertGroup = route({
  method: 'GET',
  path: '/api/v1/alert-groups/:id',
  summary: 'One group of alerts; its alerts are `GET /api/v1/alerts?group=`',
  access: signedIn,
  params,
  answer: alertGroup,
});

const groupHappened = z.object({
  group: z.uuid(),
  route: z.string(),
  labels,
  alerts: z.number().int(),
  reason: z.string(),
});

/** `data` of the events that this part puts on the ledger: never one an alert of a storm. Subject: `alert-group:<id>`. */
export const alertEvents = {
  'alert.group-opened': groupHappened,
  'alert.group-closed': groupHappened,
  'alert.acknowledged': z.object({ alerts: z.array(z.uuid()), by: z.string(), note: z.string().nullable() }),
  'alert.resolved': z.object({ alerts: z.array(z.uuid()), by: z.string(), note: z.string().nullable() }),
  'alert.unacknowledged': z.object({ alerts: z.array(z.uuid()), by: z.string(), note: z.string().nullable() }),
  'alert.reopened': z.object({ alerts: z.array(z.uuid()), by: z.string(), note: z.string().nullable() }),
} as const;

export type Alert = z.output<typeof alert>;
export type AlertGroup = z.output<typeof alertGroup>;
export type DecisionMade = z.output<typeof decisionMade>;
