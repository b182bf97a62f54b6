import { describe, expect, it } from 'vitest';
import type { MapEdge, MapNode } from '../contract.ts';
import { foldMap, within } from './map-fold.ts';
import { statusOfNode } from './node-look.ts';

const aNode = (id: string, over: Partial<MapNode> = {}): MapNode => ({
  id,
  name: id,
  kind: 'service',
  requests: 10,
  requestsPerSecond: 1,
  errorRatio: 0,
  p99Ms: 10,
  ...over,
});
const anEdge = (source: string, target: string, over: Partial<MapEdge> = {}): MapEdge => ({
  source,
  target,
  kind: 'http',
  calls: 100,
  callsByAddress: 0,
  errors: 0,
  callsPerSecond: 1,
  errorRatio: 0,
  p50Ms: 1,
  p99Ms: 10,
  ...over,
});
const none = { open: new Set<string>(), alone: new Set<string>() };

describe('a large map is folded, never dropped', () => {
  const nodes = [aNode('a/1'), aNode('a/2', { errorRatio: 0.5 }), aNode('b/1'), aNode('db', { kind: 'database' })];
  const edges = [
    anEdge('a/1', 'b/1'),
    anEdge('a/2', 'b/1', { errors: 100, callsByAddress: 7 }),
    anEdge('a/1', 'a/2'),
    anEdge('b/1', 'db'),
  ];

  it('is shown whole when it is small', () => {
    expect(foldMap({ nodes, edges }, none).nodes).toHaveLength(4);
  });

  it('tells of a database what its callers see', () => {
    const silent = aNode('db', {
      kind: 'database',
      requests: null,
      requestsPerSecond: null,
      errorRatio: null,
      p99Ms: null,
    });
    const calls = [anEdge('a', 'db', { errors: 10 }), anEdge('b', 'db', { p99Ms: 40 })];
    expect(foldMap({ nodes: [silent], edges: calls }, none).nodes[0]).toMatchObject({
      requestsPerSecond: 2,
      errorRatio: 0.05,
      p99Ms: 40,
    });
  });

  it('shows a service that died in trouble, though its own figures are good, and not one whose span was lost', () => {
    const dead = [
      anEdge('a/1', 'b/1', { errors: 3, callsByAddress: 4 }),
      anEdge('a/2', 'b/1'),
      anEdge('b/1', 'a/1', { callsByAddress: 1 }),
    ];
    const shown = foldMap({ nodes, edges: dead }, none).nodes;
    expect(shown.map((node) => [node.id, node.unanswered, statusOfNode(node)])).toEqual([
      ['a/1', 0, 'good'],
      ['a/2', 0, 'bad'],
      ['b/1', 4, 'bad'],
      ['db', 0, 'good'],
    ]);
  });

  it('puts a namespace into one node that tells its worst', () => {
    const folded = foldMap({ nodes, edges }, { ...none, nodesMax: 3 });
    const group = folded.nodes.find((node) => node.id === 'group a');
    expect(group).toMatchObject({ kind: 'group', errorRatio: 0.5, requestsPerSecond: 2 });
    expect(folded.edges.find((edge) => edge.source === 'group a')).toMatchObject({
      callsByAddress: 7,
      target: 'group b',
      callsPerSecond: 2,
      errorRatio: 0.5,
    });
  });

  it('keeps apart what is opened and what is in focus', () => {
    const folded = foldMap({ nodes, edges }, { open: new Set(['a']), alone: new Set(['b/1']), nodesMax: 3 });
    expect(folded.nodes.map((node) => node.id)).toEqual(expect.arrayContaining(['a/1', 'a/2', 'b/1']));
  });

  it('holds every node once, whatever the size', () => {
    const many = Array.from({ length: 1_000 }, (_, at) => aNode(at % 2 ? `team-${at % 7}/s${at}` : `single-${at}`));
    const folded = foldMap({ nodes: many, edges: [] }, none);
    expect(folded.nodes.length).toBeLessThanOrEqual(200);
    expect(folded.nodes.reduce((sum, node) => sum + Math.max(node.members.length, 1), 0)).toBe(1_000);
  });
});

describe('focus keeps what is near', () => {
  const edges = foldMap({ nodes: [], edges: [anEdge('a', 'b'), anEdge('b', 'c'), anEdge('c', 'd')] }, none).edges;
  it.each([
    [0, ['b']],
    [1, ['a', 'b', 'c']],
    [2, ['a', 'b', 'c', 'd']],
  ])('within %i hops', (hops, expected) => expect([...within(edges, ['b'], hops)!].toSorted()).toEqual(expected));

  it('fades nothing without a focus', () => expect(within(edges, [], 2)).toBeNull());
});
