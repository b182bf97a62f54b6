import { describe, expect, it } from 'vitest';
import { groupKeyOf } from './group-key.ts';
import { defaultOptions, mutedAt, passedOver, routeOf, type RouteNode, type RouteTree } from './route.ts';
import { judged, matching } from './testing.ts';

const monday = Temporal.Instant.from('2026-11-23T10:00:00Z');
const node = (id: string, matchers: string[], over: Partial<RouteNode> = {}): RouteNode => ({
  id,
  matching: matching(...matchers),
  options: { ...defaultOptions, to: [{ team: id }] },
  continue: false,
  only: [],
  never: [],
  routes: [],
  ...over,
});
const tree = (...routes: RouteNode[]): RouteTree => ({ routes, otherwise: defaultOptions });
const took = (of: RouteTree, labels: Record<string, string>): (string | null)[] =>
  routeOf(of, judged(labels), monday).map(({ route }) => route);

/** The tree of Alertmanager's own test of its dispatcher (dispatch/route_test.go), below one route that takes everything. */
const teams = tree(
  node('all', [], {
    routes: [
      node('A', ['owner="team-A"'], {
        routes: [
          node('A/testing', ['env="testing"']),
          node('A/production', ['env="production"'], { continue: true }),
          node('A/both', ['env=~"produ.*"', 'job=~".*"']),
        ],
      }),
      node('B', ['owner=~"team-(B|C)"']),
      node('D', ['group_by="role"'], {
        routes: [node('D/testing', ['env="testing"'], { routes: [node('D/wait', ['wait="long"'])] })],
      }),
    ],
  }),
);

describe('which route takes an alert', () => {
  it.each<[string, Record<string, string>, (string | null)[]]>([
    ['the route itself where none of its routes does', { owner: 'team-A' }, ['A']],
    ['a value that none of its routes knows', { owner: 'team-A', env: 'unset' }, ['A']],
    ['the first of its routes', { owner: 'team-A', env: 'testing' }, ['A/testing']],
    ['two, where the first continues', { owner: 'team-A', env: 'production' }, ['A/production', 'A/both']],
    ['a pattern as a whole', { owner: 'team-B' }, ['B']],
    ['a pattern not as a part', { owner: 'team-BC' }, ['all']],
    ['what is above where nothing matches', { group: 'x' }, ['all']],
    ['two levels down', { group_by: 'role', env: 'testing' }, ['D/testing']],
    ['three levels down', { group_by: 'role', env: 'testing', wait: 'long' }, ['D/wait']],
  ])('%s', (_, labels, expected) => expect(took(teams, labels)).toEqual(expected));

  it.each<[string, RouteTree, Record<string, string>, (string | null)[]]>([
    ['its owner where there are no routes', tree(), { a: 'b' }, [null]],
    ['its owner where none matches', tree(node('x', ['a="c"'])), { a: 'b' }, [null]],
    ['the first of two that match', tree(node('x', ['a="b"']), node('y', [])), { a: 'b' }, ['x']],
    ['both, where the first continues', tree(node('x', [], { continue: true }), node('y', [])), { a: 'b' }, ['x', 'y']],
    [
      'no more than the first below one that continues',
      tree(node('x', [], { continue: true, routes: [node('x/0', ['a="b"']), node('x/1', [])] }), node('y', [])),
      { a: 'b' },
      ['x/0', 'y'],
    ],
    ['a label that is missing is an empty one', tree(node('x', ['team=""'])), { a: 'b' }, ['x']],
    ['a missing label is not something else', tree(node('x', ['zone!="eu"'])), { a: 'b' }, ['x']],
    ['a missing label is none of a pattern', tree(node('x', ['zone=~".+"'])), { a: 'b' }, [null]],
    ['the name of an inherited property is no label', tree(node('x', ['constructor=~".+"'])), { a: 'b' }, [null]],
  ])('%s', (_, of, labels, expected) => expect(took(of, labels)).toEqual(expected));

  it('knows team, tier, urgency, service, severity and integration where the alert has no such label', () => {
    const of = tree(
      node('gold', [
        'team="payments"',
        'tier="1"',
        'urgency="high"',
        'service="shop/cart"',
        'severity="critical"',
        'integration="prometheus"',
      ]),
    );
    const alert = judged(
      { alertname: 'Down' },
      { team: 'payments', tier: '1', severity: 'critical', service: 'shop/cart' },
    );
    expect(routeOf(of, alert, monday)[0]!.route).toBe('gold');
    const said = judged(
      { alertname: 'Down', team: 'search' },
      { team: 'payments', tier: '1', severity: 'critical', service: 'shop/cart' },
    );
    expect(routeOf(of, said, monday)[0]!.route).toBeNull();
  });

  it.each([
    ['by-severity', {}, 'critical', 'high'],
    ['by-severity', {}, 'warning', 'low'],
    ['by-severity', { urgency: 'low' }, 'critical', 'low'],
    ['low', {}, 'critical', 'low'],
    ['high', { urgency: 'low' }, 'info', 'high'],
  ] as const)('is as urgent as it says: %s %j %s', (urgency, labels, severity, expected) => {
    const of = tree(node('x', [], { options: { ...defaultOptions, urgency } }));
    expect(routeOf(of, judged({ ...labels }, { severity }), monday)[0]!.urgency).toBe(expected);
  });

  it('says why, and why not', () => {
    const alert = judged({ owner: 'team-A', env: 'testing' });
    expect(routeOf(teams, alert, monday)[0]!.reason).toBe('route A/testing takes owner="team-A", env="testing"');
    expect(routeOf(tree(), alert, monday)[0]!.reason).toContain('owner of its service');
    const of = tree(node('x', ['zone="eu"']), node('y', ['env="production"']), node('z', []));
    expect(passedOver(of, alert)).toEqual([
      { route: 'x', why: 'zone="eu" does not hold: the alert has no zone' },
      { route: 'y', why: 'env="production" does not hold: its env is testing' },
    ]);
  });
});

