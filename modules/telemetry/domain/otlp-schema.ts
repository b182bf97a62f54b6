/**
 * The messages of OTLP 1.x by their JSON names: field number and type. From
 * https://github.com/open-telemetry/opentelemetry-proto; what is not here is unknown and ignored, as newer senders need.
 */
export type ScalarType =
  | 'string'
  | 'bool'
  | 'double'
  | 'int64'
  | 'uint64'
  | 'fixed64'
  | 'sfixed64'
  | 'fixed32'
  | 'uint32'
  | 'sint32'
  | 'enum'
  /** base64 in JSON */
  | 'bytes'
  /** Ids: hexadecimal in OTLP's JSON, against proto3's own mapping. */
  | 'hex';

export type MessageName = keyof typeof otlpMessages;
export type FieldShape = readonly [number: number, type: ScalarType | (string & {}), repeated?: 'repeated'];

const point = { startTimeUnixNano: [2, 'fixed64'], timeUnixNano: [3, 'fixed64'] } as const;
const distribution = { ...point, count: [4, 'fixed64'], sum: [5, 'double'] } as const;

export const otlpMessages = {
  AnyValue: {
    stringValue: [1, 'string'],
    boolValue: [2, 'bool'],
    intValue: [3, 'int64'],
    doubleValue: [4, 'double'],
    arrayValue: [5, 'ArrayValue'],
    kvlistValue: [6, 'KeyValueList'],
    bytesValue: [7, 'bytes'],
  },
  ArrayValue: { values: [1, 'AnyValue', 'repeated'] },
  KeyValueList: { values: [1, 'KeyValue', 'repeated'] },
  KeyValue: { key: [1, 'string'], value: [2, 'AnyValue'] },
  InstrumentationScope: {
    name: [1, 'string'],
    version: [2, 'string'],
    attributes: [3, 'KeyValue', 'repeated'],
    droppedAttributesCount: [4, 'uint32'],
  },
  EntityRef: {
    schemaUrl: [1, 'string'],
    type: [2, 'string'],
    idKeys: [3, 'string', 'repeated'],
    descriptionKeys: [4, 'string', 'repeated'],
  },
  Resource: {
    attributes: [1, 'KeyValue', 'repeated'],
    droppedAttributesCount: [2, 'uint32'],
    entityRefs: [3, 'EntityRef', 'repeated'],
  },

  TracesRequest: { resourceSpans: [1, 'ResourceSpans', 'repeated'] },
  ResourceSpans: { resource: [1, 'Resource'], scopeSpans: [2, 'ScopeSpans', 'repeated'], schemaUrl: [3, 'string'] },
  ScopeSpans: { scope: [1, 'InstrumentationScope'], spans: [2, 'Span', 'repeated'], schemaUrl: [3, 'string'] },
  Span: {
    traceId: [1, 'hex'],
    spanId: [2, 'hex'],
    traceState: [3, 'string'],
    parentSpanId: [4, 'hex'],
    flags: [16, 'fixed32'],
    name: [5, 'string'],
    kind: [6, 'enum'],
    startTimeUnixNano: [7, 'fixed64'],
    endTimeUnixNano: [8, 'fixed64'],
    attributes: [9, 'KeyValue', 'repeated'],
    droppedAttributesCount: [10, 'uint32'],
    events: [11, 'Event', 'repeated'],
    droppedEventsCount: [12, 'uint32'],
    links: [13, 'Link', 'repeated'],
    droppedLinksCount: [14, 'uint32'],
    status: [15, 'Status'],
  },
  Event: {
    timeUnixNano: [1, 'fixed64'],
    name: [2, 'string'],
    attributes: [3, 'KeyValue', 'repeated'],
    droppedAttributesCount: [4, 'uint32'],
  },
  Link: {
    traceId: [1, 'hex'],
    spanId: [2, 'hex'],
    traceState: [3, 'string'],
    attributes: [4, 'KeyValue', 'repeated'],
    droppedAttributesCount: [5, 'uint32'],
    flags: [6, 'fixed32'],
  },
  Status: { message: [2, 'string'], code: [3, 'enum'] },

  LogsRequest: { resourceLogs: [1, 'ResourceLogs', 'repeated'] },
  ResourceLogs: { resource: [1, 'Resource'], scopeLogs: [2, 'ScopeLogs', 'repeated'], schemaUrl: [3, 'string'] },
  ScopeLogs: { scope: [1, 'InstrumentationScope'], logRecords: [2, 'LogRecord', 'repeated'], schemaUrl: [3, 'string'] },
  LogRecord: {
    timeUnixNano: [1, 'fixed64'],
    observedTimeUnixNano: [11, 'fixed64'],
    severityNumber: [2, 'enum'],
    severityText: [3, 'string'],
    body: [5, 'AnyValue'],
    attributes: [6, 'KeyValue', 'repeated'],
    droppedAttributesCount: [7, 'uint32'],
    flags: [8, 'fixed32'],
    traceId: [9, 'hex'],
    spanId: [10, 'hex'],
    eventName: [12, 'string'],
  },

  MetricsRequest: { resourceMetrics: [1, 'ResourceMetrics', 'repeated'] },
  ResourceMetrics: {
    resource: [1, 'Resource'],
    scopeMetrics: [2, 'ScopeMetrics', 'repeated'],
    schemaUrl: [3, 'string'],
  },
  ScopeMetrics: { scope: [1, 'InstrumentationScope'], metrics: [2, 'Metric', 'repeated'], schemaUrl: [3, 'string'] },
  Metric: {
    name: [1, 'string'],
    description: [2, 'string'],
    unit: [3, 'string'],
    gauge: [5, 'Gauge'],
    sum: [7, 'Sum'],
    histogram: [9, 'Histogram'],
    exponentialHistogram: [10, 'ExponentialHistogram'],
    summary: [11, 'Summary'],
    metadata: [12, 'KeyValue', 'repeated'],
  },
  Gauge: { dataPoints: [1, 'NumberDataPoint', 'repeated'] },
  Sum: {
    dataPoints: [1, 'NumberDataPoint', 'repeated'],
    aggregationTemporality: [2, 'enum'],
    isMonotonic: [3, 'bool'],
  },
  Histogram: { dataPoints: [1, 'HistogramDataPoint', 'repeated'], aggregationTemporality: [2, 'enum'] },
  ExponentialHistogram: {
    dataPoints: [1, 'ExponentialHistogramDataPoint', 'repeated'],
    aggregationTemporality: [2, 'enum'],
  },
  Summary: { dataPoints: [1, 'SummaryDataPoint', 'repeated'] },
  NumberDataPoint: {
    attributes: [7, 'KeyValue', 'repeated'],
    ...point,
    asDouble: [4, 'double'],
    asInt: [6, 'sfixed64'],
    exemplars: [5, 'Exemplar', 'repeated'],
    flags: [8, 'uint32'],
  },
  HistogramDataPoint: {
    attributes: [9, 'KeyValue', 'repeated'],
    ...distribution,
    bucketCounts: [6, 'fixed64', 'repeated'],
    explicitBounds: [7, 'double', 'repeated'],
    exemplars: [8, 'Exemplar', 'repeated'],
    flags: [10, 'uint32'],
    min: [11, 'double'],
    max: [12, 'double'],
  },
  ExponentialHistogramDataPoint: {
    attributes: [1, 'KeyValue', 'repeated'],
    ...distribution,
    scale: [6, 'sint32'],
    zeroCount: [7, 'fixed64'],
    positive: [8, 'Buckets'],
    negative: [9, 'Buckets'],
    flags: [10, 'uint32'],
    exemplars: [11, 'Exemplar', 'repeated'],
    min: [12, 'double'],
    max: [13, 'double'],
    zeroThreshold: [14, 'double'],
  },
  Buckets: { offset: [1, 'sint32'], bucketCounts: [2, 'uint64', 'repeated'] },
  SummaryDataPoint: {
    attributes: [7, 'KeyValue', 'repeated'],
    ...distribution,
    quantileValues: [6, 'ValueAtQuantile', 'repeated'],
    flags: [8, 'uint32'],
  },
  ValueAtQuantile: { quantile: [1, 'double'], value: [2, 'double'] },
  Exemplar: {
    filteredAttributes: [7, 'KeyValue', 'repeated'],
    timeUnixNano: [2, 'fixed64'],
    asDouble: [3, 'double'],
    asInt: [6, 'sfixed64'],
    spanId: [4, 'hex'],
    traceId: [5, 'hex'],
  },
} as const;

const severities = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/** Enum values by name: OTLP's JSON wants numbers, some senders write names as proto3's mapping allows. */
export const enumNumbers: ReadonlyMap<string, number> = new Map([
  ...['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
    (name, number) => [`SPAN_KIND_${name}`, number] as const,
  ),
  ...['UNSET', 'OK', 'ERROR'].map((name, number) => [`STATUS_CODE_${name}`, number] as const),
  ...['UNSPECIFIED', 'DELTA', 'CUMULATIVE'].map((name, number) => [`AGGREGATION_TEMPORALITY_${name}`, number] as const),
  ['SEVERITY_NUMBER_UNSPECIFIED', 0] as const,
  ...severities.flatMap((name, index) =>
    [1, 2, 3, 4].map((step) => [`SEVERITY_NUMBER_${name}${step === 1 ? '' : step}`, index * 4 + step] as const),
  ),
]);
