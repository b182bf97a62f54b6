import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstVersion, versionAfter } from './edit.ts';
import { expand, onlyVersions, shiftAt } from './expand.ts';
import {
  personOf,
  weekdays,
  type Hours,
  type Layer,
  type Member,
  type Rotation,
  type ScheduleSpec,
} from './schedule.ts';
import type { Given, ScheduleVersion, Shift, Stretch } from './shift.ts';
import { shiftsOfLayer } from './layer.ts';
import { united, within, without } from './stretches.ts';
import { beginningOf, lastTurnAt } from './turns.ts';
import { dayMs, zoneClock } from './zone-clock.ts';

/** Random schedules and random edits, in zones with odd rules; fast-check prints the seed and shrinks what fails. */
const runs = { numRuns: 250 };
const zones = [
  'UTC',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'America/Sao_Paulo',
  'America/Havana',
  'Africa/Casablanca',
];
const begin = Date.parse('2018-01-01T00:00:00Z');
const window: Stretch = { from: begin, to: begin + 200 * dayMs };

const zone = fc.constantFrom(...zones);
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 45))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
const days = fc.subarray([...weekdays], { minLength: 1 });
const somebody = fc.constantFrom('p1', 'p2', 'p3', 'p4', 'p5', 'p6');
const people: fc.Arbitrary<Member[]> = fc
  .array(
    fc.oneof({ weight: 8, arbitrary: somebody as fc.Arbitrary<Member> }, { weight: 1, arbitrary: fc.constant(null) }),
    { minLength: 1, maxLength: 7 },
  )
  .filter((list) => list.some((member) => member !== null));
const hours: fc.Arbitrary<Hours> = fc.record({ days: fc.oneof(fc.constant([]), days), from: time, to: time });
const rotation: fc.Arbitrary<Rotation> = fc
  .record({
    unit: fc.constantFrom('hour', 'day', 'week', 'month'),
    length: fc.integer({ min: 1, max: 12 }),
    start: fc.constantFrom('2017-10-31', '2017-12-31', '2018-01-01', '2018-02-28'),
    handoffAt: time,
    days: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: days }),
    split: fc.boolean(),
    advance: fc.constantFrom('handoff', 'period'),
  })
  .map(({ split, ...rest }) =>
    split && rest.unit === 'week'
      ? {
          ...rest,
          days: [],
          handoffs: [
            { day: 'mon', at: '09:00', week: 1 },
            { day: 'fri', at: '17:00', week: rest.length },
          ],
        }
      : { ...rest, handoffs: [] },
  ) as fc.Arbitrary<Rotation>;
const layer = (name: string): fc.Arbitrary<Layer> =>
  fc.record({
    name: fc.constant(name),
    zone: fc.oneof(fc.constant(null), zone),
    rotation,
    calendar: fc.constant(null),
    people,
    changes: fc.constant([]),
    restrictions: fc.array(hours, { maxLength: 2 }),
    whenAway: fc.constantFrom('next', 'leave'),
  }) as fc.Arbitrary<Layer>;
const specOf = (layers: readonly Layer[], of: string): ScheduleSpec => ({
  title: '',
  description: '',
  team: null,
  zone: of,
  layers,
  overrides: [],
});
const spec = fc.tuple(zone, layer('a'), layer('b')).map(([of, a, b]) => specOf([a, b], of));
const instant = fc.integer({ min: 70 * 24 * 60, max: 190 * 24 * 60 }).map((minutes) => begin + minutes * 60_000);
const away = fc.array(
  fc
    .record({ person: somebody, at: instant, hours: fc.integer({ min: 1, max: 400 }) })
    .map(({ person, at, hours: length }) => ({ person, from: at, to: at + length * 3_600_000 })),
  { maxLength: 4 },
);

const shiftsOf = (versions: readonly ScheduleVersion[], part: Stretch = window): readonly Shift[] =>
  expand(onlyVersions(versions), part).shifts;
/** Without restrictions and in one layer: whoever has the turn. */
const bare = (given: ScheduleSpec): ScheduleSpec => ({ ...given, layers: [{ ...given.layers[0]!, restrictions: [] }] });

