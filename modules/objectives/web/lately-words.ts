import type { AuditEntry } from '../../identity/contract/audit.ts';
import type { Status } from '../../../ui/status.ts';

/** What one event of the ledger says of a budget, for a list of what happened lately. */
export interface Lately {
  readonly place: string;
  readonly at: string;
  readonly objective: string;
  readonly title: string;
  readonly detail: string;
  readonly status: Status;
  readonly icon: string;
}

const said: Readonly<Record<string, { title: string; status: Status; icon: string }>> = {
  'budget.burning': { title: 'burns its budget too fast', status: 'warn', icon: 'i-lucide-flame' },
  'budget.recovered': { title: 'no longer burns', status: 'good', icon: 'i-lucide-check' },
  'budget.exhausted': { title: 'has no budget left', status: 'bad', icon: 'i-lucide-circle-slash' },
  'budget.restored': { title: 'has budget again', status: 'good', icon: 'i-lucide-check' },
  'objective.no-data': { title: 'has no data', status: 'none', icon: 'i-lucide-circle-dashed' },
  'objective.data-again': { title: 'has data again', status: 'good', icon: 'i-lucide-check' },
};

/** Kinds that the list asks the ledger for. */
export const latelyKinds = Object.keys(said).join(',');

/** The event in words; null for a kind that the list does not know. */
export const latelyOf = (entry: Pick<AuditEntry, 'place' | 'at' | 'kind' | 'subject' | 'data'>): Lately | null => {
  const words = said[entry.kind];
  if (!words) return null;
  const isForecast = entry.kind === 'budget.exhausted' && entry.data['forecast'] === true;
  const tier = typeof entry.data['tier'] === 'string' ? entry.data['tier'] : '';
  const reason = typeof entry.data['reason'] === 'string' ? entry.data['reason'] : '';
  return {
    place: entry.place,
    at: entry.at,
    objective: entry.subject.replace(/^objective:/, ''),
    title: isForecast ? 'will soon have no budget left' : words.title,
    detail: [tier, reason].filter(Boolean).join(': '),
    status: isForecast ? 'warn' : words.status,
    icon: words.icon,
  };
};
