import type { FeedCounts } from './count/fed.ts';

/** What other modules' servers may ask of objectives. */
export interface ObjectivesDoor {
  /** Names of the objectives of one service, by name. */
  objectivesOf(service: string): Promise<readonly string[]>;
  /**
   * Hands in counts that another module made (probes): `feeder` and `key` as the indicator of kind `fed` names them. The same
   * minute may be handed in again, the last one holds. False where no objective counts this key.
   */
  readonly feedCounts: FeedCounts;
}
