import type { Origin } from './decode-origin.ts';
import type { Hash64 } from './hash64.ts';
import type { OffsetList } from './offset-list.ts';

/** The kinds by the number that `telemetry_series` stores. */
export const metricKinds = { gauge: 1, sum: 2, histogram: 3, exponentialHistogram: 4, summary: 5 } as const;

/** What all points of one metric share. */
export interface MetricHead {
  readonly origin: Origin;
  nameFrom: number;
  nameTo: number;
  descriptionFrom: number;
  descriptionTo: number;
  unitFrom: number;
  unitTo: number;
  readonly metadata: OffsetList;
  kind: number;
  temporality: number;
  isMonotonic: number;
  /** Hash of name, unit, kind, temporality, monotonic and origin: a series id is this and the attributes. */
  readonly hash: Hash64;
  /** Hash of service and name: group of the cardinality guard. */
  readonly group: Hash64;
}
