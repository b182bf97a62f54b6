import { setImmediate as nextTurn } from 'node:timers/promises';
import { Refusal } from '../../../../kernel/problem.ts';
import { telemetryCodes, telemetryLimits } from '../../contract.ts';
import type { Reads } from './reads.ts';
import { exact, instantNs } from './stored-values.ts';

interface SpanRow {
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly name: string;
  readonly kind: string;
  readonly startedNs: string;
  readonly durationNs: string;
  readonly status: string;
  readonly message: string;
  readonly failed: number;
  readonly request: number;
  readonly traceState: string;
  readonly flags: number;
  /** JSON objects and arrays as text: attribute values are stored as JSON, so they are not parsed on their way. */
  readonly attributes: string;
  readonly events: string;
  readonly links: string;
  readonly droppedAttributes: number;
  readonly droppedEvents: number;
  readonly droppedLinks: number;
  readonly originId: string;
}

interface OriginRow {
  readonly originId: string;
  readonly resource: string;
  readonly resourceDropped: number;
  readonly resourceSchemaUrl: string;
  readonly entities: string;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly scopeAttributes: string;
  readonly scopeDropped: number;
  readonly scopeSchemaUrl: string;
}

/** Wide rows of a large trace: events and stack traces. */
const traceMemoryBytes = 1_536 * 1_048_576;

/**
 * One trace as the JSON text of the contract's `trace`: ten thousand spans are written once, never parsed and checked again.
 * Spans stand in order of their start.
 */
export const traceText = async (reads: Reads, traceId: string): Promise<string> => {
  const params = { id: traceId.toLowerCase(), most: telemetryLimits.traceSpans };
  const rows = await reads.engine.read<SpanRow>(spansSql, params, { memoryBytesMax: traceMemoryBytes });
  if (rows.length === 0) {
    throw new Refusal({
      status: 404,
      code: telemetryCodes.traceUnknown,
      title: 'There is no such trace',
      detail: `${traceId}: it never arrived, or it is older than spans are kept.`,
    });
  }
  const total = rows.length < telemetryLimits.traceSpans ? rows.length : await countSpans(reads, params.id);
  const originIds = [...new Set(rows.map((row) => row.originId))];
  const origins = await reads.engine.read<OriginRow>(originsSql, { origins: originIds });
  return textOf(params.id, rows, origins, total);
};

/** A map whose values are JSON texts, as a JSON object. */
const objectOf = (map: string): string =>
  `concat('{', arrayStringConcat(arrayMap((key, value) -> concat(toJSONString(key), ':', value), mapKeys(${map}), mapValues(${map})), ','), '}')`;
/** An instant as RFC 3339 with nanoseconds. */
const instantText = (time: string): string =>
  `concat(formatDateTime(${time}, '%Y-%m-%dT%H:%i:%S', 'UTC'), '.', leftPad(toString(toUnixTimestamp64Nano(${time}) % 1000000000), 9, '0'), 'Z')`;

const spansSql = `
  -- All spans of one trace in order of their start; attributes, events and links as JSON texts.
  SELECT lower(hex(span_id)) AS spanId, lower(hex(parent_span_id)) AS parentSpanId, service, environment, version, name, kind,
         toString(toUnixTimestamp64Nano(ended_at) - duration_ns) AS startedNs, toString(duration_ns) AS durationNs, status, status_message AS message, is_error AS failed,
         is_request AS request, trace_state AS traceState, flags, ${objectOf('attributes')} AS attributes,
         if(empty(events), '[]', concat('[', arrayStringConcat(arrayMap(event -> concat('{"name":', toJSONString(toString(event.2)), ',"at":"', ${instantText('event.1')},
           '","attributes":', ${objectOf('event.3')}, ',"droppedAttributesCount":', toString(event.4), '}'), events), ','), ']')) AS events,
         if(empty(links), '[]', concat('[', arrayStringConcat(arrayMap(link -> concat('{"traceId":"', lower(hex(link.1)), '","spanId":"', lower(hex(link.2)), '","traceState":', toJSONString(link.3),
           ',"flags":', toString(link.6), ',"attributes":', ${objectOf('link.4')}, ',"droppedAttributesCount":', toString(link.5), '}'), links), ','), ']')) AS links,
         dropped_attributes AS droppedAttributes, dropped_events AS droppedEvents, dropped_links AS droppedLinks, toString(origin_id) AS originId
  FROM telemetry_spans
  PREWHERE trace_id = toFixedString(unhex({id:String}), 16)
  ORDER BY toUnixTimestamp64Nano(ended_at) - duration_ns, ended_at DESC, span_id LIMIT {most:UInt32}`;

