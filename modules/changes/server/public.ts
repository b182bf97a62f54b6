import type { Change } from '../contract.ts';

/** What other modules' servers may ask of changes. */
export interface ChangesDoor {
  /** Changes that began in `[from, to)`, newest first, at most `limit`; of some services, or of all (null). */
  changesIn(question: {
    readonly services: readonly string[] | null;
    readonly from: Temporal.Instant;
    readonly to: Temporal.Instant;
    readonly limit: number;
  }): Promise<readonly Change[]>;
}
