import type { Transaction } from 'kysely';

/** One event as a module writes it. `data` follows the schema in the module's contract. */
export interface LedgerEntry {
  /** `incident.declared`: word of the module's manual, dot, past participle. */
  readonly kind: string;
  /** What it is about: `person:018f…`, `service:shop/checkout`. */
  readonly subject: string;
  /** `namespace/name` of the service, where there is one. */
  readonly service?: string | null;
  readonly actor: LedgerActor;
  readonly data: Record<string, unknown>;
}

export interface LedgerActor {
  readonly kind: 'person' | 'token' | 'system';
  readonly id: string;
  readonly name: string;
}

/** An event after the sealer gave it its place in the chain. */
export interface SealedEvent extends LedgerEntry {
  readonly id: string;
  readonly at: Temporal.Instant;
  /** Place in the chain, 1, 2, 3 … without a gap; `after=` in the API. */
  readonly place: bigint;
  /** SHA-256 over the one before and this event's canonical JSON, hex. */
  readonly hash: string;
}

export interface Ledger {
  /** Writes in the caller's transaction: committed with the state it tells of, or not at all. Returns the event's id. */
  append(tx: Transaction<any>, entry: LedgerEntry): Promise<string>;
  /**
   * Calls `react` for each sealed event of `kinds` ('*' for all), in order, at least once, also across restarts:
   * the position is kept under `name`. `react` must be idempotent; when it throws it is tried again with back-off
   * and what follows waits. One process at a time holds a reaction (lease).
   */
  react(name: string, kinds: readonly string[] | '*', react: (event: SealedEvent) => Promise<void>): void;
  /** Every sealed event as it is sealed, from `afterPlace` on (null: from now): for live updates. */
  follow(afterPlace: bigint | null, onEvent: (event: SealedEvent) => void): { stop(): void };
  read(filter: {
    readonly kind?: string;
    readonly subject?: string;
    readonly after?: bigint;
    readonly limit: number;
  }): Promise<SealedEvent[]>;
}
