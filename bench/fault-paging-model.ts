/**
 * The oracle of `fault:paging`: which sends a page owes, from the documents alone (a few lines, nothing of the product's code).
 * `after` counts from the step before, `repeat` adds rounds, a person's rules count from the moment in which they are called upon.
 */

/** Who is told how: seconds after the call, and the way. */
export const people: Readonly<
  Record<string, readonly (readonly [afterSeconds: number, way: 'hook' | 'second' | 'mail'])[]>
> = {
  p1: [
    [0, 'hook'],
    [1, 'second'],
  ],
  p2: [[0, 'hook']],
  p3: [[0, 'hook']],
  p4: [[0, 'hook']],
  p5: [
    [0, 'hook'],
    [1, 'mail'],
  ],
  p6: [[0, 'mail']],
  p7: [
    [0, 'mail'],
    [2, 'hook'],
  ],
};

/** Nobody else takes turns in it: it always means p4. */
export const schedule = { name: 'only-p4', person: 'p4' } as const;

interface ModelStep {
  readonly after: number;
  /** Names of people, the schedule, or a path of the desk's webhook. */
  readonly notify: readonly string[];
}

export interface ModelPolicy {
  readonly steps: readonly ModelStep[];
  readonly repeat: number;
  readonly otherwise: ModelStep;
}

export const policies: Readonly<Record<string, ModelPolicy>> = {
  'two-steps': {
    steps: [
      { after: 0, notify: ['p1'] },
      { after: 2, notify: ['p2'] },
    ],
    repeat: 1,
    otherwise: { after: 2, notify: ['p3'] },
  },
  'schedule-first': {
    steps: [
      { after: 0, notify: [schedule.name] },
      { after: 1, notify: ['p5', 'p6'] },
      { after: 2, notify: ['/desk'] },
    ],
    repeat: 0,
    otherwise: { after: 2, notify: ['p1'] },
  },
  'three-rounds': {
    steps: [
      { after: 0, notify: ['p2', 'p4'] },
      { after: 2, notify: ['p1'] },
    ],
    repeat: 2,
    otherwise: { after: 1, notify: ['p3'] },
  },
  'by-mail': {
    steps: [
      { after: 0, notify: ['p7'] },
      { after: 2, notify: ['p5'] },
    ],
    repeat: 0,
    otherwise: { after: 2, notify: ['p7'] },
  },
};

/** One send that is owed unless somebody answers before it is due. */
export interface OwedSend {
  /** For webhooks `page/1/1 /p1`: kind, step, round and path as the receiver sees them; for mail `mail p7@example.org`. */
  readonly slot: string;
  readonly dueSeconds: number;
}

/** What a page of this policy owes, each with its seconds after the raising. */
export const owedBy = ({ steps, repeat, otherwise }: ModelPolicy): OwedSend[] => {
  const owed: OwedSend[] = [];
  let at = 0;
  const tell = (place: string, { after, notify }: ModelStep): void => {
    at += after;
    for (const name of notify)
      if (name.startsWith('/')) owed.push({ slot: `${place} ${name}`, dueSeconds: at });
      else {
        const person = name === schedule.name ? schedule.person : name;
        for (const [wait, way] of people[person]!)
          owed.push({
            slot:
              way === 'mail' ? `mail ${person}@example.org` : `${place} /${person}${way === 'hook' ? '' : '-second'}`,
            dueSeconds: at + wait,
          });
      }
  };
  for (let round = 1; round <= repeat + 1; round += 1)
    for (const [index, step] of steps.entries()) tell(`page/${index + 1}/${round}`, step);
  tell(`unanswered/${steps.length + 1}/${repeat + 1}`, otherwise);
  return owed;
};

/** The same documents as the product takes them. */
export const documentsFor = (hooks: string): { readonly path: string; readonly body: unknown }[] => [
  ...Object.entries(people).map(([name, rules]) => ({
    path: `people/${name}`,
    body: {
      email: `${name}@example.org`,
      zone: 'Europe/Berlin',
      contactMethods: [
        { name: 'hook', channel: 'webhook', address: `${hooks}/${name}` },
        { name: 'second', channel: 'webhook', address: `${hooks}/${name}-second` },
        { name: 'mail', channel: 'email', address: `${name}@example.org` },
      ],
      rules: rules.map(([wait, contactMethod]) => ({ after: `PT${wait}S`, contactMethod })),
    },
  })),
  {
    path: `schedules/${schedule.name}`,
    body: {
      zone: 'Europe/Berlin',
      layers: [
        {
          name: 'primary',
          rotation: { unit: 'week', length: 1, start: '2026-01-05', handoffAt: '09:00' },
          people: [schedule.person],
        },
      ],
    },
  },
  ...Object.entries(policies).map(([name, { steps, repeat, otherwise }]) => ({
    path: `escalation-policies/${name}`,
    body: {
      steps: steps.map((step) => saidStep(step, hooks)),
      repeat,
      otherwise: saidStep(otherwise, hooks),
    },
  })),
];

const saidStep = ({ after, notify }: ModelStep, hooks: string): unknown => ({
  after: `PT${after}S`,
  notify: notify.map((name) =>
    name.startsWith('/')
      ? { webhook: `${hooks}${name}` }
      : name === schedule.name
        ? { schedule: name }
        : { person: name },
  ),
});
