import type { Signals } from '../contract.ts';

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
}