describe('an edit', () => {
  it('never changes what was, whatever it changes', () =>
    fc.assert(
      fc.property(spec, spec, spec, instant, instant, (one, two, three, first, second) => {
        const [at, later] = [Math.min(first, second), Math.max(first, second)];
        const v1 = firstVersion(one);
        const v2 = versionAfter(v1, two, at);
        const v3 = versionAfter(v2, three, later);
        const past = { from: window.from, to: at };
        expect(shiftsOf([v1, v2, v3], past)).toEqual(shiftsOf([v1], past));
        expect(shiftsOf([v1, v2, v3], { from: window.from, to: later })).toEqual(
          shiftsOf([v1, v2], { from: window.from, to: later }),
        );
      }),
      runs,
    ));

  it('of members, in any order, keeps whoever is on now to the end of the turn, and the new order follows behind them', () =>
    fc.assert(
      fc.property(spec, people, people, instant, instant, (said, second, third, t1, t2) => {
        const base = bare(said);
        const [at, later] = [Math.min(t1, t2), Math.max(t1, t2)];
        const withPeople = (list: Member[]): ScheduleSpec => ({
          ...base,
          layers: [{ ...base.layers[0]!, people: list }],
        });
        const v1 = firstVersion(base);
        const v2 = versionAfter(v1, withPeople(second), at);
        const v3 = versionAfter(v2, withPeople(third), later);
        for (const [before, after, list, edited] of [
          [[v1], [v1, v2], second, at],
          [[v1, v2], [v1, v2, v3], third, later],
        ] as const) {
          const { rotation: turns } = base.layers[0]!;
          const clock = zoneClock(base.layers[0]!.zone ?? base.zone, window);
          const running = lastTurnAt(turns!, clock, edited);
          if (running < 0) continue;
          const end = beginningOf(turns!, clock, running + 1);
          const part = { from: edited, to: Math.max(edited + 1, Math.min(end, window.to)) };
          expect(shiftsOf(after, part)).toEqual(shiftsOf(before, part));
          followsBehind(turns!, after, list, { running, end, clock });
        }
      }),
      runs,
    ));

  it('that says the same again changes nothing at all', () =>
    fc.assert(
      fc.property(spec, instant, instant, (said, t1, t2) => {
        const v1 = firstVersion(said);
        const v2 = versionAfter(v1, said, Math.min(t1, t2));
        const v3 = versionAfter(v2, said, Math.max(t1, t2));
        expect(shiftsOf([v1, v2, v3])).toEqual(shiftsOf([v1]));
      }),
      runs,
    ));

  it('of the rotation keeps whoever is on now, where the new one has begun', () =>
    fc.assert(
      fc.property(spec, rotation, instant, (said, other, at) => {
        const base = bare(said);
        const v1 = firstVersion(base);
        const plain = { ...other, days: [] };
        const v2 = versionAfter(v1, { ...base, layers: [{ ...base.layers[0]!, rotation: plain }] }, at);
        const before = shiftAt(shiftsOf([v1]), at)?.person ?? null;
        const clock = zoneClock(base.layers[0]!.zone ?? base.zone, window);
        if (before === null || beginningOf(plain, clock) > at) return;
        expect(shiftAt(shiftsOf([v1, v2]), at)?.person ?? null).toBe(before);
      }),
      runs,
    ));

  it('of members announced for a date is the same as one made on that date', () =>
    fc.assert(
      fc.property(spec, people, instant, (said, list, at) => {
        const base = bare(said);
        const dated = {
          ...base.layers[0]!,
          changes: [
            { at: Temporal.Instant.fromEpochMilliseconds(at).toString(), people: list, handover: 'turn-end' as const },
          ],
        };
        const announced = shiftsOf([firstVersion({ ...base, layers: [dated] })]);
        const v1 = firstVersion(base);
        const made = shiftsOf([v1, versionAfter(v1, { ...base, layers: [{ ...base.layers[0]!, people: list }] }, at)]);
        expect(announced).toEqual(made);
      }),
      runs,
    ));
});