describe('when a route tells nobody', () => {
  const during = (name: string, holds: boolean) => ({ name, holds: () => holds });
  it.each([
    ['nothing said', [], [], null],
    ['in a time that it tells in', [during('office', true)], [], null],
    ['outside it', [during('office', false)], [], ['office']],
    ['in one of two', [during('office', false), during('saturday', true)], [], null],
    ['in a time that it never tells in', [], [during('night', true)], ['night']],
    ['outside that', [], [during('night', false)], null],
    ['in both: never is stronger', [during('office', true)], [during('holiday', true)], ['holiday']],
  ] as const)('%s', (_, only, never, expected) =>
    expect(mutedAt({ id: 'x', only, never }, monday)?.intervals ?? null).toEqual(expected),
  );

  it('is still the route that takes it', () => {
    const of = tree(node('x', [], { never: [during('night', true)] }), node('y', []));
    expect(routeOf(of, judged({}), monday)).toMatchObject([
      { route: 'x', muted: { reason: 'route x tells nobody during night' } },
    ]);
  });
});

describe('the group of an alert', () => {
  const alert = judged({ alertname: 'Down', service: 'cart', pod: 'a' });
  it.each([
    ['by some labels', ['service', 'alertname'], 'x:{alertname="Down",service="cart"}'],
    ['by a label that it lacks', ['zone', 'service'], 'x:{service="cart"}'],
    ['by nothing: one for all', [], 'x:{}'],
    ['by what is known beside its labels', ['integration'], 'x:{integration="prometheus"}'],
    ['by every label', 'all', 'x:{alertname="Down",pod="a",service="cart"}'],
  ] as const)('%s', (_, groupBy, expected) => expect(groupKeyOf({ route: 'x', groupBy }, alert).key).toBe(expected));

  it('is another one in another route', () =>
    expect(groupKeyOf({ route: null, groupBy: [] }, alert).key).not.toBe(
      groupKeyOf({ route: 'x', groupBy: [] }, alert).key,
    ));

  it('is never confused by what stands in a value', () => {
    const one = judged({ a: '1",b="2' });
    const other = judged({ a: '1', b: '2' });
    const by = ['a', 'b'];
    expect(groupKeyOf({ route: 'x', groupBy: by }, one).key).not.toBe(
      groupKeyOf({ route: 'x', groupBy: by }, other).key,
    );
  });

  it('keeps long ones apart and short', () => {
    const key = (pod: string): string => groupKeyOf({ route: 'x', groupBy: ['pod'] }, judged({ pod })).key;
    expect(key('a'.repeat(4_000)).length).toBeLessThanOrEqual(512);
    expect(key(`${'a'.repeat(4_000)}b`)).not.toBe(key(`${'a'.repeat(4_000)}c`));
  });

  it('is the alert alone where it has no labels and every label counts', () =>
    expect(groupKeyOf({ route: 'x', groupBy: 'all' }, judged({}, { id: 'one' })).key).not.toBe(
      groupKeyOf({ route: 'x', groupBy: 'all' }, judged({}, { id: 'two' })).key,
    ));
});
