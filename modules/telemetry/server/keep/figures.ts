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

export const keepFigures = (metrics: Registry, status: () => KeepStatus, dirty: () => Readonly<Record<string, number>>): KeepFigures => {
  const registers = [metrics];
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  };
  gauge('leadline_telemetry_queue_bytes', 'Acknowledged bytes that ClickHouse does not hold yet', () => status().queueBytes);
  gauge('leadline_telemetry_segments_waiting', 'Sealed segments that ClickHouse does not hold yet', () => status().segmentsWaiting);
  gauge('leadline_telemetry_oldest_undelivered_seconds', 'Age of the oldest batch that ClickHouse does not hold yet', () => status().oldestUndeliveredMs / 1_000);
  gauge('leadline_telemetry_quarantined', 'Entries in the quarantine folder', () => status().quarantined);
  gauge('leadline_telemetry_refusing', '1 while telemetry is refused for want of disk or queue', () => (status().refusing === null ? 0 : 1));
  new Gauge({
    name: 'leadline_telemetry_rollup_dirty_buckets',
    help: 'Buckets that are to be counted anew',
    labelNames: ['stage'],
    registers,
    collect() {
      for (const [stage, count] of Object.entries(dirty())) this.set({ stage }, count);
    },
  });
  return {
    appended: new Counter({ name: 'leadline_telemetry_rows_kept_total', help: 'Rows acknowledged, by table', labelNames: ['table'], registers }),
    repeated: new Counter({ name: 'leadline_telemetry_requests_repeated_total', help: 'Requests recognised as a repeat', registers }),
    refused: new Counter({ name: 'leadline_telemetry_requests_refused_total', help: 'Requests refused by the log, by code', labelNames: ['code'], registers }),
    inserted: new Counter({ name: 'leadline_telemetry_rows_delivered_total', help: 'Rows that ClickHouse holds, by table', labelNames: ['table'], registers }),
    freshness: new Histogram({
      name: 'leadline_telemetry_freshness_seconds',
      help: 'From the receipt of the oldest batch of a segment to its spans in the golden signals',
      buckets: [0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10, 30, 60, 300],
      registers,
    }),
  };
};
