import type { MapEdge, MapNode } from '../contract.ts';

/** Nodes that are laid out and drawn at most; above that, services are folded together. */
export const drawnNodesMax = 200;

export interface DrawnNode {
  readonly id: string;
  readonly name: string;
  readonly kind: MapNode['kind'] | 'group';
  readonly requestsPerSecond: number | null;
  /** Of a group: the worst of its members. */
  readonly errorRatio: number | null;
  readonly p99Ms: number | null;
  /** Calls to it that no span answered, of callers whose calls fail: a service that died does not count what it did not take. */
  readonly unanswered: number;
  /** What a group holds; empty for a node that stands for itself. */
  readonly members: readonly MapNode[];
}

export interface DrawnEdge {
  readonly source: string;
  readonly target: string;
  readonly kind: MapEdge['kind'];
  readonly callsPerSecond: number;
  readonly calls: number;
  /** Calls that no span answered, led here by their address. */
  readonly callsByAddress: number;
  readonly errorRatio: number | null;
  readonly p99Ms: number | null;
}

export interface DrawnMap {
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
}

const groupId = (name: string): string => `group ${name}`;
/** Part of a name before the last slash: its namespace; '' without one. */
const namespaceOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('/')));

/**
 * Folds a large map: services of one namespace become one node, except those of namespaces in `open` and those in
 * `alone` (the focus). Where that is not enough, the least busy of what is left are folded by kind.
 */
export const foldMap = (
  map: { readonly nodes: readonly MapNode[]; readonly edges: readonly MapEdge[] },
  options: { readonly open: ReadonlySet<string>; readonly alone: ReadonlySet<string>; readonly nodesMax?: number },
): DrawnMap => {
  const nodesMax = options.nodesMax ?? drawnNodesMax;
  const groupOf = new Map<string, string>();
  if (map.nodes.length > nodesMax) {
    for (const node of map.nodes) {
      const namespace = node.kind === 'service' ? namespaceOf(node.name) : '';
      if (namespace !== '' && !options.open.has(namespace) && !options.alone.has(node.id))
        groupOf.set(node.id, namespace);
    }
    const left = map.nodes.filter((node) => !groupOf.has(node.id));
    const groups = new Set(groupOf.values()).size;
    const room = Math.max(0, nodesMax - groups - kinds.length);
    const quietFirst = left
      .filter((node) => !options.alone.has(node.id) && !options.open.has(namespaceOf(node.name)))
      .toSorted((a, b) => (a.requestsPerSecond ?? 0) - (b.requestsPerSecond ?? 0));
    for (const node of quietFirst.slice(0, Math.max(0, left.length - room))) groupOf.set(node.id, `other ${node.kind}`);
  }
  return {
    nodes: drawnNodes(
      map.nodes.map((node) => asCalled(node, map.edges)),
      groupOf,
      unansweredOf(map.edges),
    ),
    edges: drawnEdges(map.edges, groupOf),
  };
};

/** What sends no telemetry itself is told by its callers: how often, how slow and how badly they see it. */
const asCalled = (node: MapNode, edges: readonly MapEdge[]): MapNode => {
  if (node.requestsPerSecond !== null) return node;
  const calls = edges.filter((edge) => edge.target === node.id);
  const total = calls.reduce((count, edge) => count + edge.calls, 0);
  return {
    ...node,
    requestsPerSecond: sum(calls.map((edge) => edge.callsPerSecond)),
    errorRatio: total > 0 ? calls.reduce((count, edge) => count + edge.errors, 0) / total : null,
    p99Ms: most(calls.map((edge) => edge.p99Ms)),
  };
};

/** Calls led to a node by its address, of edges on which calls fail: elsewhere only a span was lost on its way. */
const unansweredOf = (edges: readonly MapEdge[]): ReadonlyMap<string, number> => {
  const found = new Map<string, number>();
  for (const edge of edges)
    if (edge.errors > 0 && edge.callsByAddress > 0)
      found.set(edge.target, (found.get(edge.target) ?? 0) + edge.callsByAddress);
  return found;
};

