import type { z } from 'zod';
import type * as contract from '../../contract/alerts.ts';
import type { GroupShown } from './group-views.ts';
import type { DecisionShown, InboxRow } from './views.ts';

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

export const decisionShape = (row: DecisionShown): contract.DecisionMade => ({
  at: row.at.toISOString(),
  decision: row.decision,
  reason: row.reason,
  group: row.group_id,
  page: row.page_id,
});

/** What stands beside an alert in tables of its own. */
export interface AlertBeside {
  readonly decisions: readonly DecisionShown[];
  readonly pages: readonly { readonly page_id: string }[];
  readonly muted: readonly { readonly muted_by: readonly string[] }[];
}

/** An alert as the API tells it. */
export const alertShape = (row: InboxRow, { decisions, pages, muted }: AlertBeside): contract.Alert => ({
  id: row.id,
  source: row.integration,
  kind: row.kind,
  fingerprint: row.fingerprint,
  dedupKey: row.dedup_key,
  status: row.status,
  suppressed: row.status === 'resolved' ? null : suppressedShape(row.suppressed, muted),
  severity: row.severity,
  summary: row.summary,
  labels: { ...row.labels },
  annotations: { ...row.annotations },
  links: row.links.map((link) => ({ ...link })),
  service: row.service,
  startsAt: row.starts_at.toISOString(),
  endsAt: iso(row.status === 'resolved' ? row.ends_at : row.open_ends_at),
  receivedAt: row.received_at.toISOString(),
  updatedAt: (row.heard_at !== null && row.heard_at > row.changed_at ? row.heard_at : row.changed_at).toISOString(),
  acknowledgedAt: iso(row.acknowledged_at),
  acknowledgedBy: row.acknowledged_by,
  resolvedAt: iso(row.resolved_at),
  resolvedBy: row.resolved_by,
  group: row.group_id,
  decisions: decisions.map(decisionShape),
  pages: pages.map(({ page_id }) => page_id),
});

/** Why it is held back: by what it is judged by, and by the times of its routes (`muted`). */
export const suppressedShape = (
  held: InboxRow['suppressed'],
  muted: AlertBeside['muted'],
): z.output<typeof contract.suppression> | null => {
  const mutedBy = [...new Set(muted.flatMap(({ muted_by }) => muted_by))];
  if (held === null && mutedBy.length === 0) return null;
  return {
    silencedBy: [...(held?.silencedBy ?? [])],
    inhibitedBy: [...(held?.inhibitedBy ?? [])],
    parentDown: [...(held?.parentDown ?? [])],
    mutedBy,
    flapping: held?.flapping ?? false,
  };
};

/** Whom a group is told to, in words: `team:payments`, `webhook:hooks.example.org`. */
export const targetWords = (targets: GroupShown['targets']): string[] =>
  targets.map((target) => {
    const [kind, value] = Object.entries(target)[0] ?? ['nobody', ''];
    // The path of a webhook's address may be its secret.
    if (kind === 'webhook') return `webhook:${new URL((value as { url: string }).url).host}`;
    return kind === 'owner' ? 'owner' : `${kind}:${String(value)}`;
  });

export const groupShape = (row: GroupShown): contract.AlertGroup => ({
  id: row.id,
  route: row.route,
  reason: row.reason,
  labels: { ...row.labels },
  urgency: row.urgency,
  targets: targetWords(row.targets),
  service: row.service,
  state: row.closed_at === null ? 'open' : 'closed',
  openedAt: row.opened_at.toISOString(),
  closedAt: iso(row.closed_at),
  toldAt: iso(row.told_at),
  dueAt: iso(row.due_at),
  counts: {
    firing: row.firing,
    acknowledged: row.acknowledged,
    resolved: row.resolved,
    suppressed: row.suppressed,
  },
  pages: row.pages.map(({ id }) => id),
});
