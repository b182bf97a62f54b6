import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flapDefaults, flapping, type StateChange } from './flapping.ts';
import { inhibitionsOf, inhibitorsOf, type Inhibition } from './inhibition.ts';
import type { Judged } from './judged-labels.ts';
import { parentDefaults, parentDown } from './parent-down.ts';
import { once, silencesOf, type Silence } from './silence.ts';
import { judged, matching } from './testing.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const now = at('2026-11-23T10:00:00Z');

describe('silences', () => {
  const silence = (id: string, matchers: string[], from: string, to: string): Silence => ({
    id,
    name: null,
    matching: matching(...matchers),
    who: 'ada',
    why: 'patches',
    stretchAt: once({ from: at(from), to: at(to) }),
  });
  const day = silence('day', ['service=~"shop/.*"'], '2026-11-23T00:00:00Z', '2026-11-24T00:00:00Z');
  const hour = silence('hour', ['severity!="critical"'], '2026-11-23T09:30:00Z', '2026-11-23T10:30:00Z');
  it.each<[string, Record<string, string>, string, string[] | null]>([
    ['one', { service: 'shop/cart', severity: 'critical' }, '2026-11-23T10:00:00Z', ['day']],
    ['two', { service: 'shop/cart', severity: 'warning' }, '2026-11-23T10:00:00Z', ['day', 'hour']],
    ['none', { service: 'mail', severity: 'critical' }, '2026-11-23T10:00:00Z', null],
    ['at its first moment', { service: 'mail', severity: 'info' }, '2026-11-23T09:30:00Z', ['hour']],
    ['not at its last', { service: 'mail', severity: 'info' }, '2026-11-23T10:30:00Z', null],
    ['not before', { service: 'shop/cart', severity: 'critical' }, '2026-11-22T23:59:59Z', null],
  ])('hold an alert back: %s', (_, labels, time, expected) =>
    expect(silencesOf([day, hour], judged(labels), at(time))?.by ?? null).toEqual(expected),
  );

  it('say who, why and until when the last ends', () => {
    const held = silencesOf([hour, day], judged({ service: 'shop/cart', severity: 'info' }), now)!;
    expect(held.until.toString()).toBe('2026-11-24T00:00:00Z');
    expect(held.reason).toBe(
      'ada silenced severity!="critical" until 2026-11-23T10:30:00Z: patches; ada silenced service=~"shop/.*" until 2026-11-24T00:00:00Z: patches',
    );
  });
});

const rule = (name: string, source: string[], target: string[], equal: string[] = []): Inhibition => ({
  name,
  source: matching(...source),
  target: matching(...target),
  equal,
});

