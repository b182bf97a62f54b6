import type { Status } from '../../../../ui/status.ts';
import type { AlertRule, RulePreview } from '../../contract/rules.ts';

/** A rule's state as it is drawn and said. */
export const stateWords: Readonly<Record<AlertRule['state'], { readonly status: Status; readonly label: string }>> = {
  firing: { status: 'bad', label: 'Fires' },
  unknown: { status: 'warn', label: 'Cannot be known' },
  pending: { status: 'warn', label: 'Holds, not long enough yet' },
  ok: { status: 'good', label: 'Well' },
  waiting: { status: 'none', label: 'Not judged yet' },
  disabled: { status: 'none', label: 'Off' },
};

/** Names and values of a group in one line; a rule without groups has one for all. */
export const groupWords = (group: Readonly<Record<string, string>>): string =>
  Object.entries(group)
    .map(([name, value]) => `${name} ${value === '' ? '(none)' : value}`)
    .join(', ') || 'all together';

/** Up to six digits, without what a person does not need; a missing value is a dash. */
export const numberWords = (value: number | null): string =>
  value === null ? '–' : String(Number(value.toPrecision(6)));

type Group = RulePreview['groups'][number];

/** The points in whose stretch a group would have fired, for a line of its own. */
export const firingPoints = ({ points, fired }: Group, pointSeconds: number): [string, number | null][] =>
  points.map(([at, value]) => {
    const begin = Date.parse(at);
    const end = begin + pointSeconds * 1_000;
    const fires = fired.some(({ from, to }) => end > Date.parse(from) && (to === null || begin < Date.parse(to)));
    return [at, fires ? value : null];
  });
