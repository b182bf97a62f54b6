import type { ContactWishes, PersonContact } from '../../contract/people.ts';

const workdays = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
type Said = PersonContact['said'];

/** Quiet and working hours as a form has them: one stretch of a day each; what is more stays as files say it. */
export interface HoursForm {
  readonly zone: string;
  readonly isQuiet: boolean;
  readonly quietFrom: string;
  readonly quietTo: string;
  readonly quietUrgency: 'low' | 'all';
  readonly works: boolean;
  readonly workFrom: string;
  readonly workTo: string;
  readonly workDays: 'workdays' | 'all';
}

const listOf = <Item>(said: Item | Item[] | undefined): Item[] =>
  said === undefined ? [] : Array.isArray(said) ? said : [said];

const isWorkdays = (days: readonly string[] | undefined): boolean =>
  days !== undefined && days.length === 5 && workdays.every((day) => days.includes(day));

/** Whether the form can say all that is said; else it would lose some of it. */
export const fitsForm = ({ quietHours, workingHours }: Said): boolean => {
  const [quiet, work] = [listOf(quietHours), listOf(workingHours)];
  return (
    quiet.length <= 1 &&
    work.length <= 1 &&
    quiet.every(({ days, urgency }) => days === undefined && urgency !== 'high') &&
    work.every(({ days }) => days === undefined || isWorkdays(days))
  );
};

export const formOf = ({ zone, quietHours, workingHours }: Said): HoursForm => {
  const [quiet, work] = [listOf(quietHours)[0], listOf(workingHours)[0]];
  return {
    zone,
    isQuiet: quiet !== undefined,
    quietFrom: quiet?.from ?? '22:00',
    quietTo: quiet?.to ?? '07:00',
    quietUrgency: quiet?.urgency === 'all' ? 'all' : 'low',
    works: work !== undefined,
    workFrom: work?.from ?? '09:00',
    workTo: work?.to ?? '17:00',
    workDays: work !== undefined && work.days === undefined ? 'all' : 'workdays',
  };
};

/** The form as the API takes it. */
export const wishesOf = (form: HoursForm): Pick<ContactWishes, 'zone' | 'quietHours' | 'workingHours'> => ({
  zone: form.zone,
  quietHours: form.isQuiet ? [{ from: form.quietFrom, to: form.quietTo, urgency: form.quietUrgency }] : [],
  workingHours: form.works
    ? [{ from: form.workFrom, to: form.workTo, ...(form.workDays === 'workdays' ? { days: [...workdays] } : {}) }]
    : [],
});

/** `22:00 to 07:00, low urgency waits`. */
export const quietText = (said: Said): string =>
  listOf(said.quietHours)
    .map(
      ({ days, from, to, urgency }) =>
        `${days ? `${days.join(', ')} ` : ''}${from} to ${to}, ${urgency === 'all' ? 'everything waits' : `${urgency ?? 'low'} urgency waits`}`,
    )
    .join('; ') || 'none';

export const workText = (said: Said): string =>
  listOf(said.workingHours)
    .map(
      ({ days, from, to }) =>
        `${days ? (isWorkdays(days) ? 'Mon to Fri ' : `${days.join(', ')} `) : ''}${from} to ${to}`,
    )
    .join('; ') || 'not said';
