import type { GroupShown } from './group-views.ts';
import type { DecisionShown, InboxRow } from './views.ts';

/** One sentence: why somebody was told of an alert, or was not, as it is now. */
export const because = (
  alert: Pick<InboxRow, 'status' | 'acknowledged_by' | 'resolved_by' | 'pending_at'> & {
    readonly held_reason: string | null;
  },
  decisions: readonly Pick<DecisionShown, 'decision' | 'reason' | 'at'>[],
  groups: readonly Pick<GroupShown, 'due_at' | 'told_at' | 'unpaged_since'>[],
): string => {
  const last = toldWords(decisions);
  if (alert.status === 'resolved') {
    const was = last ?? 'Nobody was told while it fired.';
    const by = alert.resolved_by ?? ranOut;
    return `${by === ranOut ? 'It is over: its sender told of it no more.' : `It is over, by ${by}.`} ${was}`;
  }
  if (alert.status === 'acknowledged')
    return `${alert.acknowledged_by ?? 'Somebody'} is on it until it clears: nobody is told of it again.${last === null ? '' : ` Before: ${last}`}`;
  if (alert.held_reason !== null) return `Held back: ${alert.held_reason}.${last === null ? '' : ` Before: ${last}`}`;
  if (last !== null) return last;
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

/** Who ended what ran out. */
const ranOut = 'its end';

/** What was told of it and why, and how often it was said again since; null: nobody was told. */
const toldWords = (decisions: readonly Pick<DecisionShown, 'decision' | 'reason' | 'at'>[]): string | null => {
  const first = decisions.findLastIndex(({ decision }) => decision === 'notified' || decision === 'joined');
  const again = decisions.slice(first + 1).filter(({ decision }) => decision === 'repeated');
  const at = again.at(-1)?.at.toISOString();
  const times = again.length === 1 ? `once, at ${at}` : `${again.length} times, last at ${at}`;
  const since = again.length === 0 ? '' : `It was said again ${times}, because nobody was on it.`;
  if (first >= 0) return `It was told: ${decisions[first]!.reason}${since && ` ${since}`}`;
  // What it was told at first is longer ago than decisions are shown.
  return since === '' ? null : since;
};
