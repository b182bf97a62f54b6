/**
 * What tells how full a resource is, by the OpenTelemetry semantic conventions. Only what was really sent becomes a series:
 * a limit that nobody sent is not guessed, the usage is then shown in its own unit.
 */
export interface SaturationRule {
  readonly metric: string;
  readonly resource:
    | 'cpu'
    | 'memory'
    | 'event-loop'
    | 'garbage-collection'
    | 'connection-pool'
    | 'thread-pool'
    | 'queue'
    | 'disk'
    | 'file-descriptors';
  /** Of what: the subject's first word. */
  readonly of: 'process' | 'runtime' | 'host' | 'container' | 'pod' | 'node' | 'pool' | 'sdk' | 'consumer';
  /** `level`: the mean of a gauge in a step. `rate`: growth a second of a counter, or of a histogram's sum. */
  readonly read: 'level' | 'rate';
  /** Only series whose attribute (the first of these names that is there) has one of these values. */
  readonly only?: { readonly attributes: readonly string[]; readonly values: readonly string[] };
  /** How the series of one instance become one: added, averaged, the largest, or the chosen ones' share of all. */
  readonly together: 'sum' | 'mean' | 'max' | 'share';
  /** One series for each value of this attribute. */
  readonly by?: readonly string[];
  /** The metric that says how much there is; without it the unit is the sent one. */
  readonly limit?: string;
  /** 1 minus the value: from idle to busy. */
  readonly invert?: true;
  /** The result is a share of the limit, 0 to 1. */
  readonly ratio?: true;
  readonly source: string;
}

const conventions = 'https://opentelemetry.io/docs/specs/semconv/';
const system = `${conventions}system/system-metrics/`;
const process = `${conventions}system/process-metrics/`;
const container = `${conventions}system/container-metrics/`;
const k8s = `${conventions}system/k8s-metrics/`;
const kubelet =
  'https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/main/receiver/kubeletstatsreceiver/documentation.md';
const jvm = `${conventions}runtime/jvm-metrics/`;
const node = `${conventions}runtime/nodejs-metrics/`;
const v8 = `${conventions}runtime/v8js-metrics/`;
const dotnet = `${conventions}runtime/dotnet-metrics/`;
const go = `${conventions}runtime/go-metrics/`;
const database = `${conventions}database/database-metrics/`;
const sdk = `${conventions}otel/sdk-metrics/`;
const kestrel = `${conventions}dotnet/dotnet-kestrel-metrics/`;
const kafka =
  'https://github.com/open-telemetry/opentelemetry-java-instrumentation/blob/main/instrumentation/kafka/README.md';
const kafkaReceiver =
  'https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/main/receiver/kafkametricsreceiver/documentation.md';

const cpuMode = ['cpu.mode', 'system.cpu.state', 'state'];
const memoryState = ['system.memory.state', 'state'];
const filesystemState = ['system.filesystem.state', 'state'];
const mountpoint = ['system.filesystem.mountpoint', 'mountpoint'];
const device = ['system.device', 'device'];
const poolName = ['db.client.connection.pool.name', 'pool.name'];
const poolState = ['db.client.connection.state', 'state'];
const used = ['used'];
const idle = ['idle'];