const originsSql = `
  -- What the spans came from.
  SELECT toString(origin_id) AS originId, ${objectOf('any(resource)')} AS resource, any(resource_dropped_attributes) AS resourceDropped, any(resource_schema_url) AS resourceSchemaUrl, any(resource_entities) AS entities,
         any(scope_name) AS scopeName, any(scope_version) AS scopeVersion, ${objectOf('any(scope_attributes)')} AS scopeAttributes,
         any(scope_dropped_attributes) AS scopeDropped, any(scope_schema_url) AS scopeSchemaUrl
  FROM telemetry_origins WHERE origin_id IN (SELECT toUInt64(arrayJoin({origins:Array(String)}))) GROUP BY origin_id`;

const countSpans = async (reads: Reads, id: string): Promise<number> => {
  const [row] = await reads.engine.read<{ spans: string }>(
    '-- How many spans the trace has where not all are shown.\nSELECT toString(count()) AS spans FROM telemetry_spans PREWHERE trace_id = toFixedString(unhex({id:String}), 16)',
    { id },
  );
  return Number(row?.spans ?? 0);
};

/** Spans that are written before other requests get their turn: about ten milliseconds. */
const spansATurn = 1_000;

const textOf = async (
  traceId: string,
  rows: readonly SpanRow[],
  origins: readonly OriginRow[],
  total: number,
): Promise<string> => {
  const resources = new Table<string>();
  const scopes = new Table<string>();
  const placesOf = (origin: OriginRow | undefined) => ({
    resource: resources.place(resourceText(origin)),
    scope: scopes.place(scopeText(origin)),
  });
  const byOrigin = new Map(origins.map((origin) => [origin.originId, placesOf(origin)]));
  const unknown = origins.length < new Set(rows.map((row) => row.originId)).size ? placesOf(undefined) : null;
  const spans: string[] = [];
  const first = BigInt(rows[0]!.startedNs);
  let last = first;
  for (const [index, row] of rows.entries()) {
    const startedNs = BigInt(row.startedNs);
    const endedNs = startedNs + positive(row.durationNs);
    if (endedNs > last) last = endedNs;
    const { resource, scope } = byOrigin.get(row.originId) ?? unknown!;
    spans.push(spanText(row, startedNs, resource, scope));
    if (index % spansATurn === spansATurn - 1) await nextTurn();
  }
  return `{"traceId":"${traceId}","startedAt":"${instantNs(first)}","durationMs":${Number(last - first) / 1e6},"spans":[${spans.join(',')}],"resources":[${resources.all().join(',')}],"scopes":[${scopes.all().join(',')}],"total":${total}}`;
};

const positive = (ns: string): bigint => (ns.startsWith('-') ? 0n : BigInt(ns));

const noParent = '0000000000000000';

const spanText = (row: SpanRow, startedNs: bigint, resource: number, scope: number): string => {
  const text = JSON.stringify({
    spanId: row.spanId,
    parentSpanId: row.parentSpanId === noParent ? null : row.parentSpanId,
    service: row.service,
    environment: row.environment,
    version: row.version,
    name: row.name,
    kind: row.kind,
    startedAt: instantNs(startedNs),
    durationMs: Number(row.durationNs) / 1e6,
    status: row.status,
    statusMessage: row.message,
    isError: row.failed === 1,
    isRequest: row.request === 1,
    traceState: row.traceState,
    flags: row.flags,
    droppedAttributesCount: row.droppedAttributes,
    droppedEventsCount: row.droppedEvents,
    droppedLinksCount: row.droppedLinks,
    resource,
    scope,
  });
  return `${text.slice(0, -1)},"attributes":${exact(row.attributes)},"events":${exact(row.events)},"links":${exact(row.links)}}`;
};

const resourceText = (origin: OriginRow | undefined): string =>
  `{"attributes":${exact(origin?.resource ?? '{}')},"schemaUrl":${JSON.stringify(origin?.resourceSchemaUrl ?? '')},"droppedAttributesCount":${origin?.resourceDropped ?? 0},"entities":${origin?.entities || '[]'}}`;

const scopeText = (origin: OriginRow | undefined): string =>
  `{"name":${JSON.stringify(origin?.scopeName ?? '')},"version":${JSON.stringify(origin?.scopeVersion ?? '')},"attributes":${exact(origin?.scopeAttributes ?? '{}')},"schemaUrl":${JSON.stringify(origin?.scopeSchemaUrl ?? '')},"droppedAttributesCount":${origin?.scopeDropped ?? 0}}`;

/** Each different text once, by the order in which it came. */
class Table<Item> {
  readonly #places = new Map<Item, number>();
  place(item: Item): number {
    const known = this.#places.get(item);
    if (known !== undefined) return known;
    this.#places.set(item, this.#places.size);
    return this.#places.size - 1;
  }
  all(): Item[] {
    return [...this.#places.keys()];
  }
}
