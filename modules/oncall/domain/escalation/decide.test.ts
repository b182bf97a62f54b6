import { describe, expect, it } from 'vitest';
import type { PersonRules } from '../people/rules.ts';
import { decideStep, type Resolved, type StepGiven } from './decide.ts';
import { afterLastInWords, oddities, planOf, type SaidPolicy } from './plan.ts';
import { decisionInWords } from './words.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
/** A Monday at noon in Berlin, and the Sunday before at four in the morning. */
const monday = at('2026-11-23T11:00:00Z');
const sunday = at('2026-11-22T03:00:00Z');

const person = (
  name: string,
  more: Partial<PersonRules> = {},
  rules: [string, number][] = [['hook', 0]],
): PersonRules => {
  const own = rules.map(([method, afterSeconds]) => ({
    afterSeconds,
    method: {
      name: method,
      channel: 'webhook' as const,
      address: `http://127.0.0.1/${name}/${method}`,
      verified: true,
    },
  }));
  return {
    person: { id: `id-${name}`, name, displayName: name, zone: 'Europe/Berlin', state: 'active' },
    rules: { high: own, low: own },
    quiet: [],
    working: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' }],
    notes: [],
    ...more,
  };
};
const policy = (more: Partial<SaidPolicy> = {}): SaidPolicy => ({
  team: null,
  steps: [
    { after: 'PT0S', notify: [{ schedule: 'payments' }], roundRobin: false, when: {} },
    { after: 'PT5M', notify: [{ person: 'p1' }], roundRobin: false, when: {} },
  ],
  repeat: 2,
  lowUrgency: 'working-hours',
  otherwise: { after: 'PT5M', notify: [] },
  ...more,
});
const onCall = (...names: string[]): Resolved => ({
  people: names.map((name) => ({ name, why: 'on call in payments' })),
  nobody: names.length === 0 ? 'nobody is on call in payments' : null,
});
const given = (more: Partial<StepGiven> = {}): StepGiven => ({
  place: { kind: 'step', step: 0, round: 0 },
  targets: [{ schedule: 'payments' }],
  dueAt: monday,
  now: monday,
  urgency: 'high',
  turn: 0,
  toldBefore: false,
  resolved: new Map([
    ['schedule:payments', onCall('p2')],
    ['person:p1', { people: [{ name: 'p1', why: 'named by the policy' }], nobody: null }],
  ]),
  rules: new Map([
    ['p1', person('p1')],
    [
      'p2',
      person('p2', {}, [
        ['hook', 0],
        ['mail', 120],
      ]),
    ],
  ]),
  ...more,
});
const minutesAfter = (from: Temporal.Instant, to: Temporal.Instant): number => to.since(from).total('minutes');

