/** What other modules' servers may ask of probes: nothing yet; its events tell who fell silent. */
export type ProbesDoor = Record<never, never>;

/** Kinds of ledger events for `ledger.react`; their data stand in `contract.ts`. */
export const heartbeatEventKinds = ['heartbeat.missed', 'heartbeat.recovered'] as const;
