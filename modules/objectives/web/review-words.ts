import type { Status } from '../../../ui/status.ts';
import type { Evidence, Review } from '../contract/reviews.ts';

export const verdictWords: Readonly<Record<Evidence['verdict'], { readonly label: string; readonly status: Status }>> =
  {
    right: { label: 'The target fits', status: 'good' },
    'too-loose': { label: 'The target is too loose', status: 'warn' },
    'too-tight': { label: 'The target is too tight', status: 'warn' },
    'no-data': { label: 'Not enough history to say', status: 'none' },
  };

export const decisionItems: { value: Review['decision']; label: string }[] = [
  { value: 'keep', label: 'Keep the target' },
  { value: 'tighten', label: 'Tighten it' },
  { value: 'loosen', label: 'Loosen it' },
  { value: 'retire', label: 'Retire the objective' },
];
export const decisionWords: Readonly<Record<Review['decision'], string>> = {
  keep: 'Kept',
  tighten: 'To be tightened',
  loosen: 'To be loosened',
  retire: 'To be retired',
};

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
/** `1 Nov 2026`, of a date without a time. */
export const dayText = (date: string): string => day.format(new Date(`${date}T00:00:00Z`));

/** Three months on, as a first proposal for the next review. */
export const inThreeMonths = (today: string): string => Temporal.PlainDate.from(today).add({ months: 3 }).toString();
