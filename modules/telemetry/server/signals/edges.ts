import type { QueryOptions } from '../../../../platform/clickhouse/clickhouse.ts';
import type { z } from 'zod';
import { telemetryLimits, type getNeighbours, type getServiceMap, type MapEdge, type MapNode } from '../../contract.ts';
import type { ReadRange } from '../../domain/read-range.ts';
import { planOf, type Piece } from '../../domain/rollup-pieces.ts';
import { callsLookBackDays, ratesOver, requestsLookBackDays, type RateOf } from './existence.ts';
import { conditions, figureColumns, mergeFunction, requestRows, type FigureRow } from './request-figures.ts';
import { instantOfNs, readRange, requireService, sourcesNow, type Reads } from './reads.ts';
import { quantileOf } from './service-signals.ts';

type Params = NonNullable<QueryOptions['params']>;
type Kind = MapNode['kind'];

interface EdgeRow extends Pick<FigureRow, 'quantiles'> {
  readonly callerKind: string;
  readonly caller: string;
  readonly calleeKind: string;
  readonly callee: string;
  readonly via: string;
  readonly calls: string | number;
  readonly byAddress: string | number;
  readonly failed: string | number;
}

/** The whole map: every node that served, called or was called in the range. */
export const serviceMap = async (
  reads: Reads,
  query: z.output<typeof getServiceMap.query>,
): Promise<z.input<typeof getServiceMap.answer>> => {
  const range = edgeRange(reads, readRange(reads, query));
  const [edges, nodes] = await Promise.all([
    edgesIn(reads, range, query.environment, null),
    servicesIn(reads, range, query.environment, null),
  ]);
  const shown = edges.slice(0, telemetryLimits.mapEdges);
  const all = withNamed(nodes, shown);
  const kept = all.slice(0, telemetryLimits.mapNodes);
  const ids = new Set(kept.map((node) => node.id));
  return {
    ...bounds(range),
    nodes: kept,
    edges: shown.filter((edge) => ids.has(edge.source) && ids.has(edge.target)),
    truncated: edges.length > shown.length || all.length > kept.length,
  };
};

/** Who calls one service and what it calls. */
export const serviceNeighbours = async (
  reads: Reads,
  service: string,
  query: z.output<typeof getNeighbours.query>,
): Promise<z.input<typeof getNeighbours.answer>> => {
  const range = edgeRange(reads, readRange(reads, query));
  const edges = await edgesIn(reads, range, query.environment, service);
  const id = nodeId('service', service);
  const names = [
    ...new Set([
      service,
      ...edges
        .flatMap((edge) => [edge.source, edge.target])
        .filter((each) => each.startsWith('service:'))
        .map((each) => each.slice('service:'.length)),
    ]),
  ];
  const nodes = withNamed(await servicesIn(reads, range, query.environment, names), edges);
  if (nodes.length === 0) await requireService(reads, service);
  return {
    ...bounds(range),
    nodes,
    callers: edges.filter((edge) => edge.target === id),
    calls: edges.filter((edge) => edge.source === id),
  };
};

/** Calls are counted by ten seconds at the finest, because the called span must be found; the range is widened to that. */
const edgeRange = (reads: Reads, asked: ReadRange): ReadRange => planOf(asked, null, sourcesNow(reads, false)).range;

const edgesIn = async (
  reads: Reads,
  range: ReadRange,
  environment: string | undefined,
  service: string | null,
): Promise<MapEdge[]> => {
  const sources = sourcesNow(reads, false);
  const { pieces } = planOf(range, null, sources);
  const params: Params = { most: telemetryLimits.mapEdges + 1, settled: sources.now - otherEndSettlesSeconds };
  const where: string[] = ['calls > 0'];
  if (environment !== undefined) {
    params['environment'] = environment;
    where.push('(caller_environment = {environment:String} OR callee_environment = {environment:String})');
  }
  if (service !== null) {
    params['service'] = service;
    where.push(
      "((caller_kind = 'service' AND caller = {service:String}) OR (callee_kind = 'service' AND callee = {service:String}))",
    );
  }
  // Their own parameters: those of the pieces are added to the others below.
  const existing = {
    table: 'edges',
    by: edgeColumns,
    where,
    params: { ...params },
    lookBackDays: callsLookBackDays,
  } as const;
  const rates = ratesOver(reads, existing, range);
  const rows = pieces.map((piece, index) => edgePiece(piece, index, where, params));
  const read = reads.engine.read<EdgeRow>(
    `-- Calls between neighbours over the range, as the caller saw them, the busiest first.
     SELECT callerKind, caller, calleeKind, callee, via, sum(calls) AS calls, sum(by_address) AS byAddress, sum(errors) AS failed, ${mergeFunction}(sketch) AS quantiles
     FROM (${rows.join('\nUNION ALL\n')})
     GROUP BY callerKind, caller, calleeKind, callee, via ORDER BY calls DESC, caller, callee LIMIT {most:UInt32}
     SETTINGS do_not_merge_across_partitions_select_final = 1`,
    params,
  );
  const [found, rateOf] = await Promise.all([read, rates]);
  return found.map((row) => edgeOf(row, rateOf));
};

const edgeColumns = ['caller_kind', 'caller', 'callee_kind', 'callee', 'via'] as const;