/** The cases of Alertmanager's own test of its inhibitor (inhibit/inhibit_test.go), by what they show. */
describe('inhibition', () => {
  const first = rule('one', ['s1=~"1"'], ['t1=~"1"'], ['e']);
  const second = rule('two', ['s2="2"'], ['t2="2"'], ['f']);
  it.each<[string, Inhibition[], Record<string, string>[], Record<string, string>, boolean]>([
    ['source, target and the same e', [first], [{ s1: '1', e: '1' }], { t1: '1', e: '1' }, true],
    ['another e', [first], [{ s1: '1', e: '1' }], { t1: '1', e: '0' }, false],
    ['nothing fires', [first], [], { t1: '1', e: '1' }, false],
    ['no target', [first], [{ s1: '1', e: '1' }], { t1: '0', e: '1' }, false],
    ['no source', [first], [{ s1: '0', e: '1' }], { t1: '1', e: '1' }, false],
    ['a label that both lack is the same', [first], [{ s1: '1' }], { t1: '1' }, true],
    ['lacking it and having it empty is the same', [first], [{ s1: '1', e: '' }], { t1: '1' }, true],
    ['a label that one lacks is not the same', [first], [{ s1: '1' }], { t1: '1', e: '1' }, false],
    ['the second rule', [first, second], [{ s2: '2', f: 'x' }], { t2: '2', f: 'x' }, true],
    [
      'the source of one rule and the target of another',
      [first, second],
      [{ s1: '1', e: '1' }],
      { t2: '2', f: 'x', e: '1' },
      false,
    ],
    ['no label must be the same', [rule('any', ['a="1"'], ['b="1"'])], [{ a: '1', x: '1' }], { b: '1', x: '2' }, true],
    [
      'both sides match both: neither holds the other',
      [first],
      [{ s1: '1', t1: '1', e: '1', x: '1' }],
      { s1: '1', t1: '1', e: '1' },
      false,
    ],
    [
      'a source that is a target too holds one that is no source',
      [first],
      [{ s1: '1', t1: '1', e: '1' }],
      { t1: '1', e: '1' },
      true,
    ],
    [
      'a source that is no target holds one of both',
      [first],
      [{ s1: '1', e: '1' }],
      { s1: '1', t1: '1', e: '1' },
      true,
    ],
    [
      'one of both sides hides no other that holds it',
      [first],
      [
        { s1: '1', t1: '1', e: '1', x: '1' },
        { s1: '1', e: '1' },
      ],
      { s1: '1', t1: '1', e: '1' },
      true,
    ],
  ])('%s', (_, rules, firing, target, expected) => {
    const sources = firing.map((labels, index) => judged(labels, { id: `source-${index}` }));
    expect(inhibitionsOf(rules, judged(target, { id: 'target' }), sources) !== null).toBe(expected);
  });

  it('is never by the alert itself', () => {
    const alert = judged({ a: '1' });
    expect(inhibitionsOf([rule('self', [], [])], alert, [alert])).toBeNull();
  });

  it('ends when the source no longer fires', () => {
    const inhibitors = inhibitorsOf([first]);
    inhibitors.add(judged({ s1: '1', e: '1' }, { id: 'one' }));
    inhibitors.add(judged({ s1: '1', e: '1', x: '2' }, { id: 'two' }));
    const target = judged({ t1: '1', e: '1' }, { id: 'target' });
    inhibitors.remove('one');
    expect(inhibitors.inhibits(target)).toMatchObject({ rule: 'one', by: ['two'] });
    inhibitors.remove('two');
    expect(inhibitors.inhibits(target)).toBeNull();
  });

  it('says by which alert and why', () => {
    const down = judged({ alertname: 'ClusterDown', s1: '1', e: 'eu' });
    expect(inhibitionsOf([first], judged({ t1: '1', e: 'eu' }), [down])!.reason).toBe(
      'ClusterDown fires, which matches {s1=~"1"} of the inhibition one with the same e="eu"',
    );
  });

  it('never lets all of what fires be held back by what is held back', () => {
    // Of any alerts under one rule at least one is told: else a group of them would silence itself.
    const labels = fc.record({
      s1: fc.constantFrom('1', '0'),
      t1: fc.constantFrom('1', '0'),
      e: fc.constantFrom('a', 'b'),
    });
    fc.assert(
      fc.property(fc.array(labels, { minLength: 1, maxLength: 8 }), (all) => {
        const firing = all.map((each, index) => judged(each, { id: String(index) }));
        expect(firing.some((alert) => inhibitionsOf([first], alert, firing) === null)).toBe(true);
      }),
    );
  });
});

