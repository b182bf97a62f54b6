import type { GroupShown } from './group-views.ts';
import type { DecisionShown, InboxRow } from './views.ts';

/** One sentence: why somebody was told of an alert, or was not, as it is now. */
export const because = (
  alert: Pick<InboxRow, 'status' | 'acknowledged_by' | 'resolved_by' | 'pending_at'> & {
    readonly held_reason: string | null;
  },
  decisions: readonly Pick<DecisionShown, 'decision' | 'reason'>[],
  groups: readonly Pick<GroupShown, 'due_at' | 'told_at' | 'unpaged_since'>[],
): string => {
  const last = decisions.findLast(({ decision }) => told.has(decision));
  if (alert.status === 'resolved') {
    const was = last ? `It was told: ${last.reason}` : 'Nobody was told while it fired.';
    return `It is over, by ${alert.resolved_by ?? 'its end'}. ${was}`;
  }
  if (alert.status === 'acknowledged')
    return `${alert.acknowledged_by ?? 'Somebody'} is on it until it clears: nobody is told of it again.${last ? ` Before, it was told: ${last.reason}` : ''}`;
  if (alert.held_reason !== null)
    return `Held back: ${alert.held_reason}.${last ? ` Before, it was told: ${last.reason}` : ''}`;
  if (last) return `It was told: ${last.reason}`;
  if (groups.some(({ unpaged_since }) => unpaged_since !== null))
    return 'Nobody at all can be paged; it is tried again.';
  const muted = decisions.findLast(({ decision }) => decision === 'muted' || decision === 'unrouted');
  if (muted) return `Nobody was told: ${muted.reason}`;
  if (alert.pending_at !== null || groups.length === 0) return 'It has only just come: nothing is decided yet.';
  const due = groups.find(({ due_at }) => due_at !== null)?.due_at;
  return due
    ? `Its group waits until ${due.toISOString()} for others that belong with it.`
    : 'Nobody was told of it yet.';
};

const told: ReadonlySet<string> = new Set(['notified', 'joined', 'repeated']);