/** Of several that tell the same of one resource in one unit, the first counts: a limit is enforced on the working set. */
export const saturationRules: readonly SaturationRule[] = [
  {
    metric: 'process.cpu.utilization',
    resource: 'cpu',
    of: 'process',
    read: 'level',
    together: 'sum',
    ratio: true,
    source: process,
  },
  { metric: 'process.cpu.time', resource: 'cpu', of: 'process', read: 'rate', together: 'sum', source: process },
  {
    metric: 'jvm.cpu.recent_utilization',
    resource: 'cpu',
    of: 'process',
    read: 'level',
    together: 'max',
    ratio: true,
    source: jvm,
  },
  { metric: 'dotnet.process.cpu.time', resource: 'cpu', of: 'process', read: 'rate', together: 'sum', source: dotnet },
  {
    metric: 'system.cpu.utilization',
    resource: 'cpu',
    of: 'host',
    read: 'level',
    only: { attributes: cpuMode, values: idle },
    together: 'mean',
    invert: true,
    ratio: true,
    source: system,
  },
  {
    metric: 'system.cpu.time',
    resource: 'cpu',
    of: 'host',
    read: 'rate',
    only: { attributes: cpuMode, values: idle },
    together: 'mean',
    invert: true,
    ratio: true,
    source: system,
  },
  {
    metric: 'container.cpu.usage',
    resource: 'cpu',
    of: 'container',
    read: 'level',
    together: 'sum',
    source: container,
  },
  { metric: 'container.cpu.time', resource: 'cpu', of: 'container', read: 'rate', together: 'sum', source: container },
  {
    metric: 'k8s.container.cpu_limit_utilization',
    resource: 'cpu',
    of: 'container',
    read: 'level',
    together: 'max',
    ratio: true,
    source: kubelet,
  },
  {
    metric: 'k8s.pod.cpu_limit_utilization',
    resource: 'cpu',
    of: 'pod',
    read: 'level',
    together: 'max',
    ratio: true,
    source: kubelet,
  },
  { metric: 'k8s.pod.cpu.usage', resource: 'cpu', of: 'pod', read: 'level', together: 'sum', source: k8s },
  { metric: 'k8s.node.cpu.usage', resource: 'cpu', of: 'node', read: 'level', together: 'sum', source: k8s },
  {
    metric: 'process.memory.utilization',
    resource: 'memory',
    of: 'process',
    read: 'level',
    together: 'max',
    ratio: true,
    source: process,
  },
  {
    metric: 'process.memory.usage',
    resource: 'memory',
    of: 'process',
    read: 'level',
    together: 'sum',
    source: process,
  },
  {
    metric: 'dotnet.process.memory.working_set',
    resource: 'memory',
    of: 'process',
    read: 'level',
    together: 'sum',
    source: dotnet,
  },
  {
    metric: 'v8js.memory.heap.used',
    resource: 'memory',
    of: 'runtime',
    read: 'level',
    together: 'sum',
    limit: 'v8js.memory.heap.limit',
    source: v8,
  },
  {
    metric: 'jvm.memory.used',
    resource: 'memory',
    of: 'runtime',
    read: 'level',
    only: { attributes: ['jvm.memory.type'], values: ['heap'] },
    together: 'sum',
    limit: 'jvm.memory.limit',
    source: jvm,
  },
  {
    metric: 'go.memory.used',
    resource: 'memory',
    of: 'runtime',
    read: 'level',
    together: 'sum',
    limit: 'go.memory.limit',
    source: go,
  },
  {
    metric: 'system.memory.utilization',
    resource: 'memory',
    of: 'host',
    read: 'level',
    only: { attributes: memoryState, values: used },
    together: 'max',
    ratio: true,
    source: system,
  },
  {
    metric: 'system.memory.usage',
    resource: 'memory',
    of: 'host',
    read: 'level',
    only: { attributes: memoryState, values: used },
    together: 'share',
    ratio: true,
    source: system,
  },
  {
    metric: 'container.memory.working_set',
    resource: 'memory',
    of: 'container',
    read: 'level',
    together: 'sum',
    source: container,
  },
  {
    metric: 'container.memory.usage',
    resource: 'memory',
    of: 'container',
    read: 'level',
    together: 'sum',
    source: container,
  },
  {
    metric: 'k8s.container.memory_limit_utilization',
    resource: 'memory',
    of: 'container',
    read: 'level',
    together: 'max',
    ratio: true,
    source: kubelet,
  },
  {
    metric: 'k8s.pod.memory_limit_utilization',
    resource: 'memory',
    of: 'pod',
    read: 'level',
    together: 'max',
    ratio: true,
    source: kubelet,
  },
  { metric: 'k8s.pod.memory.usage', resource: 'memory', of: 'pod', read: 'level', together: 'sum', source: k8s },
  { metric: 'k8s.node.memory.usage', resource: 'memory', of: 'node', read: 'level', together: 'sum', source: k8s },
  {
    metric: 'nodejs.eventloop.utilization',
    resource: 'event-loop',
    of: 'runtime',
    read: 'level',
    together: 'max',
    ratio: true,
    source: node,
  },
  {
    metric: 'nodejs.eventloop.delay.p99',
    resource: 'event-loop',
    of: 'runtime',
    read: 'level',
    together: 'max',
    source: node,
  },
  {
    metric: 'v8js.gc.duration',
    resource: 'garbage-collection',
    of: 'runtime',
    read: 'rate',
    together: 'sum',
    ratio: true,
    source: v8,
  },
  {
    metric: 'jvm.gc.duration',
    resource: 'garbage-collection',
    of: 'runtime',
    read: 'rate',
    together: 'sum',
    ratio: true,
    source: jvm,
  },
  {
    metric: 'dotnet.gc.pause.time',
    resource: 'garbage-collection',
    of: 'runtime',
    read: 'rate',
    together: 'sum',
    ratio: true,
    source: dotnet,
  },
  {
    metric: 'db.client.connection.count',
    resource: 'connection-pool',
    of: 'pool',
    read: 'level',
    only: { attributes: poolState, values: used },
    together: 'sum',
    by: poolName,
    limit: 'db.client.connection.max',
    source: database,
  },
  {
    metric: 'db.client.connections.usage',
    resource: 'connection-pool',
    of: 'pool',
    read: 'level',
    only: { attributes: poolState, values: used },
    together: 'sum',
    by: poolName,
    limit: 'db.client.connections.max',
    source: database,
  },
  {
    metric: 'db.client.connection.pending_requests',
    resource: 'queue',
    of: 'pool',
    read: 'level',
    together: 'sum',
    by: poolName,
    source: database,
  },
  {
    metric: 'db.client.connections.pending_requests',
    resource: 'queue',
    of: 'pool',
    read: 'level',
    together: 'sum',
    by: poolName,
    source: database,
  },
  {
    metric: 'dotnet.thread_pool.queue.length',
    resource: 'thread-pool',
    of: 'runtime',
    read: 'level',
    together: 'sum',
    source: dotnet,
  },
  {
    metric: 'kestrel.queued_requests',
    resource: 'queue',
    of: 'runtime',
    read: 'level',
    together: 'sum',
    source: kestrel,
  },
  {
    metric: 'kestrel.queued_connections',
    resource: 'queue',
    of: 'runtime',
    read: 'level',
    together: 'sum',
    source: kestrel,
  },
  { metric: 'jvm.thread.count', resource: 'thread-pool', of: 'runtime', read: 'level', together: 'sum', source: jvm },
  { metric: 'go.goroutine.count', resource: 'thread-pool', of: 'runtime', read: 'level', together: 'sum', source: go },
  {
    metric: 'kafka.consumer.records_lag_max',
    resource: 'queue',
    of: 'consumer',
    read: 'level',
    together: 'max',
    source: kafka,
  },
  {
    metric: 'kafka.consumer_group.lag',
    resource: 'queue',
    of: 'consumer',
    read: 'level',
    together: 'sum',
    by: ['group'],
    source: kafkaReceiver,
  },
  {
    metric: 'otel.sdk.processor.span.queue.size',
    resource: 'queue',
    of: 'sdk',
    read: 'level',
    together: 'sum',
    limit: 'otel.sdk.processor.span.queue.capacity',
    source: sdk,
  },
  {
    metric: 'system.filesystem.utilization',
    resource: 'disk',
    of: 'host',
    read: 'level',
    together: 'max',
    by: mountpoint,
    ratio: true,
    source: system,
  },
  {
    metric: 'system.filesystem.usage',
    resource: 'disk',
    of: 'host',
    read: 'level',
    only: { attributes: filesystemState, values: used },
    together: 'share',
    by: mountpoint,
    ratio: true,
    source: system,
  },
  {
    metric: 'system.disk.io_time',
    resource: 'disk',
    of: 'host',
    read: 'rate',
    together: 'max',
    by: device,
    ratio: true,
    source: system,
  },
  {
    metric: 'k8s.pod.filesystem.usage',
    resource: 'disk',
    of: 'pod',
    read: 'level',
    together: 'sum',
    limit: 'k8s.pod.filesystem.capacity',
    source: k8s,
  },
  {
    metric: 'process.open_file_descriptor.count',
    resource: 'file-descriptors',
    of: 'process',
    read: 'level',
    together: 'sum',
    source: process,
  },
  {
    metric: 'process.unix.file_descriptor.count',
    resource: 'file-descriptors',
    of: 'process',
    read: 'level',
    together: 'sum',
    source: process,
  },
];