describe('a step tells whom it names, each by their own rules, and says when the next is due', () => {
  it('tells the person on call by every rule in its time, and counts the next step from this one', () => {
    const decided = decideStep(planOf(policy()), given());
    expect(decided.reason).toBe('told');
    expect(decided.tells.map(({ method, owedAt }) => [method, minutesAfter(monday, owedAt)])).toEqual([
      ['hook', 0],
      ['mail', 2],
    ]);
    expect(decided.next).toMatchObject({ kind: 'step', step: 1, round: 0 });
    expect(minutesAfter(monday, decided.next!.dueAt)).toBe(5);
    expect(decisionInWords(given().place, decided)).toBe('Step 1 tells p2 by hook, then mail (on call in payments).');
  });

  it('goes through every round, then to what is stated for the end, then to nothing', () => {
    const plan = planOf(policy());
    const seen: [string, number, number][] = [];
    let place: StepGiven['place'] | null = { kind: 'step', step: 0, round: 0 };
    let dueAt = monday;
    while (place) {
      const targets = place.kind === 'step' ? plan.steps[place.step]!.notify : [{ person: 'p1' }];
      const decided = decideStep(plan, given({ place, targets, dueAt, now: dueAt }));
      seen.push([place.kind, place.step, minutesAfter(monday, dueAt)]);
      place = decided.next;
      dueAt = decided.next?.dueAt ?? dueAt;
    }
    // `after` counts from the step before; `repeat: 2` means two more rounds (the issue's own words).
    expect(seen).toEqual([
      ['step', 0, 0],
      ['step', 1, 5],
      ['step', 0, 5],
      ['step', 1, 10],
      ['step', 0, 10],
      ['step', 1, 15],
      ['otherwise', 2, 20],
    ]);
  });

  it('goes to the next step at once where nobody is on call, or nobody can be reached', () => {
    const nobody = decideStep(planOf(policy()), given({ resolved: new Map([['schedule:payments', onCall()]]) }));
    expect(nobody).toMatchObject({ reason: 'nobody-on-call', tells: [] });
    expect(minutesAfter(monday, nobody.next!.dueAt)).toBe(0);
    const mute = person('p2', { rules: { high: [], low: [] }, notes: ['p2 is disabled and gets nothing.'] });
    const unreachable = decideStep(planOf(policy()), given({ rules: new Map([['p2', mute]]) }));
    expect(unreachable.reason).toBe('nobody-reachable');
    expect(decisionInWords(given().place, unreachable)).toContain('p2 is disabled');
    expect(decisionInWords({ kind: 'otherwise', step: 2, round: 0 }, unreachable)).toMatch(
      /^After the last step nobody could be told\./,
    );
  });

  it('keeps the time of further rounds once somebody was told: a step that finds nobody does not bring them all at once', () => {
    const resolved = new Map([...given().resolved, ['schedule:payments', onCall()]]);
    const rounds = (rules: StepGiven['rules']): [string, number, number, number][] => {
      const seen: [string, number, number, number][] = [];
      let next: (StepGiven['place'] & { dueAt: Temporal.Instant }) | null = { ...given().place, dueAt: monday };
      let toldBefore = false;
      while (next) {
        const { dueAt, ...place } = next as StepGiven['place'] & { dueAt: Temporal.Instant };
        const targets = policy().steps[place.step]?.notify ?? [];
        const more = { place, targets, dueAt, now: dueAt, resolved, rules, toldBefore };
        const decided = decideStep(planOf(policy()), given(more));
        seen.push([place.kind, place.step, minutesAfter(monday, dueAt), decided.tells.length]);
        toldBefore ||= decided.tells.length > 0;
        next = decided.next;
      }
      return seen;
    };
    expect(rounds(given().rules)).toEqual([
      ['step', 0, 0, 0],
      ['step', 1, 0, 1],
      ['step', 0, 0, 0],
      ['step', 1, 5, 1],
      ['step', 0, 5, 0],
      ['step', 1, 10, 1],
      ['otherwise', 2, 15, 0],
    ]);
    // Where nobody at all can be told, the end comes at once: its people are the only ones left.
    expect(rounds(new Map()).map(([, , minutes]) => minutes)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    const again = decideStep(
      planOf(policy()),
      given({ place: { kind: 'step', step: 0, round: 1 }, resolved, toldBefore: true }),
    );
    expect(decisionInWords({ kind: 'step', step: 0, round: 1 }, again)).toBe(
      'Step 1, round 2 finds nobody: the next step keeps its time. Passed over: nobody is on call in payments.',
    );
  });

  it('tells a person once, whom two targets mean', () => {
    const targets = [{ schedule: 'payments' }, { person: 'p2' }];
    const resolved = new Map([
      ...given().resolved,
      ['person:p2', { people: [{ name: 'p2', why: 'named' }], nobody: null }],
    ]);
    const decided = decideStep(planOf(policy()), given({ targets, resolved }));
    expect(decided.tells.map(({ method, why }) => [method, why])).toEqual([
      ['hook', 'on call in payments; named'],
      ['mail', 'on call in payments; named'],
    ]);
  });

  it('takes turns, and passes over a turn that reaches nobody', () => {
    const steps = [
      { after: 'PT0S', notify: [{ person: 'p1' }, { person: 'p2' }, { person: 'p3' }], roundRobin: true, when: {} },
    ];
    const plan = planOf(policy({ steps }));
    const named = (name: string): [string, Resolved] => [
      `person:${name}`,
      { people: [{ name, why: 'named' }], nobody: null },
    ];
    const resolved = new Map(['p1', 'p2', 'p3'].map(named));
    const turns = [0, 1, 2, 3].map(
      (turn) => decideStep(plan, given({ turn, targets: steps[0]!.notify, resolved })).tells[0]!.person!.name,
    );
    // p3 is unknown to the rules: their turn falls to who comes after.
    expect(turns).toEqual(['p1', 'p2', 'p1', 'p1']);
  });

  it('counts from now where it comes much too late, so that missed steps do not come all at once', () => {
    const now = monday.add({ hours: 1 });
    expect(minutesAfter(now, decideStep(planOf(policy()), given({ now })).next!.dueAt)).toBe(5);
    const little = monday.add({ seconds: 3 });
    expect(minutesAfter(monday, decideStep(planOf(policy()), given({ now: little })).next!.dueAt)).toBe(5);
  });
});

describe('low urgency waits for the morning, high urgency never', () => {
  it('owes the message when their working hours begin, and escalates from then on', () => {
    const decided = decideStep(planOf(policy()), given({ urgency: 'low', dueAt: sunday, now: sunday }));
    expect(decided.reason).toBe('waits-for-working-hours');
    // Monday, 9 in Berlin (UTC+1 in November).
    expect(decided.tells[0]!.owedAt.toString()).toBe('2026-11-23T08:00:00Z');
    expect(decided.next!.dueAt.toString()).toBe('2026-11-23T08:05:00Z');
  });

  it.each([
    { name: 'the policy says at once', plan: policy({ lowUrgency: 'at-once' }), urgency: 'low' as const },
    { name: 'the page is of high urgency', plan: policy(), urgency: 'high' as const },
  ])('tells at once where $name', ({ plan, urgency }) => {
    const decided = decideStep(planOf(plan), given({ urgency, dueAt: sunday, now: sunday }));
    expect(decided.reason).toBe('told');
    expect(decided.tells[0]!.owedAt.toString()).toBe(sunday.toString());
  });

  it('lets quiet hours of a person hold back only their messages where the page is of high urgency', () => {
    const sleeper = person('p2', { quiet: [{ from: '22:00', to: '07:00', urgency: 'all' }] });
    const decided = decideStep(
      planOf(policy()),
      given({ dueAt: sunday, now: sunday, rules: new Map([['p2', sleeper]]) }),
    );
    expect(decided.tells[0]!.owedAt.toString()).toBe('2026-11-22T06:00:00Z');
    expect(decided.tells[0]!.why).toContain('held back by quiet hours');
    expect(minutesAfter(sunday, decided.next!.dueAt)).toBe(5);
  });

  it('keeps the time of a step that is for another urgency or for other hours', () => {
    const steps = [
      { after: 'PT0S', notify: [{ schedule: 'payments' }], roundRobin: false, when: { urgency: 'low' as const } },
      { after: 'PT5M', notify: [{ person: 'p1' }], roundRobin: false, when: {} },
    ];
    const other = decideStep(planOf(policy({ steps })), given());
    expect(other).toMatchObject({ reason: 'other-urgency', tells: [] });
    expect(minutesAfter(monday, other.next!.dueAt)).toBe(5);
    const inside = [{ ...steps[0]!, when: { workingHours: 'inside' as const } }, steps[1]!];
    const night = decideStep(planOf(policy({ steps: inside })), given({ dueAt: sunday, now: sunday }));
    expect(night.reason).toBe('other-working-hours');
    expect(minutesAfter(sunday, night.next!.dueAt)).toBe(5);
  });
});

describe('a policy says what happens after its last step, and what is odd about it', () => {
  it('names whom it tells then', () => {
    expect(afterLastInWords(policy())).toBe(
      'After the last step of round 3 and 5 min more the page says that nobody answered, and the admins of the organisation are told. It stays open.',
    );
    expect(afterLastInWords(policy({ repeat: 0, otherwise: { after: 'PT0S', notify: [{ team: 'sre' }] } }))).toBe(
      'After the last step the page says that nobody answered, and the team sre are told. It stays open.',
    );
  });

  it('warns of rounds without time and of an urgency that no step is for', () => {
    const [first] = policy().steps;
    expect(oddities(policy({ steps: [first!] }))[0]).toContain('all 3 rounds begin at once');
    expect(oddities(policy({ steps: [{ ...first!, when: { urgency: 'high' } }], repeat: 0 }))[0]).toContain(
      'low urgency',
    );
    expect(oddities(policy())).toEqual([]);
  });
});
