import { formatCount } from '../../../../ui/format/quantity.ts';
import type { Status } from '../../../../ui/status.ts';
import type { AlertGroup } from '../../contract/alerts.ts';

type Counts = AlertGroup['counts'];

/** `3 firing, 1 held back, 2 over`. Those held back fire too and are told apart from those that are told. */
export const countsText = ({ firing, acknowledged, resolved, suppressed }: Counts): string =>
  [
    [firing - suppressed, 'firing'] as const,
    [suppressed, 'held back'] as const,
    [acknowledged, 'acknowledged'] as const,
    [resolved, 'over'] as const,
  ]
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${formatCount(count)} ${word}`)
    .join(', ');

/** How a group stands: as the worst of its alerts. */
export const groupStatus = ({
  state,
  counts,
}: Pick<AlertGroup, 'state' | 'counts'>): { readonly status: Status; readonly word: string } => {
  if (state === 'closed') return { status: 'good', word: 'Over' };
  if (counts.firing > counts.suppressed) return { status: 'bad', word: 'Firing' };
  if (counts.acknowledged > 0) return { status: 'warn', word: 'Acknowledged' };
  return counts.suppressed > 0 ? { status: 'none', word: 'Held back' } : { status: 'good', word: 'Over' };
};
