import type { Transaction } from 'kysely';

/** Work that must happen at a time: a row with a due instant and a lease, shared by all server processes. */
export interface Jobs {
  /**
   * Writes in the caller's transaction. The same `key` under one `kind` is written once (until it is forgotten, 7 days
   * after it was done, 30 after it failed). Returns the job's id.
   */
  schedule(
    tx: Transaction<any>,
    job: {
      readonly kind: string;
      readonly key: string;
      readonly due: Temporal.Instant;
      readonly data: Record<string, unknown>;
      readonly lane: Lane;
      /** Default 8; after the last the job is swept into `failed` and told by a metric and the log. */
      readonly attemptsMax?: number;
    },
  ): Promise<string>;
  /** Says how jobs of `kind` are done. `fence` is checked again by whoever makes an outward call. */
  handle(kind: string, work: (job: LeasedJob) => Promise<void>): void;
  /** Runs `work` every `everySeconds`, once over all processes. */
  every(name: string, everySeconds: number, work: () => Promise<void>): void;
}

/** `urgent` never waits behind `ordinary`, nor that behind `housekeeping`. */
export type Lane = 'urgent' | 'ordinary' | 'housekeeping';

export interface LeasedJob {
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly lane: Lane;
  readonly data: Record<string, unknown>;
  readonly attempt: number;
  /** Grows with every lease; an older holder's token is refused by `stillHeld`. */
  readonly fence: bigint;
  /** True while this holder's lease is the newest and has not run out, by the database's clock. */
  stillHeld(): Promise<boolean>;
}
