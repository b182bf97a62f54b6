import { Refusal, type Problem } from '../../../../kernel/problem.ts';
import type { Integration } from '../../domain/alert.ts';
import { responderWords, type FieldFaults, type OpsgenieResponder } from '../../domain/sources/opsgenie.ts';
import type { SourceAnswer, SourceCall } from '../integrations/source.ts';
import type { OpsgenieRow } from './opsgenie-store.ts';

/** Seconds since the call began, as Opsgenie tells them. */
export type Took = () => number;

export const startTook = (): Took => {
  const began = performance.now();
  return () => Math.round(performance.now() - began) / 1_000;
};

/** What is only read: answered, never kept as a payload. */
export const shown = (call: SourceCall, took: Took, body: object, status = 200): SourceAnswer => ({
  status,
  body: { ...body, took: took(), requestId: call.payloadId },
  error: null,
  isRead: true,
});

/** What is done: Opsgenie says 202 before it has done it, and clients come back with the number of the request. */
export const willBeProcessed = (call: SourceCall, took: Took, outcome: unknown): SourceAnswer => ({
  status: 202,
  body: { result: 'Request will be processed', took: took(), requestId: call.payloadId },
  error: null,
  outcome,
});

/** 422 with every wrong field. */
export const unprocessable = (errors: FieldFaults): Refusal =>
  new Refusal({
    status: 422,
    code: 'alerting.unprocessable',
    title: 'Request body is not processable. Please check the errors.',
    errors: Object.entries(errors).map(([path, message]) => ({ path, message })),
  });

export const noSuch = (what: string): Refusal =>
  new Refusal({ status: 404, code: 'alerting.no-such-thing', title: what });

/** A refusal as Opsgenie writes it: {message, errors, took, requestId}. */
export const opsgenieRefusal = (problem: Problem): Pick<SourceAnswer, 'status' | 'body' | 'headers'> => {
  const { status, code, title, detail, errors, retryAfterSeconds } = problem;
  const message =
    messages[code] ?? (status === 429 ? tooMany : status >= 500 ? 'Internal Server Error' : inWords(title, detail));
  return {
    status: code === 'alerting.key-unknown' ? 401 : status,
    body: {
      message,
      ...(errors === undefined ? {} : { errors: Object.fromEntries(errors.map((each) => [each.path, each.message])) }),
      took: 0,
      requestId: crypto.randomUUID(),
    },
    ...(status === 429 ? { headers: { 'retry-after': String(Math.ceil(retryAfterSeconds ?? 1)) } } : {}),
  };
};

const inWords = (title: string, detail: string | undefined): string =>
  detail === undefined ? title : `${title}: ${detail}`;

const tooMany = 'You are making too many requests! To avoid that, please use exponential backoff.';
const messages: Readonly<Record<string, string>> = {
  'alerting.no-key': 'Could not authenticate',
  'alerting.key-unknown': 'Could not authenticate',
};

const iso = (at: Date): string => at.toISOString();
const milliseconds = (from: Date, to: Date | null): number | undefined =>
  to === null ? undefined : Math.max(0, to.getTime() - from.getTime());

/** An alert in a list. */
export const baseAlert = (integration: Integration, row: OpsgenieRow) => {
  const ackTime = milliseconds(row.received_at, row.acknowledged_at);
  const closeTime = milliseconds(row.received_at, row.resolved_at);
  return {
    id: row.id,
    tinyId: row.tiny_id,
    alias: row.alias,
    message: row.summary,
    status: row.status === 'resolved' ? 'closed' : 'open',
    acknowledged: row.acknowledged_at !== null,
    isSeen: row.acknowledged_at !== null,
    tags: row.said.tags ?? [],
    snoozed: row.is_snoozed,
    ...(row.is_snoozed ? { snoozedUntil: iso(row.snoozed_until!) } : {}),
    count: row.count,
    lastOccurredAt: iso(row.last_at),
    createdAt: iso(row.received_at),
    updatedAt: iso(row.changed_at),
    source: row.said.source || integration.name,
    owner: row.owner ?? row.acknowledged_by ?? '',
    priority: row.said.priority ?? 'P3',
    teams: (row.said.responders ?? []).filter(({ type }) => type === 'team').map(named),
    responders: (row.said.responders ?? []).map(named),
    integration: { id: integration.id, name: integration.name, type: 'API' },
    report: {
      ...(ackTime === undefined ? {} : { ackTime, acknowledgedBy: row.acknowledged_by ?? '' }),
      ...(closeTime === undefined ? {} : { closeTime, closedBy: row.resolved_by ?? '' }),
    },
  };
};

/** Clients insist on an id of each; here names are what identifies. */
const named = (responder: OpsgenieResponder) => ({
  ...responder,
  id: responder.id ?? responder.name ?? responder.username ?? responderWords(responder),
});

/** One alert whole. */
export const wholeAlert = (integration: Integration, row: OpsgenieRow) => ({
  ...baseAlert(integration, row),
  actions: row.said.actions ?? [],
  entity: row.said.entity ?? '',
  description: row.said.description ?? '',
  details: row.said.details ?? {},
  visibleTo: row.said.visibleTo ?? [],
});
