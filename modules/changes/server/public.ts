import type { Actor } from '../../../platform/http/http.ts';
import type { Change, SaidOfChange } from '../contract.ts';

/** What other modules' servers may ask of changes. */
export interface ChangesDoor {
  /** Changes that began in `[from, to)`, newest first, at most `limit`; of some services, or of all (null). */
  changesIn(question: {
    readonly services: readonly string[] | null;
    readonly from: Temporal.Instant;
    readonly to: Temporal.Instant;
    readonly limit: number;
  }): Promise<readonly Change[]>;
  /**
   * Announces a change for whoever told another module of it. The same `key` of the same announcer changes what was said before.
   * Throws the Refusals of `POST /api/v1/changes`.
   */
  announce(
    actor: Actor,
    said: SaidOfChange,
  ): Promise<{ readonly id: string; readonly outcome: 'created' | 'changed' | 'unchanged' }>;
}