const bucketSeconds = { '10s': 10, minute: 60, hour: 3_600 } as const;
/**
 * A call whose other end was not seen yet looks like one to the outside, or like one that nobody answers at an address that is known.
 * SDKs send every few seconds, each service at its own: only after this time is nobody answering for it. Else each map would show
 * its newest calls as strangers, and a service that answers as one that is down.
 */
const otherEndSettlesSeconds = 30;

const edgePiece = (piece: Piece, index: number, where: readonly string[], params: Params): string => {
  if (piece.table === 'spans') throw new Error('calls between services are never counted from spans at read time');
  params[`from${index}`] = piece.from;
  params[`to${index}`] = piece.to;
  const settled = `bucket < toDateTime({settled:UInt32}, 'UTC') - ${bucketSeconds[piece.table]}`;
  return `
    SELECT toString(caller_kind) AS callerKind, toString(caller) AS caller, toString(callee_kind) AS calleeKind, toString(callee) AS callee, toString(via) AS via,
           calls, if(${settled}, calls_by_address, 0) AS by_address, errors, duration_sketch AS sketch
    FROM telemetry_edges_${piece.table} FINAL
    WHERE bucket >= toDateTime({from${index}:UInt32}, 'UTC') AND bucket < toDateTime({to${index}:UInt32}, 'UTC') AND ${where.join(' AND ')}
      AND (callee_kind != 'external' OR ${settled})`;
};

const edgeOf = (row: EdgeRow, rateOf: RateOf): MapEdge => {
  const calls = Number(row.calls);
  const errors = Number(row.failed);
  const target = kindOf(row.calleeKind);
  return {
    source: nodeId(kindOf(row.callerKind), row.caller),
    target: nodeId(target, row.callee),
    kind: protocolOf(row.via, kindOf(row.callerKind), target),
    calls,
    callsByAddress: Number(row.byAddress),
    errors,
    callsPerSecond: rateOf(calls, [row.callerKind, row.caller, row.calleeKind, row.callee, row.via]),
    errorRatio: calls > 0 ? errors / calls : null,
    p50Ms: quantileOf(row, 0.5),
    p99Ms: quantileOf(row, 0.99),
  };
};

const kinds: readonly string[] = ['service', 'database', 'messaging', 'external'];
const kindOf = (text: string): Kind => (kinds.includes(text) ? (text as Kind) : 'external');

const protocols: readonly string[] = ['http', 'rpc', 'messaging', 'database', 'other'];
const protocolOf = (text: string, ...ends: Kind[]): MapEdge['kind'] => {
  if (protocols.includes(text)) return text as MapEdge['kind'];
  return ends.includes('database') ? 'database' : ends.includes('messaging') ? 'messaging' : 'other';
};

const nodeId = (kind: Kind, name: string): string => `${kind}:${name}`;

/** Figures of services that served in the range; all of them, or those named. */
const servicesIn = async (
  reads: Reads,
  range: ReadRange,
  environment: string | undefined,
  names: readonly string[] | null,
): Promise<MapNode[]> => {
  const { pieces } = planOf(range, null, sourcesNow(reads, false));
  const rows = requestRows(pieces, { environment }, ['service']);
  const own = conditions({ environment });
  const rates = ratesOver(
    reads,
    {
      table: 'services',
      by: ['service'],
      where: [...own.where, ...(names ? ['service IN {names:Array(String)}'] : [])],
      params: { ...own.params, ...(names ? { names } : {}) },
      lookBackDays: requestsLookBackDays,
    },
    range,
  );
  const read = reads.engine.read<FigureRow & { service: string }>(
    `-- Figures of each service over the range, for the nodes of the map.
     SELECT service, ${figureColumns} FROM (${rows.sql}) ${names ? 'WHERE service IN {names:Array(String)}' : ''}
     GROUP BY service HAVING requests > 0 ORDER BY requests DESC, service LIMIT {most:UInt32}
     SETTINGS do_not_merge_across_partitions_select_final = 1`,
    { ...rows.params, most: telemetryLimits.mapNodes, ...(names ? { names } : {}) },
  );
  const [found, rateOf] = await Promise.all([read, rates]);
  return found.map((row) => {
    const requests = Number(row.requests);
    return {
      id: nodeId('service', row.service),
      name: row.service,
      kind: 'service',
      requests,
      requestsPerSecond: rateOf(requests, [row.service]),
      errorRatio: Number(row.errors) / requests,
      p99Ms: quantileOf(row, 0.99),
    };
  });
};

/** Adds what only edges name: callers that serve nothing, databases, queues, the world outside. */
const withNamed = (nodes: readonly MapNode[], edges: readonly MapEdge[]): MapNode[] => {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const id of edges.flatMap((edge) => [edge.source, edge.target])) {
    if (byId.has(id)) continue;
    const cut = id.indexOf(':');
    byId.set(id, {
      id,
      name: id.slice(cut + 1),
      kind: kindOf(id.slice(0, cut)),
      requests: null,
      requestsPerSecond: null,
      errorRatio: null,
      p99Ms: null,
    });
  }
  return [...byId.values()];
};

const bounds = (range: ReadRange): { from: string; to: string } => ({
  from: instantOfNs(range.fromNs),
  to: instantOfNs(range.toNs),
});
