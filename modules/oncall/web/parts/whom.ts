/** Whom a page can be for, or who can be asked to help. */
export type WhomKind = 'person' | 'schedule' | 'next' | 'team' | 'policy';

export interface Whom<Kind extends WhomKind = WhomKind> {
  readonly kind: Kind;
  /** '' while nothing is chosen. */
  readonly name: string;
}

export const whomWords = {
  person: { choice: 'A person', list: 'people', placeholder: 'Who', none: 'There is nobody yet.' },
  schedule: {
    choice: 'Who is on call in',
    list: 'schedules',
    placeholder: 'Which schedule',
    none: 'There is no schedule yet.',
  },
  next: {
    choice: 'Who is next in',
    list: 'schedules',
    placeholder: 'Which schedule',
    none: 'There is no schedule yet.',
  },
  team: { choice: 'A team', list: 'teams', placeholder: 'Which team', none: 'There is no team yet.' },
  policy: {
    choice: 'By an escalation policy',
    list: 'policies',
    placeholder: 'Which policy',
    none: 'There is no escalation policy yet.',
  },
} as const satisfies Record<
  WhomKind,
  { choice: string; list: 'people' | 'schedules' | 'teams' | 'policies'; placeholder: string; none: string }
>;