describe('a parent that is down', () => {
  const map = new Map<string, string[]>([
    ['web', ['cart', 'search']],
    ['cart', ['payments']],
    ['payments', ['database']],
    ['search', []],
    ['database', []],
    ['left', ['right']],
    ['right', ['left', 'database']],
  ]);
  const firing = (service: string, over: Partial<Judged> = {}): Judged =>
    judged({ alertname: 'Down', service }, { id: `down-${service}`, severity: 'critical', ...over });
  const parents = (service: string, down: Judged[], settings = parentDefaults): readonly string[] | null =>
    parentDown(map, judged({ alertname: 'Slow', service }, { id: 'child' }), { firing: down, at: now, settings })
      ?.services ?? null;

  it.each<[string, string, Judged[], string[] | null]>([
    ['what it uses', 'cart', [firing('payments')], ['payments']],
    ['what that uses', 'cart', [firing('database')], ['database']],
    ['the nearest first', 'cart', [firing('database'), firing('payments')], ['payments', 'database']],
    ['not what uses it', 'database', [firing('cart')], null],
    ['not what it has nothing to do with', 'search', [firing('database')], null],
    ['not itself', 'cart', [firing('cart')], null],
    ['not what is only slow', 'cart', [firing('payments', { severity: 'warning' })], null],
    ['not longer than an hour', 'cart', [firing('payments', { startsAt: now.subtract({ minutes: 60 }) })], null],
    ['up to an hour', 'cart', [firing('payments', { startsAt: now.subtract({ minutes: 59 }) })], ['payments']],
    ['not what uses it in turn', 'left', [firing('right')], null],
    ['what both of a pair stand on', 'left', [firing('right'), firing('database')], ['database']],
    ['a service that nobody knows', 'unknown', [firing('database')], null],
  ])('%s', (_, service, down, expected) => expect(parents(service, down)).toEqual(expected));

  it('is looked for no further than said, and not at all where it is off', () => {
    expect(parents('web', [firing('database')], { ...parentDefaults, stepsMax: 2 })).toBeNull();
    expect(parents('web', [firing('database')])).toEqual(['database']);
    expect(parents('cart', [firing('payments')], { ...parentDefaults, enabled: false })).toBeNull();
    expect(
      parents('cart', [firing('payments', { severity: 'error' })], { ...parentDefaults, downFrom: 'error' }),
    ).toEqual(['payments']);
  });

  it('says the way, and until when', () => {
    const found = parentDown(map, judged({ service: 'cart' }), { firing: [firing('database')], at: now })!;
    expect(found.reason).toBe(
      'cart uses payments, which uses database, which is down: Down fires there since 2026-11-23T10:00:00Z',
    );
    expect(found.until.toString()).toBe('2026-11-23T11:00:00Z');
  });

  it('leaves somebody to be told, whatever the map and whatever is down', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const edges = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), { maxLength: 12 });
    fc.assert(
      fc.property(
        edges,
        fc.subarray(names, { minLength: 1 }),
        fc.integer({ min: 1, max: 6 }),
        (said, down, stepsMax) => {
          const graph = new Map(
            names.map((name) => [name, said.filter(([from]) => from === name).map(([, to]) => to)]),
          );
          const all = down.map((service) => firing(service));
          const told = all.filter(
            (alert) =>
              parentDown(graph, alert, { firing: all, at: now, settings: { ...parentDefaults, stepsMax } }) === null,
          );
          expect(told.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('flapping', () => {
  /** Changes, each so many minutes before now. */
  const history = (...minutes: number[]): StateChange[] =>
    minutes.map((ago, index) => ({ at: now.subtract({ minutes: ago }), to: index % 2 === 0 ? 'firing' : 'resolved' }));
  it.each<[string, StateChange[], number | null]>([
    ['an alert that never was', [], null],
    ['one that fires', history(5), null],
    ['one that came three times', history(30, 25, 20, 15, 10), null],
    ['one that came four times', history(40, 35, 30, 25, 20, 15, 10), 4],
    ['also while it is over', history(40, 35, 30, 25, 20, 15, 10, 5), 4],
    ['no longer, when it is calm', history(60, 55, 50, 45, 40, 35, 30, 15), null],
    ['four times, but over a day', history(1_440, 1_400, 1_000, 900, 500, 400, 10), null],
    [
      'what is told again and again without an end',
      Array.from({ length: 20 }, (_, index) => ({ at: now.subtract({ minutes: index }), to: 'firing' as const })),
      null,
    ],
  ])('%s', (_, changes, expected) => expect(flapping(changes, now)?.times ?? null).toBe(expected));

  it('does not care for the order, nor for what comes later', () => {
    const changes = history(40, 35, 30, 25, 20, 15, 10);
    expect(flapping(changes.toReversed(), now)?.times).toBe(4);
    expect(flapping([...changes, { at: now.add({ minutes: 1 }), to: 'resolved' }], now)?.until.toString()).toBe(
      '2026-11-23T10:05:00Z',
    );
  });

  it('says how often, and when it is calm', () => {
    const found = flapping(history(40, 35, 30, 25, 20, 15, 10), now)!;
    expect(found.reason).toBe('it began 4 times within 60 minutes; it is told when it has not changed for 15 minutes');
    expect(flapping(history(40, 35, 30, 25, 20, 15, 10), now, { ...flapDefaults, enabled: false })).toBeNull();
  });
});
