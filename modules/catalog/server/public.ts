import type { DependencyKind } from '../contract.ts';

/** One service as telemetry saw it, in one environment and version ('' where it names none). */
export interface SeenService {
  readonly name: string;
  readonly environment: string;
  readonly version: string;
  readonly firstSeen: Temporal.Instant;
  readonly lastSeen: Temporal.Instant;
}

/** One use of another thing as the caller's telemetry shows it. */
export interface SeenDependency {
  readonly service: string;
  readonly target: string;
  readonly targetKind: 'service' | 'database' | 'messaging' | 'external';
  readonly kind: DependencyKind;
  readonly firstSeen: Temporal.Instant;
  readonly lastSeen: Temporal.Instant;
}

/** Golden figures of one service in one environment; counts only where something was seen. */
export interface Figures {
  readonly service: string;
  readonly environment: string;
  readonly requests: number;
  readonly errors: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Steps in which something was seen, oldest first. */
  readonly steps: readonly {
    readonly at: Temporal.Instant;
    readonly requests: number;
    readonly errors: number;
    readonly p99Ms: number | null;
  }[];
}

export interface FiguresQuestion {
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
  readonly stepSeconds: number;
  readonly environment: string | null;
}

/**
 * A fact that a floor above answers: the figures of all services at once; null while they cannot be had.
 * The catalog asks, so it needs to know nothing of how they are kept.
 */
export type FiguresSource = (question: FiguresQuestion) => Promise<readonly Figures[] | null>;

export interface ServiceFacts {
  readonly owner: string | null;
  readonly tier: string | null;
}

/** What other modules' servers may ask of the catalog. */
export interface CatalogDoor {
  /** Remembers services, environments and versions; what is new goes on the ledger. Repeating it changes nothing. */
  sawServices(seen: readonly SeenService[]): Promise<void>;
  /** Remembers who uses what. A dependency of a service that is not known makes the service known. */
  sawDependencies(seen: readonly SeenDependency[]): Promise<void>;
  /** True when the service was seen or described. */
  knowsService(name: string): Promise<boolean>;
  /** Owner team of a service, or null. */
  ownerOf(name: string): Promise<string | null>;
  /** Owner and tier (`1` to `4`) of those of the services that are known. */
  factsOf(names: readonly string[]): Promise<ReadonlyMap<string, ServiceFacts>>;
  /** Of each service those that it uses: seen by telemetry within the last day, or said by people and files. */
  uses(): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Hands in the figures that the list of services shows. Called once, at start-up. */
  answerFigures(source: FiguresSource): void;
}
