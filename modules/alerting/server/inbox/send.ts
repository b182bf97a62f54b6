import type { z } from 'zod';
import { Refusal } from '../../../../kernel/problem.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import type * as contract from '../../contract/alerts.ts';
import { alertLimits, builtInIntegration, severityFrom, type IncomingAlert } from '../../domain/alert.ts';
import { fingerprintOf } from '../../domain/fingerprint.ts';
import type { AlertingGround } from '../ground.ts';
import { accept } from '../intake/accept.ts';

type Sent = z.output<(typeof contract.sendAlerts)['body']>;

/** Alerts of the API's own form; on disk before the answer. */
export const takeSent = async (alerting: AlertingGround, actor: Actor, sent: Sent) => {
  const all = Array.isArray(sent) ? sent : [sent];
  const incoming = all.map((each, index) => incomingOf(each, actor, index));
  const taken = await accept(alerting, builtInIntegration('api'), incoming);
  return { items: taken.map(({ alertId, ...each }) => ({ ...each, id: alertId })) };
};

const incomingOf = (each: Exclude<Sent, readonly unknown[]>, actor: Actor, index: number): IncomingAlert => {
  const { labels, annotations } = each;
  const summary = each.summary ?? annotations['summary'] ?? labels['alertname'];
  if (each.dedupKey === undefined && Object.keys(labels).length === 0 && each.summary === undefined)
    throw refusal(index, 'dedupKey', 'say a dedupKey, labels or a summary: one of them tells this alert from others');
  if (summary === undefined && each.action === 'trigger')
    throw refusal(index, 'summary', 'say what is wrong in one line');
  if (Object.keys(labels).length > alertLimits.labels)
    throw refusal(index, 'labels', `at most ${alertLimits.labels} labels`);
  const own = Object.keys(labels).length > 0 ? fingerprintOf(labels) : summary;
  return {
    dedupKey: each.dedupKey ?? own!,
    action: each.action,
    labels,
    annotations,
    severity: each.severity ?? severityFrom(labels['severity']),
    summary: summary ?? each.dedupKey ?? own!,
    service: each.service ?? labels['service'] ?? labels['service_name'] ?? null,
    startsAt: each.startsAt === undefined ? null : Temporal.Instant.from(each.startsAt),
    endsAt: each.endsAt === undefined ? null : Temporal.Instant.from(each.endsAt),
    links: each.links,
    by: actor.name,
    team: each.team ?? null,
  };
};

const refusal = (index: number, field: string, message: string): Refusal =>
  new Refusal({
    status: 422,
    code: 'alerting.bad-alert',
    title: 'This alert cannot be taken',
    detail: message,
    errors: [{ path: `body.${index}.${field}`, message }],
  });
