import type { PolicyStanding } from '../contract/policies.ts';
import type { FeedCounts } from './count/fed.ts';
import type { MarkSource } from './spent/marks.ts';

export type { MarkSource } from './spent/marks.ts';

/** What other modules' servers may ask of objectives. */
export interface ObjectivesDoor {
  /** Names of the objectives of one service, by name. */
  objectivesOf(service: string): Promise<readonly string[]>;
  /** Team that owns an objective; null for none, and where there is no such objective. */
  ownerOfObjective(name: string): Promise<string | null>;
  /**
   * What follows from the budget policies of a service's objectives now, with the numbers: what the gate of changes asks. Throws
   * the refusal `clickhouse.away` while counts cannot be read: whether something follows is not known then.
   */
  policyFacts(service: string): Promise<readonly PolicyStanding[]>;
  /**
   * Hands in counts that another module made (probes): `feeder` and `key` as the indicator of kind `fed` names them. The same
   * minute may be handed in again, the last one holds. False where no objective counts this key.
   */
  readonly feedCounts: FeedCounts;
  /**
   * Hands in what another module knows to have happened to services (changes, incidents): it then stands beside the burns that it
   * may explain. Once a source, at start-up; `link` only where it leads to something.
   */
  answerMarks(source: MarkSource): void;
}
