import type { Status } from '../../../ui/status.ts';
import type { Correction } from '../contract/corrections.ts';

export const kindItems: readonly { readonly value: Correction['kind']; readonly label: string }[] = [
  { value: 'maintenance', label: 'Planned maintenance' },
  { value: 'outside-our-control', label: 'Outside our control' },
  { value: 'test-traffic', label: 'Test traffic' },
  { value: 'wrong-data', label: 'Wrong data' },
  { value: 'other', label: 'Other' },
];
export const kindLabel = (kind: Correction['kind']): string =>
  kindItems.find((item) => item.value === kind)?.label ?? kind;

export const stateOfCorrection: Readonly<
  Record<Correction['state'], { readonly label: string; readonly status: Status }>
> = {
  proposed: { label: 'Waits for approval', status: 'warn' },
  'in-force': { label: 'In force', status: 'good' },
  refused: { label: 'Refused', status: 'none' },
  withdrawn: { label: 'Withdrawn', status: 'none' },
};

/** How often a planned time comes again. */
export type Repeat = 'once' | 'daily' | 'weekly' | 'monthly' | 'own';
export const repeatItems: { value: Repeat; label: string }[] = [
  { value: 'once', label: 'Once' },
  { value: 'daily', label: 'Every day' },
  { value: 'weekly', label: 'Every week' },
  { value: 'monthly', label: 'Every month' },
  { value: 'own', label: 'By a rule of its own' },
];

/** The RRULE of a choice; null for once. */
export const ruleOf = (repeat: Repeat, own: string): string | null => {
  switch (repeat) {
    case 'once':
      return null;
    case 'own':
      return own.trim().replace(/^RRULE:/i, '') || null;
    case 'daily':
    case 'weekly':
    case 'monthly':
      return `FREQ=${repeat.toUpperCase()}`;
  }
};

/** The form that `<input type=datetime-local>` takes, in the browser's zone. */
export const toLocalInput = (ms: number): string =>
  new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

/** What a person wrote into such an input, as an instant; null for nothing. */
export const fromLocalInput = (text: string): string | null => {
  const ms = new Date(text).getTime();
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
};
