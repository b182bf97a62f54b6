import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { KeepStatus } from './keep.ts';

/** Leadline's own metrics of the way from acknowledgement to ClickHouse. */
export interface KeepFigures {
  readonly appended: Counter<'table'>;
  readonly repeated: Counter;
  readonly refused: Counter<'code'>;
  readonly inserted: Counter<'table'>;
  readonly freshness: Histogram;
}

export const keepFigures = (
  metrics: Registry,
  status: () => KeepStatus,
  dirty: () => Readonly<Record<string, number>>,
): KeepFigures => {
  for (const [name, help, value] of gauges) {
    new Gauge({
      name: `leadline_telemetry_${name}`,
      help,
      registers: [metrics],
      collect() {
        this.set(value(status()));
      },
    });
  }
  new Gauge({
    name: 'leadline_telemetry_rollup_dirty_buckets',
    help: 'Buckets that are to be counted anew',
    labelNames: ['stage'],
    registers: [metrics],
    collect() {
      for (const [stage, count] of Object.entries(dirty())) this.set({ stage }, count);
    },
  });
  return {
    appended: new Counter({ ...counters.appended, labelNames: ['table'], registers: [metrics] }),
    repeated: new Counter({ ...counters.repeated, registers: [metrics] }),
    refused: new Counter({ ...counters.refused, labelNames: ['code'], registers: [metrics] }),
    inserted: new Counter({ ...counters.inserted, labelNames: ['table'], registers: [metrics] }),
    freshness: new Histogram({
      name: 'leadline_telemetry_freshness_seconds',
      help: 'From the receipt of the oldest batch of a segment to its spans in the golden signals',
      buckets: [0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10, 30, 60, 300],
      registers: [metrics],
    }),
  };
};

const gauges: readonly (readonly [string, string, (status: KeepStatus) => number])[] = [
  ['queue_bytes', 'Acknowledged bytes that ClickHouse does not hold yet', (status) => status.queueBytes],
  ['segments_waiting', 'Segments that ClickHouse does not hold yet', (status) => status.segmentsWaiting],
  [
    'oldest_undelivered_seconds',
    'Age of the oldest batch that ClickHouse does not hold yet',
    (status) => status.oldestUndeliveredMs / 1_000,
  ],
  ['quarantined', 'Entries in the quarantine folder', (status) => status.quarantined],
  [
    'refusing',
    '1 while telemetry is refused for want of disk or queue',
    (status) => (status.refusing === null ? 0 : 1),
  ],
];

const counters = {
  appended: { name: 'leadline_telemetry_rows_kept_total', help: 'Rows acknowledged, by table' },
  repeated: { name: 'leadline_telemetry_requests_repeated_total', help: 'Requests recognised as a repeat' },
  refused: { name: 'leadline_telemetry_requests_refused_total', help: 'Requests refused by the log, by code' },
  inserted: { name: 'leadline_telemetry_rows_delivered_total', help: 'Rows that ClickHouse holds, by table' },
} as const;
