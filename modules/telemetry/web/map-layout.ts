import { Graph, layout } from '@dagrejs/dagre';

export const nodeWidth = 176;
export const nodeHeight = 46;

export interface LayoutRequest {
  readonly nodes: readonly string[];
  readonly edges: readonly (readonly [source: string, target: string])[];
}

export interface LayoutAnswer {
  /** Centre of each node, in the order of the request. */
  readonly nodes: readonly { readonly x: number; readonly y: number }[];
  /** Corners of each edge's line, in the order of the request; empty for one whose node is unknown. */
  readonly edges: readonly (readonly { readonly x: number; readonly y: number }[])[];
  readonly width: number;
  readonly height: number;
}

/** Lays a service map out from left (callers) to right (called). 200 nodes take about 0.6 s: run it in the worker. */
export const layoutMap = (request: LayoutRequest): LayoutAnswer => {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 84, marginx: 24, marginy: 24 });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(request.nodes);
  for (const id of request.nodes) graph.setNode(id, { width: nodeWidth, height: nodeHeight });
  for (const [source, target] of request.edges)
    if (known.has(source) && known.has(target)) graph.setEdge(source, target);
  layout(graph);
  const size = graph.graph() as { width?: number; height?: number };
  return {
    nodes: request.nodes.map((id) => {
      const { x, y } = graph.node(id) as { x: number; y: number };
      return { x, y };
    }),
    edges: request.edges.map(([source, target]) => {
      const edge =
        known.has(source) && known.has(target)
          ? (graph.edge(source, target) as { points?: { x: number; y: number }[] })
          : null;
      return edge?.points ?? [];
    }),
    width: size.width ?? 0,
    height: size.height ?? 0,
  };
};
