/** Rows of one table and one day, ready for the log. */
export interface Rows {
  /** `telemetry_spans`, `telemetry_logs`, `telemetry_samples`, … */
  readonly table: string;
  /** UTC day of the partition, YYYY-MM-DD. */
  readonly day: string;
  /** RowBinary, columns in the order of the migration without `segment`. */
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Epoch seconds of the ten-second buckets that these rows touch, by the end of a span or the time of a point; else empty. */
  readonly tenSeconds: readonly number[];
}

/** The safe place between the sender's request and ClickHouse. */
export interface Keep {
  /**
   * Resolves when the batch is safe on disk. `bodyHash` (SHA-256 of sender and body) recognises an identical body from one
   * sender within ten minutes, also after a restart: 'repeated', and nothing is written. Throws a Refusal
   * `telemetry.queue-full` (429), `telemetry.disk-full` or `telemetry.log-unwritable` (503), `telemetry.stopping` (503),
   * each with `retryAfterSeconds`; a refused batch was not kept.
   */
  append(batch: { readonly rows: readonly Rows[]; readonly bodyHash: Uint8Array }): Promise<'kept' | 'repeated'>;
}

/** What could not be delivered and lies in the quarantine folder until a person removes it. */
export interface QuarantineEntry {
  readonly id: string;
  /** Unix milliseconds. */
  readonly atMs: number;
  readonly segment: string;
  readonly reason: 'log-damaged' | 'does-not-parse' | 'delivered-in-part' | 'unknown-table';
  /** What was seen, in words. */
  readonly detail: string;
  readonly table: string | null;
  readonly day: string | null;
  readonly rows: number | null;
  readonly bytes: number;
  /** Where the bytes lie. */
  readonly file: string;
}

/** What stands between acknowledgement and the golden signals. */
export interface KeepStatus {
  readonly queueBytes: number;
  readonly queueBytesMax: number;
  readonly segmentsWaiting: number;
  /** Age of the oldest batch that ClickHouse does not hold yet; 0 when there is none. */
  readonly oldestUndeliveredMs: number;
  readonly quarantined: number;
  /** Why telemetry is refused now; null when it is accepted. */
  readonly refusing: string | null;
  /** Last failure of a delivery that is being tried again; null when the last one went well. */
  readonly deliveryProblem: string | null;
}
