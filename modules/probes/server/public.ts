import type { Actor } from '../../../platform/http/http.ts';
import type { Heartbeat, HeartbeatSpec } from '../contract.ts';

/** What other modules' servers may ask of probes; its events tell who fell silent. */
export interface ProbesDoor {
  /** Makes a heartbeat be as said, with the Refusals of `PUT /api/v1/heartbeats/{name}`. */
  describeHeartbeat(actor: Actor, name: string, spec: HeartbeatSpec): Promise<'created' | 'changed' | 'unchanged'>;
  /** Watches it no longer; one that is missed counts as recovered. One that is not there is no error. */
  deleteHeartbeat(actor: Actor, name: string): Promise<void>;
  /** It is alive, says whoever the caller let in. False where there is no such heartbeat. */
  pingHeartbeat(name: string): Promise<boolean>;
  /** Those of these names that there are, as they stand now. */
  heartbeatsNamed(names: readonly string[]): Promise<readonly Heartbeat[]>;
}

/** Kinds of ledger events for `ledger.react`; their data stand in `contract.ts`. */
export const heartbeatEventKinds = ['heartbeat.missed', 'heartbeat.recovered'] as const;