describe('shifts', () => {
  it('never overlap, and with the gaps they make the whole window', () =>
    fc.assert(
      fc.property(
        spec,
        away,
        fc.array(
          fc.record({
            at: instant,
            hours: fc.integer({ min: 1, max: 300 }),
            person: somebody,
            replaces: fc.option(somebody),
          }),
          { maxLength: 5 },
        ),
        (said, absences, taken) => {
          const takes = taken.map(({ at, hours: length, person, replaces }, index) => ({
            id: `t${index}`,
            person,
            replaces,
            kind: 'override' as const,
            layer: index % 2 === 0 ? null : 'a',
            from: at,
            to: at + length * 3_600_000,
            madeAt: index,
          }));
          const given: Given = { ...onlyVersions([firstVersion(said)]), absences, takes };
          const { shifts, gaps } = expand(given, window);
          const parts = [...shifts, ...gaps].toSorted((a, b) => a.from - b.from);
          expect(parts[0]!.from).toBe(window.from);
          expect(parts.at(-1)!.to).toBe(window.to);
          for (const [index, part] of parts.entries()) {
            expect(part.from).toBeLessThan(part.to);
            if (index > 0) expect(part.from).toBe(parts[index - 1]!.to);
          }
        },
      ),
      runs,
    ));

  it('of a layer are those of its people, and restrictions only take away', () =>
    fc.assert(
      fc.property(spec, (said) => {
        const around = { clock: (of: string) => zoneClock(of, window), away: () => [], outside: () => [] };
        const [first] = said.layers;
        const of = { layer: first!, zone: said.zone, from: -Infinity, standing: null };
        const all = shiftsOfLayer({ ...of, layer: { ...first!, restrictions: [] } }, window, around);
        const restricted = shiftsOfLayer(of, window, around);
        const whole = united(all);
        expect(restricted.flatMap((shift) => without(shift, whole))).toEqual([]);
        const names = new Set(first!.people.map(personOf));
        for (const shift of all) expect(names.has(shift.person)).toBe(true);
      }),
      runs,
    ));

  it('are nobody’s who is away, unless an override says so', () =>
    fc.assert(
      fc.property(spec, away, (said, absences) => {
        const { shifts } = expand({ ...onlyVersions([firstVersion(said)]), absences }, window);
        for (const shift of shifts)
          expect(within(shift, united(absences.filter(({ person }) => person === shift.person)))).toEqual([]);
      }),
      runs,
    ));

  it('are the same in parts as in one', () =>
    fc.assert(
      fc.property(spec, instant, (said, at) => {
        const versions = [firstVersion(said)];
        const parts = [
          ...shiftsOf(versions, { from: window.from, to: at }),
          ...shiftsOf(versions, { from: at, to: window.to }),
        ];
        const whole = shiftsOf(versions).flatMap((shift) => [
          ...(shift.from < at ? [{ ...shift, to: Math.min(shift.to, at) }] : []),
          ...(shift.to > at ? [{ ...shift, from: Math.max(shift.from, at) }] : []),
        ]);
        expect(parts).toEqual(whole);
      }),
      runs,
    ));
});

/** After the running turn comes whoever follows its holder in the new list, where they are in it once. */
const followsBehind = (
  rotation: Rotation,
  versions: readonly ScheduleVersion[],
  list: readonly Member[],
  {
    running,
    end,
    clock,
  }: { readonly running: number; readonly end: number; readonly clock: ReturnType<typeof zoneClock> },
): void => {
  const next = beginningOf(rotation, clock, running + 2);
  if (rotation.handoffs.length > 0 || next > window.to || next <= end) return;
  const holder = shiftsOf(versions, { from: versions.at(-1)!.from, to: end }).at(-1)?.person;
  const places = list.flatMap((member, index) => (personOf(member) === holder ? [index] : []));
  if (holder === undefined || places.length !== 1) return;
  const expected = personOf(list[(places[0]! + 1) % list.length]!);
  const found = shiftsOf(versions, { from: end, to: next });
  expect(new Set(found.map(({ person }) => person))).toEqual(new Set(expected === null ? [] : [expected]));
};
