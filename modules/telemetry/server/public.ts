import type { Signals } from '../contract.ts';
import type { DerivedCounts } from './keep/derived-rollups.ts';
import type { CallHistory } from './signals/call-history.ts';
import type { Measures } from './signals/measures.ts';
import type { RequestHistory } from './signals/request-history.ts';

export type { DerivedCounts } from './keep/derived-rollups.ts';
export type { CallHistory } from './signals/call-history.ts';
export type { Across, MeasureGrid, OverTime } from '../domain/measure-grid.ts';
export type { LogMeasure, Measures, SaturationMeasure } from './signals/measures.ts';
export type { Measured, MeasuredGroup, MetricMeasure } from './signals/measure-metrics.ts';
export type { RequestMeasure } from './signals/measure-requests.ts';
export type { BadRequest, RequestHistory, RequestSeries, ServiceSeen } from './signals/request-history.ts';
export { latencyEdgesMs } from '../domain/latency-edges.ts';

/** What other modules' servers may ask of telemetry. */
export interface TelemetryDoor {
  /** Addresses on which this process receives OTLP; null where it does not. */
  receivers(): { readonly httpUrl: string | null; readonly grpcUrl: string | null };
  /** Exact counts and quantiles of one service over a stretch of time; null figures where nothing was seen. */
  totals(question: {
    readonly service: string;
    readonly environment?: string;
    readonly operation?: string;
    readonly version?: string;
    readonly from: Temporal.Instant;
    readonly to: Temporal.Instant;
  }): Promise<Signals['totals']>;
  /**
   * Hands in counts that are derived from telemetry's rollups: computed behind them for whatever was touched, so that late and
   * repeated telemetry and a crash correct them as they correct the rollups. Once, at the start; false where this process
   * receives nothing and thus never calls them.
   */
  deriveFromCounts(counts: DerivedCounts): boolean;
  /** What services did and called over a stretch of the past, from the counts that are kept. */
  readonly history: RequestHistory & CallHistory;
  /** Numbers over windows of time, for judging by rules: golden signals, metrics and logs as they are stored now. */
  readonly measures: Measures;
}