const kinds = ['service', 'database', 'messaging', 'external'] as const;

const drawnNodes = (
  nodes: readonly MapNode[],
  groupOf: ReadonlyMap<string, string>,
  unanswered: ReadonlyMap<string, number>,
): readonly DrawnNode[] => {
  const members = new Map<string, MapNode[]>();
  const drawn: DrawnNode[] = [];
  for (const node of nodes) {
    const group = groupOf.get(node.id);
    if (group === undefined) drawn.push({ ...node, unanswered: unanswered.get(node.id) ?? 0, members: [] });
    else members.set(group, [...(members.get(group) ?? []), node]);
  }
  for (const [name, held] of members) {
    drawn.push({
      id: groupId(name),
      name,
      kind: 'group',
      requestsPerSecond: sum(held.map((node) => node.requestsPerSecond)),
      errorRatio: most(held.map((node) => node.errorRatio)),
      p99Ms: most(held.map((node) => node.p99Ms)),
      unanswered: held.reduce((count, node) => count + (unanswered.get(node.id) ?? 0), 0),
      members: held,
    });
  }
  return drawn;
};

/** Edges between drawn nodes; several between the same two become one, with calls added and the worst ratio kept by weight. */
const drawnEdges = (edges: readonly MapEdge[], groupOf: ReadonlyMap<string, string>): readonly DrawnEdge[] => {
  const merged = new Map<
    string,
    {
      edge: MapEdge;
      source: string;
      target: string;
      calls: number;
      byAddress: number;
      errors: number;
      perSecond: number;
      p99Ms: number | null;
    }
  >();
  const idOf = (id: string): string => (groupOf.has(id) ? groupId(groupOf.get(id)!) : id);
  for (const edge of edges) {
    const source = idOf(edge.source);
    const target = idOf(edge.target);
    if (source === target) continue;
    const key = `${source}\u0000${target}`;
    const known = merged.get(key);
    merged.set(key, {
      edge: known?.edge ?? edge,
      source,
      target,
      calls: (known?.calls ?? 0) + edge.calls,
      byAddress: (known?.byAddress ?? 0) + edge.callsByAddress,
      errors: (known?.errors ?? 0) + edge.errors,
      perSecond: (known?.perSecond ?? 0) + edge.callsPerSecond,
      p99Ms: most([known?.p99Ms ?? null, edge.p99Ms]),
    });
  }
  return [...merged.values()].map(({ edge, source, target, calls, byAddress, errors, perSecond, p99Ms }) => ({
    source,
    target,
    kind: edge.kind,
    callsPerSecond: perSecond,
    calls,
    callsByAddress: byAddress,
    errorRatio: calls > 0 ? errors / calls : null,
    p99Ms,
  }));
};

const present = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);
const sum = (values: readonly (number | null)[]): number | null =>
  present(values).length === 0 ? null : present(values).reduce((total, value) => total + value, 0);
const most = (values: readonly (number | null)[]): number | null =>
  present(values).length === 0 ? null : Math.max(...present(values));

/** Nodes at most `hops` calls away from any of `focus`, in either direction; null when nothing is in focus. */
export const within = (
  edges: readonly DrawnEdge[],
  focus: readonly string[],
  hops: number,
): ReadonlySet<string> | null => {
  if (focus.length === 0) return null;
  const reached = new Set(focus);
  let border = new Set(focus);
  for (let hop = 0; hop < hops && border.size > 0; hop += 1) {
    const next = new Set<string>();
    for (const edge of edges) {
      if (border.has(edge.source) && !reached.has(edge.target)) next.add(edge.target);
      if (border.has(edge.target) && !reached.has(edge.source)) next.add(edge.source);
    }
    for (const id of next) reached.add(id);
    border = next;
  }
  return reached;
};
